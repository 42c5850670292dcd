"""What is said about an answer: by a written step, or that it shows what was given.

Each assertion raises RuleBroken where it does not hold. ``mismatch`` takes whatever way of writing
it means the same. An answer may show more: defaults, what the service adds. What the answer's own
shape lacks was never promised. The order of a list is not promised either; times are compared as
points in time, JSON in a text as JSON, numbers and flags with their texts, since other requirements
check types.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple

from conformance.contract.listing.readback import is_hidden
from conformance.contract.model import Kind, Member, Shape
from conformance.contract.places import ABSENT, ITEM, Place, find, parse
from conformance.contract.validate import is_of_kind
from conformance.contract.walk import shape_at, without_unknown
from conformance.plan.generation.instants import instant
from conformance.plan.sequences.steps import NotShown, RuleBroken
from conformance.transport.parsed_response import NOT_JSON, same

Members = Mapping[str, Member]
NO_MEMBERS: Members = {}
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def has(where: str, body: Any) -> None:
    """A text, a number or a boolean stands at the place."""
    found = next(find(body, parse(where)), NOT_JSON)
    if not isinstance(found, str | int | float) or found == "":
        raise RuleBroken(f"a value at {where}", shown(found))


def hides(where: str, body: Any) -> None:
    """Nothing stands at the place."""
    found = list(find(body, parse(where)))
    if found:
        raise RuleBroken(f"no {where} in the answer", shown(found[0]))


def equal(places: Sequence[str], body: Any) -> None:
    """Both places show the same, where both are there."""
    one, other = (next(find(body, parse(where)), None) for where in places)
    if one is not None and other is not None and one != other:
        raise RuleBroken(f"{' and '.join(places)} are equal", f"{shown(one)}, {shown(other)}")


def differs(where: str, unwanted: Any, body: Any) -> None:
    """Another value or moment stands there, or none."""
    found = next(find(body, parse(where)), None)
    if found is None:
        return
    moment = instant(found)
    if found == unwanted or (moment is not None and moment == instant(unwanted)):
        raise RuleBroken(f"{where} is not {shown(unwanted)}", shown(found))


def shows(where: str, wanted: Any, body: Any, documented: Members = NO_MEMBERS) -> None:
    """The value stands there; nothing is as good as an empty list or map.

    Members that ``documented`` does not have may stand beside it.
    """
    place = parse(where)
    found = list(find(body, place))
    if not found:
        if wanted in ([], {}):
            return
        raise RuleBroken(f"{where} is {shown(wanted)}", f"no {where} in the answer")
    about = documented.get(place[0]) if place else None
    shape = None if about is None else shape_at(about.shape, place[1:])
    if not _equal(without_unknown(shape, found[0]), without_unknown(shape, wanted)):
        raise RuleBroken(f"{where} is {shown(wanted)}", shown(found[0]))


def fraction(where: str, last: int | None, seen: list[Any], body: Any) -> None:
    """Of several times at least one has a fraction: one whole second may be chance, four are not.

    ``seen`` gathers them; they are looked at when there are ``last``.
    """
    seen.append(next(find(body, parse(where)), None))
    written = [one for one in seen if isinstance(one, str)]
    if len(written) == last and not any("." in one for one in written):
        raise RuleBroken(f"{where} with milliseconds", ", ".join(written))


def ends(where: str, ending: str, body: Any) -> None:
    """A text with this ending stands there."""
    found = next(find(body, parse(where)), None)
    if not isinstance(found, str) or not found.endswith(ending):
        raise RuleBroken(f"{where} ends with {ending}", shown(found))


def matches(where: str, pattern: str, body: Any) -> None:
    """Values stand there, and the pattern is of the whole of each."""
    found = list(find(body, parse(where))) or [ABSENT]
    for one in found:
        if one is ABSENT or not re.fullmatch(pattern, _text(one)):
            raise RuleBroken(f"{where} of the form {pattern}", shown(one))


def exceeds(where: str, least: Any, body: Any) -> None:
    """A greater number or a later moment stands there."""
    found = next(find(body, parse(where)), None)
    one, other = (
        Decimal(text) if NUMBER.fullmatch(text := _text(value)) else instant(value)
        for value in (found, least)
    )
    if one is None or other is None or one <= other:
        raise RuleBroken(f"{where} beyond {shown(least)}", shown(found))


def among(where: str, wanted: Any, body: Any) -> None:
    """One of the values that stand there is this one."""
    found = list(find(body, parse(where)))
    if not any(_equal(one, wanted) for one in found):
        raise RuleBroken(f"{shown(wanted)} at {where}", shown(found))


def in_order(where: str, wanted: Sequence[Any], body: Any) -> None:
    """The first of these values stand there, in this order; an answer may stop early."""
    found = list(find(body, parse(where)))
    if not found or found != [*wanted][: len(found)]:
        raise RuleBroken(f"{shown([*wanted])} in this order at {where}", shown(found))


def counts(where: str, wanted: int, body: Any) -> None:
    """So many values stand there."""
    found = len(list(find(body, parse(where))))
    if found != wanted:
        raise RuleBroken(f"{wanted} at {where}", str(found))


def shows_instant(where: str, wanted: Any, body: Any) -> None:
    """The same moment stands there, however written."""
    found = next(find(body, parse(where)), None)
    if found is None:
        raise RuleBroken(f"{where} is {shown(wanted)}", f"no {where} in the answer")
    if instant(found) != instant(wanted):
        raise RuleBroken(f"{where} is the moment {shown(wanted)}", shown(found))


def keeps(before: Any, after: Any, but: set[str], documented: Members) -> None:
    """Of the documented members nothing but those named differs between two answers."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        raise NotShown("an answer is no object")
    for name in sorted(({*before, *after} & {*documented}) - but):
        shape = documented[name].shape
        one, other = (without_unknown(shape, seen.get(name, NOT_JSON)) for seen in (before, after))
        if not _equal(one, other):
            raise RuleBroken(f"{name} still {shown(before.get(name))}", shown(after.get(name)))


def _equal(before: Any, after: Any) -> bool:
    """Equal as JSON; the order of a list is not promised."""
    if isinstance(before, list) and isinstance(after, list):
        return sorted(map(_canonical, before)) == sorted(map(_canonical, after))
    return before is after or same(before, after) or _same_flag(before, after)


def _same_flag(one: Any, other: Any) -> bool:
    """A flag and its text: that a member has the wrong type is another requirement's business."""
    texts = {one, other} if isinstance(one, str | bool) and isinstance(other, str | bool) else {}
    return texts in ({True, "true"}, {False, "false"})


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def shown(value: Any) -> str:
    """A value in a sentence, the beginning of a long one."""
    if value in (NOT_JSON, ABSENT):
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:160]}... ({len(text)} characters)"


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
    if _is_number(given) and _is_number(seen):
        if _is_whole(given) and _is_whole(seen):
            return bool(given == seen)
        with suppress(OverflowError):  # more digits than a float holds are near to nothing else
            return math.isclose(given, seen, rel_tol=1e-6)
    return _text(given) == _text(seen)


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or value.is_integer()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


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
