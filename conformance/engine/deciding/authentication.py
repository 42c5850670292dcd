"""Decides the group of requirements about signatures.

First it is found out whether the target looks at signatures at all. One that does not has one
finding; the rest of the group would say the same a dozen times, and is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract, Operation
from conformance.engine.confirmation import confirm, not_repeated, repeats_of_silence
from conformance.engine.judge.authentication import (
    judge_signature,
    looks_at_signatures,
    says_nothing,
)
from conformance.engine.judge.findings import Finding
from conformance.engine.recording.evidence import EvidenceStep, with_setup
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.sending.delivery import resent
from conformance.engine.sending.exchange_log import SentProbe, SetupFailed
from conformance.engine.sending.patience import is_unanswered
from conformance.engine.session import Session
from conformance.plan.authentication import FINDING, SignatureCheck, signature_rule
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import base
from conformance.record import Obstacle, ObstacleCause, Verdict
from conformance.transport.protocols.registry import wire

SERVED = "wrongly signed requests refused"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the group came to for one requirement."""

    requirement: Requirement
    verdict: Verdict
    reason: str = ""
    steps: tuple[EvidenceStep, ...] = ()
    obstacle: Obstacle | None = None
    refused: int = 0
    """Wrongly signed requests that were answered as the rule says."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One wrongly signed request and its answer."""

    operation: Operation
    kind: str
    sent: SentProbe


class Authentication:
    """The group of one service on one target."""

    def __init__(self, contract: Contract, session: Session, source: SignedChannel) -> None:
        self._contract, self._session, self._source = contract, session, source
        self._known: dict[tuple[str, str], _Case | str] = {}

    def rulings(self, requirements: Sequence[Requirement]) -> Iterator[Ruling]:
        """A ruling for each requested requirement of the group."""
        if not requirements:
            return
        finding = self._finding_rule()
        served = self._served(finding)
        for requirement in requirements:
            rule = self._rule(requirement)
            if rule.is_finding:
                yield self._finding(rule, served)
            elif served is None:
                yield self._ruled(rule)
            else:
                reason = f"the target does not authenticate: see {finding.requirement.id}"
                yield Ruling(requirement, Verdict.SKIPPED, reason)

    def _finding_rule(self) -> SignatureCheck:
        """The group's one finding, whether it was requested or not."""
        every = (one for one in catalogue(self._contract) if one.keyword == FINDING)
        return self._rule(next(every))

    def _rule(self, requirement: Requirement) -> SignatureCheck:
        """The rule of a requirement, for the operations that are not left out of the run."""
        rule = signature_rule(self._contract, requirement)
        kept = [one for one in rule.operations if one.name not in self._session.left_out]
        return replace(rule, operations=tuple(kept))

    def operations(self, requirements: Sequence[Requirement]) -> list[str]:
        """The names of the operations that the group sends."""
        rules = [self._rule(one) for one in requirements]
        return sorted({one.name for rule in rules for one in rule.operations})

    def _served(self, rule: SignatureCheck) -> _Case | None:
        """A wrongly signed request that was served, where every one of the rule's kinds was."""
        cases = list(self._cases(rule, rule.operations[:1]))
        if any(looks_at_signatures(case.kind, case.sent.answer) for case in cases):
            return None
        return next((case for case in cases if case.sent.answer.ok), None)

    def _finding(self, rule: SignatureCheck, served: _Case | None) -> Ruling:
        if served is None:
            cases = list(self._cases(rule, rule.operations[:1]))
            mute = next((case for case in cases if says_nothing(case.sent.answer)), None)
            noticed = [one for one in cases if looks_at_signatures(one.kind, one.sent.answer)]
            if not noticed:
                reason = mute.sent.answer.told() if mute else "no request could be signed wrongly"
                obstacle = Obstacle(ObstacleCause.NO_ANSWER) if mute else None
                return Ruling(rule.requirement, Verdict.INCONCLUSIVE, reason, obstacle=obstacle)
            return Ruling(rule.requirement, Verdict.PASSED, refused=len(noticed))
        told = served.sent.answer.told()
        seen = f"does not authenticate: a request {_described(served.kind)} is answered {told}"
        steps = with_setup(served.sent, SERVED, seen)
        return Ruling(
            rule.requirement, Verdict.FAILED, f"expected {SERVED}; seen {seen}", tuple(steps)
        )

    def _ruled(self, rule: SignatureCheck) -> Ruling:
        cases = list(self._cases(rule, rule.operations))
        if not cases:
            why = (self._case(one, kind) for one in rule.operations for kind in rule.kinds)
            reason = next((text for text in why if isinstance(text, str)), "nothing to send")
            return Ruling(rule.requirement, Verdict.SKIPPED, reason)
        held, mute = 0, ""
        for case in cases:
            if is_unanswered(case.sent.exchange):
                return self._unanswered(rule, case)
            if says_nothing(case.sent.answer):
                mute = case.sent.answer.told()
            elif judge_signature(rule, case.sent.answer).held:
                held += 1
            else:
                return self._blamed(rule, case)
        if mute:
            return Ruling(
                rule.requirement, Verdict.INCONCLUSIVE, mute,
                refused=held, obstacle=Obstacle(ObstacleCause.NO_ANSWER),
            )  # fmt: skip
        return Ruling(rule.requirement, Verdict.PASSED, refused=held)

    def _unanswered(self, rule: SignatureCheck, case: _Case) -> Ruling:
        """No answer to a wrongly signed request, nor to two more on new resources."""
        seen = f"a request {_described(case.kind)}: {case.sent.answer.told()}"
        steps = with_setup(case.sent, "an answer", seen)
        reason = f"expected an answer; seen {seen}"
        return Ruling(rule.requirement, Verdict.FAILED, reason, tuple(steps))

    def _blamed(self, rule: SignatureCheck, case: _Case) -> Ruling:
        """The same wrongly signed request once more, on a new resource, decides."""
        found = confirm(lambda: self._broken_again(rule, case))
        if found is None:
            reason = not_repeated(judge_signature(rule, case.sent.answer).seen)
            return Ruling(rule.requirement, Verdict.INCONCLUSIVE, reason)
        sent, finding = found
        shown = f"a request {_described(case.kind)}: {finding.seen}"
        steps = with_setup(sent, finding.expected, shown)
        reason = f"expected {finding.expected}; seen {shown}"
        return Ruling(rule.requirement, Verdict.FAILED, reason, tuple(steps))

    def _broken_again(self, rule: SignatureCheck, case: _Case) -> tuple[SentProbe, Finding] | None:
        """The answer to the same on a new resource that breaks the rule; None for any other."""
        again = self._send(case.operation, case.kind, fresh=True)
        if isinstance(again, str) or says_nothing(again.sent.answer):
            return None
        finding = judge_signature(rule, again.sent.answer)
        return None if finding.held else (again.sent, finding)

    def _cases(self, rule: SignatureCheck, operations: Sequence[Operation]) -> Iterator[_Case]:
        for operation in operations:
            for kind in rule.kinds:
                case = self._case(operation, kind)
                if isinstance(case, _Case):
                    yield case

    def _case(self, operation: Operation, kind: str) -> _Case | str:
        """The request of this kind, which serves all rules; a text says why there is none."""
        key = operation.name, kind
        if key not in self._known:
            self._known[key] = self._send(operation, kind)
        return self._known[key]

    def _send(self, operation: Operation, kind: str, *, fresh: bool = False) -> _Case | str:
        channel = self._source.sign_incorrectly(kind)
        values = base(self._contract, operation)
        why_not = channel.why_not(wire(operation, values).body)
        if why_not:
            return why_not
        probe = Probe("", operation, Side.REJECT, values, _described(kind))
        try:
            sent = self._session.send_by(channel, kind, probe, fresh=fresh)
            sent = resent(
                sent,
                lambda _: self._session.send_by(channel, kind, probe, fresh=True),
                lambda one: is_unanswered(one.exchange),
                repeats_of_silence(sent.exchange),
            )
        except SetupFailed as failed:
            return f"no resource could be made: {failed}"
        return _Case(operation, kind, sent)


def _described(kind: str) -> str:
    plain = {"unsigned": "without a signature", "presigned": "that is signed in its query"}
    return plain.get(kind, f"that is signed wrongly ({kind})")
