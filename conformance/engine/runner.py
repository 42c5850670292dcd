"""Tests one service of a target: every requirement to its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.contract.model import Contract
from conformance.contract.overlay_model import (
    OneConnectionRule,
    Resource,
    RobustRule,
    Step,
    StepsRule,
    UnknownIdentifierRule,
)
from conformance.contract.requirements import Requirement, Subject
from conformance.engine import verdicts
from conformance.engine.aftermath import Aftermath
from conformance.engine.authentication import Authentication, Ruling
from conformance.engine.case_counts import CaseCounts
from conformance.engine.channel import SignedChannel
from conformance.engine.events import Emit, Note, Progress, ServiceStarted
from conformance.engine.exchange_log import SetupFailed
from conformance.engine.passive_checks import PassiveChecker
from conformance.engine.patience import kinds_of_request
from conformance.engine.phases import NONE, FuzzFindings, Phases
from conformance.engine.probe_result import (
    ProbeResult,
    attempt,
    is_taken,
    smallest,
    unreliable,
)
from conformance.engine.scenario_runner import ScenarioResult, ScenarioRun, ScenarioScheduler
from conformance.engine.session import Session
from conformance.engine.settling import SETTLE, Doubt
from conformance.engine.support import Support, SupportStatus, excluded, obstacle_to
from conformance.engine.support_registry import SupportRegistry
from conformance.engine.verdict_log import VerdictLog
from conformance.plan.authentication import Auth, is_authentication, levelled
from conformance.plan.base_requests import base
from conformance.plan.planner import is_watched, plan
from conformance.plan.probes import Plan, Probe, Side
from conformance.plan.resources import kinds, lifecycle_of
from conformance.plan.rules import ROBUST
from conformance.plan.sequences import KINDS, RANDOM, RuleBroken
from conformance.record import Verdict

EMPTY_OBJECT = "empty-object"
MAY_SPOIL = 3
"""The last turn: requests after which a list may never answer again."""
EXPLORED, LINKS = 20, 3
"""Requests that exploring may send, and steps of walks, for each value that is drawn."""
DEEP = 50
"""Values drawn from which on walks are worth the second that loading Schemathesis takes."""
REPEATS = {"one-connection": 2, "parallel-members": 0}
"""How often a rule of a kind must be broken again, where that is not once: what a connection does
may be a passing trouble; what was lost in parallel was lost on two resources already."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked for: random draws a side and requirement, the seed, signatures.

    ``settle`` are the seconds that a target has to show what was done.
    """

    draws: int = 5
    seed: int = 0
    auth: Auth = Auth.REPORT
    settle: float = SETTLE


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
        phases: Phases = NONE,
    ) -> None:
        requirements = levelled(requirements, settings.auth)
        self._contract, self._requirements = contract, requirements
        self._session, self._channel = session, channel
        self._settings, self._emit, self._phases = settings, emit, phases
        self._decisions = VerdictLog(contract, requirements, session, channel.region, emit)
        self._give = self._decisions.give
        self._standings = SupportRegistry(contract, session, channel)
        self._watch = PassiveChecker(contract, session, self._standings, self._decisions)
        self._aftermath = Aftermath(
            contract, session, self._standings, self._decisions, self._watch
        )
        self._explored: FuzzFindings | None = None
        self._stage = ScenarioScheduler()
        self._doubts: dict[str, Doubt] = {}

    def run(self) -> None:
        """Decide every requirement. Raises WrongCredentials, TargetDied."""
        self._emit(ServiceStarted(self._contract.service, len(self._requirements)))
        self._showcase()
        self._aftermath.begin()
        self._authentication()
        self._explored = self._fuzz()
        active = [
            one for one in self._requirements if not is_watched(one) and not is_authentication(one)
        ]
        # Sequences first: their pauses pass while the rest is done. They go on after it, and not
        # whenever the time has come, so that one seed gives one order of requests.
        # What may spoil a list for good comes last, so that all else is known of it before.
        active.sort(key=self._turn)
        for index, requirement in enumerate(active):
            if self._turn(requirement) == MAY_SPOIL:
                self._end_plays()
            self._decide(requirement)
            self._watch.confirm()
            self._close(self._stage.finished())
            self._emit(Progress(index + 1, len(active), 0, requirement.id))
        self._end_plays()
        for sent in self._explored.broken(self._decisions.open) if self._explored else ():
            self._watch.observe(sent)
        self._watch.confirm()
        self._decide_watched()

    def _end_plays(self) -> None:
        """Have every sequence come to its end, those that are played again too."""
        while plays := self._stage.ended():
            self._close(plays)

    def _turn(self, requirement: Requirement) -> int:
        """When a requirement is decided: the lowest first."""
        if requirement.keyword in KINDS:
            return 0
        if requirement.keyword != ROBUST:
            return 1
        about = requirement.operation
        return MAY_SPOIL if about is None or self._aftermath.may_store(about) else 2

    def _showcase(self) -> None:
        """Have answers that show every member: read a resource that was made with all of them."""
        for kind, one in kinds(self._contract).items():
            for values in one.showcase:
                self._show(kind, one, values)

    def _show(self, kind: str, about: Resource, values: Mapping[str, Any]) -> None:
        roles = (about.create, about.read, about.list, about.update)
        named = [name for name in roles if name is not None]
        named = [name for name in named if name not in self._session.left_out]
        if not named or not all(self._standings.works(name) for name in named):
            return
        try:
            resource = self._session.inventory.create(values, kind)
        except SetupFailed:
            return
        for name in named:
            if name == about.create:
                continue
            operation = self._contract.operations[name]
            self._session.call(operation, base(self._contract, operation), resource)
        self._watch.confirm()
        self._session.inventory.delete(resource)

    def lacks(self, operation: str) -> bool:
        """True when the target is known to lack an operation."""
        return self._standings.lacks(operation)

    def abandon(self, reason: str) -> None:
        """Give everything that is not decided yet a verdict that says so."""
        for requirement in self._requirements:
            self._give(requirement, Verdict.SKIPPED, reason)

    def _fuzz(self) -> FuzzFindings | None:
        """Look beyond the plan; what is found counts where the plan finds nothing."""
        draws = self._settings.draws
        if not draws or self._phases.fuzz is None:
            return None
        return self._phases.fuzz(
            self._session, self._decisions.by_id, self._standings.works, EXPLORED * draws,
            self._settings.seed, links=LINKS * draws if draws >= DEEP else 0,
        )  # fmt: skip

    # -- signatures ------------------------------------------------------------------------

    def _authentication(self) -> None:
        """Decide the group about signatures: by the target's own answers to wrong ones."""
        group = [one for one in self._requirements if is_authentication(one)]
        if self._settings.auth is Auth.OFF:
            for requirement in group:
                self._give(requirement, Verdict.SKIPPED, "not asked for (--auth off)")
            return
        judged = Authentication(self._contract, self._session, self._channel)
        operations = judged.operations(group)
        if not operations:
            for requirement in group:
                self._give(requirement, Verdict.SKIPPED, "the operations it asks are excluded")
            return
        for name in operations:
            standing = self._standings.of(name)
            if standing.standing is not SupportStatus.WORKS:
                for requirement in group:
                    self._without(requirement, standing)
                return
        before = self._decisions.now()
        for ruling in judged.rulings(group):
            self._decisions.since(before)
            before = self._decisions.now()
            self._rule(ruling)

    def _rule(self, ruling: Ruling) -> None:
        self._decisions.tally(ruling.requirement).reject += ruling.refused
        self._give(ruling.requirement, ruling.verdict, ruling.reason, ruling.steps, ruling.obstacle)

    # -- one requirement -------------------------------------------------------------------

    def _decide(self, requirement: Requirement) -> None:
        self._decisions.begin()
        if requirement.keyword in {*KINDS, RANDOM}:
            self._play(requirement)
            return
        whole = plan(self._contract, requirement)
        planned = whole.without(self._session.left_out)
        if whole.probes and not planned.probes:
            self._give(requirement, Verdict.SKIPPED, excluded(", ".join(whole.operations())))
            return
        for name in planned.operations():
            standing = self._standings.of(name)
            if not _worth_probing(requirement, standing):
                self._without(requirement, standing)
                return
        try:
            self._probe(requirement, planned)
        except SetupFailed as failed:
            why = f"no resource could be made: {failed}"
            obstacle = obstacle_to(self._contract, failed.sent)
            self._give(requirement, Verdict.SKIPPED, why, (), obstacle)

    def _without(self, requirement: Requirement, support: Support) -> None:
        """Decide what rests on an operation that does not work."""
        silence = verdicts.silence(requirement, support)
        if silence is not None and support.sent is not None:
            self._decisions.fail(requirement, silence, support.sent)
        else:
            self._give(requirement, *verdicts.without_support(support))

    def _probe(self, requirement: Requirement, planned: Plan) -> None:
        tally = self._decisions.tally(requirement)
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

    def _explore(self, planned: Plan, tally: CaseCounts) -> list[ProbeResult]:
        """Random values beyond the boundaries; gives the shrunk failure, if there is one."""
        from conformance.engine.property_search import explore

        for index, drawing in enumerate(planned.drawings):
            seed = f"{self._settings.seed}/{planned.requirement}/{index}"
            failure, held = explore(drawing, self._settings.draws, seed, self._try)
            for _ in range(held):
                tally.count(drawing.probe.side)
            if failure is not None:
                return [failure]
        return []

    def _blame(self, requirement: Requirement, broken: list[ProbeResult]) -> None:
        """The smallest failing request, sent again on a fresh resource, decides."""
        for trial in smallest(broken):
            operation = trial.probe.operation
            if unreliable(trial.sent.answer) and self._aftermath.is_spoilt(operation):
                support = self._standings.of(operation.name)
                self._give(requirement, *verdicts.without_support(support))
                return
            again = trial if trial.silent else self._repeat(trial)
            if again is not None and again.finding is not None:
                self._decisions.fail(requirement, again.finding, again.sent)
                return
        seen = next(trial.finding.seen for trial in broken if trial.finding)
        reason = f"did not repeat on a fresh resource: {seen}"
        self._give(requirement, Verdict.INCONCLUSIVE, reason)

    def _repeat(self, trial: ProbeResult) -> ProbeResult | None:
        """The same failure on a fresh resource, or None where it does not come again.

        A server error or no answer must come twice more: it may have nothing to do with the
        request.
        """
        times = 2 if unreliable(trial.sent.answer) else 1
        for _ in range(times):
            again = self._try(trial.probe, fresh=True)
            if trial.sent.answer.ok and is_taken(again.sent.answer):
                return trial  # that it was accepted is why it is refused now
            if again.finding is None or again.finding.held:
                return None
            trial = again
        return trial

    def _try(self, probe: Probe, *, fresh: bool = False) -> ProbeResult:
        return attempt(self._session, probe, fresh=fresh)

    # -- rules over several requests ---------------------------------------------------------

    def _play(self, requirement: Requirement) -> None:
        """Start a rule's sequence; it is decided when it ends."""
        own = [requirement.operation] if requirement.operation else []
        by_model = requirement.keyword == RANDOM
        for name in [*self._roles(requirement), *own]:
            if name in self._session.left_out and not by_model:
                continue  # a step that needs it ends the sequence
            standing = self._standings.of(name)
            if standing.standing is not SupportStatus.WORKS:
                self._without(requirement, standing)
                return
        if by_model:
            self._wander(requirement)
        else:
            self._stage.add(ScenarioRun(self._session, requirement, self._answers))

    def _answers(self, operation: str) -> bool:
        """Whether an operation answers a valid request; those of other services may."""
        return operation not in self._contract.operations or self._standings.works(operation)

    def _wander(self, requirement: Requirement) -> None:
        """Random sequences: compared with the model of the resource step by step."""
        if self._phases.wander is None:
            self._give(requirement, Verdict.SKIPPED, "random sequences are not part of this run")
            return
        games = min(3 * self._settings.draws, 200)
        found = self._phases.wander(
            requirement, self._session, self._standings.works, games, self._settings.seed
        )
        self._decisions.tally(requirement).accept += found.held
        self._give(requirement, found.verdict, found.reason, found.steps)

    def _roles(self, requirement: Requirement) -> list[str]:
        """The operations that a rule's sequences are made of."""
        named = lifecycle_of(self._contract, requirement.operation or "").roles()
        roles: tuple[str, ...] = ("create", "read", "update", "delete")
        if requirement.read_back is not None:
            roles = requirement.read_back.roles
        elif isinstance(requirement.rule, StepsRule):
            roles = ("create", *_sent_in(requirement.rule.steps))
        elif isinstance(requirement.rule, OneConnectionRule):
            roles = ("read",)  # what goes first may be refused, or have no answer
        return [named[role] for role in roles if role in named]

    def _close(self, plays: list[ScenarioRun]) -> None:
        """A rule that was broken is played again on new resources before it counts."""
        for play in plays:
            requirement, ending = play.requirement, play.ending or ScenarioResult()
            self._decisions.tally(requirement).requests += max(1, len(ending.steps))
            doubt = self._doubts.pop(requirement.id, None)
            if ending.silent:
                self._silent(requirement, ending)
            elif ending.broken is None:
                self._unbroken(requirement, ending, doubt)
            elif doubt is not None and doubt.comparing:
                self._held(requirement, ScenarioResult())  # it only takes its time
            else:
                self._broken(requirement, ending, ending.broken, doubt)

    def _unbroken(
        self, requirement: Requirement, ending: ScenarioResult, doubt: Doubt | None
    ) -> None:
        if doubt is None:
            self._held(requirement, ending)
        elif doubt.time.seconds and not ending.why:
            self._again(requirement, doubt.compared())
        else:
            self._give(requirement, Verdict.INCONCLUSIVE, f"did not repeat: {doubt.broken[0]}")

    def _broken(
        self,
        requirement: Requirement,
        ending: ScenarioResult,
        broken: RuleBroken,
        doubt: Doubt | None,
    ) -> None:
        settle = self._settings.settle
        if doubt is None:
            self._again(requirement, Doubt.of(broken, ending.late, settle))
            return
        patient = doubt.given_more(ending.late, settle)
        if patient is not None:
            self._again(requirement, patient)
        elif len(doubt.broken) < REPEATS.get(requirement.keyword, 1):
            self._again(requirement, doubt.once_more(broken))
        else:
            self._give(requirement, Verdict.FAILED, str(broken), ending.steps)

    def _again(self, requirement: Requirement, doubt: Doubt) -> None:
        self._doubts[requirement.id] = doubt
        self._stage.add(ScenarioRun(self._session, requirement, self._answers, doubt.time))

    def _silent(self, requirement: Requirement, ending: ScenarioResult) -> None:
        """A step of a rule stays without an answer: what it is of works, or stands in the way."""
        ours = ending.silent in self._contract.operations
        standing = self._standings.of(ending.silent) if ours else None
        if standing is None:
            self._held(requirement, ending)  # it is a resource of another service's
        elif standing.standing is SupportStatus.WORKS:
            self._give(requirement, Verdict.FAILED, str(ending.broken), ending.steps)
        else:
            self._without(requirement, standing)

    def _held(self, requirement: Requirement, ending: ScenarioResult) -> None:
        if ending.why:
            why = f"the sequence came to a stop: {ending.why}"
            self._give(requirement, Verdict.SKIPPED, why, (), ending.obstacle)
        else:
            self._decisions.tally(requirement).count(Side.ACCEPT)
            self._give(requirement, Verdict.PASSED, ending.told)
            if ending.told:
                self._emit(Note(f"{requirement.id}: {ending.told}"))

    def _decide_watched(self) -> None:
        for requirement in self._decisions.undecided():
            self._decisions.begin()  # deciding sends nothing
            name = requirement.operation
            known = name is not None and name in self._contract.operations
            standing = self._standings.of(name or "") if known else self._standings.best()
            tally = self._decisions.tally(requirement)
            if name is not None and self._standings.is_aside(name):
                standing = None  # what its answers showed before still holds
            if standing is not None and standing.standing is SupportStatus.SILENT:
                self._without(requirement, standing)
            else:
                self._give(requirement, *verdicts.watched(requirement, tally, standing))


def _sent_in(steps: Sequence[Step]) -> Iterator[str]:
    """The roles that steps send something to."""
    for step in steps:
        if step.send is not None:
            yield step.send
        yield from _sent_in(step.together)


def _worth_probing(requirement: Requirement, support: Support) -> bool:
    """That a valid request is refused is itself the failure of the operation's status."""
    if isinstance(requirement.rule, RobustRule) and requirement.rule.odd == EMPTY_OBJECT:
        # Of an update without required members the empty object is the valid request. What answers
        # nothing at all answers nothing to it either: that is told once.
        return support.standing not in {SupportStatus.LACKING, SupportStatus.SILENT}
    if isinstance(requirement.rule, UnknownIdentifierRule):
        # For what nothing has, none has to be made.
        return support.standing in {SupportStatus.WORKS, SupportStatus.UNKNOWN}
    if requirement.subject is Subject.STATUS:
        return support.standing in {SupportStatus.WORKS, SupportStatus.REFUSED}
    return support.standing is SupportStatus.WORKS
