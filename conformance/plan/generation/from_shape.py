"""Hypothesis strategies for every shape: valid values, or values with exactly one named fault.

A fault is a place within the value and the keyword that is broken there (``Violation``), so that
what is drawn can be checked by the same validation that judges what was sent.
"""

import base64
import string
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from conformance.contract.model import Kind, Member, Shape
from conformance.contract.places import ITEM, KEY, VALUE, Place, canonical
from conformance.contract.validate import Violation, shape_violations
from conformance.contract.walk import element_step
from conformance.plan.generation import strategies, strings, values

Strategy = st.SearchStrategy[Any]

LONGEST = 4096
"""Texts and lists that would have to be longer than this are left to the boundary values."""
MOST_ITEMS = 64
BEYOND = 8
"""How far beyond a limit a drawn value goes."""
LETTERS = string.ascii_letters + string.digits
WORD = st.text(st.sampled_from(LETTERS), min_size=1, max_size=12)
JSON_TYPES: dict[type, Strategy] = {
    str: WORD,
    bool: st.booleans(),
    int: st.integers(-1000, 1000),
    list: st.lists(st.one_of(WORD, st.integers(0, 9)), max_size=2),
    dict: st.dictionaries(WORD, WORD, max_size=2),
}

_made: dict[tuple[int, Violation | None], Strategy] = {}
_kept: list[Shape] = []


def from_shape(shape: Shape, fault: Violation | None = None) -> Strategy:
    """Valid values of a shape, or values that break just the one limit of the fault.

    The same strategy is given for the same shape and fault: making one costs more than a draw.
    """
    key = (id(shape), fault)
    if key not in _made:
        _kept.append(shape)  # keeps the id of the shape from being used again
        _made[key] = _valid(shape) if fault is None else _with_fault(shape, fault)
    return _made[key]


def faults_of(shape: Shape, place: Place = ()) -> Iterator[Violation]:
    """Every single fault that a value of the shape can have, and that can be drawn."""
    if any(_wrong(shape)):
        yield Violation(place, "type")
    yield from (Violation(place, name) for name in shape.constraints if _can_break(shape, name))
    if shape.element is not None and _has_room(shape):
        step = element_step(shape)
        yield from faults_of(shape.element, (*place, step))
    if shape.key is not None and _has_room(shape):
        for name in shape.key.constraints:
            if _can_break(shape.key, name):
                yield Violation((*place, KEY), name)
    for member in shape.members.values():
        if member.required:
            yield Violation((*place, member.name), "required")
        yield from faults_of(member.shape, (*place, member.name))


# -- valid values ----------------------------------------------------------------------------------


def _valid(shape: Shape) -> Strategy:
    if shape.examples:
        return st.sampled_from(shape.examples)
    if shape.limit("enum"):
        return st.sampled_from(shape.limit("enum"))
    made = _BY_KIND.get(shape.kind)
    return WORD if made is None else made(shape)


def _whole_number(shape: Shape) -> Strategy:
    low, high = shape.limit("minimum"), shape.limit("maximum")
    low = (1 if high is None or high >= 1 else high - 1000) if low is None else low
    return st.integers(low, low + 1000 if high is None else high)


def _number(shape: Shape) -> Strategy:
    low, high = shape.limit("minimum"), shape.limit("maximum")
    low = 0 if low is None else low
    return st.floats(low, low + 1000 if high is None else high, allow_nan=False, width=32)


def _instant(shape: Shape) -> Strategy:
    if shape.wire is Kind.NUMBER:
        return st.integers(1_900_000_000, 2_100_000_000)
    return st.sampled_from([values.FAR, "2049-06-01T12:00:00.000Z"])


def _blob(_: Shape) -> Strategy:
    return st.binary(min_size=1, max_size=24).map(lambda data: base64.b64encode(data).decode())


def _list(shape: Shape) -> Strategy:
    least = shape.limit("minItems") or 0
    most = min(shape.limit("maxItems") or least + 3, least + 3)
    if shape.element is None:
        return st.just([])
    return st.lists(from_shape(shape.element), min_size=least, max_size=most, **_unlike(least))


def _map(shape: Shape) -> Strategy:
    least = shape.limit("minProperties") or 0
    most = min(shape.limit("maxProperties") or least + 3, least + 3)
    keys = WORD if shape.key is None else from_shape(shape.key)
    inner = WORD if shape.element is None else from_shape(shape.element)
    return st.dictionaries(keys, inner, min_size=least, max_size=most)


def _members(shape: Shape, instead: dict[str, Strategy], without: str = "") -> Strategy:
    """An object with its required members, some of the others, and those that are given."""
    rest = [one for one in shape.members.values() if one.name not in {*instead, without}]
    needed = {one.name: from_shape(one.shape) for one in rest if one.required}
    extra = {one.name: from_shape(one.shape) for one in rest if not one.required}
    return st.fixed_dictionaries({**needed, **instead}, optional=extra)


_BY_KIND: dict[Kind, Callable[[Shape], Strategy]] = {
    Kind.STRING: strategies.inside,
    Kind.INTEGER: _whole_number,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: lambda _: st.booleans(),
    Kind.TIMESTAMP: _instant,
    Kind.BLOB: _blob,
    Kind.LIST: _list,
    Kind.MAP: _map,
    Kind.STRUCTURE: lambda shape: _members(shape, {}),
}


# -- one fault -------------------------------------------------------------------------------------


def _with_fault(shape: Shape, fault: Violation) -> Strategy:
    """Values that break the limit, held to break nothing else."""
    drawn = _broken(shape, fault.place, fault.keyword)
    return drawn.filter(lambda value: {*shape_violations(shape, value)} == {fault})


def _broken(shape: Shape, place: Place, keyword: str) -> Strategy:
    if not place:
        return _breaks(shape, keyword)
    step, rest = place[0], place[1:]
    if step == ITEM and shape.element is not None:
        return _item(shape, _broken(shape.element, rest, keyword))
    if step == VALUE and shape.element is not None:
        return _entry(shape, WORD, _broken(shape.element, rest, keyword))
    if step == KEY and shape.key is not None:
        inner = WORD if shape.element is None else from_shape(shape.element)
        return _entry(shape, _breaks(shape.key, keyword), inner)
    member: Member | None = shape.members.get(step)
    if member is None:
        return st.nothing()
    if not rest and keyword == "required":
        return _members(shape, {}, without=step)
    return _members(shape, {step: _broken(member.shape, rest, keyword)})


def _item(shape: Shape, broken: Strategy) -> Strategy:
    """A list with one broken item or more, among valid ones or alone."""
    least, most = shape.limit("minItems") or 0, shape.limit("maxItems") or BEYOND
    room = max(1, min(most, least + 3))
    spoilt = st.lists(broken, min_size=1, max_size=min(2, room), unique_by=canonical)
    valid = from_shape(shape.element) if shape.element else WORD
    others = st.lists(
        valid,
        min_size=max(0, least - 1),
        max_size=max(0, least - 1, room - 2),
        **_unlike(least - 1),
    )
    parts = st.tuples(others, st.integers(0, 2), spoilt)
    return parts.map(lambda one: [*one[0][: one[1]], *one[2], *one[0][one[1] :]])


def _entry(shape: Shape, key: Strategy, value: Strategy) -> Strategy:
    """A map with one more entry of this key and value."""
    small = st.dictionaries(
        WORD if shape.key is None else from_shape(shape.key),
        WORD if shape.element is None else from_shape(shape.element),
        max_size=1,
    )
    return st.tuples(small, key, value).map(lambda one: {**one[0], one[1]: one[2]})


def _breaks(shape: Shape, keyword: str) -> Strategy:
    if keyword == "type":
        return st.one_of([JSON_TYPES[kind] for kind in _wrong(shape)])
    if keyword == "enum":
        listed = shape.limit("enum")
        return WORD.filter(lambda text: text not in listed)
    if keyword == "pattern":
        return strategies.outside_pattern(shape)
    limit = shape.limit(keyword)
    if keyword in {"minimum", "maximum"}:
        low, high = (limit - 1000, limit - 1) if keyword == "minimum" else (limit + 1, limit + 1000)
        return st.integers(low, high)
    sizes = _sizes(keyword, limit)
    sized = sizes.map(lambda size: values.sized(shape, keyword, size))
    return sized.filter(lambda value: value is not None)


def _sizes(keyword: str, limit: int) -> Strategy:
    if keyword.startswith("max"):
        return st.integers(limit + 1, limit + BEYOND)
    # An empty text is another matter: whether it counts as given is not stated everywhere.
    return st.integers(1 if keyword == "minLength" else 0, limit - 1)


def _can_break(shape: Shape, keyword: str) -> bool:
    limit = shape.limit(keyword)
    if keyword == "pattern":
        return strings.pattern_error(limit) is None
    if keyword == "maxLength":
        return bool(limit < LONGEST)
    if keyword in {"maxItems", "maxProperties"}:
        return bool(limit < MOST_ITEMS)
    if keyword == "minLength":
        return bool(limit > 1)
    return keyword not in {"minItems", "minProperties"} or limit > 0


def _has_room(shape: Shape) -> bool:
    """Whether a list or a map may have anything in it."""
    return 0 not in {shape.limit("maxItems"), shape.limit("maxProperties")}


def _wrong(shape: Shape) -> Iterator[type]:
    """The JSON types that a value of the shape surely must not have."""
    for value in values.WRONG.get(shape.kind, ()):
        if values.JSON_NAMES[type(value)] not in shape.lenient:
            yield type(value)


def _unlike(least: int) -> dict[str, Any]:
    """Items that differ, where there need not be more of them than there may be values."""
    return {"unique_by": canonical} if least <= 1 else {}
