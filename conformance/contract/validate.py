"""Which limits a value breaks: the check before a target is blamed for refusing or accepting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from conformance.contract import patterns
from conformance.contract.model import Kind, Member, Shape
from conformance.contract.places import ITEM, KEY, VALUE, Place


class Violation(NamedTuple):
    """A broken limit: where, and the keyword ('type', 'required', 'union', 'maxLength', ...)."""

    place: Place
    keyword: str


def violations(members: dict[str, Member], values: dict[str, Any]) -> Iterator[Violation]:
    """What is wrong with a request's (or an answer's) members.

    A null member counts as absent, as the protocol has it.
    """
    for name, member in members.items():
        yield from _member(member, values.get(name), (name,))


def _member(member: Member, value: Any, place: Place) -> Iterator[Violation]:
    if value is None:
        if member.required:
            yield Violation(place, "required")
        return
    yield from shape_violations(member.shape, value, place)


def shape_violations(shape: Shape, value: Any, place: Place = ()) -> Iterator[Violation]:
    """What is wrong with one value."""
    if not is_of_kind(shape, value):
        yield Violation(place, "type")
        return
    for name, constraint in shape.constraints.items():
        if not holds(name, constraint.value, value):
            yield Violation(place, name)
    yield from _parts(shape, value, place)


def _parts(shape: Shape, value: Any, place: Place) -> Iterator[Violation]:
    """What is wrong inside a list, a map or a structure."""
    if shape.kind is Kind.LIST and shape.element is not None:
        for item in value:
            yield from _inner(shape.element, item, (*place, ITEM))
    elif shape.kind is Kind.MAP:
        for key, item in value.items():
            if shape.key is not None:
                yield from shape_violations(shape.key, key, (*place, KEY))
            if shape.element is not None:
                yield from _inner(shape.element, item, (*place, VALUE))
    elif shape.kind is Kind.STRUCTURE:
        if shape.union and sum(value.get(name) is not None for name in shape.members) != 1:
            yield Violation(place, "union")
        for name, member in shape.members.items():
            yield from _member(member, value.get(name), (*place, name))


def _inner(shape: Shape, value: Any, place: Place) -> Iterator[Violation]:
    if value is None:
        yield Violation(place, "type")
    else:
        yield from shape_violations(shape, value, place)


def unchecked(members: Mapping[str, Member], values: Mapping[str, Any]) -> Iterator[str]:
    """The patterns of values in a request that cannot be translated, so that nothing is known."""
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


def is_of_kind(shape: Shape, value: Any) -> bool:
    """True when a JSON value has the type that the shape has on the wire."""
    kind = shape.wire if shape.kind is Kind.TIMESTAMP and shape.wire else shape.kind
    # By identity: to look a member of an enumeration up in a set takes a call.
    if kind is Kind.STRING or kind is Kind.BLOB or kind is Kind.TIMESTAMP:
        return isinstance(value, str)
    if kind is Kind.STRUCTURE or kind is Kind.MAP:
        return isinstance(value, dict)
    if kind is Kind.LIST:
        return isinstance(value, list)
    if kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    if kind is Kind.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def holds(keyword: str, limit: Any, value: Any) -> bool:
    """True when a value of the right type keeps one limit; lengths count code points."""
    if keyword == "pattern":
        # Of a pattern that cannot be translated nothing is known: see unchecked.
        return not patterns.can_match(limit) or patterns.matches(limit, value)
    if keyword == "enum":
        return value in limit
    if keyword in {"minimum", "maximum"}:
        return bool(value >= limit if keyword == "minimum" else value <= limit)
    size = len(value)
    return bool(size >= limit if keyword.startswith("min") else size <= limit)
