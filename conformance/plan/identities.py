"""Probes with an unknown identifier or that is taken, and of errors that this provokes."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.aws_values import EXAMPLES
from conformance.contract.inference.identity_rules import asked_for, naming_members
from conformance.contract.inference.taken_rules import is_harmless, taken_errors
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract, Kind, Location, Operation, Shape
from conformance.contract.places import parse, put
from conformance.contract.validate import is_valid
from conformance.contract.vocabulary.overlay_rules import (
    AnyRule,
    TakenIdentifierRule,
    UnknownIdentifierRule,
)
from conformance.error_identity import says_exists
from conformance.plan.generation.values import sample
from conformance.plan.probes import ANY_REFUSAL, Fault, Plan, Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import (
    is_named_twice,
    lifecycle_of,
    referenced_kinds,
    with_unknown_ids,
)

IDENTITIES = (UnknownIdentifierRule, TakenIdentifierRule)
ANOTHER = 5
"""Which of the values of a shape stands for one that nothing has."""


def of_identity(
    contract: Contract, operation: Operation, requirement: Requirement, rule: AnyRule
) -> Iterator[Probe]:
    """The request of a rule about identifiers; none where the operation has no such member."""
    request = valid_request(contract, operation)
    if isinstance(rule, TakenIdentifierRule):
        unique = lifecycle_of(contract, operation.name).unique_member
        # What a service may find wrong first is no less a refusal, nor is one in other words.
        said = any(says_exists(one.name) for one in taken_errors(operation))
        open_ = contract.overlay.inferred and not (said and all(map(is_harmless, rule.with_)))
        if unique is not None:
            yield Probe(
                requirement.id, operation, Side.REJECT,
                put({**request, **rule.with_}, parse(unique), "${taken}"),
                "an identifier already taken", Fault.CONFLICT, (unique,), beyond_limits=True,
                tolerated=(ANY_REFUSAL,) if open_ else (),
            )  # fmt: skip
        return
    name = named_by(contract, operation, request) or asked_for(operation)
    unknown = "" if name is None else _unknown(contract, operation, request, name)
    if contract.overlay.inferred and is_named_twice(contract, operation, request):
        return
    if name is not None and unknown != "":
        yield Probe(
            requirement.id, operation, Side.REJECT, {**request, name: unknown},
            "an unknown identifier", Fault.NOT_FOUND, (name,), beyond_limits=True,
        )  # fmt: skip


def named_by(contract: Contract, operation: Operation, request: Mapping[str, Any]) -> str | None:
    """The member that says which resource is meant: its own, another one's, the last label."""
    own = next((name for name in request if "${id}" in str(request[name])), None)
    if own is not None:
        return own
    life = lifecycle_of(contract, operation.name)
    label = life.label
    labels = sorted(naming_members(operation), key=lambda name: operation.path.find(f"{{{name}}}"))
    of_others = [name for name in reversed(labels) if any(referenced_kinds(request.get(name)))]
    # What a creation chooses itself names nothing yet.
    texts = {name: str(request.get(name)) for name in reversed(labels)}
    given = [one for one, text in texts.items() if "${" not in text or text.startswith("${answer.")]
    found = [*of_others, *given]
    if found or label is None or label not in request:
        return found[0] if found else None
    chosen = operation.name == life.create and not any(referenced_kinds(request[label]))
    return None if chosen else label


def _unknown(
    contract: Contract, operation: Operation, request: Mapping[str, Any], name: str
) -> Any:
    shape = operation.input[name].shape
    if name in request:
        stated = with_unknown_ids(contract, operation, {name: request[name]})[name]
        if stated != request[name]:
            return stated
    return (
        [unknown_identifier(shape.element)]
        if shape.element is not None
        else unknown_identifier(shape)
    )


def unknown_identifier(shape: Shape) -> Any:
    """A value that is right for a member that names something, and that nothing is called by.

    The empty text where none is known.
    """
    if shape.kind is Kind.STRING and is_valid(shape, EXAMPLES["name"]):
        return "${name}"
    first, another = sample(shape), sample(shape, ANOTHER)
    if isinstance(first, str) and first and is_valid(shape, _letters(len(first))):
        return f"${{alnum:{len(first)}}}"
    return another if another and is_valid(shape, another) else first


def _letters(length: int) -> str:
    return ("a0b1c2d3e4" * (length // 10 + 1))[:length]


def plan_error(contract: Contract, operation: Operation, requirement: Requirement) -> Plan:
    """An unknown identifier provokes the 404; any other error is graded where it shows up."""
    resource = lifecycle_of(contract, operation.name)
    request = valid_request(contract, operation)
    label = _identified(contract, operation, request)
    if contract.overlay.inferred and is_named_twice(contract, operation, request):
        label = None
    if resource.not_found_by is not None and operation.name not in resource.not_found_by:
        label = None
    if requirement.keyword == resource.not_found and label and resource.identifier is not None:
        unknown = with_unknown_ids(contract, operation, {label: request[label]})[label]
        probe = Probe(
            requirement.id, operation, Side.REJECT, {**request, label: unknown},
            "an unknown identifier", Fault.NOT_FOUND, (label,),
        )  # fmt: skip
        return Plan(requirement.id, (probe,), sides=(Side.REJECT,))
    unique = resource.unique
    provokes = unique is not None and requirement.keyword == unique.error
    if unique is not None and provokes and operation.name == resource.create:
        probe = Probe(
            requirement.id, operation, Side.REJECT,
            put(request, parse(unique.member), "${taken}"),
            "what must be unique is already taken", Fault.CONFLICT, (unique.member,),
        )  # fmt: skip
        return Plan(requirement.id, (probe,), sides=(Side.REJECT,))
    return Plan(requirement.id, sides=(), why_not="no known request provokes it")


def _identified(contract: Contract, operation: Operation, request: Mapping[str, Any]) -> str | None:
    """The member that identifies the resource: its own, or the one in the path that it belongs to.

    Not of a list: that nothing is listed of what is not there is as good an answer.
    """
    own = next((name for name in request if "${id}" in str(request[name])), None)
    if own is not None or operation.name == lifecycle_of(contract, operation.name).list:
        return own
    labels = [one.name for one in operation.input.values() if one.location is Location.PATH]
    return next((name for name in labels if any(referenced_kinds(request.get(name)))), None)
