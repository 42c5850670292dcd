"""Tests one service of a target: every requirement to its verdict."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.deciding.authentication import Authentication
from conformance.engine.deciding.probe_decider import ProbeDecider
from conformance.engine.deciding.rule_decider import RuleDecider
from conformance.engine.decision_order import MAY_SPOIL, DecisionOrder
from conformance.engine.events import Emit, Progress, ServiceStarted
from conformance.engine.recording import verdicts
from conformance.engine.recording.verdicts import VerdictLog
from conformance.engine.request_savings import MOST, ODD, SECONDS, RequestSavings, information_value
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.sending.exchange_log import SetupFailed
from conformance.engine.service_run import ServiceRun, Settings
from conformance.engine.session import Session
from conformance.engine.stops import Stops
from conformance.engine.support import SupportStatus
from conformance.engine.support_registry import SupportRegistry
from conformance.engine.watching.passive_checks import PassiveChecker
from conformance.engine.watching.post_request_checks import PostRequestChecks
from conformance.engine.watching.response_coverage import ResponseCoverage
from conformance.plan.authentication import is_authentication, levelled
from conformance.plan.planner import is_watched
from conformance.plan.sequences import KINDS, RANDOM
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.record import Obstacle, Verdict

EXPLORED, LINKS = 20, 3
"""Requests that exploring may send, and steps of walks, for each value that is drawn."""
FUZZED = 0.2
"""Of the limits of a run: once that is used, no more is explored. What is planned tells more."""
SHOWN_AFTER = 0.35
"""Of the time of a quick run: after so much of it answers are to show more, where limits put that
off."""
DEEP = 50
"""Values drawn from which on walks are worth the second that loading Schemathesis takes."""


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
        stops: Stops | None = None,
    ) -> None:
        requirements = levelled(requirements, settings.auth)
        self._contract, self._requirements = contract, requirements
        self._session, self._channel = session, channel
        self._settings, self._emit = settings, emit
        self._decisions = VerdictLog(contract, requirements, session, channel.region, emit)
        self._give = self._decisions.give
        self._standings = SupportRegistry(contract, session, channel)
        self._savings = RequestSavings(
            thrifty=not settings.draws, made_up=contract.overlay.inferred
        )
        self._stops = Stops() if stops is None else stops
        self._run = run = ServiceRun(
            contract, session, settings, self._standings, self._decisions, emit, self._stops,
            self._savings,
        )  # fmt: skip
        self._watch = PassiveChecker(run)
        self._post_checks = PostRequestChecks(run, self._watch)
        self._order = DecisionOrder(contract, self._savings, self._post_checks.may_store)
        session.observers.append(self._savings.costs.observe)
        self._probes, self._rules = ProbeDecider(run, self._post_checks), RuleDecider(run)
        self._more = ResponseCoverage(run, self._watch)

    def run(self) -> None:
        """Decide every requirement. Raises WrongCredentials, TargetDied."""
        self._emit(ServiceStarted(self._contract.service, len(self._requirements)))
        self._show_all_members()
        self._post_checks.begin()
        signatures = [one for one in self._requirements if is_authentication(one)]
        Authentication(self._run, self._channel).decide(signatures)
        roomy = self._stops.limits.leave(SECONDS, MOST)
        if roomy:
            # Before odd requests may spoil what shows resources.
            self._more.show()
        if self._settings.draws:
            self._fuzz()
        active = [
            one for one in self._requirements if not is_watched(one) and not is_authentication(one)
        ]
        # Sequences first: their pauses pass while the rest is done. They go on after it, and not
        # whenever the time has come, so that one seed gives one order of requests.
        # What may spoil a list for good comes last, so that all else is known of it before.
        if self._savings.begin(len(active)) or self._stops.limits.any:
            active.sort(key=self._order.rank)
        else:
            active.sort(key=self._order.turn)
        for index, requirement in enumerate(self._order.cheap_first(active)):
            if self._order.turn(requirement) >= MAY_SPOIL:
                self._rules.end()
            if information_value(requirement) >= ODD or self._savings.is_late(SHOWN_AFTER):
                self._show_once()
            began = monotonic()
            self._decide(requirement)
            self._savings.took(requirement, monotonic() - began)
            self._watch.confirm()
            self._rules.finished()
            with self._watch.held():
                self._session.disposal.tidy()
            self._emit(Progress(index + 1, len(active), 0))
        self._rules.end()
        self._post_checks.end()
        explored = self._probes.explored
        for sent in explored.broken(self._decisions.open) if explored else ():
            self._watch.observe(sent)
        self._watch.confirm()
        self._show_once()
        self._more.look()
        self._decide_watched()

    def _show_once(self) -> None:
        """Have answers show what none did: one request for many statements, before the many."""
        if not self._more.was_called:
            self._more.show()

    def _show_all_members(self) -> None:
        """Have answers that show every member: read a resource that was made with all of them."""
        for kind, one in self._contract.overlay.kinds().items():
            for values in one.show_all_members:
                self._show(kind, one, values)

    def _show(self, kind: str, about: Resource, values: Mapping[str, Any]) -> None:
        roles = (about.create, about.read, about.list, about.update)
        named = [name for name in roles if name is not None]
        if self._contract.setup:
            tested = [one.name for one in self._contract.tested if one.name in named]
            named = [name for name in named if name in tested or name == about.create]
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
            with suppress(SetupFailed):  # it may speak of something else that cannot be made
                self._session.call(operation, valid_request(self._contract, operation), resource)
        self._watch.confirm()
        self._session.disposal.delete(resource)

    def lacks(self, operation: str) -> bool:
        """True when the target is known to lack an operation."""
        return self._standings.lacks(operation)

    def abandon(self, reason: str, obstacle: Obstacle | None = None) -> None:
        """Give everything that is not decided yet a verdict that says so.

        What answers have shown by now, and none has broken, is shown all the same; and what the
        target is known to lack was not left for this reason.
        """
        for requirement in self._decisions.undecided():
            self._decisions.begin()  # nothing is sent for them any more
            known = self._standings.known(requirement.operation or "")
            if self._watch.has_shown(requirement):
                self._give(requirement, Verdict.PASSED)
            elif known is not None and known.standing is SupportStatus.LACKING:
                self._run.without(requirement, known)
            else:
                self._give(requirement, Verdict.SKIPPED, reason, (), obstacle)

    def _fuzz(self) -> None:
        """Look beyond the plan; what is found counts where the plan finds nothing."""
        from conformance.engine.fuzzing.fuzz import fuzz_operations  # loads Hypothesis

        draws = self._settings.draws
        self._probes.explored = fuzz_operations(
            self._session, self._decisions.by_id, self._standings.works, EXPLORED * draws,
            self._settings.seed, links=LINKS * draws if draws >= DEEP else 0,
            enough=lambda: self._stops.used() > FUZZED,
        )  # fmt: skip

    def _decide(self, requirement: Requirement) -> None:
        self._stops.check()
        self._decisions.begin()
        if requirement.keyword in {*KINDS, RANDOM}:
            self._rules.start(requirement)
        else:
            self._probes.decide(requirement)

    def _decide_watched(self) -> None:
        for requirement in self._decisions.undecided():
            self._decisions.begin()  # deciding sends nothing
            name = requirement.operation
            known = name is not None and name in self._contract.operations
            standing = self._standings.of(name or "") if known else self._standings.best()
            tally = self._decisions.tally(requirement)
            if name is not None and self._standings.is_aside(name):
                standing = None  # what its answers showed before still holds
            if tally.accept and self._watch.is_shared:
                standing = None  # the answers of other operations showed it
            if standing is not None and standing.standing is SupportStatus.SILENT:
                self._run.without(requirement, standing)
            else:
                self._give(requirement, *verdicts.watched(requirement, tally, standing))
