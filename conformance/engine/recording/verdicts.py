"""From what was seen to a verdict and its line in the record."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from conformance import record
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Contract
from conformance.engine.events import Decided, Emit
from conformance.engine.judge.findings import Finding
from conformance.engine.probe_result import ProbeResult
from conformance.engine.recording.evidence import EvidenceStep, as_evidence, with_setup
from conformance.engine.recording.list_filter import offending_resource
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.exchange_log import SentProbe
from conformance.engine.session import Session
from conformance.engine.support import Support, SupportStatus
from conformance.plan.planner import is_watched
from conformance.plan.probes import Plan, Side
from conformance.record import Obstacle, ObstacleCause, Verdict
from conformance.transport.exchange import FailureKind
from conformance.transport.parsed_response import ParsedResponse


@dataclass(slots=True)
class CaseCounts:
    """Cases that held, by side, and the first that was watched to break."""

    accept: int = 0
    reject: int = 0
    seconds: float = 0.0
    requests: int = 0
    decided: bool = False
    broken: tuple[Finding, SentProbe] | None = None

    def count(self, side: Side, times: int = 1) -> None:
        if side is Side.REJECT:
            self.reject += times
        else:
            self.accept += times

    def shown(self, side: Side) -> bool:
        return bool(self.reject if side is Side.REJECT else self.accept)


Hindered = tuple[Verdict, str, tuple[EvidenceStep, ...], Obstacle | None]
"""A verdict, why, the steps that show it, and what kept the requirement from being tested."""


def without_support(support: Support) -> Hindered:
    """The verdict of everything about an operation that does not work."""
    if support.standing is SupportStatus.LACKING:
        return Verdict.UNSUPPORTED, support.why, (), None
    return Verdict.SKIPPED, support.why, (), support.obstacle


def silence(requirement: Requirement, support: Support) -> Finding | None:
    """What an operation that answers nothing breaks in itself: that it answers, and how."""
    about = support.sent.probe.operation.name if support.sent is not None else None
    if support.standing is not SupportStatus.SILENT or requirement.operation != about:
        return None
    if requirement.subject not in {Subject.STATUS, Subject.NO_SERVER_ERROR}:
        return None
    seen = f"{support.why.partition('; see ')[0]}, three times"
    return Finding(requirement.id, held=False, expected="a valid request is answered", seen=seen)


def unbroken(planned: Plan, trials: Sequence[ProbeResult], tally: CaseCounts) -> Hindered:
    """The verdict of a requirement whose probes found nothing wrong."""
    ours = next((trial for trial in trials if trial.ours), None)
    if ours is not None:
        return Verdict.ERROR, f"{ours.why} ({ours.probe.note})", (), None
    lacking = next((trial for trial in trials if trial.unsupported), None)
    if lacking is not None:
        return Verdict.UNSUPPORTED, lacking.why, (), None
    mute = next((trial for trial in trials if trial.finding is None), None)
    if mute is not None and mute.sent.answer.failure is FailureKind.WITHHELD:
        return Verdict.SKIPPED, mute.why, (), None
    if mute is not None:
        return Verdict.INCONCLUSIVE, mute.why, (), _obstacle(mute.sent.answer)
    missing = [side for side in planned.sides if not tally.shown(side)]
    if missing:
        return Verdict.INCONCLUSIVE, f"the {missing[0]} side was not tested", (), None
    return Verdict.PASSED, "", (), None


def _obstacle(answer: ParsedResponse) -> Obstacle | None:
    """What stood in the way where an answer shows nothing."""
    if answer.failure is not None:
        return Obstacle(ObstacleCause.NO_ANSWER)
    return Obstacle(ObstacleCause.SETUP) if answer.throttled else None


def watched(requirement: Requirement, tally: CaseCounts, support: Support | None) -> Hindered:
    """The verdict of a requirement that is watched in every answer and was never broken."""
    if support is not None and support.standing is not SupportStatus.WORKS:
        # What a target refuses altogether, it also refuses in the documented way: that is no pass.
        return without_support(support)
    if tally.accept or tally.reject:
        return Verdict.PASSED, "", (), None
    why = "no answer showed it"
    if requirement.subject is Subject.ERROR:
        why = "the target never answered with it, and no known request provokes it"
    return Verdict.SKIPPED, why, (), None


def decided(
    requirement: Requirement,
    tally: CaseCounts,
    verdict: Verdict,
    reason: str,
    steps: Sequence[EvidenceStep],
    masker: Masker,
    signing: record.RecordedSigning,
    obstacle: Obstacle | None = None,
) -> Decided:
    """The event that carries a verdict's line."""
    return Decided(
        record.VerdictLine(
            requirement=requirement.id,
            level=requirement.level,
            verdict=verdict,
            service=requirement.service,
            statement=requirement.statement,
            operation=requirement.operation,
            reason=masker.mask(reason),
            source=requirement.source,
            cases=record.Cases(tally.accept, tally.reject),
            seconds=round(tally.seconds, 3),
            requests=tally.requests,
            evidence=as_evidence(steps, masker, signing),
            obstacle=obstacle,
            covers=requirement.covers,
        )
    )


class VerdictLog:
    """The tally of every requirement; ``give`` decides one, once, and emits the event."""

    def __init__(
        self,
        contract: Contract,
        requirements: Sequence[Requirement],
        session: Session,
        region: str,
        emit: Emit,
    ) -> None:
        self.requirements = requirements
        self.by_id = {requirement.id: requirement for requirement in requirements}
        self._tallies = {requirement.id: CaseCounts() for requirement in requirements}
        self._watched = {
            one.id: (self._tallies[one.id], Side.REJECT if is_error else Side.ACCEPT)
            for one in requirements
            if (is_error := one.subject is Subject.ERROR) or is_watched(one)
        }
        self._contract, self._session, self._emit = contract, session, emit
        self._signing = record.RecordedSigning(contract.signing_name, region)
        self._began = (time.monotonic(), 0)

    def tally(self, requirement: Requirement) -> CaseCounts:
        return self._tallies[requirement.id]

    def open(self, name: str) -> bool:
        tally = self._tallies.get(name)
        return tally is not None and not tally.decided

    def hold(self, name: str, times: int) -> None:
        """Count that an answer held what is watched in every answer, unless it is decided."""
        known = self._watched.get(name)
        if known is not None and not known[0].decided:
            known[0].count(known[1], times)

    def undecided(self) -> list[Requirement]:
        return [one for one in self.requirements if self.open(one.id)]

    def begin(self) -> None:
        """Time and requests from now on are those of the next requirement that is decided."""
        self._began = (time.monotonic(), self._session.sent)

    def fail(self, requirement: Requirement, finding: Finding, sent: SentProbe) -> None:
        reason = f"expected {finding.expected}; seen {finding.seen}"
        listed = offending_resource(
            self._contract, sent, self._session.inventory.made.all, requirement.id
        )
        steps = with_setup(sent, finding.expected, finding.seen, listed)
        self.give(requirement, Verdict.FAILED, reason, steps)

    def give(
        self,
        requirement: Requirement,
        verdict: Verdict,
        reason: str = "",
        steps: Sequence[EvidenceStep] = (),
        obstacle: record.Obstacle | None = None,
    ) -> None:
        """Decide a requirement, unless it is decided."""
        tally = self._tallies[requirement.id]
        if tally.decided:
            return
        tally.decided = True
        if not tally.requests and not is_watched(requirement):
            tally.seconds = time.monotonic() - self._began[0]
            tally.requests = self._session.sent - self._began[1]
        masker = self._session.masker
        line = decided(requirement, tally, verdict, reason, steps, masker, self._signing, obstacle)
        self._emit(line)
