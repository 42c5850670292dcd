"""What was given beside what is shown of it, part by part, and which differences are certain.

A part that is missing is lost where others of its structure are shown. Another value is wrong where
it is another listed one, the opposite of a flag, or another number; of texts, as services write
many in their own way, where they have nothing in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.certain import ONCE
from conformance.contract.listing.readback import FREE_TEXT, is_hidden
from conformance.contract.model import Shape
from conformance.contract.places import ABSENT, ITEM, Place
from conformance.plan.sequences.mismatch import is_number, mismatch

_OWN_WAY = re.compile(
    r"arn|id$|ids$|identifier|key|alias|role|version|image|date|time|cron|schedule|expression|rate"
    r"|policy|document|json|template|definition|query|sql|code|script|url|uri|path|host|domain|mail"
    r"|phone|cidr|address|region|zone|bucket|state|status|tls|name$|start|until|expir|window|ttl",
    re.IGNORECASE,
)
"""Names of texts that services write in their own way."""
_MOVES = re.compile(
    r"capacity|count|quantity|size|storage|iops|throughput|units|current|desired|version|time"
    r"|rank|position|sequence|index|^num|expir|date|until|start|^end|end$",
    re.IGNORECASE,
)
"""Names of numbers that may be adjusted, or change by themselves."""
_STATES = re.compile(r"(status|state)$|encrypt|version|tls", re.IGNORECASE)
_LETTERS = re.compile(r"[^a-z0-9]+")
_NOTHING: tuple[Any, ...] = (ABSENT, None, "", [], {})


@dataclass(frozen=True, slots=True)
class Pair:
    """One part that was given, and what stands in its place; ``beside``: others of it are shown."""

    place: Place
    given: Any
    seen: Any
    shape: Shape
    beside: bool

    @property
    def name(self) -> str:
        """The member's, or the key's."""
        return next(one for one in reversed(self.place) if one != ITEM)

    @property
    def holds(self) -> bool:
        """Whether it is shown as it was given."""
        return mismatch(self.given, self.seen, self.shape, self.place) is None

    @property
    def is_missing(self) -> bool:
        """Whether something was given and nothing is there."""
        return is_nothing(self.seen) and not says_nothing(self.given)

    def is_lost(self) -> bool:
        """Whether it is certainly missing, if nothing says that it does not count."""
        surely = self.beside and not (self.shape.conditional or ONCE.search(self.name))
        return self.is_missing and surely

    def is_another(self) -> bool:
        """Whether another value stands there that is certainly wrong."""
        given, seen = self.given, self.seen
        listed = {str(one).lower() for one in self.shape.limit("enum") or ()}
        if listed or isinstance(given, bool):
            known = (
                isinstance(seen, bool) if isinstance(given, bool) else str(seen).lower() in listed
            )
            return known and not _STATES.search(self.name)
        if is_number(given) and is_number(seen):
            return not _MOVES.search(self.name)
        if not (isinstance(given, str) and isinstance(seen, str)) or not seen:
            return False
        free = FREE_TEXT.fullmatch(self.name) is not None
        one, other = (_LETTERS.sub("", text.lower()) for text in (given, seen))
        apart = one not in other and other not in one and given[:1] not in {"{", "[", "<"}
        return free or (apart and not _OWN_WAY.search(self.name))


def is_nothing(seen: Any) -> bool:
    """Whether nothing is shown, or what is empty."""
    return seen in _NOTHING


def says_nothing(given: Any) -> bool:
    """Whether a read may leave a value out: it has nothing in it but false, 0 and the like."""
    if isinstance(given, dict | list):
        return all(map(says_nothing, given.values() if isinstance(given, dict) else given))
    return given in (*_NOTHING, False, 0)


def pairs(given: Any, seen: Any, shape: Shape | None, place: Place) -> Iterator[Pair]:
    """The parts of what was given, each with what is shown, where anything is shown at all."""
    if shape is None:
        return
    if isinstance(given, list) and isinstance(seen, list) and shape.element is not None:
        for item in given:
            other = next((one for one in seen if _is_that(item, one)), None)
            yield from pairs(item, other, shape.element, (*place, ITEM))
    elif isinstance(given, dict) and isinstance(seen, dict):
        for name, value in given.items():
            inner = shape.members[name].shape if name in shape.members else shape.element
            if inner is None or value is None or is_hidden(name, inner):
                continue
            other = seen.get(name, ABSENT)
            if (isinstance(value, dict) or _has_parts(value)) and other not in (
                ABSENT,
                None,
                [],
                {},
            ):
                yield from pairs(value, other, inner, (*place, name))
            elif not inner.members:
                # Of the keys of a map the service may know some only.
                beside = name in shape.members and bool(seen.keys() - {name})
                yield Pair((*place, name), value, other, inner, beside)


def _has_parts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _is_that(given: Any, seen: Any) -> bool:
    """Whether an entry is that which was given, by its first text: a name, or a key."""
    if not isinstance(given, dict) or not isinstance(seen, dict):
        return False
    first = next((name for name, one in given.items() if isinstance(one, str)), None)
    return first is not None and seen.get(first) == given[first]
