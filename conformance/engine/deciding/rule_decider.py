"""Decides the rules over several requests: played, and played again where they are broken."""

import time
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from conformance.contract.listing.requirements import Requirement
from conformance.contract.vocabulary.overlay_list_rules import ListRule
from conformance.contract.vocabulary.overlay_rules import (
    AnswersEachRule,
    EffectRule,
    HeldRule,
    OneConnectionRule,
    ReflectedRule,
    StepsRule,
)
from conformance.contract.vocabulary.overlay_steps import Step
from conformance.engine.deciding.scenario_runner import ScenarioResult, ScenarioRun
from conformance.engine.events import Note
from conformance.engine.sending.delivery import RULES, not_repeated
from conformance.engine.sending.settling import Doubt
from conformance.engine.service_run import ServiceRun
from conformance.engine.support import Support, SupportStatus
from conformance.plan.probes import Side
from conformance.plan.sequences import RANDOM
from conformance.plan.sequences.steps import RuleBroken
from conformance.plan.valid_requests.resources import lifecycle_of
from conformance.record import Verdict

MOST_SEQUENCES, SEQUENCES_A_DRAW = 200, 3
"""Random sequences at most, and for each value that is drawn."""


class ScenarioScheduler:
    """Plays several sequences, one during the pauses of another."""

    def __init__(self) -> None:
        self._plays: list[ScenarioRun] = []

    def add(self, play: ScenarioRun) -> None:
        """Start a sequence; ``ended`` continues it after a pause."""
        play.proceed()
        self._plays.append(play)

    def finished(self) -> list[ScenarioRun]:
        done = [play for play in self._plays if play.ending is not None]
        self._plays = [play for play in self._plays if play.ending is None]
        return done

    def ended(self) -> list[ScenarioRun]:
        """All sequences, once they have ended."""
        while running := [play for play in self._plays if play.ending is None]:
            time.sleep(max(0.0, min(play.due for play in running) - time.monotonic()))
            for play in running:
                play.proceed()
        return self.finished()


class RuleDecider:
    """Decides the rules of one service that need new resources."""

    def __init__(self, run: ServiceRun) -> None:
        self._run, self._give = run, run.decisions.give
        self._stage = ScenarioScheduler()
        self._doubts: dict[str, Doubt] = {}

    def finished(self) -> None:
        """Decide the rules whose sequences have ended by now."""
        self._close(self._stage.finished())

    def end(self) -> None:
        """Play every sequence to its end, repetitions too."""
        while plays := self._stage.ended():
            self._close(plays)

    def start(self, requirement: Requirement) -> None:
        """Start a rule's sequence; it is decided when it ends."""
        if left := self._run.savings.left_for_its_pauses(requirement):
            self._give(requirement, Verdict.SKIPPED, left)
            return
        own = [requirement.operation] if requirement.operation else []
        by_model = requirement.keyword == RANDOM
        for name in [*self._roles(requirement), *own]:
            if name in self._run.session.left_out and not by_model:
                continue  # a step that needs it ends the sequence
            standing = self._run.standings.of(name)
            if standing.standing is not SupportStatus.WORKS and not self._is_unproved(name):
                self._run.without(requirement, standing)
                return
        if by_model:
            self._run_stateful(requirement)
        else:
            self._stage.add(ScenarioRun(self._run.session, requirement, self._answers))

    def _answers(self, name: str) -> bool:
        """Whether an operation accepts a valid request; those of other services may."""
        if name not in self._run.contract.operations:
            return True
        return self._run.standings.works(name) or self._is_unproved(name)

    def _is_unproved(self, name: str) -> bool:
        """Whether the only valid request is unproved and refused: a rule has other requests."""
        unproved = self._run.contract.overlay.words_of(name).unproved
        return unproved and self._run.standings.of(name).standing is SupportStatus.REFUSED

    def _run_stateful(self, requirement: Requirement) -> None:
        """Play random sequences, compared step by step with the model of the resource."""
        # Loads Hypothesis and the model.
        from conformance.engine.stateful.search import run_stateful

        run = self._run
        games = min(SEQUENCES_A_DRAW * run.settings.draws, MOST_SEQUENCES)
        found = run_stateful(
            requirement, run.session, run.standings.works, games, run.settings.seed
        )
        run.decisions.tally(requirement).accept += found.held
        self._give(requirement, found.verdict, found.reason, found.steps)

    def _roles(self, requirement: Requirement) -> list[str]:
        life = lifecycle_of(self._run.contract, requirement.operation or "")
        if requirement.read_back is not None:
            life = life.as_listed_by(requirement.read_back.by)
        named = life.roles()
        roles: tuple[str, ...] = ("create", "read", "update", "delete")
        if requirement.read_back is not None:
            roles = requirement.read_back.roles
        elif isinstance(requirement.rule, StepsRule):
            steps = requirement.rule.every()
            made = any(step.make is not UNSET for step in steps)
            roles = (*(("create",) if made else ()), *_sent_in(steps))
        elif isinstance(requirement.rule, EffectRule):
            rule = requirement.rule
            return [rule.on, rule.by, *([rule.off] if rule.off else [])]
        elif isinstance(requirement.rule, ReflectedRule):
            return [requirement.rule.on, requirement.rule.off]
        elif isinstance(requirement.rule, HeldRule):
            inner = self._run.contract.overlay.kinds()[requirement.rule.by]
            return [named["create"], *([inner.create] if inner.create else [])]
        elif isinstance(requirement.rule, ListRule):
            roles = ("create",)
        elif isinstance(requirement.rule, AnswersEachRule):
            roles = ()  # what its request names is made where that is needed
        elif isinstance(requirement.rule, OneConnectionRule):
            roles = ("read",)  # what goes first may be refused, or have no answer
        return [named[role] for role in roles if role in named]

    def _close(self, plays: list[ScenarioRun]) -> None:
        """Decide the rules of sequences that ended; a broken one is first played again."""
        for play in plays:
            requirement, ending = play.requirement, play.ending or ScenarioResult()
            self._run.decisions.tally(requirement).requests += max(1, len(ending.steps))
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
            self._give(requirement, Verdict.INCONCLUSIVE, not_repeated(str(doubt.broken[0])))

    def _broken(
        self,
        requirement: Requirement,
        ending: ScenarioResult,
        broken: RuleBroken,
        doubt: Doubt | None,
    ) -> None:
        lacking = self._lacking(ending)
        if lacking is not None:
            self._run.without(requirement, lacking)
            return
        settle = self._run.settings.settle
        if doubt is None:
            self._again(requirement, Doubt.of(broken, ending.late, settle))
            return
        patient = doubt.given_more(ending.late, settle)
        if patient is not None:
            self._again(requirement, patient)
        elif len(doubt.broken) < RULES.get(requirement.keyword, 1):
            self._again(requirement, doubt.once_more(broken))
        else:
            self._give(requirement, Verdict.FAILED, str(broken), ending.steps)

    def _lacking(self, ending: ScenarioResult) -> Support | None:
        """The standing of a lacking operation whose answer broke a rule, unless one succeeded."""
        sent = [step.sent for step in ending.steps]
        name = sent[-1].probe.operation.name if sent else ""
        served = any(one.answer.ok for one in sent if one.probe.operation.name == name)
        if served or name not in self._run.contract.operations:
            return None
        standing = self._run.standings.of(name)
        return standing if standing.standing is SupportStatus.LACKING else None

    def _again(self, requirement: Requirement, doubt: Doubt) -> None:
        self._doubts[requirement.id] = doubt
        self._stage.add(ScenarioRun(self._run.session, requirement, self._answers, doubt.time))

    def _silent(self, requirement: Requirement, ending: ScenarioResult) -> None:
        """A step stayed unanswered: the rule fails if the operation works."""
        ours = ending.silent in self._run.contract.operations
        standing = self._run.standings.of(ending.silent) if ours else None
        if standing is None:
            self._held(requirement, ending)  # it is a resource of another service's
        elif standing.standing is SupportStatus.WORKS:
            self._give(requirement, Verdict.FAILED, str(ending.broken), ending.steps)
        else:
            self._run.without(requirement, standing)

    def _held(self, requirement: Requirement, ending: ScenarioResult) -> None:
        if ending.why:
            why = f"the sequence could not continue: {ending.why}"
            self._give(requirement, Verdict.SKIPPED, why, (), ending.obstacle)
        else:
            self._run.decisions.tally(requirement).count(Side.ACCEPT)
            self._give(requirement, Verdict.PASSED, ending.told)
            if ending.told:
                self._run.emit(Note(f"{requirement.id}: {ending.told}"))


def _sent_in(steps: Sequence[Step]) -> Iterator[str]:
    """The roles that steps send requests to."""
    for step in steps:
        if step.send is not None:
            yield step.send
        yield from _sent_in(step.together)
