"""Whether what shows resources still answers after an odd creation or update was accepted.

One resource that was stored and cannot be written out makes every list fail. So after each odd
request that was accepted (or that failed, and may have been carried out) its resource is listed and
read. What then fails is reported once, with the request that caused it, and the resource is
deleted. Where it cannot be deleted, nothing more is concluded about the operation that it spoilt.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from conformance.contract.model import Operation
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.recording.evidence import EvidenceStep, with_setup
from conformance.engine.sending.delivery import confirm, unreliable
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.service_run import ServiceRun
from conformance.engine.watching.passive_checks import PassiveChecker
from conformance.plan.probes import Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import all_creators, kind_of
from conformance.record import Role, Verdict
from conformance.transport.exchange import FailureKind

ADDRESS = "behavior/still-answers"
ON_ITS_OWN = 2
"""How often what fails although nothing odd was sent just before must fail again."""


class PostRequestChecks:
    """Looks at lists and reads after each odd request that was accepted."""

    def __init__(self, run: ServiceRun, watch: PassiveChecker) -> None:
        self._contract, self._session = run.contract, run.session
        self._standings, self._decisions, self._watch = run.standings, run.decisions, watch
        self._savings = run.savings
        self._creators = all_creators(run.contract)
        self._kinds = run.contract.overlay.kinds()
        self._looks: Counter[str] = Counter()
        self._last: SentProbe | None = None
        """The odd request that came last of those that may have stored something."""
        self._unanswered: SentProbe | None = None
        """The odd request that was never answered: the target may be at work on it still."""
        self._fine: set[str] = set()
        """The operations that answered when nothing odd had been sent yet."""
        run.session.lasting.append(self.observe)

    def begin(self) -> None:
        """Find out which lists and reads answer before anything odd is sent."""
        with self._watch.held():
            for kind, one in self._kinds.items():
                self._begin(kind, one)

    def _begin(self, kind: str, about: Resource) -> None:
        """Of one kind; another contract's resources are that one's business."""
        if about.service is not None:
            return
        for operation in self._shows(about):
            try:
                resource = self._session.inventory.resource(kind=kind)
            except SetupFailed:
                return
            seen = self._shown(operation, resource)
            if seen is not None and not unreliable(seen.answer):
                self._fine.add(operation.name)

    def observe(self, sent: SentProbe) -> None:
        """Look at what an odd request may have spoilt."""
        if sent.answer.failure is FailureKind.TIMEOUT and _is_odd(sent):
            self._unanswered = sent
        if self._watch.is_held or not _is_odd(sent) or not _may_have_stored(sent):
            return
        kind = self._kind_changed_by(sent.probe.operation.name)
        if kind is None or self._kinds[kind].service is not None:
            return
        self._last = sent
        self._looks[sent.probe.requirement] += sent.answer.ok
        if self._looks[sent.probe.requirement] > self._savings.looks:
            return
        with self._watch.held():
            for operation in self._shows(self._kinds[kind]):
                if operation.name in self._fine:
                    self._look(operation, sent)

    def end(self) -> None:
        """Look once more after an odd request that was never answered, as nothing came after it."""
        cause = self._unanswered
        kind = None if cause is None else self._kind_changed_by(cause.probe.operation.name)
        if kind is not None and self._kinds[kind].service is None:
            self._last = cause
            for operation in self._shows(self._kinds[kind]):
                self.is_spoilt(operation)

    def may_store(self, name: str) -> bool:
        """True for an operation that creates or updates."""
        return self._kind_changed_by(name) is not None

    def is_spoilt(self, operation: Operation) -> bool:
        """Whether a list or read fails for good since a value was stored, whatever is sent."""
        if self._standings.is_aside(operation.name):
            return True
        name, last = operation.name, self._last
        if last is None or name not in self._fine or not self._decisions.open(self._address(name)):
            return False
        with self._watch.held():
            failed = confirm(partial(self._failing, operation, None), ON_ITS_OWN)
            if failed is not None:
                self._leave(operation, last, failed)
        return failed is not None

    def _kind_changed_by(self, name: str) -> str | None:
        if name in self._creators:
            return self._creators[name][0]
        kind = kind_of(self._contract, name)
        return kind if kind and self._kinds[kind].update == name else None

    def _shows(self, about: Resource) -> Iterator[Operation]:
        """The list and the read of a kind that are still of interest, and that the target has."""
        for name in (about.list or "", about.read or ""):
            if self._decisions.open(self._address(name)) and self._standings.works(name):
                yield self._contract.operations[name]

    def _address(self, name: str) -> str:
        return f"{self._contract.service}/{name}/{ADDRESS}"

    def _look(self, operation: Operation, cause: SentProbe) -> None:
        resource = self._resource(cause)
        seen = self._shown(operation, resource)
        if seen is None:
            return
        if not unreliable(seen.answer):
            self._unanswered = None  # it is done with that
            requirement = self._decisions.by_id[self._address(operation.name)]
            self._decisions.tally(requirement).count(Side.ACCEPT)
            return
        self._settle(operation, cause, resource)

    def _settle(self, operation: Operation, cause: SentProbe, resource: RunResource | None) -> None:
        """Whether it goes on failing, and whether it does so again after the same request."""
        if confirm(partial(self._failing, operation, resource)) is None:
            return  # a passing trouble
        self._take_away(cause, resource)
        last = self._failing(operation, resource)
        if last is not None:
            self._leave(operation, cause, last)
            return
        repeated = confirm(partial(self._repeat, operation, cause))
        if repeated is not None:
            self._fail(operation, *repeated)

    def _leave(self, operation: Operation, cause: SentProbe, seen: SentProbe) -> None:
        """It goes on failing: said once, and nothing more is concluded from its answers."""
        self._fail(operation, cause, seen)
        why = f"its answer is {seen.answer.told()} since {_told(cause)}"
        self._standings.set_aside(operation.name, why)

    def _repeat(self, operation: Operation, cause: SentProbe) -> tuple[SentProbe, SentProbe] | None:
        """The same request once more, and the answer that fails after it."""
        try:
            repeated = self._session.send(cause.probe, fresh=True)
        except SetupFailed:
            return None
        resource = self._resource(repeated)
        seen = self._failing(operation, resource)
        self._take_away(repeated, resource)
        return None if seen is None else (repeated, seen)

    def _failing(self, operation: Operation, resource: RunResource | None) -> SentProbe | None:
        """The answer of a list or a read that fails; None for any other."""
        seen = self._shown(operation, resource)
        return seen if seen is not None and unreliable(seen.answer) else None

    def _shown(self, operation: Operation, resource: RunResource | None) -> SentProbe | None:
        """The answer of a list or a read; None where it cannot be sent or nothing is concluded."""
        values = valid_request(self._contract, operation)
        if resource is None and "${id}" in str(values):
            return None
        try:
            sent = self._session.call(operation, {**values, **self._whole(operation)}, resource)
        except SetupFailed:
            return None
        return None if sent.answer.throttled else sent

    def _whole(self, operation: Operation) -> Mapping[str, Any]:
        """Of a list the longest page: what is new may be on the last one."""
        for one in self._kinds.values():
            if one.list == operation.name and one.page is not None:
                return {one.page.page_size: one.page.most}
        return {}

    def _resource(self, cause: SentProbe) -> RunResource | None:
        """What a request made, else what it changed."""
        made = (one for one in self._session.inventory.made.all[-8:] if one.created is cause)
        return next(made, cause.resource)

    def _take_away(self, cause: SentProbe, resource: RunResource | None) -> None:
        self._session.inventory.drop_current(kind_of(self._contract, cause.probe.operation.name))
        if resource is not None and not resource.gone:
            self._session.disposal.delete(resource)

    def _fail(self, operation: Operation, cause: SentProbe, seen: SentProbe) -> None:
        requirement = self._decisions.by_id[self._address(operation.name)]
        if seen.answer.failure is FailureKind.TIMEOUT and self._unanswered is not None:
            cause = self._unanswered
        expected = "an answer that is not a server error"
        reason = f"after {_told(cause)}: expected {expected}; seen {seen.answer.told()}"
        before = [*with_setup(cause, "", "")[:-1], EvidenceStep(cause, Role.SETUP)]
        steps = [*before, EvidenceStep(seen, Role.PROBE, expected, seen.answer.told())]
        self._decisions.give(requirement, Verdict.FAILED, reason, steps)


def _told(cause: SentProbe) -> str:
    """The request that did it: its operation, what was odd about it, what it was answered."""
    probe = cause.probe
    about = f"{probe.note}; for {probe.requirement}"
    answered = "not answered" if cause.answer.status is None else f"answered {cause.answer.status}"
    return f"{probe.operation.name} ({about}) was {answered}"


def _is_odd(sent: SentProbe) -> bool:
    """True where what may be stored is odd; not where only the form of the request is."""
    probe = sent.probe
    if not probe.requirement or (probe.form is not None and probe.raw is None):
        return False
    return probe.side is not Side.ACCEPT or sent.is_faulty


def _may_have_stored(sent: SentProbe) -> bool:
    return sent.answer.ok or sent.answer.server_error
