"""Decides the group of requirements about signatures.

First it is found out whether the target looks at signatures at all. One that does not has one
finding; the rest of the group would say the same a dozen times, and is skipped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Operation
from conformance.engine.judge.authentication import (
    judge_signature,
    looks_at_signatures,
    says_nothing,
)
from conformance.engine.judge.findings import Finding
from conformance.engine.recording.evidence import with_setup
from conformance.engine.recording.verdicts import Hindered
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.sending.delivery import confirm, not_repeated, repeats_of_silence, resent
from conformance.engine.sending.exchange_log import SentProbe, SetupFailed
from conformance.engine.sending.patience import is_unanswered
from conformance.engine.service_run import ServiceRun
from conformance.engine.support import SupportStatus
from conformance.plan.authentication import FINDING, Auth, SignatureCheck, signature_rule
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.record import Obstacle, ObstacleCause, Verdict
from conformance.transport.protocols.registry import wire

SERVED = "wrongly signed requests refused"


@dataclass(frozen=True, slots=True)
class _Case:
    """One wrongly signed request and its answer."""

    operation: Operation
    kind: str
    sent: SentProbe


class Authentication:
    """The group of one service on one target."""

    def __init__(self, run: ServiceRun, source: SignedChannel) -> None:
        self._run, self._source = run, source
        self._contract, self._session = run.contract, run.session
        self._known: dict[tuple[str, str], _Case | str] = {}

    def decide(self, requirements: Sequence[Requirement]) -> None:
        """Decide the requirements by the answers to wrong signatures."""
        if self._run.settings.auth is Auth.OFF:
            self._skip(requirements, "switched off (--auth off)")
            return
        rules = [self._rule(one) for one in requirements]
        names = sorted({one.name for rule in rules for one in rule.operations})
        if not names:
            self._skip(requirements, "the operations it needs are excluded")
            return
        for name in names:
            standing = self._run.standings.of(name)
            if standing.standing is not SupportStatus.WORKS:
                for requirement in requirements:
                    self._run.without(requirement, standing)
                return
        self._decide(rules)

    def _decide(self, rules: Sequence[SignatureCheck]) -> None:
        decisions = self._run.decisions
        decisions.begin()
        # The group's one finding, whether it was requested or not.
        every = (one for one in catalogue(self._contract) if one.keyword == FINDING)
        finding = self._rule(next(every))
        served = self._served(finding)
        reason = f"the target does not authenticate; see {finding.requirement.id}"
        for rule in rules:
            found: Hindered = (Verdict.SKIPPED, reason, (), None)
            if rule.is_finding:
                found = self._finding(rule, served)
            elif served is None:
                found = self._ruled(rule)
            decisions.give(rule.requirement, *found)
            decisions.begin()

    def _skip(self, requirements: Sequence[Requirement], why: str) -> None:
        for requirement in requirements:
            self._run.decisions.give(requirement, Verdict.SKIPPED, why)

    def _rule(self, requirement: Requirement) -> SignatureCheck:
        """The check of a requirement, less the operations that the run leaves out."""
        rule = signature_rule(self._contract, requirement)
        kept = [one for one in rule.operations if one.name not in self._session.left_out]
        return replace(rule, operations=tuple(kept))

    def _served(self, rule: SignatureCheck) -> _Case | None:
        """A wrongly signed request that was served, if all kinds of the rule were."""
        cases = list(self._cases(rule, rule.operations[:1]))
        if any(looks_at_signatures(case.kind, case.sent.answer) for case in cases):
            return None
        return next((case for case in cases if case.sent.answer.ok), None)

    def _finding(self, rule: SignatureCheck, served: _Case | None) -> Hindered:
        if served is not None:
            told = served.sent.answer.told()
            seen = (
                f"the target does not authenticate: it answers a request "
                f"{_described(served.kind)} with {told}"
            )
            return _failed(served.sent, SERVED, seen)
        cases = list(self._cases(rule, rule.operations[:1]))
        noticed = [one for one in cases if looks_at_signatures(one.kind, one.sent.answer)]
        if noticed:
            return self._held(rule, len(noticed))
        mute = next((case for case in cases if says_nothing(case.sent.answer)), None)
        if mute is None:
            return Verdict.INCONCLUSIVE, "the tool could not sign any request wrongly", (), None
        return self._held(rule, 0, mute.sent.answer.told())

    def _ruled(self, rule: SignatureCheck) -> Hindered:
        cases = list(self._cases(rule, rule.operations))
        if not cases:
            why = (self._case(one, kind) for one in rule.operations for kind in rule.kinds)
            reason = next((text for text in why if isinstance(text, str)), "nothing to send")
            return Verdict.SKIPPED, reason, (), None
        held, mute = 0, ""
        for case in cases:
            if is_unanswered(case.sent.exchange):  # nor were two more, on new resources
                seen = f"a request {_described(case.kind)}: {case.sent.answer.told()}"
                return _failed(case.sent, "an answer", seen)
            if says_nothing(case.sent.answer):
                mute = case.sent.answer.told()
            elif judge_signature(rule, case.sent.answer).held:
                held += 1
            else:
                return self._blamed(rule, case)
        return self._held(rule, held, mute)

    def _held(self, rule: SignatureCheck, refused: int, mute: str = "") -> Hindered:
        """The verdict where nothing broke the rule; ``mute`` is an answer that shows nothing."""
        self._run.decisions.tally(rule.requirement).reject += refused
        if mute:
            return Verdict.INCONCLUSIVE, mute, (), Obstacle(ObstacleCause.NO_ANSWER)
        return Verdict.PASSED, "", (), None

    def _blamed(self, rule: SignatureCheck, case: _Case) -> Hindered:
        """Send the same wrongly signed request again, on a new resource: that decides."""
        found = confirm(lambda: self._broken_again(rule, case))
        if found is None:
            reason = not_repeated(judge_signature(rule, case.sent.answer).seen)
            return Verdict.INCONCLUSIVE, reason, (), None
        sent, finding = found
        return _failed(sent, finding.expected, f"a request {_described(case.kind)}: {finding.seen}")

    def _broken_again(self, rule: SignatureCheck, case: _Case) -> tuple[SentProbe, Finding] | None:
        """The answer on a new resource, if it breaks the rule again."""
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
        """The answer to a request of this kind, shared by all rules; or why there is none."""
        key = operation.name, kind
        if key not in self._known:
            self._known[key] = self._send(operation, kind)
        return self._known[key]

    def _send(self, operation: Operation, kind: str, *, fresh: bool = False) -> _Case | str:
        channel = self._source.sign_incorrectly(kind)
        values = valid_request(self._contract, operation)
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
            return f"the tool could not create a resource: {failed}"
        return _Case(operation, kind, sent)


def _failed(sent: SentProbe, expected: str, seen: str) -> Hindered:
    reason = f"expected {expected}; seen {seen}"
    return Verdict.FAILED, reason, tuple(with_setup(sent, expected, seen)), None


def _described(kind: str) -> str:
    plain = {"unsigned": "without a signature", "presigned": "signed in its query"}
    return plain.get(kind, f"signed wrongly ({kind})")
