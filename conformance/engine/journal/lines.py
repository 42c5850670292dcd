"""The lines of a journal as values, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Header:
    """Whose journal it is; the first line.

    ``target`` is what the user named (``aws`` or a URL), ``urls`` where each service was reached,
    ``account`` the AWS account, which a target elsewhere has none of. ``nonce`` is part of every
    name of the run; ``tag`` the key of the tag that its resources carry (its value is the nonce),
    None where they carry none.
    """

    target: str
    nonce: str
    region: str
    start: str
    urls: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    tag: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The line."""
        return {
            "type": "journal", "format": FORMAT, "target": self.target, "nonce": self.nonce,
            "region": self.region, "start": self.start, "urls": dict(self.urls),
            "account": self.account, "tag": self.tag,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Creation:
    """A request that may create, written before it is sent; ``number`` counts them.

    ``named`` is the name that the resource was to have, None for one without; ``tagged`` says
    that the request carried the run's tag.
    """

    number: int
    service: str
    operation: str
    named: str | None
    tagged: bool

    def as_json(self) -> dict[str, Any]:
        """The line."""
        return {
            "type": "create", "n": self.number, "service": self.service,
            "operation": self.operation, "named": self.named, "tagged": self.tagged,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """What a creation made, by its answer or because it was found later."""

    number: int
    service: str
    ids: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The line."""
        return {"type": "made", "n": self.number, "service": self.service, "ids": list(self.ids)}


@dataclass(frozen=True, slots=True)
class Settled:
    """A creation that made nothing (more): refused, or looked for and not found."""

    number: int

    def as_json(self) -> dict[str, Any]:
        """The line."""
        return {"type": "settled", "n": self.number}


@dataclass(frozen=True, slots=True)
class Gone:
    """A resource that is there no more."""

    service: str
    id: str

    def as_json(self) -> dict[str, Any]:
        """The line."""
        return {"type": "gone", "service": self.service, "id": self.id}


Entry = Creation | Made | Settled | Gone


def header(line: Mapping[str, Any]) -> Header:
    """The first line as a value. Raises KeyError, TypeError or ValueError for anything else."""
    if line["type"] != "journal":
        raise ValueError("it does not begin as a journal does")
    if line["format"] != FORMAT:
        raise ValueError(f"format {line['format']!r} is not one that this version reads")
    return Header(
        _text(line["target"]), _text(line["nonce"]), _text(line["region"]), _text(line["start"]),
        {_text(name): _text(url) for name, url in line["urls"].items()},
        _text_or_none(line["account"]), _text_or_none(line["tag"]),
    )  # fmt: skip


def entry(line: Mapping[str, Any]) -> Entry:
    """Any further line as a value. Raises KeyError, TypeError or ValueError for anything else."""
    kind = line["type"]
    if kind == "create":
        return Creation(
            int(line["n"]), _text(line["service"]), _text(line["operation"]),
            _text_or_none(line["named"]), bool(line["tagged"]),
        )  # fmt: skip
    if kind == "made":
        ids = tuple(_text(one) for one in line["ids"])
        return Made(int(line["n"]), _text(line["service"]), ids)
    if kind == "settled":
        return Settled(int(line["n"]))
    if kind == "gone":
        return Gone(_text(line["service"]), _text(line["id"]))
    raise ValueError(f"no line of a journal is of type {kind!r}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)
