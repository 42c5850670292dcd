"""Whether an answer shows what was given, in whatever way of writing it means the same.

An answer may show more: defaults, what the service adds. What the answer's own shape lacks was
never promised. The order of a list is not promised either; times are compared as points in time,
JSON in a text as JSON, numbers and flags with their texts, since other requirements check types.
"""

import json
import math
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from conformance.contract.listing.readback import is_hidden
from conformance.contract.model import Kind, Shape
from conformance.contract.places import ABSENT, ITEM, Place, canonical
from conformance.contract.walk import is_of_kind

LOOSE = ("arn:", "http:", "https:")
"""Beginnings of texts that may come back in other case, or with another slash at the end."""


class Mismatch(NamedTuple):
    """Where what was given is not shown, what it was, and what is there."""

    place: Place
    given: Any
    seen: Any


def mismatch(given: Any, seen: Any, shape: Shape | None, place: Place) -> Mismatch | None:
    """The first thing given that is not shown; None where all is."""
    if given is None or shape is None or is_hidden(place[-1], shape) or _is_masked(seen):
        return None
    if shape.kind is not Kind.TIMESTAMP and not is_of_kind(shape, given):
        return None  # the answer has something else under this name
    if seen is None or seen is ABSENT:
        return _missing(given, shape, place)
    if isinstance(given, dict):
        return _entries(given, seen, shape, place)
    if isinstance(given, list):
        return _items(given, seen, shape, place)
    if shape.kind is Kind.TIMESTAMP:
        return None if instant(given) == instant(seen) else Mismatch(place, given, seen)
    return None if _means_the_same(given, seen) else Mismatch(place, given, seen)


def _missing(given: Any, shape: Shape, place: Place) -> Mismatch | None:
    """Where nothing matches: of a structure the first part that the answer should have."""
    if shape.kind is Kind.STRUCTURE:
        return _entries(given, {}, shape, place)
    return None if given in ([], {}, "") else Mismatch(place, given, ABSENT)


def _entries(given: dict[str, Any], seen: Any, shape: Shape, place: Place) -> Mismatch | None:
    if not isinstance(seen, dict):
        return Mismatch(place, given, seen)
    for name, value in given.items():
        if shape.kind is Kind.MAP:
            inner = shape.element
        else:
            inner = shape.members[name].shape if name in shape.members else None
        found = mismatch(value, seen.get(name, ABSENT), inner, (*place, name))
        if found is not None:
            return found
    return None


def _items(given: list[Any], seen: Any, shape: Shape, place: Place) -> Mismatch | None:
    """Each item that was given is among those shown."""
    if not isinstance(seen, list):
        return Mismatch(place, given, seen)
    for item in given:
        there = (mismatch(item, one, shape.element, (*place, ITEM)) for one in seen)
        if all(found is not None for found in there):
            return Mismatch((*place, ITEM), item, seen)
    return None


def _is_masked(seen: Any) -> bool:
    return isinstance(seen, str) and len(seen) > 2 and not seen.strip("*")


def _means_the_same(given: Any, seen: Any) -> bool:
    if isinstance(given, str) and isinstance(seen, str):
        return given == seen or _loosely(given) == _loosely(seen) or _same_json(given, seen)
    if is_number(given) and is_number(seen):
        if _is_whole(given) and _is_whole(seen):
            return bool(given == seen)
        with suppress(OverflowError):  # more digits than a float holds are near to nothing else
            return math.isclose(given, seen, rel_tol=1e-6)
    return written(given) == written(seen)


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or value.is_integer()


def is_number(value: Any) -> bool:
    """Whether it is a number, which a flag is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def written(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else canonical(value)


def _loosely(text: str) -> str:
    return text.lower().rstrip("/") if text.lower().startswith(LOOSE) else text


def _same_json(given: str, seen: str) -> bool:
    """Texts of JSON objects or lists that say the same."""
    if given[:1] not in {"{", "["}:
        return False
    try:
        return bool(json.loads(given) == json.loads(seen))
    except (ValueError, RecursionError):
        return False


def instant(value: Any) -> float | None:
    """Seconds since 1970 of a timestamp (ISO 8601 text or a number); None for anything else."""
    if isinstance(value, bool):
        return None
    if not isinstance(value, int | float | str):
        return None
    try:
        if not isinstance(value, str):
            return float(value)
        moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
