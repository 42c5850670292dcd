"""Probes of the overlay's single-request rules; the overlay reference has their words.

Any other kind is a rule over several requests: see conformance.plan.sequences.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from conformance.contract.listing.requirements import Requirement, rule_of
from conformance.contract.model import Contract, Operation
from conformance.contract.places import Place, parse
from conformance.contract.vocabulary.overlay_rules import (
    AcceptedRule,
    ObservedRule,
    RawRule,
    RefusedRule,
    RobustRule,
    Rule,
    SingleRule,
)
from conformance.plan.identities import IDENTITIES, of_identity
from conformance.plan.probes import ExpectedMember, Fault, Plan, Probe, Side
from conformance.plan.robustness import odd_requests
from conformance.plan.spelling import is_elsewhere, spelled_body, spelled_form
from conformance.plan.valid_requests.base_requests import valid_request, with_value, without_absent
from conformance.transport.protocols.json_text import no_constant
from conformance.transport.protocols.seam import WireVariant

ROBUST = "robust"
Texts = tuple[str, ...] | Mapping[str, tuple[str, ...]]
"""What all operations have, or each operation's own."""
SIDES: Mapping[type[Rule], Side] = {
    RefusedRule: Side.REJECT,
    AcceptedRule: Side.ACCEPT,
    ObservedRule: Side.OBSERVE,
}


def is_single(requirement: Requirement) -> bool:
    """True for a rule that single requests show."""
    return isinstance(requirement.rule, (SingleRule, RobustRule, *IDENTITIES))


def plan_rule(contract: Contract, requirement: Requirement) -> Plan:
    """The probes of a single-request rule."""
    probes = tuple(
        probe
        for operation in operations_of(contract, requirement)
        for probe in _probes(contract, operation, requirement)
    )
    why_not = "" if probes else "its valid request does not name a resource"
    sides = tuple(dict.fromkeys(p.side for p in probes))
    return Plan(requirement.id, probes, why_not=why_not, sides=sides)


def operations_of(contract: Contract, requirement: Requirement) -> list[Operation]:
    """The operations a rule is about."""
    names: Sequence[str] = getattr(requirement.rule, "operations", ())
    return [contract.operations[name] for name in names or [requirement.operation or ""]]


def _probes(contract: Contract, operation: Operation, requirement: Requirement) -> Iterator[Probe]:
    if isinstance(requirement.rule, RobustRule):
        yield from _robust(contract, operation, requirement, requirement.rule)
        return
    if isinstance(requirement.rule, IDENTITIES):
        yield from of_identity(contract, operation, requirement, requirement.rule)
        return
    rule = rule_of(requirement, SingleRule)
    side = Side(rule.side) if isinstance(rule, RawRule) else SIDES[type(rule)]
    fault, message = _fault(rule, side)
    place = None if rule.place is None else parse(rule.place)
    shown = tuple(ExpectedMember(parse(where), value) for where, value in rule.shown.items())
    start = (
        valid_request(contract, operation, place or ()) if rule.with_ is UNSET else dict(rule.with_)
    )
    for written in _forms(contract, operation, rule, fault):
        for body in _bodies(contract, operation, rule):
            yield Probe(
                requirement.id, operation, side, start, f"the body {body!r:.60}", fault,
                raw=body, form=written, shown=shown, tolerated=rule.tolerated, beyond_limits=True,
            )  # fmt: skip
        for request in _requests(start, place, rule):
            yield Probe(
                requirement.id, operation, side, request, rule.note or requirement.statement,
                fault, place, form=written, shown=shown, tolerated=rule.tolerated,
                message=message, beyond_limits=True,
            )  # fmt: skip


def _fault(rule: SingleRule, side: Side) -> tuple[Fault, str]:
    """What is wrong with the requests of a rule, and the message that it is refused with."""
    if not isinstance(rule, RefusedRule | RawRule):
        return Fault.NONE, ""
    return Fault(rule.fault) if side is Side.REJECT else Fault.NONE, rule.message or ""


def _robust(
    contract: Contract, operation: Operation, requirement: Requirement, rule: RobustRule
) -> Iterator[Probe]:
    side = Side(rule.side)
    fault = Fault.TYPE if side is Side.REJECT else Fault.NONE
    for odd in odd_requests(contract, operation, rule.odd):
        yield Probe(
            requirement.id, operation, side, odd.values, odd.note, fault,
            place=odd.place, raw=odd.raw, form=odd.form, beyond_limits=True,
        )  # fmt: skip


def _forms(
    contract: Contract, operation: Operation, rule: SingleRule, fault: Fault
) -> list[WireVariant | None]:
    """The forms of a rule; of one about what the service lacks those that it really lacks."""
    if not rule.forms:
        return [None]
    spelt = [spelled_form(contract, operation, written) for written in rule.forms]
    found = [one for one in spelt if one is not None]
    if fault is Fault.ROUTE:
        lacking = [one for one in found if is_elsewhere(contract, operation, one)]
        by_label = all(one.label is not None or one.labels != "usual" for one in rule.forms)
        return list(found if by_label else lacking)
    return list(found)


def _bodies(contract: Contract, operation: Operation, rule: SingleRule) -> Iterator[bytes]:
    if not isinstance(rule, RawRule):
        return
    for written in _for(operation.name, rule.bodies):
        body = spelled_body(contract, operation, written)
        if body is not None and not (_wants_bad_syntax(rule) and _is_object(body)):
            yield body
    yield from (bytes.fromhex(text) for text in _for(operation.name, rule.bytes))
    if rule.nested is not None:
        yield b"[" * rule.nested + b"]" * rule.nested
        yield b'{"a":' * rule.nested + b"1" + b"}" * rule.nested


def _wants_bad_syntax(rule: RawRule) -> bool:
    return Side(rule.side) is Side.REJECT and Fault(rule.fault) is Fault.SYNTAX


def _is_object(body: bytes) -> bool:
    """True for a body that is a JSON object after all: made of an empty one, nothing is wrong."""
    try:
        return isinstance(json.loads(body, parse_constant=no_constant), dict)
    except (ValueError, RecursionError):
        return False


def _for(operation: str, texts: Texts) -> tuple[str, ...]:
    """The texts of an operation, where each has its own; else those that all have."""
    return texts.get(operation, ()) if isinstance(texts, Mapping) else texts


def _requests(
    start: dict[str, Any], place: Place | None, rule: SingleRule
) -> Iterator[dict[str, Any]]:
    if place is not None:
        for value in rule.values:
            yield with_value(start, place, value)
    # What is under test may be the form alone: then the base is sent.
    usual: tuple[Mapping[str, Any], ...] = (
        ({},) if rule.forms and not _has_bodies(rule) and not rule.values else ()
    )
    for request in rule.requests or usual:
        yield without_absent({**start, **request})


def _has_bodies(rule: SingleRule) -> bool:
    """True where a rule sends bodies as they stand."""
    return isinstance(rule, RawRule) and bool(rule.bodies or rule.bytes or rule.nested)
