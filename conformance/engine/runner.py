"""Tests one service of a target: every requirement to its verdict."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance import model, record
from conformance.contract.model import Contract
from conformance.contract.requirements import Requirement, Subject
from conformance.engine import support, verdicts
from conformance.engine.authentication import Authentication, Ruling
from conformance.engine.channel import SignedChannel
from conformance.engine.errors import TargetDied, WrongCredentials
from conformance.engine.events import Emit, Progress, ServiceStarted
from conformance.engine.evidence import LONGEST, Shown, with_setup
from conformance.engine.own import culprit, own_entries
from conformance.engine.sequences import Ending, Play, Stage
from conformance.engine.session import Resource, Sent, Session, SetupFailed
from conformance.engine.support import Standing, Support
from conformance.engine.tally import Suspects, Tally
from conformance.engine.trial import (
    Trial,
    attempt,
    is_elsewhere,
    is_faulty,
    smallest,
    unreliable,
)
from conformance.judge.findings import Finding
from conformance.judge.response import observe
from conformance.plan.authentication import Auth, is_authentication, levelled
from conformance.plan.bases import base
from conformance.plan.planner import is_watched, plan
from conformance.plan.probes import Plan, Probe, Side
from conformance.plan.resources import Facts, facts_of, kind_of, kinds, of_nothing
from conformance.plan.sequences import KINDS, Broken
from conformance.record import Verdict
from conformance.target.exchange import FailureKind

if TYPE_CHECKING:
    from conformance.exploration.explore import Explored


REPEATS = {"one-connection": 2}
"""How often a rule of a kind must be broken again, where that is not once: what a connection does
may be a passing trouble."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked for: random draws a side and requirement, the seed, signatures."""

    draws: int = 5
    seed: int = 0
    auth: Auth = Auth.REPORT


class Runner:
    """One service of one run. ``run`` decides every requirement it was given."""

    def __init__(
        self,
        contract: Contract,
        requirements: Sequence[Requirement],
        session: Session,
        channel: SignedChannel,
        settings: Settings,
        emit: Emit,
    ) -> None:
        requirements = levelled(requirements, settings.auth)
        self._contract, self._requirements = contract, requirements
        self._session, self._channel = session, channel
        self._settings, self._emit = settings, emit
        self._by_id = {requirement.id: requirement for requirement in requirements}
        self._tallies: dict[str, Tally] = {one.id: Tally() for one in requirements}
        self._suspects = Suspects()
        self._support: dict[str, Support] = {}
        self._signing = record.Signing(
            contract.facts.get("signing", {}).get("service", contract.service), channel.region
        )
        self._explored: Explored | None = None
        self._refused_in_a_row = 0
        self._began = (time.monotonic(), 0)
        self._stage = Stage()
        self._broken_before: dict[str, tuple[Broken, ...]] = {}
        session.observers.append(self._observe)

    def run(self) -> None:
        """Decide every requirement. Raises WrongCredentials, TargetDied."""
        self._emit(ServiceStarted(self._contract.service, len(self._requirements)))
        self._showcase()
        self._authentication()
        self._explored = self._fuzz()
        active = [
            one for one in self._requirements if not is_watched(one) and not is_authentication(one)
        ]
        # Sequences first: their pauses pass while the rest is done. They go on after it, and not
        # whenever the time has come, so that one seed gives one order of requests.
        active.sort(key=lambda requirement: requirement.keyword not in KINDS)
        for index, requirement in enumerate(active):
            self._decide(requirement)
            self._confirm_suspects()
            self._close(self._stage.finished())
            self._emit(Progress(index + 1, len(active), 0, requirement.id))
        while plays := self._stage.ended():
            self._close(plays)
        for sent in self._explored.broken(self._open) if self._explored else ():
            self._observe(sent)
        self._confirm_suspects()
        self._decide_watched()

    def _showcase(self) -> None:
        """Have answers that show every member: read a resource that was made with all of them."""
        for kind, facts in kinds(self._contract).items():
            for values in facts.get("showcase", ()):
                self._show(kind, facts, values)

    def _show(self, kind: str, facts: Facts, values: Mapping[str, Any]) -> None:
        named = [facts[role] for role in ("create", "read", "list", "update") if role in facts]
        if not all(self._works(name) for name in named):
            return
        try:
            resource = self._session.create(values, kind)
        except SetupFailed:
            return
        for name in named[1:]:
            operation = self._contract.operations[name]
            self._session.call(operation, base(self._contract, operation), resource)
        self._confirm_suspects()
        self._session.delete(resource)

    def abandon(self, reason: str) -> None:
        """Give everything that is not decided yet a verdict that says so."""
        for requirement in self._requirements:
            self._give(requirement, Verdict.SKIPPED, reason)

    def _fuzz(self) -> Explored | None:
        """Look beyond the plan; what is found counts where the plan finds nothing."""
        budget = 10 * self._settings.draws
        if not budget:
            return None
        # Loading Schemathesis takes most of a second.
        from conformance.exploration.explore import explore

        return explore(self._session, self._by_id, self._works, budget, self._settings.seed)

    def _open(self, requirement: str) -> bool:
        return requirement in self._tallies and not self._tallies[requirement].decided

    # -- signatures ------------------------------------------------------------------------

    def _authentication(self) -> None:
        """Decide the group about signatures: by the target's own answers to wrong ones."""
        group = [one for one in self._requirements if is_authentication(one)]
        if self._settings.auth is Auth.OFF:
            for requirement in group:
                self._give(requirement, Verdict.SKIPPED, "not asked for (--auth off)")
            return
        judged = Authentication(self._contract, self._session, self._channel)
        for name in judged.operations(group):
            standing = self._standing(name)
            if standing.standing is not Standing.WORKS:
                for requirement in group:
                    self._give(requirement, *verdicts.without_support(standing))
                return
        before = (time.monotonic(), self._session.sent)
        for ruling in judged.rulings(group):
            self._began, before = before, (time.monotonic(), self._session.sent)
            self._rule(ruling)

    def _rule(self, ruling: Ruling) -> None:
        self._tallies[ruling.requirement.id].reject += ruling.refused
        self._give(ruling.requirement, ruling.verdict, ruling.reason, ruling.steps)

    # -- one requirement -------------------------------------------------------------------

    def _decide(self, requirement: Requirement) -> None:
        self._began = (time.monotonic(), self._session.sent)
        if requirement.keyword in {*KINDS, model.RULE}:
            self._play(requirement)
            return
        planned = plan(self._contract, requirement)
        for name in planned.operations():
            standing = self._standing(name)
            if not _worth_probing(requirement, standing):
                self._give(requirement, *verdicts.without_support(standing))
                return
        try:
            self._probe(requirement, planned)
        except SetupFailed as failed:
            self._give(requirement, Verdict.SKIPPED, f"no resource could be made: {failed}")

    def _probe(self, requirement: Requirement, planned: Plan) -> None:
        tally = self._tallies[requirement.id]
        trials = [self._try(probe) for probe in planned.probes]
        for trial in trials:
            if trial.finding is not None and trial.finding.held:
                tally.count(trial.probe.side)
        broken = [trial for trial in trials if trial.finding and not trial.finding.held]
        if not broken and self._settings.draws and planned.drawings:
            broken = self._explore(planned, tally)
        if not broken and self._explored:
            broken = self._explored.of(requirement.id)
        if broken:
            self._blame(requirement, broken)
        elif not planned.probes and requirement.subject is not Subject.ERROR:
            self._give(requirement, Verdict.SKIPPED, planned.why_not or "nothing to send")
        elif planned.probes:
            self._give(requirement, *verdicts.unbroken(planned, trials, tally))

    def _explore(self, planned: Plan, tally: Tally) -> list[Trial]:
        """Random values beyond the boundaries; gives the shrunk failure, if there is one."""
        from conformance.engine.explore import explore

        for index, drawing in enumerate(planned.drawings):
            seed = f"{self._settings.seed}/{planned.requirement}/{index}"
            failure, held = explore(drawing, self._settings.draws, seed, self._try)
            for _ in range(held):
                tally.count(drawing.probe.side)
            if failure is not None:
                return [failure]
        return []

    def _blame(self, requirement: Requirement, broken: list[Trial]) -> None:
        """The smallest failing request, sent again on a fresh resource, decides."""
        for trial in smallest(broken):
            again = self._repeat(trial)
            if again is not None and again.finding is not None:
                self._fail(requirement, again.finding, again.sent)
                return
        seen = next(trial.finding.seen for trial in broken if trial.finding)
        reason = f"did not repeat on a fresh resource: {seen}"
        self._give(requirement, Verdict.INCONCLUSIVE, reason)

    def _repeat(self, trial: Trial) -> Trial | None:
        """The same failure on a fresh resource, or None where it does not come again.

        A server error or no answer must come twice more: it may have nothing to do with the
        request.
        """
        times = 2 if unreliable(trial.sent.answer) else 1
        for _ in range(times):
            trial = self._try(trial.probe, fresh=True)
            if trial.finding is None or trial.finding.held:
                return None
        return trial

    def _try(self, probe: Probe, *, fresh: bool = False) -> Trial:
        return attempt(self._session, probe, fresh=fresh)

    # -- rules over several requests ---------------------------------------------------------

    def _play(self, requirement: Requirement) -> None:
        """Start a rule's sequence; it is decided when it ends."""
        own = [requirement.operation] if requirement.operation else []
        for name in [*self._roles(requirement), *own]:
            standing = self._standing(name)
            if standing.standing is not Standing.WORKS:
                self._give(requirement, *verdicts.without_support(standing))
                return
        if requirement.keyword == model.RULE:
            self._wander(requirement)
        else:
            self._stage.add(Play(self._session, requirement))

    def _wander(self, requirement: Requirement) -> None:
        """Random sequences: compared with the model of the resource step by step."""
        from conformance.model.wander import wander

        games = min(3 * self._settings.draws, 200)
        found = wander(requirement, self._session, self._works, games, self._settings.seed)
        self._tallies[requirement.id].accept += found.held
        self._give(requirement, found.verdict, found.reason, found.steps)

    def _works(self, name: str) -> bool:
        return self._standing(name).standing is Standing.WORKS

    def _roles(self, requirement: Requirement) -> list[str]:
        """The operations that a rule's sequences are made of."""
        facts = facts_of(self._contract, requirement.operation or "")
        return [facts[role] for role in ("create", "read", "update", "delete") if role in facts]

    def _close(self, plays: list[Play]) -> None:
        """A rule that was broken is played again on new resources before it counts."""
        for play in plays:
            requirement, ending = play.requirement, play.ending or Ending()
            self._tallies[requirement.id].requests += max(1, len(ending.steps))
            before = self._broken_before.pop(requirement.id, ())
            if ending.broken is None and not before:
                self._held(requirement, ending)
            elif ending.broken is None:
                self._give(requirement, Verdict.INCONCLUSIVE, f"did not repeat: {before[0]}")
            elif len(before) < REPEATS.get(requirement.keyword, 1):
                self._broken_before[requirement.id] = (*before, ending.broken)
                self._stage.add(Play(self._session, requirement))
            else:
                self._give(requirement, Verdict.FAILED, str(ending.broken), ending.steps)

    def _held(self, requirement: Requirement, ending: Ending) -> None:
        if ending.why:
            self._give(requirement, Verdict.SKIPPED, f"the sequence came to a stop: {ending.why}")
        else:
            self._tallies[requirement.id].count(Side.ACCEPT)
            self._give(requirement, Verdict.PASSED)

    # -- what the target has ---------------------------------------------------------------

    def _standing(self, name: str) -> Support:
        if name not in self._support:
            self._support[name] = self._establish(name)
        return self._support[name]

    def _establish(self, name: str) -> Support:
        """Send a valid request of the operation and see whether the target has it."""
        operation = self._contract.operations[name]
        probe = Probe(
            "", operation, Side.ACCEPT, base(self._contract, operation), "a valid request"
        )
        try:
            sent = attempt(self._session, probe, fresh=True).sent
        except SetupFailed as failed:
            return self._establish_without(probe, failed)
        if support.wrong_credentials(sent.answer):
            raise WrongCredentials(self._session.masker.mask(sent.answer.told()))
        return support.standing_of(sent, self._channel, self._session.names.nonce)

    def _establish_without(self, probe: Probe, failed: SetupFailed) -> Support:
        """No resource can be made: only whether the route exists can still be seen."""
        if support.wrong_credentials(failed.sent.answer):
            raise WrongCredentials(self._session.masker.mask(failed.sent.answer.told()))
        values = of_nothing(self._contract, probe.operation, probe.values)
        found = support.standing_of(
            self._session.call(probe.operation, values), self._channel, self._session.names.nonce
        )
        if found.standing is Standing.LACKING:
            return found
        return Support(Standing.UNKNOWN, f"no resource could be made for it: {failed}")

    def _best_standing(self) -> Support | None:
        """What a statement about the whole service rests on: any operation that works."""
        known = list(self._support.values())
        works = (one for one in known if one.standing is Standing.WORKS)
        return next(works, known[0] if known else None)

    def _lacking(self, name: str) -> bool:
        known = self._support.get(name)
        return known is not None and known.standing is Standing.LACKING

    def _watch_for_death(self, sent: Sent) -> None:
        """Give up when the target takes no connections any more."""
        refused = sent.answer.failure is FailureKind.REFUSED
        self._refused_in_a_row = self._refused_in_a_row + 1 if refused else 0
        if self._refused_in_a_row >= 3:
            raise TargetDied(self._session.masker.mask(sent.answer.told()))

    # -- what every answer shows -----------------------------------------------------------

    def _observe(self, sent: Sent) -> None:
        self._watch_for_death(sent)
        # What a target answers to a faulty request that it accepted says nothing about its
        # answers: the acceptance is the failure.
        if is_elsewhere(sent.probe):
            return
        faulty = sent.answer.ok and is_faulty(sent)
        answer = own_entries(self._contract, sent, self._session.made)
        for finding in observe(self._contract, sent.probe.operation, answer):
            if faulty:
                continue
            tally = self._tallies.get(finding.requirement)
            if tally is None or tally.decided:
                continue
            requirement = self._by_id[finding.requirement]
            if sent.probe.form is not None and requirement.subject is not Subject.NO_SERVER_ERROR:
                continue  # in another form than usual it may have met something else
            if finding.held:
                if is_watched(requirement) or requirement.subject is Subject.ERROR:
                    tally.count(_watched_side(requirement))
            elif requirement.subject is not Subject.STATUS and not self._has_own_probe(requirement):
                self._suspects.add(finding, sent)

    def _has_own_probe(self, requirement: Requirement) -> bool:
        """An error that a probe provokes is judged there: a chance answer cannot be had again."""
        facts = facts_of(self._contract, requirement.operation or "")
        provoked = {facts.get("not-found"), facts.get("unique", {}).get("error")}
        return requirement.subject is Subject.ERROR and requirement.keyword in provoked

    def _confirm_suspects(self) -> None:
        """Send each suspected request again on a fresh resource; broken twice is a failure."""
        for finding, sent in self._suspects.take():
            requirement = self._by_id[finding.requirement]
            lacking = self._lacking(sent.probe.operation.name)
            if self._tallies[requirement.id].decided or lacking:
                continue
            again = self._again(finding, sent)
            if again is None:
                reason = f"did not repeat on a fresh resource: {finding.seen}"
                self._give(requirement, Verdict.INCONCLUSIVE, reason)
            else:
                self._fail(requirement, *again)

    def _again(self, finding: Finding, sent: Sent) -> tuple[Finding, Sent] | None:
        """The same finding from the same request on a new resource, or None."""
        again = self._once_more(finding, sent)
        if again is not None and unreliable(again[1].answer):
            again = self._once_more(finding, sent)
        return again

    def _once_more(self, finding: Finding, sent: Sent) -> tuple[Finding, Sent] | None:
        try:
            repeat = self._session.send(sent.probe, resource=self._alike(sent))
        except SetupFailed as failed:
            repeat = failed.sent
        answer = own_entries(self._contract, repeat, self._session.made)
        found = observe(self._contract, repeat.probe.operation, answer)
        broken = [one for one in found if one.requirement == finding.requirement and not one.held]
        self._session.drop_current(kind_of(self._contract, sent.probe.operation.name))
        return (broken[0], repeat) if broken else None

    def _alike(self, sent: Sent) -> Resource | None:
        """A new resource that was made and updated as the one of this request had been."""
        if sent.resource is None:
            return None
        history = sent.resource.history
        before = history[: history.index(sent)] if sent in history else list(history)
        if len(before) > LONGEST:
            before = []  # a long used resource: the request alone must show it
        made = self._session.create(sent.resource.created.probe.values, sent.resource.kind)
        for update in before:
            self._session.send(update.probe, resource=made)
        return made

    def _decide_watched(self) -> None:
        for requirement in self._requirements:
            tally = self._tallies[requirement.id]
            if tally.decided:
                continue
            name = requirement.operation
            known = name is not None and name in self._contract.operations
            standing = self._standing(name or "") if known else self._best_standing()
            self._give(requirement, *verdicts.watched(requirement, tally, standing))

    # -- verdicts --------------------------------------------------------------------------

    def _fail(self, requirement: Requirement, finding: Finding, sent: Sent) -> None:
        reason = f"expected {finding.expected}; seen {finding.seen}"
        listed = culprit(self._contract, sent, self._session.made, requirement.id)
        steps = with_setup(sent, finding.expected, finding.seen, listed)
        self._give(requirement, Verdict.FAILED, reason, steps)

    def _give(
        self,
        requirement: Requirement,
        verdict: Verdict,
        reason: str = "",
        steps: Sequence[Shown] = (),
    ) -> None:
        tally = self._tallies[requirement.id]
        if tally.decided:
            return
        tally.decided = True
        if not tally.requests and not is_watched(requirement):
            tally.seconds = time.monotonic() - self._began[0]
            tally.requests = self._session.sent - self._began[1]
        self._emit(
            verdicts.decided(
                requirement, tally, verdict, reason, steps, self._session.masker, self._signing
            )
        )  # fmt: skip


def _worth_probing(requirement: Requirement, support: Support) -> bool:
    """That a valid request is refused is itself the failure of the operation's status."""
    if requirement.subject is Subject.STATUS:
        return support.standing in {Standing.WORKS, Standing.REFUSED}
    return support.standing is Standing.WORKS


def _watched_side(requirement: Requirement) -> Side:
    return Side.REJECT if requirement.subject is Subject.ERROR else Side.ACCEPT
