"""Valid values, boundary values and single faults for one shape.

Each is a value with a note that says what it is; the accept side keeps every limit of the shape,
the reject side breaks exactly the limit it is for (or, where no such value exists, that limit and
others of the same value).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.contract.model import Kind, Shape
from conformance.contract.validate import is_valid, shape_violations
from conformance.plan.generation import strings
from conformance.plan.generation.suggestions import listed, suggestions

FAR = "${future}"


GROWING = frozenset({"maxLength", "maxItems", "maxProperties"})
MOST = 4_000_000
"""No more characters than that are made: some limits are of two thousand million."""


class BoundaryValue(NamedTuple):
    """A value and what it is."""

    value: Any
    note: str


DIGIT = "1"
BYTES = "Y29uZm9ybWFuY2U="
"""A blob as most protocols write it; where bytes go as they are, it is as good as any."""


def sample(shape: Shape, index: int = 0) -> Any:
    """A valid value; another one for another index where the shape allows."""
    if shape.examples:
        return shape.examples[index % len(shape.examples)]
    if shape.limit("enum"):
        enum = listed(shape)
        return enum[index % len(enum)]
    likely = suggestions(shape)
    if index < len(likely):
        return likely[index]
    if shape.kind is Kind.STRING:
        return _text(shape, index)
    return _simple(shape, index)


def _simple(shape: Shape, index: int) -> Any:
    if shape.kind is Kind.BOOLEAN:
        return index % 2 == 0
    if shape.kind in {Kind.INTEGER, Kind.NUMBER}:
        return _number(shape)
    if shape.kind is Kind.TIMESTAMP:
        return FAR if shape.wire is not Kind.NUMBER else 2_000_000_000
    if shape.kind is Kind.LIST and shape.element is not None:
        return items(shape, max(1, shape.limit("minItems") or 1))
    if shape.kind is Kind.MAP:
        return entries(shape, max(1, shape.limit("minProperties") or 1))
    if shape.union:
        return _one_of(shape, index)
    if shape.kind is Kind.STRUCTURE:
        wanted = [m for m in shape.members.values() if m.required] or shape.members.values()
        return {member.name: sample(member.shape, index) for member in wanted}
    if shape.kind is Kind.BLOB:
        return BYTES
    # Of a structure whose members are not known, or that contains itself, an empty one.
    return {} if shape.name else "conformance"


def _number(shape: Shape) -> Any:
    """One, or what is next to it within the limits: a level in decibels may be below zero."""
    most, least = shape.limit("maximum"), max(1, shape.limit("minimum") or 1)
    return least if most is None else min(least, most)


def _one_of(shape: Shape, index: int) -> dict[str, Any]:
    """Exactly one member of a union: the first whose values are known."""
    members = [one for one in shape.members.values() if one.shape.kind is not Kind.ANY]
    chosen = (members or list(shape.members.values()))[0]
    return {chosen.name: sample(chosen.shape, index)}


def _text(shape: Shape, index: int) -> str:
    least, most = shape.limit("minLength") or 0, shape.limit("maxLength") or 64
    pattern = shape.limit("pattern")
    length = min(most, max(least, 8) + index)
    if pattern is None or strings.pattern_error(pattern):
        # Whether that matches is not known: no request with it is taken for a right one.
        return f"{index}conformance{strings.FILL * 3}"[:length]
    length = min(most, strings.shortest(pattern, max(least, 1)) + index)
    found = strings.of_length(pattern, length)
    return found if found is not None else ""


def is_carried(shape: Shape, keyword: str) -> bool:
    """Whether one request carries a value at the limit: not 50,000 items of 2,000 characters."""
    limit = shape.limit(keyword)
    if keyword not in GROWING:
        return True
    if keyword == "maxLength" or shape.element is None or limit > MOST:
        return bool(limit <= MOST)
    return bool(limit * len(str(sample(shape.element, limit))) <= MOST)


def items(shape: Shape, count: int) -> list[Any]:
    """A list of ``count`` valid items, different where the item's shape has enough values."""
    element = shape.element
    return [] if element is None else [sample(element, index) for index in range(count)]


def entries(shape: Shape, count: int) -> dict[str, Any]:
    """A map of ``count`` valid entries."""
    value = sample(shape.element) if shape.element is not None else "v"
    return {_key(shape.key, index): value for index in range(count)}


def _key(shape: Shape | None, index: int) -> str:
    """A valid key of a map; another one for another index where the shape allows."""
    if shape is not None and (shape.limit("enum") or shape.limit("pattern") is not None):
        usual = f"key-{index:03}"
        return usual if is_valid(shape, usual) else str(sample(shape, index))
    least = 1 if shape is None else shape.limit("minLength") or 1
    return f"key-{index:0{max(3, least - 4)}}"


def text_of(shape: Shape, length: int) -> str | None:
    """A string of an exact length that keeps the pattern; from an example where there is one.

    Of those that end in a wildcard first: with more of it they mean what they meant, while longer
    names may name nothing. What is likely a number in a text is one at any length.
    """
    pattern = shape.limit("pattern")
    if pattern is not None and strings.pattern_error(pattern):
        pattern = None
    for example in sorted(shape.examples, key=lambda one: not one.endswith("*")):
        if len(example) == length:
            return str(example)
        more = length - len(example)
        stretched = f"{example}{'*' * more if example.endswith('*') else strings.filler(more)}"
        if len(stretched) == length and _only(shape, stretched, {"minLength", "maxLength"}):
            return stretched
    if pattern is None and str(next(iter(suggestions(shape)), "")).isdigit():
        return DIGIT * length
    return strings.of_length(pattern, length)


def accepted(shape: Shape, keyword: str) -> Iterator[BoundaryValue]:
    """The values on the allowed side of a limit: at it, and one step inside."""
    if shape.closed:
        yield from _closed(shape, keyword)
        return
    limit = shape.limit(keyword)
    if keyword == "enum":
        yield from (BoundaryValue(value, "a listed value") for value in limit)
    elif keyword == "pattern":
        yield from _matching(shape)
    else:
        step = 1 if keyword.startswith("min") else -1
        for size, note in ((limit, "at the limit"), (limit + step, "one step inside")):
            value = sized(shape, keyword, size)
            if value is not None and is_valid(shape, value):
                yield BoundaryValue(value, note)
        if keyword == "maxLength" and _takes_any_text(shape):
            # Characters, not bytes; and of a plane where no count of characters differs.
            yield BoundaryValue("\u00e9" * limit, "at the limit, with two-byte characters")


def _takes_any_text(shape: Shape) -> bool:
    """The pages limit the length and nothing else; what recordings limit may limit more."""
    return (
        shape.constraints["maxLength"].source.document is not None
        and shape.limit("pattern") is None
        and shape.limit("enum") is None
        and not shape.examples
    )


def _closed(shape: Shape, keyword: str) -> Iterator[BoundaryValue]:
    """Of a closed shape only examples, and the first ones: they go with the base request."""
    chosen = sorted(shape.examples[:3], key=len, reverse=keyword == "maxLength")
    yield from (BoundaryValue(value, "a value known to be valid") for value in chosen[:2])


def _matching(shape: Shape) -> Iterator[BoundaryValue]:
    least, most = shape.limit("minLength") or 0, shape.limit("maxLength")
    pattern = shape.limit("pattern")
    # Prose often asks more of a value than its pattern does: examples show what.
    lengths = [] if shape.examples else [strings.shortest(pattern, least)]
    if most is not None and most <= MOST:
        lengths.append(most)
    yield from (
        BoundaryValue(example, "a value known to be valid") for example in shape.examples[:3]
    )
    for length in dict.fromkeys(lengths):
        value = text_of(shape, length)
        if value is not None and is_valid(shape, value):
            yield BoundaryValue(value, f"a match of {length} characters")


def sized(shape: Shape, keyword: str, size: int) -> Any:
    """A value of a length, count or magnitude; None where there is none."""
    if keyword in {"minimum", "maximum"}:
        return size
    if size < 0:
        return None
    if keyword in {"minItems", "maxItems"}:
        return items(shape, size)
    if keyword in {"minProperties", "maxProperties"}:
        return entries(shape, size)
    return text_of(shape, size)


def refused(shape: Shape, keyword: str) -> Iterator[BoundaryValue]:
    """The values on the forbidden side of a limit, nearest first."""
    limit = shape.limit(keyword)
    if keyword == "enum":
        yield from _outside(limit)
    elif keyword == "pattern":
        yield from _missing_pattern(shape)
    else:
        step = -1 if keyword.startswith("min") else 1
        value = sized(shape, keyword, limit + step)
        note = "one less than the minimum" if step < 0 else "one more than the maximum"
        if value is None and limit + step == 0:
            value = ""  # nothing of length 0 matches the pattern: still too short
        if value is not None and not is_valid(shape, value):
            yield BoundaryValue(value, note)


def _missing_pattern(shape: Shape) -> Iterator[BoundaryValue]:
    """Near misses of the pattern that keep every other limit.

    The empty string is left out where the stated minimum length is 0: there the documents
    contradict themselves (aws-behaviour, cautions, 6).
    """
    pattern = shape.limit("pattern")
    valid = sample(shape)
    if not isinstance(valid, str) or not valid or "${" in valid:
        valid = (
            text_of(shape, strings.shortest(pattern, max(1, shape.limit("minLength") or 1))) or ""
        )
    for text, note in strings.near_misses(pattern, valid):
        if text and _only(shape, text, {"pattern"}):
            yield BoundaryValue(text, note)


def _only(shape: Shape, value: Any, allowed: set[str]) -> bool:
    return {violation.keyword for violation in shape_violations(shape, value)} <= allowed


def _outside(listed: list[Any]) -> Iterator[BoundaryValue]:
    first = str(listed[0])
    for text, note in (
        ("no-such-value", "a value that is not listed"),
        (first.swapcase(), OTHER_CASE),
        (f"{first}x", "a listed value with an extra letter"),
        (first[:-1], "a listed value without its last letter"),
    ):
        if text not in listed:
            yield BoundaryValue(text, note)


OTHER_CASE = "a listed value in the opposite case"
WRONG: dict[Kind, tuple[Any, ...]] = {
    Kind.STRING: (1, True, ["x"], {"x": "y"}),
    Kind.TIMESTAMP: (True, ["x"], {"x": "y"}),
    Kind.BOOLEAN: ("true", 1, ["x"], {"x": "y"}),
    Kind.INTEGER: ("x", True, [1], {"x": 1}),
    Kind.NUMBER: ("x", True, [1], {"x": 1}),
    Kind.LIST: ("x", 1, True, {"x": "y"}),
    Kind.MAP: ("x", 1, True, ["x"]),
    Kind.STRUCTURE: ("x", 1, True, ["x"]),
}
JSON_NAMES = {str: "string", bool: "boolean", int: "number", list: "array", dict: "object"}


def wrong_types(shape: Shape) -> Iterator[BoundaryValue]:
    """Values of each JSON type that the shape is not, less those that AWS may convert."""
    for value in WRONG.get(shape.kind, ()):
        name = JSON_NAMES[type(value)]
        if name not in shape.lenient:
            yield BoundaryValue(value, f"a JSON {name}")
