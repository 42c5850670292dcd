"""What the words of a rule's body stand for where bodies are JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from conformance.transport.protocols.json_text import encode

DIGITS = "1" + "0" * 400


def spelled(word: str, members: Mapping[str, Any]) -> bytes:
    """A word of a body that has these members."""
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


def _more(members: Mapping[str, Any]) -> str:
    return _json(members)[:-1] + ("," if members else "")


WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "body": _json,
    "body.open": lambda members: _json(members)[:-1],
    "body.more": _more,
    "body.inside": lambda members: _json(members)[1:-1],
    "body.half": lambda members: _json(members)[: len(_json(members)) // 2],
    "body.first": lambda members: next(iter(members)),
    "body.spaced": lambda members: json.dumps(members, separators=(" ,\n", " : ")),
    "body.escaped": _escaped,
    "body.apostrophes": lambda members: _json(members).replace('"', "'"),
    "body.digits": lambda _: DIGITS,
}
