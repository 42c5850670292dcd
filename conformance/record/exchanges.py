"""The exchanges of a run record: requests as they were sent, and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

import msgspec


class Recorded:
    """A part of a record; what is not known is left out of its JSON form."""

    __slots__: tuple[str, ...] = ()
    FIRST: ClassVar[Mapping[str, Any]] = {}
    """What the JSON form begins with: constants, and fields that come before their turn."""
    NULL: ClassVar[frozenset[str]] = frozenset()
    """The fields that are written as null where they have no value."""
    SPARSE: ClassVar[frozenset[str]] = frozenset()
    """The fields that are left out where they are empty, too."""
    OUTSIDE: ClassVar[frozenset[str]] = frozenset()
    """The fields that are no part of it."""

    def as_json(self) -> dict[str, Any]:
        """The record's form, as ``schema.json`` describes it."""
        made = dict(self.FIRST)
        for name in self.__slots__:
            value = None if name in self.OUTSIDE else _plain(getattr(self, name))
            if value is not None or name in self.NULL:
                made[name] = value
        return {name: value for name, value in made.items() if value or name not in self.SPARSE}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.as_json() if hasattr(value, "as_json") else msgspec.to_builtins(value)


class Role(StrEnum):
    """What an exchange was sent for."""

    SETUP = "setup"
    PROBE = "probe"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class RecordedSigning(Recorded):
    """The SigV4 scope of a signed request: service name (``geo``) and region.

    ``fault`` names the way in which it was signed wrongly on purpose; None where it was not.
    """

    service: str
    region: str
    fault: str | None = None


class CutBody(msgspec.Struct, frozen=True):
    """Size on the wire, and digest (secrets masked), of a body that a record has cut."""

    bytes: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.bytes:,} bytes, sha256 {self.sha256}"


class RecordedMessage(Recorded):
    """A request or a response: ``body`` stands for none, too, unless there is another."""

    __slots__ = ()
    NULL = frozenset({"body"})

    def as_json(self) -> dict[str, Any]:
        made = super().as_json()
        if "body_base64" in made:
            del made["body"]
        return made


@dataclass(frozen=True, slots=True)
class RecordedRequest(RecordedMessage):
    """A request as it was sent; ``url`` is absolute and percent-encoded as on the wire.

    ``body`` is the text of a UTF-8 body, ``body_base64`` holds any other bytes; both are None
    where there was no body. ``signing`` is None where the request was not signed, ``cut`` where
    the body is whole.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    body_base64: str | None = None
    signing: RecordedSigning | None = None
    cut: CutBody | None = None


@dataclass(frozen=True, slots=True)
class RecordedResponse(RecordedMessage):
    """A response as it was received; bodies as in ``RecordedRequest``."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    body_base64: str | None = None
    cut: CutBody | None = None


class Use(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """``value`` appears in this request and came from an earlier answer.

    ``source`` is the index of that exchange in the evidence (``from`` in the record), ``pointer``
    the JSON pointer of the value in its response body.
    """

    value: str
    source: int
    pointer: str


@dataclass(frozen=True, slots=True)
class RecordedExchange(Recorded):
    """One request and its answer (None where none came), what was expected and what was seen.

    Exchanges of one ``connection`` number, 0 aside, went over one connection; with ``pipelined``
    all their requests were sent before the first answer was read.
    """

    FIRST = {"role": None}  # noqa: RUF012 - never written to
    NULL = frozenset({"response"})
    SPARSE = frozenset({"uses", "connection", "pipelined"})

    request: RecordedRequest
    response: RecordedResponse | None
    expected: str = ""
    seen: str = ""
    role: Role = Role.PROBE
    seconds: float | None = None
    uses: tuple[Use, ...] = ()
    pause: float | None = None
    """Seconds that passed, on purpose, before it was sent."""
    connection: int = 0
    pipelined: bool = False
