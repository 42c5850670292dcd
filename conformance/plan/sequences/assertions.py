"""What a written step says of an answer. Each raises RuleBroken where it does not hold."""

import base64
import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from conformance.contract.model import Kind, Member, Shape
from conformance.contract.places import ABSENT, Place, canonical, find, parse
from conformance.contract.walk import shape_at, without_unknown
from conformance.plan.sequences.mismatch import instant, is_number, written
from conformance.plan.sequences.steps import NotShown, RuleBroken
from conformance.transport.parsed_response import NOT_JSON, same

Members = Mapping[str, Member]
NO_MEMBERS: Members = {}
AROUND = 300
"""Seconds by which the clocks of two machines may differ, as signatures allow."""
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def assert_present(where: str, body: Any) -> None:
    """A text, a number or a boolean stands at the place."""
    found = next(find(body, parse(where)), NOT_JSON)
    if not isinstance(found, str | int | float) or found == "":
        raise RuleBroken(f"a value at {where}", quoted_value(found))


def assert_absent(where: str, body: Any, nothing: tuple[None, ...] = ()) -> None:
    """Nothing stands at the place, or what counts as ``nothing``: null, which SDKs read so."""
    found = [one for one in find(body, parse(where)) if one not in nothing]
    if found:
        raise RuleBroken(f"no {where} in the answer", quoted_value(found[0]))


def assert_same(places: Sequence[str], body: Any) -> None:
    """Both places show the same, where both are there."""
    one, other = (next(find(body, parse(where)), None) for where in places)
    if one is not None and other is not None and one != other:
        raise RuleBroken(
            f"{' and '.join(places)} are equal", f"{quoted_value(one)}, {quoted_value(other)}"
        )


def assert_not_equal(where: str, unwanted: Any, body: Any) -> None:
    """Another value or moment stands there, or none; of several, none is this one."""
    for found in find(body, parse(where)):
        moment = instant(found)
        if found == unwanted or (moment is not None and moment == instant(unwanted)):
            raise RuleBroken(f"{where} is not {quoted_value(unwanted)}", quoted_value(found))


def assert_contains(where: str, wanted: Any, body: Any) -> None:
    """One of the values there is this; of a structure, it has these members."""
    found = parts = list(find(body, parse(where)))
    if isinstance(wanted, dict):
        parts = [{name: one.get(name) for name in wanted} for one in found if isinstance(one, dict)]
    if not any(_equal(one, wanted) for one in parts):
        raise RuleBroken(f"{quoted_value(wanted)} among the values of {where}", quoted_value(found))


def assert_equal(where: str, wanted: Any, body: Any, documented: Members = NO_MEMBERS) -> None:
    """The value stands there; nothing is as good as an empty list or map.

    Members that ``documented`` does not have may stand beside it.
    """
    place = parse(where)
    found = list(find(body, place))
    if not found:
        if wanted in ([], {}):
            return
        raise RuleBroken(f"{where} is {quoted_value(wanted)}", f"no {where} in the answer")
    shape = _shape(documented, place)
    if not _equal(without_unknown(shape, found[0]), without_unknown(shape, wanted)):
        raise RuleBroken(f"{where} is {quoted_value(wanted)}", quoted_value(found[0]))


def assert_fraction(where: str, last: int | None, seen: list[Any], body: Any) -> None:
    """Of several times at least one has a fraction: one whole second may be chance, four are not.

    ``seen`` gathers them; they are looked at when there are ``last``.
    """
    seen.append(next(find(body, parse(where)), None))
    written = [one for one in seen if isinstance(one, str)]
    if len(written) == last and not any("." in one for one in written):
        raise RuleBroken(f"{where} with milliseconds", ", ".join(written))


def assert_suffix(where: str, ending: str, body: Any) -> None:
    """A text with this ending stands there."""
    found = next(find(body, parse(where)), None)
    if not isinstance(found, str) or not found.endswith(ending):
        raise RuleBroken(f"{where} ends with {ending}", quoted_value(found))


def assert_matches(where: str, pattern: str, body: Any) -> None:
    """Values stand there, and the pattern is of the whole of each."""
    found = list(find(body, parse(where))) or [ABSENT]
    for one in found:
        if one is ABSENT or not re.fullmatch(pattern, written(one)):
            raise RuleBroken(f"{where} matches {pattern}", quoted_value(one))


def assert_greater(where: str, least: Any, body: Any) -> None:
    """A greater number or a later moment stands there."""
    found = next(find(body, parse(where)), None)
    one, other = (
        Decimal(text) if NUMBER.fullmatch(text := written(value)) else instant(value)
        for value in (found, least)
    )
    if one is None or other is None or one <= other:
        raise RuleBroken(f"{where} greater than {quoted_value(least)}", quoted_value(found))


def assert_in_order(where: str, wanted: Sequence[Any], body: Any) -> None:
    """The first of these values stand there, in this order; an answer may stop early."""
    found = list(find(body, parse(where)))
    if not found or found != [*wanted][: len(found)]:
        raise RuleBroken(
            f"{where} is {quoted_value([*wanted])}, in this order", quoted_value(found)
        )


def assert_size(where: str, wanted: int, body: Any, documented: Members = NO_MEMBERS) -> None:
    """So many characters stand there, or so many bytes where the member has bytes."""
    place = parse(where)
    found = next(find(body, place), None)
    shape = _shape(documented, place)
    size = len(found) if isinstance(found, str) else None
    if isinstance(found, str) and shape is not None and shape.kind is Kind.BLOB:
        with suppress(ValueError):  # what is no base64 has no bytes: other requirements say so
            size = len(base64.b64decode(found))
    if size != wanted:
        raise RuleBroken(
            f"{where} of size {wanted}", quoted_value(found) if size is None else str(size)
        )


def assert_from_now(where: str, seconds: int, body: Any) -> None:
    """A moment so far from the present stands there, give or take a tenth or five minutes."""
    found = next(find(body, parse(where)), None)
    moment = instant(found)
    slack = max(abs(seconds) / 10, AROUND)
    if moment is None or abs(moment - time.time() - seconds) > slack:
        raise RuleBroken(f"{where} is {seconds} seconds from now", quoted_value(found))


def assert_values(where: str, wanted: Sequence[Any], body: Any) -> None:
    """Just these values stand there, in this order."""
    found = list(find(body, parse(where)))
    if found != list(wanted):
        raise RuleBroken(
            f"{where} is {quoted_value(list(wanted))}, in this order", quoted_value(found)
        )


def assert_count(where: str, wanted: int, body: Any) -> None:
    """So many values stand there."""
    found = len(list(find(body, parse(where))))
    if found != wanted:
        raise RuleBroken(f"{wanted} at {where}", str(found))


def assert_at_most(where: str, wanted: int, body: Any) -> None:
    """No more values than that stand there; there may be none."""
    found = len(list(find(body, parse(where))))
    if found > wanted:
        raise RuleBroken(f"at most {wanted} at {where}", str(found))


def assert_instant(where: str, wanted: Any, body: Any) -> None:
    """The same moment stands there, however written."""
    found = next(find(body, parse(where)), None)
    if found is None:
        raise RuleBroken(f"{where} is {quoted_value(wanted)}", f"no {where} in the answer")
    if instant(found) != instant(wanted):
        raise RuleBroken(f"{where} is the moment {quoted_value(wanted)}", quoted_value(found))


def assert_unchanged(before: Any, after: Any, but: set[str], documented: Members) -> None:
    """Of the documented members nothing but those named differs between two answers."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        raise NotShown("an answer is not an object")
    for name in sorted(({*before, *after} & {*documented}) - but):
        shape = documented[name].shape
        one, other = (without_unknown(shape, seen.get(name, NOT_JSON)) for seen in (before, after))
        if not _equal(one, other):
            raise RuleBroken(
                f"{name} still {quoted_value(before.get(name))}", quoted_value(after.get(name))
            )


def _equal(before: Any, after: Any) -> bool:
    """Equal as JSON; the order of a list is not promised."""
    if isinstance(before, list) and isinstance(after, list):
        return sorted(map(canonical, before)) == sorted(map(canonical, after))
    if is_number(before) and is_number(after):
        return bool(before == after)
    if before is after or same(before, after) or _same_flag(before, after):
        return True
    maps = isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys()
    return maps and all(_equal_within(one, after[name]) for name, one in before.items())


def _equal_within(before: Any, after: Any) -> bool:
    """The same of what a map has: its lists of plain values have no order, as sets have none."""
    if isinstance(before, list) and any(isinstance(one, dict | list) for one in before):
        return same(before, after)
    return _equal(before, after)


def _same_flag(one: Any, other: Any) -> bool:
    """A flag and its text: that a member has the wrong type is another requirement's business."""
    texts = {one, other} if isinstance(one, str | bool) and isinstance(other, str | bool) else {}
    return texts in ({True, "true"}, {False, "false"})


def _shape(documented: Members, place: Place) -> Shape | None:
    """The shape that the documents give a place of an answer."""
    about = documented.get(place[0]) if place else None
    return None if about is None else shape_at(about.shape, place[1:])


def quoted_value(value: Any) -> str:
    """A value in a sentence, the beginning of a long one."""
    if value in (NOT_JSON, ABSENT):
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:160]}... ({len(text)} characters)"
