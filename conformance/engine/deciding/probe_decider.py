"""Decides a requirement by single requests: its probes, random values, a failure once more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.vocabulary.overlay_rules import RobustRule, UnknownIdentifierRule
from conformance.engine.attempt import send_and_judge
from conformance.engine.probe_result import ProbeResult, is_taken, smallest
from conformance.engine.recording import verdicts
from conformance.engine.recording.verdicts import CaseCounts
from conformance.engine.sending.delivery import confirm, not_repeated, repeats_of, unreliable
from conformance.engine.sending.exchange_log import SetupFailed
from conformance.engine.sending.patience import kinds_of_request
from conformance.engine.service_run import ServiceRun
from conformance.engine.support import Support, SupportStatus, excluded, obstacle_to
from conformance.engine.watching.post_request_checks import PostRequestChecks
from conformance.plan.planner import plan
from conformance.plan.probes import Fault, Plan, Probe
from conformance.record import Verdict

if TYPE_CHECKING:  # what explores loads Hypothesis
    from conformance.engine.fuzzing.fuzz import FuzzResult

EMPTY_OBJECT = "empty-object"


class ProbeDecider:
    """Decides the requirements of single requests; ``explored`` are the findings of fuzzing."""

    def __init__(self, run: ServiceRun, post_checks: PostRequestChecks) -> None:
        self._run, self._give, self._post_checks = run, run.decisions.give, post_checks
        self.explored: FuzzResult | None = None

    def decide(self, requirement: Requirement) -> None:
        if self._is_lacking(requirement):
            return
        if left := self._run.savings.left(requirement, self._run.session.sent):
            self._give(requirement, Verdict.SKIPPED, left)
            return
        with self._run.stops.free():
            whole = self._planned(requirement)
        planned = whole.without(self._run.session.left_out)
        if whole.probes and not planned.probes:
            names = whole.operations()
            left_out = self._run.session.why_left_out
            whys = [left_out[name] for name in names if left_out.get(name)]
            self._give(requirement, Verdict.SKIPPED, next(iter(whys), excluded(", ".join(names))))
            return
        for name in planned.operations():
            standing = self._run.standings.of(name)
            if not _is_worth_probing(requirement, standing):
                self._run.without(requirement, standing)
                return
        if self._run.contract.found.by_operation:
            # Which requests are valid may have shown only now.
            planned = self._planned(requirement).without(self._run.session.left_out)
        try:
            self._probe(requirement, planned)
        except SetupFailed as failed:
            why = f"the tool could not create a resource: {failed}"
            obstacle = obstacle_to(self._run.contract, failed.sent)
            self._give(requirement, Verdict.SKIPPED, why, (), obstacle)

    def _planned(self, requirement: Requirement) -> Plan:
        return self._run.savings.reduced(requirement, plan(self._run.contract, requirement))

    def _is_lacking(self, requirement: Requirement) -> bool:
        """Decide a requirement whose operation the target lacks: that needs no plan."""
        run, name = self._run, requirement.operation or ""
        if name not in run.contract.operations or name in run.session.left_out:
            return False
        standing = run.standings.of(name)
        if standing.standing is not SupportStatus.LACKING:
            return False
        run.without(requirement, standing)
        return True

    def _probe(self, requirement: Requirement, planned: Plan) -> None:
        probes = iter(planned.probes)
        trials: list[ProbeResult] = []
        doubtful: list[ProbeResult] = []
        tally = self._run.decisions.tally(requirement)
        while broken := self._try_some(probes, trials, tally):
            doubtful += broken
            if self._confirm_failure(requirement, broken):
                return
        if not doubtful:
            doubtful = self._beyond(requirement, planned, tally)
            if self._confirm_failure(requirement, doubtful):
                return
        if doubtful:
            seen = next(trial.finding.seen for trial in doubtful if trial.finding)
            self._give(requirement, Verdict.INCONCLUSIVE, not_repeated(seen))
        elif not planned.probes and requirement.subject is not Subject.ERROR:
            self._give(requirement, Verdict.SKIPPED, planned.why_not or "nothing to send")
        elif planned.probes:
            self._run.savings.note(requirement)
            self._give(requirement, *verdicts.unbroken(planned, trials, tally))

    def _beyond(
        self, requirement: Requirement, planned: Plan, tally: CaseCounts
    ) -> list[ProbeResult]:
        """What random values break, else what fuzzing found."""
        broken = []
        if self._run.settings.draws and planned.drawings:
            broken = self._explore(planned, tally)
        if not broken and self.explored:
            broken = self.explored.of(requirement.id)
        return broken

    def _try_some(
        self, probes: Iterator[Probe], trials: list[ProbeResult], tally: CaseCounts
    ) -> list[ProbeResult]:
        """Try probes until several break or none is left; gives those that are broken."""
        savings, broken = self._run.savings, []
        silent = {kind for one in trials if one.silent for kind in kinds_of_request(one.probe)}
        for probe in probes:
            if silent.intersection(kinds_of_request(probe)):
                continue  # the requirement fails; these would be waited for likewise
            if savings.is_known(probe):
                tally.count(probe.side)
                continue
            trial = send_and_judge(self._run.session, probe)
            trials.append(trial)
            savings.learn(trial)
            silent.update(kinds_of_request(probe) if trial.silent else ())
            if trial.finding is not None and trial.finding.held:
                tally.count(probe.side)
            elif trial.finding is not None:
                broken.append(trial)
                if len(broken) == savings.enough:
                    break
        return broken

    def _explore(self, planned: Plan, tally: CaseCounts) -> list[ProbeResult]:
        """Try random values beyond the boundaries; gives the shrunk failure, if there is one."""
        from conformance.engine.fuzzing.search import find_failure

        for index, drawing in enumerate(planned.drawings):
            seed = f"{self._run.settings.seed}/{planned.requirement}/{index}"
            send = partial(send_and_judge, self._run.session)
            failure, held = find_failure(drawing, self._run.settings.draws, seed, send)
            for _ in range(held):
                tally.count(drawing.probe.side)
            if failure is not None:
                return [failure]
        return []

    def _confirm_failure(self, requirement: Requirement, broken: list[ProbeResult]) -> bool:
        """Send the smallest failing request again on a fresh resource: that decides."""
        for trial in smallest(broken):
            operation, answer = trial.probe.operation, trial.sent.answer
            if unreliable(answer) and self._post_checks.is_spoilt(operation):
                self._run.without(requirement, self._run.standings.of(operation.name))
                return True
            again = partial(self._broken_again, trial)
            shown = trial if trial.silent else confirm(again, repeats_of(answer))
            if shown is not None and shown.finding is not None:
                self._run.decisions.fail(requirement, shown.finding, shown.sent)
                return True
        return False

    def _broken_again(self, trial: ProbeResult) -> ProbeResult | None:
        """The failure on a fresh resource, or None where it does not repeat."""
        blamed = trial.sent.answer.server_error
        again = send_and_judge(self._run.session, trial.probe, fresh=True, blamed=blamed)
        refused = trial.probe.fault is not Fault.CONFLICT and is_taken(again.sent.answer)
        if trial.sent.answer.ok and refused:
            return trial  # that it was accepted is why it is refused now
        return None if again.finding is None or again.finding.held else again


def _is_worth_probing(requirement: Requirement, support: Support) -> bool:
    """Whether a probe can tell anything, given the standing of the operation."""
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
