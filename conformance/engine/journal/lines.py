"""The lines of a journal as values, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

FORMAT = 1


class Header(msgspec.Struct, frozen=True, tag="journal"):
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
    urls: Mapping[str, str] = {}
    account: str | None = None
    tag: str | None = None


class Creation(msgspec.Struct, frozen=True, tag="create", rename={"number": "n"}):
    """A request that may create, written before it is sent; ``number`` counts them.

    ``named`` is the name that the resource was to have, None for one without; ``tagged`` says
    that the request carried the run's tag.
    """

    number: int
    service: str
    operation: str
    named: str | None
    tagged: bool


class Made(msgspec.Struct, frozen=True, tag="made", rename={"number": "n"}):
    """What a creation made, by its answer or because it was found later."""

    number: int
    service: str
    ids: tuple[str, ...]


class Settled(msgspec.Struct, frozen=True, tag="settled", rename={"number": "n"}):
    """A creation that made nothing (more): refused, or looked for and not found."""

    number: int


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """A resource that is there no more."""

    service: str
    id: str


Entry = Creation | Made | Settled | Gone


def as_json(line: Header | Entry) -> dict[str, Any]:
    """The line."""
    made: dict[str, Any] = msgspec.to_builtins(line)
    if isinstance(line, Header):
        return {"type": made["type"], "format": FORMAT, **made}
    return made


def header(line: Mapping[str, Any]) -> Header:
    """The first line as a value.

    Raises KeyError, TypeError, ValueError or ValidationError for anything else.
    """
    if line["type"] != "journal":
        raise ValueError("it does not begin as a journal does")
    if line["format"] != FORMAT:
        raise ValueError(f"format {line['format']!r} is not one that this version reads")
    return msgspec.convert(line, Header)


def entry(line: Any) -> Entry:
    """Any further line as a value. Raises ValidationError for anything else."""
    found: Entry = msgspec.convert(line, Entry)
    return found
