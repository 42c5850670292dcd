"""Probes that provoke the errors that an operation declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract, Location, Operation
from conformance.plan.probes import Fault, Plan, Probe, Side
from conformance.plan.valid_requests.base_requests import base
from conformance.plan.valid_requests.resources import (
    is_named_twice,
    lifecycle_of,
    others,
    with_unknown_ids,
)


def plan_error(contract: Contract, operation: Operation, requirement: Requirement) -> Plan:
    """An unknown identifier provokes the 404; any other error is graded where it shows up."""
    resource = lifecycle_of(contract, operation.name)
    request = base(contract, operation)
    label = _identified(contract, operation, request)
    if contract.overlay.inferred and is_named_twice(contract, operation, request):
        label = None
    if resource.not_found_by is not None and operation.name not in resource.not_found_by:
        label = None
    if requirement.keyword == resource.not_found and label and resource.identifier is not None:
        unknown = with_unknown_ids(contract, operation, {label: request[label]})[label]
        probe = Probe(
            requirement.id, operation, Side.REJECT, {**request, label: unknown},
            "an identifier that nothing has", Fault.NOT_FOUND, (label,),
        )  # fmt: skip
        return Plan(requirement.id, (probe,), sides=(Side.REJECT,))
    unique = resource.unique
    provokes = unique is not None and requirement.keyword == unique.error
    if unique is not None and provokes and operation.name == resource.create:
        probe = Probe(
            requirement.id, operation, Side.REJECT,
            {**request, unique.member: "${taken}"},
            "what must be unique is already taken", Fault.CONFLICT, (unique.member,),
        )  # fmt: skip
        return Plan(requirement.id, (probe,), sides=(Side.REJECT,))
    return Plan(requirement.id, sides=(), why_not="no request is known that provokes it")


def _identified(contract: Contract, operation: Operation, request: Mapping[str, Any]) -> str | None:
    """The member that identifies the resource: its own, or the one in the path that it belongs to.

    Not of a list: that nothing is listed of what is not there is as good an answer.
    """
    own = next((name for name in request if "${id}" in str(request[name])), None)
    if own is not None or operation.name == lifecycle_of(contract, operation.name).list:
        return own
    labels = [one.name for one in operation.input.values() if one.location is Location.PATH]
    return next((name for name in labels if any(others(request.get(name)))), None)
