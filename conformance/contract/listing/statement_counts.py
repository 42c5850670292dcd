"""How many statements a contract makes of its members, without making them."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.levels import Source
from conformance.contract.model import Kind, Location, Member, Operation, Shape
from conformance.contract.walk import innermost

TEXTS = frozenset({Location.PATH, Location.QUERY, Location.HEADER})
"""Where a member travels as text, so that text can be of no wrong type there."""
NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN})
UNTYPED = frozenset({Kind.ANY, Kind.BLOB})


class StatementCounts:
    """Counts statements; what was counted of a structure is kept.

    It keeps the structures as well, so that none is taken for another one.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, bool], tuple[int, Mapping[str, Member]]] = {}

    def everywhere(self, operation: Operation) -> int:
        """The statements of an operation where every place states its own."""
        given = self._members(operation.input, answered=False)
        return given + self._members(operation.output, answered=True)

    def _members(self, members: Mapping[str, Member], *, answered: bool) -> int:
        key = (id(members), answered)
        if key not in self._known:
            count = sum(self._member(one, answered=answered) for one in members.values())
            self._known[key] = (count, members)
        return self._known[key][0]

    def _member(self, member: Member, *, answered: bool) -> int:
        found = required(member) + own(member, answered=answered)
        members = innermost(member.shape).members
        return found + (self._members(members, answered=answered) if members else 0)


def required(member: Member) -> int:
    """Whether it is stated of a member that it must be there."""
    return int(member.required and member.location is not Location.PATH)


def own(member: Member, *, answered: bool) -> int:
    """What is stated of a value itself, and of what lists and maps are made of."""
    text = member.location in TEXTS
    return _of_value(member.shape, Source(), answered=answered, text=text)


def _of_value(shape: Shape, above: Source, *, answered: bool, text: bool) -> int:
    source = shape.source if shape.source != Source() else above
    found = len(shape.constraints)
    if source != Source() and shape.kind not in UNTYPED:
        found += int(not text or shape.kind in NUMERIC)
        found += int(answered and shape.kind is Kind.TIMESTAMP)
    if shape.element is not None:
        found += _of_value(shape.element, source, answered=answered, text=text)
    if shape.key is not None and shape.key.constraints:
        found += _of_value(shape.key, Source(), answered=answered, text=text)
    return found
