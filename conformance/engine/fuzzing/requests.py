"""The requests that exploring draws: one member of a body valid, or with exactly one fault."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from conformance.contract.model import Contract, Kind, Location, Member, Operation, Shape
from conformance.contract.places import ABSENT, find, show
from conformance.contract.validate import Violation, shape_violations
from conformance.contract.walk import shape_at
from conformance.plan.generation.from_shape import faults_of, from_shape
from conformance.plan.generation.values import WRONG
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request, with_value
from conformance.plan.valid_requests.resources import lifecycle_of

FAULTS = {"type": Fault.TYPE, "enum": Fault.ENUM, "required": Fault.REQUIRED}


def faulty(contract: Contract, operation: Operation, member: Member, value: Any) -> Probe | None:
    """A probe for a value with one clear fault; the rest of the request is the valid base."""
    if value is None or "${" in json.dumps(value):
        return None  # of a placeholder, what will be sent is not what stands here
    found = set(shape_violations(member.shape, value, (member.name,)))
    if len(found) != 1 or not _is_clear(member.shape, value, violation := found.pop()):
        return None
    return probe(contract, operation, violation, value)


def probe(contract: Contract, operation: Operation, violation: Violation, value: Any) -> Probe:
    """The base request with one member replaced by a value that breaks one limit."""
    name = violation.place[0]
    start = valid_request(contract, operation, violation.place)
    where = f"{operation.service}/{operation.name}/request/{show(violation.place)}"
    return Probe(
        f"{where}/{violation.keyword}",
        operation,
        Side.REJECT,
        with_value(start, (name,), value),
        "a value found by exploring",
        FAULTS.get(violation.keyword, Fault.LIMIT),
        violation.place,
    )


def same_fault(probe: Probe, values: Mapping[str, Any]) -> bool:
    """Whether the members that were sent have the probe's fault and no other."""
    name = (probe.place or ("",))[0]
    member = probe.operation.input[name]
    value = values.get(name, ABSENT)
    keyword = probe.requirement.rsplit("/", 1)[1]
    found = () if value is ABSENT else set(shape_violations(member.shape, value, (name,)))
    return set(found) == {Violation(probe.place or (), keyword)}


def _is_clear(shape: Shape, value: Any, violation: Violation) -> bool:
    """Whether no reading of the contract allows the value."""
    if violation.keyword == "required":
        return not _has_null(value)
    about = shape_at(shape, violation.place[1:])
    if about is None:
        return False
    found = list(find(value, violation.place[1:]))
    if violation.keyword == "type":
        # Nulls in lists may be dropped; what stands in for what is written down in one table.
        return all(_wrong_type(about, one) for one in found) and not _has_null(value)
    return all(_plainly_wrong(about, violation.keyword, one) for one in found)


def _wrong_type(shape: Shape, value: Any) -> bool:
    """Whether a value is right, or of a JSON type that probes send as a wrong one, too."""
    if not any(one.keyword == "type" and not one.place for one in shape_violations(shape, value)):
        return True
    names = {str: "string", bool: "boolean", int: "number", float: "number"}
    lenient = names.get(type(value), "") in shape.lenient
    wrong = {type(one) for one in WRONG.get(shape.kind, ())}
    return type(value) in wrong and not lenient


def _plainly_wrong(shape: Shape, keyword: str, value: Any) -> bool:
    """Whether a value is right, or wrong in a text that everybody counts and reads alike."""
    if not any(one.keyword == keyword and not one.place for one in shape_violations(shape, value)):
        return True
    if shape.kind is not Kind.STRING:
        return shape.kind in {Kind.LIST, Kind.MAP, Kind.INTEGER}
    return bool(value) and value.isascii() and value.isprintable()


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list):
        return any(map(_has_null, value))
    return value is None


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
        if self.fault is None:
            return from_shape(self.member.shape)
        inner = Violation(self.fault.place[1:], self.fault.keyword)
        return from_shape(self.member.shape, inner)

    def probe(self, contract: Contract, value: Any) -> Probe | None:
        """The base request with the value in it; None where the fault may be read otherwise."""
        if self.fault is not None:
            return faulty(contract, self.operation, self.member, value)
        start = valid_request(contract, self.operation, (self.member.name,))
        values = with_value(dict(start), (self.member.name,), value)
        return Probe("", self.operation, Side.OBSERVE, values, "a random value")


def cases_of(contract: Contract, operation: Operation) -> tuple[FuzzCase, ...]:
    """Every case for a member of an operation's body; nested ones several times."""
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
    """Pairs of the number of a case (Hypothesis prints what it drew) and a value."""
    known: dict[int, st.SearchStrategy[tuple[int, Any]]] = {}

    def of(number: int) -> st.SearchStrategy[tuple[int, Any]]:
        # Kept: Hypothesis looks a new strategy through before it draws from it.
        if number not in known:
            known[number] = cases[number].drawn().map(lambda value: (number, value))
        return known[number]

    return st.integers(0, len(cases) - 1).flatmap(of)
