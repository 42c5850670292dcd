"""JSON as protocols write and read it."""

import codecs
import json
from collections.abc import Callable, Mapping
from typing import Any

from conformance.transport.parsed_response import NOT_JSON

LONGEST_INTEGER = 400
"""Digits: a little more than the largest float has."""
DEEPEST = 200
"""Values in values of an answer that are looked at: many more than any service shows."""


def encode(body: Any) -> bytes:
    """Compact JSON in UTF-8; text that UTF-8 cannot hold is escaped."""
    try:
        return _PLAIN.encode(body).encode()
    except UnicodeEncodeError:
        return _ESCAPED.encode(body).encode()


def decode(body: bytes) -> Any:
    """The value of a body; NOT_JSON where it is none."""
    if body.startswith(codecs.BOM_UTF8):
        return NOT_JSON  # RFC 8259, 8.1: JSON on a network does not begin with a byte order mark
    try:
        value = _DECODER.decode(body.decode())
    except (ValueError, RecursionError):
        return NOT_JSON
    is_deep = body.count(b"[") + body.count(b"{") > DEEPEST
    return without_depths(value) if is_deep else value


def without_depths(value: Any, depth: int = DEEPEST) -> Any:
    """The value without what is in it deeper: an odd request that was taken may be shown so.

    Whatever looks at an answer goes down into it, and Python goes down only so far.
    """
    if isinstance(value, list):
        return [without_depths(one, depth - 1) for one in value] if depth else []
    if isinstance(value, dict):
        return {key: without_depths(one, depth - 1) for key, one in value.items()} if depth else {}
    return value


def members(body: bytes | None) -> dict[str, Any]:
    """The members of a request's body; none where it is no object."""
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def message(body: Any) -> str:
    """What an error says, in whatever case its member is written."""
    if not isinstance(body, dict):
        return ""
    found = next((body[key] for key in ("message", "Message") if key in body), "")
    return found if isinstance(found, str) else json.dumps(found)


def text(value: Any) -> str:
    """A value as a label, a query parameter or a header carries it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def no_constant(name: str) -> Any:
    """Refuse what Python reads as a number and JSON has not."""
    raise ValueError(f"{name} is no JSON value")


def _integer(digits: str) -> int | float:
    """An integer; one of more digits than anybody reads as the float that it is next to."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


# Made once: json.loads and json.dumps make one for every call that is not of the usual kind.
_DECODER = json.JSONDecoder(parse_constant=no_constant, parse_int=_integer)
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ESCAPED = json.JSONEncoder(separators=(",", ":"))


def spelled(word: str, members: Mapping[str, Any]) -> bytes:
    return WORDS[word](members).encode()


def _json(members: Mapping[str, Any]) -> str:
    return encode(dict(members)).decode()


def _escaped(members: Mapping[str, Any]) -> str:
    """The same JSON: the first letter of every name, and every slash, as an escape."""
    written = _json(members).replace("/", "\\/")
    for name in members:
        other = f'"\\u{ord(name[0]):04x}{name[1:]}":'
        written = written.replace(f'"{name}":', other, 1)
    return written


WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "body": _json,
    "body.open": lambda members: _json(members)[:-1],
    "body.more": lambda members: _json(members)[:-1] + ("," if members else ""),
    "body.inside": lambda members: _json(members)[1:-1],
    "body.half": lambda members: _json(members)[: len(_json(members)) // 2],
    "body.first": lambda members: next(iter(members)),
    "body.spaced": lambda members: json.dumps(members, separators=(" ,\n", " : ")),
    "body.escaped": _escaped,
    "body.apostrophes": lambda members: _json(members).replace('"', "'"),
    "body.digits": lambda _: "1" + "0" * 400,
}
