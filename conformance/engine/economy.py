"""What a run need not send, as it is known already; and what is worth sending first."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import replace

from conformance.contract.model import Shape
from conformance.contract.requirements import Requirement, Subject
from conformance.engine.probe_result import ProbeResult
from conformance.plan.probes import Plan, Probe, Side
from conformance.plan.rules import ROBUST
from conformance.plan.wire import encode

OF_SHAPES = frozenset({Subject.INPUT_LIMIT, Subject.INPUT_TYPE})


class Economy:
    """Keeps what was accepted, and which limits were tried with all that there is at a boundary.

    A quick run (``thrifty``) sends no request again that was accepted, and all boundary values of
    a limit at one place of the shape that has it: elsewhere one that is allowed, and one that is
    not.
    """

    def __init__(self, *, thrifty: bool) -> None:
        self._thrifty = thrifty
        self._accepted: dict[bytes, ProbeResult] = {}
        self._tried: set[Hashable] = set()

    def reduced(self, requirement: Requirement, planned: Plan) -> Plan:
        """The plan, with one probe a side where the limit was tried at another place."""
        if not self._thrifty or _limit(requirement) not in self._tried:
            return planned
        firsts = {probe.side: probe for probe in reversed(planned.probes)}
        kept = tuple(one for one in planned.probes if firsts[one.side] is one)
        return replace(planned, probes=kept)

    def note(self, requirement: Requirement) -> None:
        """Everything that there is to be tried of a requirement was tried."""
        if self._thrifty and requirement.subject in OF_SHAPES:
            self._tried.add(_limit(requirement))

    def known(self, probe: Probe) -> ProbeResult | None:
        """What came of the very same request, where it was accepted."""
        found = self._accepted.get(_template(probe)) if self._may_be_kept(probe) else None
        if found is None or found.finding is None:
            return None
        finding = found.finding._replace(requirement=probe.requirement)
        return replace(found, probe=probe, finding=finding)

    def learn(self, trial: ProbeResult) -> None:
        """Keep a request that was accepted."""
        held = trial.finding is not None and trial.finding.held
        if held and trial.sent.answer.ok and self._may_be_kept(trial.probe):
            self._accepted.setdefault(_template(trial.probe), trial)

    def _may_be_kept(self, probe: Probe) -> bool:
        plain = probe.raw is None and probe.form is None and not probe.shown
        return self._thrifty and plain and probe.side is Side.ACCEPT and not probe.exact_status


def telling(requirement: Requirement) -> int:
    """The rank of a requirement: what tells most of a target comes first."""
    if requirement.subject is Subject.STATUS:
        return 0
    if requirement.keyword == ROBUST:
        return 9
    return 1 if requirement.subject not in OF_SHAPES else min(8, 1 + len(requirement.place))


def _template(probe: Probe) -> bytes:
    return hashlib.sha256(encode([probe.operation.name, probe.values])).digest()


def _limit(requirement: Requirement) -> Hashable:
    shape = requirement.shape
    if requirement.subject not in OF_SHAPES or shape is None:
        return None
    return (requirement.keyword, requirement.subject, *_limits(shape), shape.name)


def _limits(shape: Shape) -> tuple[Hashable, ...]:
    named = tuple((one.name, str(one.value)) for one in shape.constraints.values())
    inner = () if shape.element is None else _limits(shape.element)
    return shape.kind, shape.wire, shape.union, named, inner
