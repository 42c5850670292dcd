"""Decides a requirement by single requests: its probes, random values, a failure once more."""

from __future__ import annotations

from functools import partial

from conformance.contract.overlay_rules import RobustRule, UnknownIdentifierRule
from conformance.contract.requirements import Requirement, Subject
from conformance.engine import verdicts
from conformance.engine.aftermath import Aftermath
from conformance.engine.case_counts import CaseCounts
from conformance.engine.confirmation import ANSWER, confirm, not_repeated, unreliable
from conformance.engine.exchange_log import SetupFailed
from conformance.engine.patience import kinds_of_request
from conformance.engine.phases import FuzzFindings
from conformance.engine.probe_result import ProbeResult, attempt, is_taken, smallest
from conformance.engine.service_run import ServiceRun
from conformance.engine.support import Support, SupportStatus, excluded, obstacle_to
from conformance.plan.planner import plan
from conformance.plan.probes import Plan, Probe
from conformance.record import Verdict

EMPTY_OBJECT = "empty-object"


class ProbeDecider:
    """The requirements of one service that single requests show.

    ``explored`` is what fuzzing found: it counts where the plan finds nothing.
    """

    def __init__(self, run: ServiceRun, aftermath: Aftermath) -> None:
        self._run, self._give, self._aftermath = run, run.decisions.give, aftermath
        self.explored: FuzzFindings | None = None

    def decide(self, requirement: Requirement) -> None:
        """Send what the plan has of a requirement and decide it."""
        whole = plan(self._run.contract, requirement)
        planned = whole.without(self._run.session.left_out)
        if whole.probes and not planned.probes:
            self._give(requirement, Verdict.SKIPPED, excluded(", ".join(whole.operations())))
            return
        for name in planned.operations():
            standing = self._run.standings.of(name)
            if not _is_worth_probing(requirement, standing):
                self._run.without(requirement, standing)
                return
        try:
            self._probe(requirement, planned)
        except SetupFailed as failed:
            why = f"no resource could be made: {failed}"
            obstacle = obstacle_to(self._run.contract, failed.sent)
            self._give(requirement, Verdict.SKIPPED, why, (), obstacle)

    def _probe(self, requirement: Requirement, planned: Plan) -> None:
        tally = self._run.decisions.tally(requirement)
        trials = []
        silent: set[str] = set()
        for probe in planned.probes:
            kinds = kinds_of_request(probe)
            if silent.intersection(kinds):
                continue  # the requirement fails; these would be waited for likewise
            trials.append(self._try(probe))
            silent.update(kinds if trials[-1].silent else ())
        for trial in trials:
            if trial.finding is not None and trial.finding.held:
                tally.count(trial.probe.side)
        broken = [trial for trial in trials if trial.finding and not trial.finding.held]
        if not broken and self._run.settings.draws and planned.drawings:
            broken = self._explore(planned, tally)
        if not broken and self.explored:
            broken = self.explored.of(requirement.id)
        if broken:
            self._blame(requirement, broken)
        elif not planned.probes and requirement.subject is not Subject.ERROR:
            self._give(requirement, Verdict.SKIPPED, planned.why_not or "nothing to send")
        elif planned.probes:
            self._give(requirement, *verdicts.unbroken(planned, trials, tally))

    def _explore(self, planned: Plan, tally: CaseCounts) -> list[ProbeResult]:
        """Random values beyond the boundaries; gives the shrunk failure, if there is one."""
        from conformance.engine.property_search import explore

        for index, drawing in enumerate(planned.drawings):
            seed = f"{self._run.settings.seed}/{planned.requirement}/{index}"
            failure, held = explore(drawing, self._run.settings.draws, seed, self._try)
            for _ in range(held):
                tally.count(drawing.probe.side)
            if failure is not None:
                return [failure]
        return []

    def _blame(self, requirement: Requirement, broken: list[ProbeResult]) -> None:
        """The smallest failing request, sent again on a fresh resource, decides."""
        for trial in smallest(broken):
            operation, answer = trial.probe.operation, trial.sent.answer
            if unreliable(answer) and self._aftermath.is_spoilt(operation):
                self._run.without(requirement, self._run.standings.of(operation.name))
                return
            again = partial(self._broken_again, trial)
            shown = trial if trial.silent else confirm(again, ANSWER, answer)
            if shown is not None and shown.finding is not None:
                self._run.decisions.fail(requirement, shown.finding, shown.sent)
                return
        seen = next(trial.finding.seen for trial in broken if trial.finding)
        self._give(requirement, Verdict.INCONCLUSIVE, not_repeated(seen))

    def _broken_again(self, trial: ProbeResult) -> ProbeResult | None:
        """The same failure on a fresh resource, or None where it does not come again."""
        again = self._try(trial.probe, fresh=True)
        if trial.sent.answer.ok and is_taken(again.sent.answer):
            return trial  # that it was accepted is why it is refused now
        return None if again.finding is None or again.finding.held else again

    def _try(self, probe: Probe, *, fresh: bool = False) -> ProbeResult:
        return attempt(self._run.session, probe, fresh=fresh)


def _is_worth_probing(requirement: Requirement, support: Support) -> bool:
    """That a valid request is refused is itself the failure of the operation's status."""
    if isinstance(requirement.rule, RobustRule) and requirement.rule.odd == EMPTY_OBJECT:
        # Of an update without required members the empty object is the valid request. What answers
        # nothing at all answers nothing to it either: that is reported once.
        return support.standing not in {SupportStatus.LACKING, SupportStatus.SILENT}
    if isinstance(requirement.rule, UnknownIdentifierRule):
        # For what nothing has, none has to be made.
        return support.standing in {SupportStatus.WORKS, SupportStatus.UNKNOWN}
    if requirement.subject is Subject.STATUS:
        return support.standing in {SupportStatus.WORKS, SupportStatus.REFUSED}
    return support.standing is SupportStatus.WORKS
