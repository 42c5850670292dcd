"""Whether a probe's answer is what its side calls for."""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from conformance import error_identity
from conformance.contract.inference.identity_rules import missing_errors
from conformance.contract.inference.taken_rules import taken_errors
from conformance.contract.model import Contract, DeclaredError, Kind, Operation
from conformance.contract.places import find, show
from conformance.contract.protocols import protocol_facts
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.response import has_status
from conformance.plan.probes import ANY_REFUSAL, Fault, Probe, Side
from conformance.plan.valid_requests.resources import lifecycle_of
from conformance.transport.parsed_response import ParsedResponse, same

Refusal = tuple[int | str, str]

ANY_CODE = "any"
"""In the overlay's table: every error code and none."""

COUNTED = frozenset({Kind.LIST, Kind.MAP, Kind.INTEGER})
OF_ENTRIES = re.compile(
    r"^(failed|unprocessed|unsuccessful|rejected|error(?!Code)|failure)|(errors|failures|failed)$",
    re.IGNORECASE,
)
"""What members are named that list the entries of a batch that failed."""

COUNT_LIMITS = ("/maxItems", "/maxProperties")
"""How the ids of requirements end that are about the number of things."""

# What the pages of common errors have for these faults. A model lists none of them, so without an
# overlay they are right, too.
COMMON_REFUSALS: Mapping[Fault, frozenset[str]] = {
    Fault.REQUIRED: frozenset({"MissingParameter", "InvalidParameterValue", "ValidationError"}),
    **dict.fromkeys(
        (Fault.LIMIT, Fault.ENUM, Fault.TYPE),
        frozenset({"InvalidParameterValue", "ValidationError"}),
    ),
}


def entries_refused(operation: Operation, answer: ParsedResponse) -> str:
    """The member of a success that lists failed entries of a batch; empty if none does."""
    body = answer.body if answer.ok and isinstance(answer.body, Mapping) else {}
    told = (
        name
        for name, member in operation.output.items()
        if body.get(name) and member.shape.kind in COUNTED and OF_ENTRIES.search(name)
    )
    return next(told, "")


def judge_probe(
    contract: Contract,
    probe: Probe,
    answer: ParsedResponse,
    values: Mapping[str, Any] | None = None,
) -> Finding:
    """Whether the target did what the probe demands; ``values`` are the members as sent."""
    if probe.side is Side.ACCEPT:
        return _accepted(contract, probe, answer)
    if probe.side is Side.REJECT:
        finding = _refused(contract, probe, answer)
        return _worded(probe, answer, values or {}) if probe.message and finding.held else finding
    held = answer.status is not None and not answer.server_error
    return Finding(probe.requirement, held, "any answer except a server error", answer.told())


def _accepted(contract: Contract, probe: Probe, answer: ParsedResponse) -> Finding:
    expected = f"accepted with {probe.operation.status}"
    if answer.code in probe.tolerated and answer.code is not None:
        return Finding(probe.requirement, True)
    if ANY_REFUSAL in probe.tolerated and answer.is_refusal:
        return Finding(probe.requirement, True)
    if not answer.ok or (probe.exact_status and not has_status(contract, probe.operation, answer)):
        return Finding(probe.requirement, False, expected, answer.told())
    for shown in probe.shown:
        seen = list(find(answer.body, shown.place))
        if not seen or not same(seen[0], shown.value):
            where = show(shown.place)
            return Finding(
                probe.requirement, False, f"{where} in the answer is {json.dumps(shown.value)}",
                f"{where} is {json.dumps(seen[0])}" if seen else f"no {where} in the answer",
            )  # fmt: skip
    return Finding(probe.requirement, True)


def _refused(contract: Contract, probe: Probe, answer: ParsedResponse) -> Finding:
    allowed = refusals(contract, probe.operation, probe.fault, probe.variant)
    expected = f"refused with {' or '.join(_told(*one) for one in allowed)}"
    if answer.ok:
        return Finding(probe.requirement, False, expected, f"accepted with {answer.status}")
    # Whether a name outside its limits is looked up or refused first is order of validation. With
    # which status that error comes is a separate requirement.
    looked_up = answer.is_refusal and _is_tolerated(contract, probe, answer.code or "")
    plain = protocol_facts(contract.protocol).refused_with
    allowed += tuple((status, code) for status in plain for _, code in allowed)
    if probe.operation.method == "HEAD" and answer.code is None:
        # The answer to HEAD has nothing to name an error in.
        allowed = tuple((status, ANY_CODE) for status, _ in allowed)
    right = any(_is(answer, *one) for one in allowed)
    right = right or (ANY_REFUSAL in probe.tolerated and answer.is_refusal)
    held = right or looked_up or any(other(contract, probe, answer) for other in OTHERS)
    return Finding(probe.requirement, held, expected, answer.told())


def _is_of_another_fault(contract: Contract, probe: Probe, answer: ParsedResponse) -> bool:
    """Whether a made-up request is refused for a second fault: a name that is taken or unknown."""
    if probe.fault in {Fault.NOT_FOUND, Fault.CONFLICT} or answer.code is None:
        return False
    if not contract.overlay.inferred or not answer.is_refusal:
        return False
    missing = probe.fault is not Fault.REQUIRED and error_identity.says_missing(answer.code)
    return missing or error_identity.says_taken(answer.code)


def _is_denied_first(contract: Contract, probe: Probe, answer: ParsedResponse) -> bool:
    """Whether access is denied before the service looks, as seen at DynamoDB's tags and Backup."""
    names = [part for part in probe.place or () if isinstance(part, str)]
    is_arn = bool(names) and names[-1].lower().endswith("arn") and probe.fault is Fault.LIMIT
    unknown = contract.overlay.inferred and probe.fault is Fault.NOT_FOUND
    denied = answer.is_refusal and error_identity.says_denied(answer.code or "")
    return (is_arn or unknown) and denied


def _is_over_quota(contract: Contract, probe: Probe, answer: ParsedResponse) -> bool:
    """Whether too many things are refused by the quota's error: EventBridge has five targets."""
    del contract
    is_count = probe.fault is Fault.LIMIT and probe.requirement.endswith(COUNT_LIMITS)
    declared = answer.is_refusal and answer.code in probe.operation.errors
    return is_count and declared and error_identity.says_full(answer.code or "")


def _is_common(contract: Contract, probe: Probe, answer: ParsedResponse) -> bool:
    """Whether an error common to all services fits the fault, where no table decides."""
    table = contract.overlay.refusals
    if any(kind.partition("-")[0] == str(probe.fault) for kind in table):
        return False
    common = COMMON_REFUSALS.get(probe.fault, frozenset())
    return answer.status == 400 and answer.code in common


def _is_of_the_service(contract: Contract, probe: Probe, answer: ParsedResponse) -> bool:
    """True for an error that says "invalid" and that only other operations of the service declare.

    CloudWatch Logs refuses what breaks its model with InvalidParameterException, also where an
    operation, such as UntagLogGroup, does not declare it.
    """
    code = answer.code or ""
    if not contract.overlay.inferred or probe.fault in {Fault.NOT_FOUND, Fault.CONFLICT}:
        return False
    if answer.status != HTTPStatus.BAD_REQUEST or not error_identity.says_invalid(code):
        return False
    return any(code in operation.errors for operation in contract.operations.values())


OTHERS = (_is_common, _is_of_another_fault, _is_denied_first, _is_over_quota, _is_of_the_service)
"""Whether a refusal is right that is none of those known for the fault."""


def _told(status: int | str, code: str) -> str:
    return f"{status}" if code == ANY_CODE else f"{status} {code}"


def _is(answer: ParsedResponse, status: int | str, code: str) -> bool:
    right = answer.is_refusal if status == ANY_REFUSAL else answer.status == status
    return right and code in {ANY_CODE, answer.code}


def _worded(probe: Probe, answer: ParsedResponse, values: Mapping[str, Any]) -> Finding:
    """Whether a refusal has the known message, with the members filled in."""
    wanted = probe.message
    for name, value in values.items():
        wanted = wanted.replace(f"{{{name}}}", str(value))
    return Finding(probe.requirement, answer.message == wanted, repr(wanted), repr(answer.message))


def _is_tolerated(contract: Contract, probe: Probe, code: str) -> bool:
    """Whether an error is as right, or says in other words that something is not there."""
    right = _tolerated(contract, probe)
    missing = error_identity.says_missing
    alike = missing(code) and any(map(missing, right)) and probe.fault is not Fault.NOT_FOUND
    return code in right or alike


def _tolerated(contract: Contract, probe: Probe) -> set[str]:
    """The operation's errors that are as right as the expected one; without an overlay, any."""
    errors = probe.operation.errors.values()
    if contract.overlay.inferred and probe.fault is Fault.NOT_FOUND:
        return {error.name for error in missing_errors(probe.operation)}
    if contract.overlay.inferred and probe.fault is Fault.CONFLICT:
        taken, names = taken_errors(probe.operation), [one.name for one in errors]
        in_the_way = filter(error_identity.says_conflict, names)
        repeated = filter(error_identity.says_repeated, names)
        return {*(error.name for error in taken), *in_the_way, *repeated}
    if contract.overlay.inferred:
        return {error.name for error in errors if error.status == 0 or 400 <= error.status < 500}
    return {error.name for error in errors if error.name in probe.tolerated}


def refusals(
    contract: Contract, operation: Operation, fault: Fault, variant: str = ""
) -> tuple[Refusal, ...]:
    """The right refusals of a fault: by the overlay's table, else by declared errors."""
    if fault in {Fault.NOT_FOUND, Fault.CONFLICT}:
        return _by_identity(contract, operation, fault)
    table = contract.overlay.refusals
    for kind in (f"{fault}-{variant}", str(fault)):
        if kind in table:
            return table[kind]
    malformed = protocol_facts(contract.protocol).malformed
    return tuple(dict.fromkeys((*_declared(operation, 400), *malformed)))


def _taken(contract: Contract, operation: Operation) -> tuple[Refusal, ...]:
    """The error of a taken name, where it is declared with another status than 409."""
    unique = lifecycle_of(contract, operation.name).unique
    error = None if unique is None else operation.errors.get(unique.error or "")
    return () if error is None else ((error.status, error.name),)


def _by_identity(contract: Contract, operation: Operation, fault: Fault) -> tuple[Refusal, ...]:
    """The right refusals of an unknown or taken identifier; without an overlay, by name too."""
    missing = fault is Fault.NOT_FOUND
    by_status = _as_refusals(operation.missing if missing else operation.conflicting)
    if not contract.overlay.inferred:
        return by_status or (() if missing else _taken(contract, operation))
    named = missing_errors(operation) if missing else taken_errors(operation)
    malformed = protocol_facts(contract.protocol).malformed
    form = (*_declared(operation, 400), *malformed) if missing else ()
    return tuple(dict.fromkeys((*by_status, *_as_refusals(named), *form)))


def _declared(operation: Operation, status: int) -> tuple[Refusal, ...]:
    return _as_refusals(one for one in operation.errors.values() if one.status in {status, 0})


def _as_refusals(errors: Iterable[DeclaredError]) -> tuple[Refusal, ...]:
    return tuple((error.status or ANY_REFUSAL, error.name) for error in errors)
