"""Which generated values break the contract beyond doubt, and in which one place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import ABSENT, find, show
from conformance.contract.validate import Violation, shape_violations
from conformance.contract.walk import shape_at
from conformance.plan.generation.values import WRONG
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.base_requests import base, edited

FAULTS = {"type": Fault.TYPE, "enum": Fault.ENUM, "required": Fault.REQUIRED}


def faulty(contract: Contract, operation: Operation, member: Member, value: Any) -> Probe | None:
    """A probe for a generated value of a member that has one fault, and one that is clear.

    The rest of the request is the operation's valid base, so that a refusal of it, and an
    acceptance, is about that fault and no other.
    """
    if value is None or "${" in json.dumps(value):
        return None  # of a placeholder, what will be sent is not what stands here
    found = set(shape_violations(member.shape, value, (member.name,)))
    if len(found) != 1 or not _is_clear(member.shape, value, violation := found.pop()):
        return None
    return probe(contract, operation, violation, value)


def probe(contract: Contract, operation: Operation, violation: Violation, value: Any) -> Probe:
    """The base request with one member replaced by a value that breaks one limit."""
    name = violation.place[0]
    start = base(contract, operation, violation.place)
    where = f"{operation.service}/{operation.name}/request/{show(violation.place)}"
    return Probe(
        f"{where}/{violation.keyword}",
        operation,
        Side.REJECT,
        edited(start, (name,), value),
        "a value found by exploring",
        FAULTS.get(violation.keyword, Fault.LIMIT),
        violation.place,
    )


def same_fault(probe: Probe, values: Mapping[str, Any]) -> bool:
    """Whether other members break just what a probe is for, and nothing else."""
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
    """Right, or of a JSON type that probes, too, send as a wrong one."""
    if not any(one.keyword == "type" and not one.place for one in shape_violations(shape, value)):
        return True
    names = {str: "string", bool: "boolean", int: "number", float: "number"}
    lenient = names.get(type(value), "") in shape.lenient
    wrong = {type(one) for one in WRONG.get(shape.kind, ())}
    return type(value) in wrong and not lenient


def _plainly_wrong(shape: Shape, keyword: str, value: Any) -> bool:
    """Right, or wrong in a text that everybody counts and reads in the same way."""
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
