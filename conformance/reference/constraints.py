"""Second stage of validation: every violation of the documented constraints, collected.

Only what a document states counts here. Limits that are known from recorded answers alone have
separate messages and codes and belong to the rules of their service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.model import Constraint, Kind, Member, Shape
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.coercion import Path

REQUIRED = "required"
ITEM_NULL = "null"


@dataclass(frozen=True, slots=True)
class BrokenConstraint:
    """One broken constraint: ``keyword`` as in JSON Schema, or ``required``, or ``null``."""

    path: Path
    keyword: str
    limit: Any
    value: Any


Check = Callable[[Any, Any], bool]
"""Whether a value keeps to a limit."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """Finds violations under the readings of one service."""

    readings: Ambiguities
    matches: Callable[[str, str], bool]
    """Whether a whole text matches a Java pattern."""
    may_be_empty: frozenset[str] = frozenset()
    """Members in which "" is taken whatever else is stated."""

    def members(
        self, members: Mapping[str, Member], values: Mapping[str, Any], path: Path = ()
    ) -> Iterator[BrokenConstraint]:
        """Violations of a structure's members, in the order of the model."""
        for name, member in members.items():
            value = values.get(name)
            if value is not None:
                yield from self.shape(member.shape, value, (*path, name))
            elif member.required:
                yield BrokenConstraint((*path, name), REQUIRED, True, None)

    def shape(self, shape: Shape, value: Any, path: Path) -> Iterator[BrokenConstraint]:
        """Violations of a value and of everything in it."""
        for constraint in shape.constraints.values():
            if self.keeps(constraint, value):
                continue
            if not (value == "" and self.may_be_empty.intersection(path)):
                yield BrokenConstraint(path, constraint.name, constraint.value, value)
        if shape.kind is Kind.STRUCTURE:
            yield from self.members(shape.members, value, path)
        elif shape.kind is Kind.LIST and shape.element is not None:
            for index, item in enumerate(value):
                yield from self._item(shape.element, item, (*path, index))
        elif shape.kind is Kind.MAP and shape.element is not None:
            yield from self._entries(shape, shape.element, value, path)

    def _entries(
        self, shape: Shape, element: Shape, value: Mapping[str, Any], path: Path
    ) -> Iterator[BrokenConstraint]:
        for name, item in value.items():
            if shape.key is not None:
                for found in self.shape(shape.key, name, path):
                    yield BrokenConstraint(path, found.keyword, found.limit, name)
            yield from self._item(element, item, (*path, name))

    def _item(self, element: Shape, item: Any, path: Path) -> Iterator[BrokenConstraint]:
        if item is None:
            yield BrokenConstraint(path, ITEM_NULL, True, None)
        else:
            yield from self.shape(element, item, path)

    def keeps(self, constraint: Constraint, value: Any) -> bool:
        """Whether a value keeps to one constraint."""
        if constraint.name == "pattern":
            return self.matches(str(constraint.value), value)
        if constraint.name == "enum":
            return isinstance(value, bool) or value in constraint.value
        if constraint.name in _LENGTHS:
            return _LENGTHS[constraint.name](self._length(value), constraint.value)
        return _RANGES[constraint.name](value, constraint.value)

    def _length(self, value: Any) -> int:
        if isinstance(value, str) and self.readings.lengths_in_utf16:
            return len(value.encode("utf-16-le", "surrogatepass")) // 2
        return len(value)


def checked(members: Mapping[str, Member]) -> dict[str, Member]:
    """The members that have anything to check, cut down to what is checked."""
    found = {}
    for name, member in members.items():
        shape = _checked(member.shape)
        if member.required or shape is not None:
            found[name] = replace(member, shape=shape or Shape(member.shape.kind))
    return found


def _checked(shape: Shape) -> Shape | None:
    """A shape with its modelled constraints only; None where it has nothing to check."""
    constraints = {name: one for name, one in shape.constraints.items() if is_modelled(one)}
    members = checked(shape.members)
    if shape.kind in (Kind.LIST, Kind.MAP) and shape.element is not None:
        element = _checked(shape.element) or Shape(shape.element.kind)  # for its nulls
        key = _checked(shape.key) if shape.key is not None else None
        return replace(shape, constraints=constraints, element=element, key=key)
    return (
        replace(shape, constraints=constraints, members=members)
        if (constraints or members)
        else None
    )


def is_modelled(constraint: Constraint) -> bool:
    """Whether a constraint line of a page states it; prose and recordings are rules instead."""
    return constraint.source.text is not None


def _at_least(value: Any, limit: Any) -> bool:
    return bool(value >= limit)


def _at_most(value: Any, limit: Any) -> bool:
    return bool(value <= limit)


_LENGTHS: dict[str, Check] = {
    "minLength": _at_least,
    "maxLength": _at_most,
    "minItems": _at_least,
    "maxItems": _at_most,
    "minProperties": _at_least,
    "maxProperties": _at_most,
}
_RANGES: dict[str, Check] = {"minimum": _at_least, "maximum": _at_most}
