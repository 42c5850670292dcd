"""Values that a member may well take, by what it is called: where nothing states a right one."""

import json
import re
from collections.abc import Iterator
from typing import Any

from conformance.contract.aws_values import Type, examples, special, suggested
from conformance.contract.model import Called, Kind, Shape
from conformance.contract.regex import patterns
from conformance.contract.validate import shape_violations
from conformance.plan.generation import strings

PARTS = 6
LITERAL = re.compile(r"[a-z0-9-]+")
WHERE = ("${region}:${account}", ":${account}", ":", "${region}:")
"""Region and account: global services state neither, or the account alone."""
OPEN, CLOSED = "([{", ")]}"


def arns_of(pattern: str, service: str) -> Iterator[str]:
    """Templates of ARNs that may match; none for a pattern that is of no ARN."""
    start = pattern.find("arn")
    parts = list(_parts(pattern[start:])) if start >= 0 else []
    if len(parts) < PARTS:
        return
    ending = ":".join(parts[PARTS - 1 :])
    if strings.pattern_error(ending) is not None:
        return
    text = strings.of_length(ending, strings.shortest(ending, 1))
    stated = parts[2] if LITERAL.fullmatch(parts[2]) else service
    if text:
        yield from (f"arn:aws:{stated}:{where}:{text}" for where in WHERE)


def _parts(text: str) -> Iterator[str]:
    """What stands between the colons that are outside of every bracket, up to where it ends."""
    depth, part, escaped = 0, "", False
    for char in text:
        if escaped or char == "\\":
            escaped = not escaped
        elif char in OPEN:
            depth += 1
        elif char in CLOSED:
            depth -= 1
        if depth < 0 or (depth == 0 and not escaped and char in "|$"):
            break
        if char == ":" and depth == 0:
            yield part
            part = ""
        else:
            part += char
    yield part


LIMITS = ("minLength", "maxLength", "minimum", "maximum", "pattern", "enum")
ARN = re.compile(
    r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d*):(?P<rest>\S+)"
)
TYPES: dict[Kind, Type] = {
    Kind.STRING: "string",
    Kind.BLOB: "blob",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "integer",
    Kind.TIMESTAMP: "instant",
}

_of_shape: dict[int, tuple[Shape, tuple[Any, ...]]] = {}
"""By the identity of the shape, which is kept: nothing about a shape changes."""
_fitting: dict[str, tuple[Any, ...]] = {}
"""By what shapes are called and what limits they have: many are alike."""


def suggestions(shape: Shape) -> tuple[Any, ...]:
    """Templates that keep the limits of the shape once a run has filled them, likeliest first.

    Names that nothing else has and what a run makes first come before what the model's prose shows.
    """
    if shape.called is None:
        return ()
    known = _of_shape.get(id(shape))
    if known is None:
        known = _of_shape[id(shape)] = shape, _suggested(shape, shape.called)
    return known[1]


def listed(shape: Shape) -> list[Any]:
    """The listed values of a shape, those first that its service alone has for such a member."""
    listed = shape.limit("enum") or []
    called, of_type = shape.called, _type(shape)
    if called is None or of_type is None:
        return list(listed)
    first = special(called.name, called.inside, of_type, called.service)
    return [*(one for one in first if one in listed), *(one for one in listed if one not in first)]


def _suggested(shape: Shape, called: Called) -> tuple[Any, ...]:
    of_type, pattern = _type(shape), shape.limit("pattern")
    if of_type is None or (pattern is not None and not patterns.can_match(pattern)):
        return ()  # of such a pattern nobody knows what matches
    limits = {name: shape.limit(name) for name in LIMITS if name in shape.constraints}
    key = json.dumps([called, of_type, limits, shape.usual], default=str)
    if key not in _fitting:
        _fitting[key] = _fitting_ones(shape, called, of_type, pattern)
    return _fitting[key]


def _fitting_ones(
    shape: Shape, called: Called, of_type: Type, pattern: str | None
) -> tuple[Any, ...]:
    own = special(called.name, called.inside, of_type, called.service)
    found = suggested(called.name, called.inside, of_type, pattern, called.service)
    found = tuple(one for one in found if one not in own)
    made = [one for one in found if "${" in str(one)]
    fixed = [one for one in found if one not in made]
    arns = arns_of(pattern, called.service) if pattern is not None else ()
    usual = (_moved(one) for one in shape.usual if one != "")
    fitting = [one for one in (*own, *made, *usual, *fixed, *arns) if _keeps(shape, one)]
    return tuple({str(one): one for one in reversed(fitting)}.values())[::-1]


def _keeps(shape: Shape, template: Any) -> bool:
    return not any(any(shape_violations(shape, filled)) for filled in examples(template))


def _moved(value: Any) -> Any:
    """An ARN that prose shows, in the region and account of the run where it states them."""
    found = ARN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    region = "${region}" if found["region"] else ""
    account = "${account}" if found["account"] else ""
    return f"arn:aws:{found['service']}:{region}:{account}:{found['rest']}"


def _type(shape: Shape) -> Type | None:
    if shape.kind is Kind.TIMESTAMP and shape.wire is Kind.NUMBER:
        return "second"
    return TYPES.get(shape.kind)
