"""Filter patterns: words, and the one comparison of JSON that a test of a pattern needs."""

from __future__ import annotations

import re
from collections.abc import Callable

from .log_store import invalid
from .service import parsed

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|([\w.\-/@:=+*]+))\s*')
_JSON = re.compile(r'\{\s*\$\.([\w.]+)\s*(=|!=)\s*(?:"([^"]*)"|([\w.*-]+))\s*\}')


def matching(pattern: str) -> Callable[[str], bool]:
    """Whether a message fits a pattern; InvalidParameterException for one that is none."""
    text = pattern.strip()
    if text.startswith("{"):
        return _json(text)
    if text.startswith("["):
        return _columns(text)
    terms, at = [], 0
    while at < len(text):
        found = _TERM.match(text, at)
        if not found:
            raise invalid("Invalid filter pattern")
        terms.append((found[1], found[2] if found[2] is not None else found[3]))
        at = found.end()
    needed = [term for sign, term in terms if not sign]
    either = [term for sign, term in terms if sign == "?"]
    never = [term for sign, term in terms if sign == "-"]

    def fits(message: str) -> bool:
        some = not either or any(term in message for term in either)
        return some and all(t in message for t in needed) and not any(t in message for t in never)

    return fits


def _json(text: str) -> Callable[[str], bool]:
    found = _JSON.fullmatch(text)
    if not found:
        raise invalid("Invalid filter pattern")
    wanted = found[3] if found[3] is not None else found[4]

    def fits(message: str) -> bool:
        try:
            value = parsed(message)
        except ValueError:
            return False
        for name in found[1].split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            return False
        same = bool(re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), str(value)))
        return same == (found[2] == "=")

    return fits


def _columns(text: str) -> Callable[[str], bool]:
    if not text.endswith("]"):
        raise invalid("Invalid filter pattern")
    names = [one.strip() for one in text[1:-1].split(",")]
    return lambda message: "..." in names or len(message.split()) == len(names)
