"""What has been decided of a service's requirements, and what has been seen of the others."""

from __future__ import annotations

import time
from collections.abc import Sequence

from conformance import record
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Contract
from conformance.engine.events import Emit
from conformance.engine.judge.findings import Finding
from conformance.engine.recording import verdicts
from conformance.engine.recording.evidence import EvidenceStep, with_setup
from conformance.engine.recording.list_filter import culprit
from conformance.engine.recording.verdicts import CaseCounts
from conformance.engine.sending.exchange_log import SentProbe
from conformance.engine.session import Session
from conformance.plan.planner import is_watched
from conformance.plan.probes import Side
from conformance.record import Verdict


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
            one.id: (self._tallies[one.id], _side(one))
            for one in requirements
            if is_watched(one) or one.subject is Subject.ERROR
        }
        self._contract, self._session, self._emit = contract, session, emit
        service = contract.signing_name
        self._signing = record.RecordedSigning(service, region)
        self._began = (time.monotonic(), 0)

    def tally(self, requirement: Requirement) -> CaseCounts:
        """What was seen of a requirement so far."""
        return self._tallies[requirement.id]

    def open(self, name: str) -> bool:
        """True for the id of a requirement of this run that is not decided yet."""
        tally = self._tallies.get(name)
        return tally is not None and not tally.decided

    def hold(self, name: str, times: int) -> None:
        """Count that an answer held what is watched in every answer, unless it is decided."""
        known = self._watched.get(name)
        if known is not None and not known[0].decided:
            known[0].count(known[1], times)

    def undecided(self) -> list[Requirement]:
        """Those that have no verdict yet."""
        return [one for one in self.requirements if self.open(one.id)]

    def begin(self) -> None:
        """Time and requests from now on are those of the next requirement that is decided."""
        self._began = self.now()

    def since(self, moment: tuple[float, int]) -> None:
        """They have been since a moment that ``now`` gave."""
        self._began = moment

    def now(self) -> tuple[float, int]:
        """This moment: seconds, and requests sent."""
        return time.monotonic(), self._session.sent

    def fail(self, requirement: Requirement, finding: Finding, sent: SentProbe) -> None:
        """Decide that an answer breaks a requirement."""
        reason = f"expected {finding.expected}; seen {finding.seen}"
        listed = culprit(self._contract, sent, self._session.inventory.made.all, requirement.id)
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
            seconds, sent = self.now()
            tally.seconds = seconds - self._began[0]
            tally.requests = sent - self._began[1]
        masker = self._session.masker
        line = verdicts.decided(
            requirement, tally, verdict, reason, steps, masker, self._signing, obstacle
        )
        self._emit(line)


def _side(requirement: Requirement) -> Side:
    return Side.REJECT if requirement.subject is Subject.ERROR else Side.ACCEPT
