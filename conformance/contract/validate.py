"""Which limits a value breaks: the check before a target is blamed for refusing or accepting."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from conformance.contract.model import Member, Shape
from conformance.contract.places import Place
from conformance.contract.regex import patterns
from conformance.contract.walk import ValueWalker

_WALKER = ValueWalker(null_is_absent=True)


class Violation(NamedTuple):
    """A broken limit: where, and the keyword ('type', 'required', 'union', 'maxLength', ...)."""

    place: Place
    keyword: str


def violations(members: dict[str, Member], values: dict[str, Any]) -> Iterator[Violation]:
    """What is wrong with members; a null member counts as absent, as the protocol has it."""
    checks = _WALKER.members(members, values)
    return (Violation(one.place, one.keyword) for one in checks if not one.held)


def shape_violations(shape: Shape, value: Any, place: Place = ()) -> Iterator[Violation]:
    checks = _WALKER.shape(shape, value, place)
    return (Violation(one.place, one.keyword) for one in checks if not one.held)


def is_valid(shape: Shape, value: Any) -> bool:
    """Whether a value breaks no limit."""
    return not any(shape_violations(shape, value))


def unchecked(members: Mapping[str, Member], values: Mapping[str, Any]) -> Iterator[str]:
    """The patterns of a request's values that cannot be translated, and so not checked."""
    for name, value in values.items():
        if name in members:
            yield from _unchecked(members[name].shape, value)


def _unchecked(shape: Shape, value: Any) -> Iterator[str]:
    pattern = shape.limit("pattern")
    if isinstance(value, str):
        known = "${" in value or value in shape.examples or value in (shape.limit("enum") or ())
        if pattern is not None and not known and not patterns.can_match(pattern):
            yield pattern
    elif isinstance(value, list) and shape.element is not None:
        for item in value:
            yield from _unchecked(shape.element, item)
    elif isinstance(value, dict):
        yield from unchecked(shape.members, value)
        for key, item in value.items():
            if shape.key is not None:
                yield from _unchecked(shape.key, key)
            if shape.element is not None:
                yield from _unchecked(shape.element, item)
