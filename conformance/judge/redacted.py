"""Values that a recording hides: they are there, and nothing else is known of them."""

from __future__ import annotations

import re
from typing import Any

_MARK = re.compile(
    r"<[A-Za-z0-9_][\w :.,()-]{0,60}>|\[?(?:redacted|filtered|masked|hidden|removed)\]?|"
    r"\*{3,}|x{6,}|datetime",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"<[A-Za-z0-9_][\w :.,()-]{0,60}>|\[redacted\]|\*{4,}", re.IGNORECASE)


class Redacted(str):
    """A text that stands for a value of the right type and form that nobody may see."""

    __slots__ = ()


def is_redacted(text: str) -> bool:
    """True for a text that stands for another, or has a part that does.

    ``<id:1>``, ``test-key-<8hex>``, ``REDACTED``, ``***`` and, for a time, ``datetime``.
    """
    return _MARK.fullmatch(text) is not None or _INSIDE.search(text) is not None


def marked(value: Any) -> Any:
    """A JSON value with every text that stands for another as ``Redacted``."""
    if isinstance(value, str):
        return Redacted(value) if is_redacted(value) else value
    if isinstance(value, list):
        return [marked(item) for item in value]
    if isinstance(value, dict):
        return {marked(name): marked(item) for name, item in value.items()}
    return value


def hides(value: Any) -> bool:
    """True when a value is redacted or holds something that is."""
    if isinstance(value, list):
        return any(hides(item) for item in value)
    if isinstance(value, dict):
        return any(hides(name) or hides(item) for name, item in value.items())
    return isinstance(value, Redacted)
