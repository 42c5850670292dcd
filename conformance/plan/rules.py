"""Probes of the overlay's single-request rules.

A rule names its kind with ``rule``:

- ``refused``: each of ``values`` at ``place`` (or each whole request of ``requests``) is refused
  as its ``fault`` is, with ``message`` where that is given;
- ``accepted``: each is accepted, and the answer shows ``shown`` where that is given;
- ``observed``: each is sent; nothing but a server error counts;
- ``raw``: each text of ``bodies``, each ``bytes`` (hexadecimal) and lists ``nested`` so deep are
  sent as the body; ``side`` says what must happen;
- ``robust``: the requests that are ``odd`` in one way (see conformance.plan.robustness), of which
  nothing but a server error counts.

Each but the last may have ``forms``: what is sent is then sent in each of them (see
conformance.plan.wire_variant), spelled out for the operation (conformance.plan.spelling).
``operations`` lists the operations it holds for (default: the one in its address).
Any other kind is a rule over several requests: see conformance.plan.sequences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.model import Contract, Operation
from conformance.contract.places import parse
from conformance.contract.requirements import Requirement
from conformance.plan.base_requests import base, edited, present
from conformance.plan.probes import ExpectedMember, Fault, Plan, Probe, Side
from conformance.plan.robustness import odd_requests
from conformance.plan.spelling import is_elsewhere, spelled_body, spelled_form
from conformance.plan.wire_variant import WireVariant

ROBUST = "robust"
BODIES = {"bodies", "bytes", "nested"}
SIDES = {"refused": Side.REJECT, "accepted": Side.ACCEPT, "observed": Side.OBSERVE}


def is_single(requirement: Requirement) -> bool:
    """True for a rule that single requests show."""
    return requirement.keyword in {*SIDES, "raw", ROBUST}


def plan_rule(contract: Contract, requirement: Requirement) -> Plan:
    """The probes of a single-request rule."""
    probes = tuple(
        probe
        for operation in operations_of(contract, requirement)
        for probe in _probes(contract, operation, requirement)
    )
    return Plan(requirement.id, probes, sides=tuple(dict.fromkeys(p.side for p in probes)))


def operations_of(contract: Contract, requirement: Requirement) -> list[Operation]:
    """The operations a rule is about."""
    names = requirement.detail.get("operations") or [requirement.operation]
    return [contract.operations[name] for name in names]


def _probes(contract: Contract, operation: Operation, requirement: Requirement) -> Iterator[Probe]:
    rule = requirement.detail
    if requirement.keyword == ROBUST:
        yield from _robust(contract, operation, requirement)
        return
    side = Side(rule["side"]) if requirement.keyword == "raw" else SIDES[requirement.keyword]
    fault = Fault(rule.get("fault", "limit")) if side is Side.REJECT else Fault.NONE
    place = parse(rule["place"]) if "place" in rule else None
    shown = tuple(
        ExpectedMember(parse(where), value) for where, value in rule.get("shown", {}).items()
    )
    start = dict(rule["with"]) if "with" in rule else base(contract, operation, place or ())
    tolerated = tuple(rule.get("tolerated", ()))
    for written in _forms(contract, operation, rule, fault):
        for body in _bodies(contract, operation, rule):
            yield Probe(
                requirement.id, operation, side, start, f"the body {body!r:.60}", fault,
                raw=body, form=written, shown=shown, tolerated=tolerated, beyond_limits=True,
            )  # fmt: skip
        for request in _requests(start, place, rule):
            yield Probe(
                requirement.id, operation, side, request, rule.get("note", requirement.statement),
                fault, place, form=written, shown=shown, tolerated=tolerated,
                message=rule.get("message", ""),
                beyond_limits=True,
            )  # fmt: skip


def _robust(contract: Contract, operation: Operation, requirement: Requirement) -> Iterator[Probe]:
    side = Side(requirement.detail.get("side", Side.OBSERVE))
    fault = Fault.TYPE if side is Side.REJECT else Fault.NONE
    for odd in odd_requests(contract, operation, requirement.detail["odd"]):
        yield Probe(
            requirement.id, operation, side, odd.values, odd.note, fault,
            place=odd.place, raw=odd.raw, form=odd.form, beyond_limits=True,
        )  # fmt: skip


def _forms(
    contract: Contract, operation: Operation, rule: Mapping[str, Any], fault: Fault
) -> list[WireVariant | None]:
    """The forms of a rule; of one about what the service lacks those that it really lacks."""
    if "forms" not in rule:
        return [None]
    spelt = [spelled_form(contract, operation, written) for written in rule["forms"]]
    found = [one for one in spelt if one is not None]
    if fault is Fault.ROUTE:
        lacking = [one for one in found if is_elsewhere(contract, operation, one)]
        by_label = all("label" in one or "labels" in one for one in rule["forms"])
        return list(found if by_label else lacking)
    return list(found)


def _bodies(contract: Contract, operation: Operation, rule: Mapping[str, Any]) -> Iterator[bytes]:
    for written in _for(operation.name, rule.get("bodies", ())):
        body = spelled_body(contract, operation, written)
        if body is not None:
            yield body.encode()
    yield from (bytes.fromhex(text) for text in _for(operation.name, rule.get("bytes", ())))
    if "nested" in rule:
        yield b"[" * rule["nested"] + b"]" * rule["nested"]
        yield b'{"a":' * rule["nested"] + b"1" + b"}" * rule["nested"]


def _for(operation: str, texts: Any) -> list[str]:
    """The texts of an operation, where each has its own; else those that all have."""
    return list(texts.get(operation, ()) if isinstance(texts, Mapping) else texts)


def _requests(start: dict[str, Any], place: Any, rule: Any) -> Iterator[dict[str, Any]]:
    if place is not None:
        for value in rule.get("values", ()):
            yield edited(start, place, value)
    # What is under test may be the form alone: then the base is sent.
    usual: list[dict[str, Any]] = (
        [{}] if "forms" in rule and not {*rule} & BODIES and "values" not in rule else []
    )
    for request in rule.get("requests", usual):
        yield present({**start, **request})
