"""Second stage of validation: every violation of the documented constraints, collected.

Only what a document states counts here. Limits that are known from recorded answers alone have
separate messages and codes and belong to the rules of their service.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.model import Constraint, Kind, Member, Shape
from conformance.contract.regex.patterns import matches
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


@dataclass(frozen=True, slots=True)
class Constraints:
    """Finds violations under the readings of one service."""

    readings: Ambiguities
    may_be_empty: frozenset[str] = frozenset()
    """Members in which "" is taken whatever else is stated."""

    def members(
        self, members: Mapping[str, Member], values: Mapping[str, Any], path: Path = ()
    ) -> Iterator[BrokenConstraint]:
        """Violations of a structure's members, in the order of the model."""
        for name, member in members.items():
            value = values.get(name)
            if value is not None:
                yield from self._shape(member.shape, value, (*path, name))
            elif member.required:
                yield BrokenConstraint((*path, name), REQUIRED, True, None)

    def _shape(self, shape: Shape, value: Any, path: Path) -> Iterator[BrokenConstraint]:
        for constraint in shape.constraints.values():
            if self._keeps(constraint, value):
                continue
            if not (value == "" and self.may_be_empty.intersection(path)):
                yield BrokenConstraint(path, constraint.name, constraint.value, value)
        if shape.kind is Kind.STRUCTURE:
            yield from self.members(shape.members, value, path)
        elif shape.element is not None:
            items = enumerate(value) if shape.kind is Kind.LIST else value.items()
            yield from self._items(shape, shape.element, items, path)

    def _items(
        self, shape: Shape, element: Shape, items: Iterable[tuple[Any, Any]], path: Path
    ) -> Iterator[BrokenConstraint]:
        for place, item in items:
            if shape.key is not None:
                for found in self._shape(shape.key, place, path):
                    yield replace(found, path=path, value=place)
            if item is None:
                yield BrokenConstraint((*path, place), ITEM_NULL, True, None)
            else:
                yield from self._shape(element, item, (*path, place))

    def _keeps(self, constraint: Constraint, value: Any) -> bool:
        match constraint.name:
            case "pattern":
                return matches(str(constraint.value), value)
            case "enum":
                return isinstance(value, bool) or value in constraint.value
            case "minimum" | "maximum":
                counted = value
            case _:
                counted = measure(self.readings)(value)
        return _KEEPS[constraint.name](counted, constraint.value)


def measure(readings: Ambiguities) -> Callable[[Any], int]:
    """Counts the characters of a text as a reading does, and the entries of anything else."""
    return _java_length if readings.lengths_in_utf16 else len


def _java_length(value: Any) -> int:
    """As Java's String.length has it: in UTF-16."""
    if not isinstance(value, str):
        return len(value)
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def checked(members: Mapping[str, Member]) -> dict[str, Member]:
    """The members that have anything to check, with only that."""
    found = {}
    for name, member in members.items():
        shape = _checked(member.shape)
        if member.required or shape is not None:
            found[name] = replace(member, shape=shape or Shape(member.shape.kind))
    return found


def _checked(shape: Shape) -> Shape | None:
    """A shape with its modelled constraints only; None where it has nothing to check."""
    constraints = {name: one for name, one in shape.constraints.items() if is_modelled(one)}
    if shape.element is not None:
        element = _checked(shape.element) or Shape(shape.element.kind)  # for its nulls
        key = _checked(shape.key) if shape.key is not None else None
        return replace(shape, constraints=constraints, element=element, key=key)
    members = checked(shape.members)
    if not constraints and not members:
        return None
    return replace(shape, constraints=constraints, members=members)


def is_modelled(constraint: Constraint) -> bool:
    """Whether a constraint line of a page states it; prose and recordings are rules instead."""
    return constraint.source.text is not None


_KEEPS: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), operator.ge),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), operator.le),
}
"""Whether a number, or what is counted, keeps to a limit."""
