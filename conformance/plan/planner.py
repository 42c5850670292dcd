"""From a requirement to its probes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.contract.listing.readback import ECHOED
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.member_roles import TOKENS, page_member
from conformance.contract.model import Contract, Kind, Location, Operation, Shape
from conformance.contract.places import ABSENT, Place, find, parse
from conformance.contract.protocols import WATCHED
from conformance.contract.validate import unchecked
from conformance.plan import patching, rules
from conformance.plan.generation import strings, values
from conformance.plan.identities import plan_error
from conformance.plan.probes import Drawing, Fault, Plan, Probe, Side
from conformance.plan.spelling import (
    can_serialize,
    is_doubtful,
    is_label,
    is_serializable,
    reads_as_right,
)
from conformance.plan.valid_requests.base_requests import valid_request, with_parents, with_value
from conformance.plan.valid_requests.resources import creators, lifecycle_of

ONLY_OBSERVED = {
    Subject.NO_SERVER_ERROR,
    Subject.CONTENT_TYPE,
    Subject.EMPTY_BODY,
    Subject.OUTPUT_TYPE,
    Subject.OUTPUT_FORMAT,
    Subject.OUTPUT_LIMIT,
    Subject.OUTPUT_REQUIRED,
}
WATCHED_RULES = WATCHED | {ECHOED}
BOTH = (Side.ACCEPT, Side.REJECT)


def plan(contract: Contract, requirement: Requirement) -> Plan:
    """The probes of a requirement; those that are only observed have none."""
    return _without_unchecked(_planned(contract, requirement))


def _without_unchecked(planned: Plan) -> Plan:
    """The plan without requests of which it is not known whether they are right.

    A value beside the one under test may have a pattern that cannot be translated: what accepts
    or refuses such a request shows nothing of the requirement.
    """
    unknown = {
        id(probe): pattern
        for probe in planned.probes
        if probe.side in BOTH
        and (pattern := next(unchecked(probe.operation.input, probe.values), None)) is not None
    }
    planned = _without_untold(planned)
    probes = tuple(one for one in planned.probes if id(one) not in unknown)
    drawings = tuple(
        one
        for one in planned.drawings
        if next(unchecked(one.probe.operation.input, one.probe.values), None) is None
    )
    if all(any(one.side is side for one in probes) for side in planned.sides):
        return replace(planned, probes=probes, drawings=drawings)
    # Where one of its sides cannot be tested, the requirement cannot.
    if not unknown:
        return planned
    pattern = f"{next(iter(unknown.values())):.80}"
    why_not = f"no request is known to be valid: the pattern {pattern} cannot be translated"
    return Plan(planned.requirement, sides=(), why_not=why_not)


def _without_untold(planned: Plan) -> Plan:
    """The plan without requests whose values cannot be written; a side without any is none."""
    kept = tuple(one for one in planned.probes if is_serializable(one))
    if len(kept) == len(planned.probes):
        return planned
    sides = tuple(side for side in planned.sides if any(one.side is side for one in kept))
    why_not = "" if sides else "this protocol cannot write a value that breaks it"
    return replace(planned, probes=kept, sides=sides, why_not=why_not)


def _planned(contract: Contract, requirement: Requirement) -> Plan:
    subject = requirement.subject
    if is_watched(requirement):
        return Plan(requirement.id, sides=(Side.ACCEPT,))
    operation = contract.operations.get(requirement.operation or "")
    if subject is Subject.RULE:
        single = rules.is_single(requirement)
        return rules.plan_rule(contract, requirement) if single else Plan(requirement.id, sides=())
    if operation is None:
        return Plan(requirement.id, sides=(), why_not="the operation is not in the contract")
    if subject is Subject.STATUS:
        valid = replace(_valid(contract, operation, requirement), exact_status=True)
        return Plan(requirement.id, (valid,), sides=(Side.ACCEPT,))
    if subject is Subject.ERROR:
        return plan_error(contract, operation, requirement)
    if subject is Subject.PATCH:
        return patching.plan_cell(contract, operation, requirement)
    if subject is Subject.INPUT_REQUIRED:
        return _required(contract, operation, requirement)
    if subject is Subject.INPUT_TYPE:
        return _type(contract, operation, requirement)
    return _limit(contract, operation, requirement)


def is_watched(requirement: Requirement) -> bool:
    """True for what every answer shows, so that nothing is sent for it alone."""
    return requirement.subject in ONLY_OBSERVED or (
        requirement.subject is Subject.RULE and requirement.keyword in WATCHED_RULES
    )


def _valid(contract: Contract, operation: Operation, requirement: Requirement) -> Probe:
    return Probe(
        requirement.id, operation, Side.ACCEPT,
        with_parents(
            operation, valid_request(contract, operation, requirement.place), requirement.place
        ),
        "a valid request",
    )  # fmt: skip


def _required(contract: Contract, operation: Operation, requirement: Requirement) -> Plan:
    valid = _valid(contract, operation, requirement)
    start = _with_sample(valid.values, requirement)
    cases: list[tuple[Any, str]] = [(ABSENT, "left out")]
    if operation.input[requirement.place[0]].location is Location.BODY:
        cases.append((None, "null"))
    faults = tuple(
        replace(
            valid, side=Side.REJECT, fault=Fault.REQUIRED, place=requirement.place, note=note,
            values=with_value(dict(start), requirement.place, value),
        )
        for value, note in cases
    )  # fmt: skip
    known = list(find(valid_request(contract, operation, requirement.place), requirement.place))
    if not known and _stateful(contract, operation, requirement.place):
        # It had to be made up, among values that only some others fit.
        return Plan(requirement.id, faults, sides=(Side.REJECT,))
    present = replace(valid, values=start, note="given")
    return Plan(requirement.id, (present, *faults), sides=BOTH)


def _with_sample(request: Any, requirement: Requirement) -> dict[str, Any]:
    """The base with the member in it, so that taking it out is the one difference."""
    if list(find(request, requirement.place)) or requirement.shape is None:
        return dict(request)
    return with_value(dict(request), requirement.place, values.sample(requirement.shape))


def _type(contract: Contract, operation: Operation, requirement: Requirement) -> Plan:
    shape, place = _shape(requirement), requirement.place
    valid = _valid(contract, operation, requirement)
    right = replace(valid, values=_with_sample(valid.values, requirement), note="the right type")
    allowed = () if _stateful(contract, operation, place) else (right,)
    wrong = tuple(
        replace(
            valid, side=Side.REJECT, fault=Fault.TYPE, place=place, note=case.note,
            values=with_value(dict(valid.values), place, case.value),
        )
        for case in values.wrong_types(shape)
        if not reads_as_right(operation, place, shape, case.value)
    )  # fmt: skip
    return Plan(requirement.id, (*allowed, *wrong), sides=BOTH if allowed else (Side.REJECT,))


def _limit(contract: Contract, operation: Operation, requirement: Requirement) -> Plan:
    shape, place, keyword = _shape(requirement), requirement.place, requirement.keyword
    error = strings.pattern_error(shape.limit("pattern")) if shape.limit("pattern") else None
    if error:
        return Plan(requirement.id, sides=(), why_not=f"the pattern cannot be generated: {error}")
    if not values.is_carried(shape, keyword):
        why_not = f"a limit of {shape.limit(keyword)} is too large for one request"
        return Plan(requirement.id, sides=(), why_not=why_not)
    valid = _valid(contract, operation, requirement)
    stateful = _stateful(contract, operation, place)
    if is_label(operation, place) or stateful or _is_identifier(contract, operation, place):
        # It names something: whether that is looked up or its form refused first is unknown.
        valid = replace(valid, tolerated=tuple(one.name for one in operation.missing))
    allowed = () if stateful else tuple(_allowed(contract, valid, shape, place, keyword))
    fault = Fault.ENUM if keyword == "enum" else Fault.LIMIT
    forbidden = tuple(
        replace(valid, side=Side.REJECT, fault=fault, place=place, note=case.note,
                values=with_value(valid.values, place, _unique(contract, operation, place, case)))
        for case in values.refused(shape, keyword)
        if can_serialize(operation, place, case.value)
        and not is_doubtful(contract, operation, place, case)
    )  # fmt: skip
    sides = tuple(side for side, cases in zip(BOTH, (allowed, forbidden), strict=True) if cases)
    drawings = tuple(_drawings(operation, valid, shape, place, keyword, stateful=stateful))
    why_not = (
        "" if sides else ("no text of that length meets the other limits, so it cannot be tested")
    )
    return Plan(requirement.id, allowed + forbidden, drawings, why_not, sides)


def _allowed(
    contract: Contract, valid: Probe, shape: Shape, place: Place, keyword: str
) -> Iterator[Probe]:
    for case in values.accepted(shape, keyword):
        if can_serialize(valid.operation, place, case.value):
            value = _unique(contract, valid.operation, place, case)
            yield replace(
                valid,
                note=case.note,
                place=place,
                values=with_value(dict(valid.values), place, value),
            )


def _drawings(
    operation: Operation, valid: Probe, shape: Shape, place: Place, keyword: str, *, stateful: bool
) -> Iterator[Drawing]:
    """Random values on both sides, where strings are limited; the resource's own name aside."""
    textual = shape.kind is Kind.STRING and keyword in {"minLength", "maxLength", "pattern"}
    if not textual or shape.closed or is_label(operation, place):
        return
    if not stateful and "${" not in json.dumps(valid.values.get(place[0], "")):
        yield Drawing(replace(valid, place=place), shape, keyword)
    if keyword == "pattern":
        reject = replace(valid, side=Side.REJECT, fault=Fault.LIMIT, place=place)
        yield Drawing(reject, shape, keyword)


def _unique(
    contract: Contract, operation: Operation, place: Place, case: values.BoundaryValue
) -> Any:
    """A value that must be unique is named by its length only: the run fills it in."""
    resource = lifecycle_of(contract, operation.name)
    unique = resource.unique
    shape_free = isinstance(case.value, str) and case.note in UNIQUE_NOTES | {
        f"a match of {len(case.value)} characters"
    }
    if unique is None or operation.name != resource.create:
        return case.value
    if place == (unique.member,) and shape_free:
        return f"${{{unique.template}:{len(case.value)}}}" if case.value else case.value
    return case.value


UNIQUE_NOTES = {
    "at the limit", "one step inside", "one less than the minimum", "one more than the maximum",
}  # fmt: skip


def _is_identifier(contract: Contract, operation: Operation, place: Place) -> bool:
    """True for the member that says which resource is meant, of an operation that makes none."""
    resource = lifecycle_of(contract, operation.name)
    return place == (resource.label,) and operation.name not in creators(resource)


def _shape(requirement: Requirement) -> Shape:
    if requirement.shape is None:
        raise ValueError(f"{requirement.id} has no shape")
    return requirement.shape


def _stateful(contract: Contract, operation: Operation, place: Place) -> bool:
    """True where only a value that depends on other state of the target would be accepted."""
    stateful = contract.overlay.words_of(operation.name).stateful
    token = page_member(operation, TOKENS)
    in_body = place == (token,) and operation.input[place[0]].location is Location.BODY
    if in_body or (place == (token,) and contract.overlay.inferred):
        return True  # what no answer gave is no token
    if "${answer." in str(valid_request(contract, operation).get(str(place[0]))):
        return True
    return any(place[: len(parse(one))] == parse(one) for one in stateful)
