"""The requests that exploring draws: one member of a body valid, or with exactly one fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from conformance.contract.model import Contract, Kind, Location, Member, Operation
from conformance.contract.validate import Violation
from conformance.engine.fuzzing.faults import faulty
from conformance.plan.generation.from_shape import faults_of, from_shape
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import base, edited
from conformance.plan.valid_requests.resources import lifecycle_of

MOST = 1000
"""So many faults of one member are drawn from: structures within structures have far more."""
NESTED = 4
"""How much more often what is nested is drawn: planned probes go least deep there."""


@dataclass(frozen=True, slots=True)
class FuzzCase:
    """A member of a request and the fault that its values have; None for valid ones."""

    operation: Operation
    member: Member
    fault: Violation | None

    def drawn(self) -> st.SearchStrategy[Any]:
        """The values of the member."""
        if self.fault is None:
            return from_shape(self.member.shape)
        inner = Violation(self.fault.place[1:], self.fault.keyword)
        return from_shape(self.member.shape, inner)

    def probe(self, contract: Contract, value: Any) -> Probe | None:
        """The base request with the value in it; None where the fault may be read otherwise."""
        if self.fault is not None:
            return faulty(contract, self.operation, self.member, value)
        start = base(contract, self.operation, (self.member.name,))
        values = edited(dict(start), (self.member.name,), value)
        return Probe("", self.operation, Side.OBSERVE, values, "a value drawn at random")


def cases_of(contract: Contract, operation: Operation) -> tuple[FuzzCase, ...]:
    """Every way to draw one member of an operation's body, what is nested more than once."""
    fixed = _fixed(contract, operation)
    return tuple(
        case
        for member in operation.input.values()
        if member.location is Location.BODY
        for case in _of_member(operation, member, is_fixed=member.name in fixed)
    )


def _of_member(operation: Operation, member: Member, *, is_fixed: bool) -> Iterator[FuzzCase]:
    if not is_fixed and not member.shape.closed:
        yield FuzzCase(operation, member, None)
    nested = member.shape.kind in {Kind.LIST, Kind.MAP, Kind.STRUCTURE}
    for fault in islice(faults_of(member.shape, (member.name,)), MOST):
        times = NESTED if nested and len(fault.place) > 1 else 1
        yield from [FuzzCase(operation, member, fault)] * times


def _fixed(contract: Contract, operation: Operation) -> set[str]:
    """The members that name a resource: a run fills in its names."""
    resource = lifecycle_of(contract, operation.name)
    given = None if resource.identifier is None else resource.identifier.given
    named = (resource.label, given, resource.unique_member)
    return {name for name in named if name is not None}


def requests(cases: tuple[FuzzCase, ...]) -> st.SearchStrategy[tuple[int, Any]]:
    """The number of a case (Hypothesis writes out what it drew) and a value of it."""
    known: dict[int, st.SearchStrategy[tuple[int, Any]]] = {}

    def of(number: int) -> st.SearchStrategy[tuple[int, Any]]:
        # Kept: Hypothesis looks a new strategy through before it draws from it.
        if number not in known:
            known[number] = cases[number].drawn().map(lambda value: (number, value))
        return known[number]

    return st.integers(0, len(cases) - 1).flatmap(of)
