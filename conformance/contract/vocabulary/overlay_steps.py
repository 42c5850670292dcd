"""What every rule has, and what rules send: forms of a request, and the steps of a sequence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from conformance.contract.levels import Level, Source

Template = Mapping[str, Any]
"""Members of a request by wire name, with placeholders (``${name}``) in their values."""

Refusals = tuple[tuple[int | str, str], ...]
"""Pairs of status (or ``4xx``) and error code (or ``any``)."""


class OverlayPart(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab",
    omit_defaults=True,
):  # fmt: skip
    """Keys are written with hyphens; a key that is not known is refused."""


class Rule(OverlayPart, frozen=True, tag_field="rule"):
    """A requirement that no keyword states."""

    level: Level
    statement: str
    source: Source

    @property
    def kind(self) -> str:
        """The word that the files have for this kind of rule."""
        return str(self.__struct_config__.tag)


class WireForm(OverlayPart, frozen=True):
    """Another way to write the same request."""

    headers: Mapping[str, str | None] = field(default_factory=dict)
    names: Literal["", "lower", "upper"] = ""
    method: str = ""
    path: str = ""
    label: str | None = None
    labels: Literal["usual", "all", "lower", "twice"] = "usual"
    query: str = ""
    chunked: bool = False


class FirstRequest(OverlayPart, frozen=True):
    """A request that goes first over a connection."""

    send: str
    with_: Template = field(default_factory=dict, name="with")
    body: str | None = None
    form: WireForm | None = None
    unknown: bool = False


class Step(OverlayPart, frozen=True):
    """One step of a written sequence: just one of make, send, together and pause."""

    make: Template | str | UnsetType | None = UNSET
    send: str | None = None
    together: tuple[Step, ...] = ()
    pause: float | None = None
    with_: Template | str = field(default_factory=dict, name="with")
    minimal: bool = False
    key: int = 0
    gives: Literal["accepted", "refused", "not-found", "not-modified", "any"] | None = None
    must: bool = False
    codes: tuple[str, ...] = ()
    stop_if_refused: bool = False
    entry: bool | Template | None = None
    shows: Template = field(default_factory=dict)
    shows_instant: Template = field(default_factory=dict)
    differs: Template = field(default_factory=dict)
    among: Template = field(default_factory=dict)
    ends: Template = field(default_factory=dict)
    matches: Mapping[str, str] = field(default_factory=dict)
    exceeds: Template = field(default_factory=dict)
    in_order: Template = field(default_factory=dict)
    lists: Mapping[str, tuple[Any, ...] | str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    at_most: Mapping[str, int] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    from_now: Mapping[str, int] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    equal: tuple[str, str] | None = None
    fraction: str | None = None
    none_of: int | None = None
    if_: Template = field(default_factory=dict, name="if")
    save_as: str | None = None
    keeps: str | None = None
    tells: str | None = None
    except_: tuple[str, ...] = field(default=(), name="except")

    def __post_init__(self) -> None:
        """A step does one thing. Raises ValueError, which msgspec tells with its place."""
        does = [self.make is not UNSET, self.send is not None, bool(self.together)]
        if sum([*does, self.pause is not None]) != 1:
            raise ValueError("a step has exactly one of `make`, `send`, `together` and `pause`")

    def looked_at(self) -> Iterator[tuple[str, str]]:
        """The places that the step compares, each with its key."""
        for name in (
            "shows", "shows_instant", "differs", "ends", "matches", "exceeds", "among", "in_order",
            "lists", "counts", "at_most", "sizes", "from_now", "has", "hides", "if_", "equal",
        ):  # fmt: skip
            key = name.rstrip("_").replace("_", "-")
            yield from ((key, place) for place in getattr(self, name) or ())
        if self.fraction is not None:
            yield "fraction", self.fraction


class MemberUpdate(OverlayPart, frozen=True):
    """An update of one member, and what the resource then shows."""

    with_: Template = field(name="with")
    shows: Template = field(default_factory=dict)
    shows_instant: Template = field(default_factory=dict)
