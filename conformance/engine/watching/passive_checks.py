"""Checks that hold for every answer, whatever the request: counted, suspected, and confirmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.listing.sharing import sharing_of
from conformance.contract.model import Location
from conformance.contract.vocabulary.overlay_rules import StillAnswersRule
from conformance.engine.judge.errors import ERROR_STATUS, IN_REFUSALS
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.response import observe
from conformance.engine.probe_result import is_elsewhere, unanswered
from conformance.engine.recording.evidence import LONGEST
from conformance.engine.recording.list_filter import entries_of_this_run, shortened
from conformance.engine.sending.delivery import confirm, not_repeated, repeats_of, unreliable
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.sending.patience import is_unanswered
from conformance.engine.service_run import ServiceRun
from conformance.engine.session import Session
from conformance.engine.support import SupportStatus
from conformance.engine.watching.arns import Arns
from conformance.engine.watching.echoes import Echoes, GivenMoments
from conformance.engine.watching.spoilt import Spoilt
from conformance.plan.planner import is_watched
from conformance.plan.probes import Fault, Side
from conformance.plan.valid_requests.resources import kind_of, lifecycle_of
from conformance.record import Verdict
from conformance.transport.exchange import FailureKind

PASSING = frozenset({FailureKind.RESET, FailureKind.TIMEOUT})
"""Failures that may be the network's: what does not come again shows nothing of the target."""

Broken = tuple[Finding, SentProbe]
"""What an answer breaks, and the request that it is to."""


class PassiveChecker:
    """Sees every exchange of a session."""

    def __init__(self, run: ServiceRun) -> None:
        self._contract, self._session = contract, session = run.contract, run.session
        self._standings, self._decisions = run.standings, run.decisions
        self._arns = Arns(contract, session.names)
        self._waiting: list[Broken] = []
        """Watched requirements that broke and wait to be confirmed, oldest first."""
        self._suspects: set[str] = set()
        """Those and what was confirmed: the first break of each is remembered."""
        self._spoilt, self._sharing = Spoilt(), sharing_of(contract)
        self._echoes, self._moments = Echoes(contract), GivenMoments()
        self.is_held = False
        """True while answers serve another purpose and are not counted here."""
        session.observers.append(self.observe)

    def observe(self, sent: SentProbe) -> None:
        """Count what an answer holds, suspect what it breaks."""
        self._arns.learn(sent)
        self._moments.learn(sent)
        # What a target answers to a faulty request that it accepted says nothing about its
        # answers: the acceptance is the failure.
        if is_elsewhere(sent.probe):
            return
        taken = sent.answer.ok and sent.is_faulty
        if taken:
            self._spoilt.note(sent, self._session.inventory.made.all)
        name = sent.probe.operation.name
        if self.is_held or self._standings.is_aside(name) or name in self._contract.setup:
            return
        usual = not taken and sent.probe.form is None and not _is_odd_address(sent)
        for finding in self._found(sent):
            if finding.held and usual:
                self._decisions.hold(finding.requirement, finding.times)
            elif self._decisions.open(finding.requirement):
                requirement = self._decisions.by_id[finding.requirement]
                # An error that looks like a success is no acceptance.
                if not taken or requirement.keyword == ERROR_STATUS:
                    self._take(requirement, finding, sent)

    @property
    def is_shared(self) -> bool:
        """Whether a requirement may stand for places in other operations than its own."""
        return self._sharing.is_of_service

    def has_shown(self, requirement: Requirement) -> bool:
        """Whether answers have shown it in a run cut short; some statements take a whole run."""
        whole = requirement.subject is Subject.NO_SERVER_ERROR
        if whole or isinstance(requirement.rule, StillAnswersRule) or not is_watched(requirement):
            return False
        shown = self._decisions.tally(requirement).accept > 0
        if not shown or requirement.id in self._suspects:
            return False
        name = requirement.operation or ""
        known = name in self._contract.operations
        support = self._standings.known(name) if known else self._standings.best()
        works = support is not None and support.standing is SupportStatus.WORKS
        return works or self._standings.is_aside(name) or self.is_shared

    @contextmanager
    def held(self) -> Iterator[None]:
        """Count and suspect nothing for a while."""
        self.is_held = True
        try:
            yield
        finally:
            self.is_held = False

    def _found(self, sent: SentProbe) -> Iterator[Finding]:
        """The findings of an answer, less those of others' entries and wrongly taken values."""
        made = self._session.inventory.made.all
        own = shortened(entries_of_this_run(self._contract, sent, made))
        if self._spoilt.is_unreadable(own):
            return
        answer = self._spoilt.hide(own, "" if sent.resource is None else sent.resource.id)
        known = self._decisions.by_id
        for finding in observe(self._contract, sent.probe.operation, answer):
            if finding.held or not self._moments.is_shown_again(finding):
                listed = finding.requirement in known
                yield finding if listed else self._stated_where_listed(finding)
        yield from self._arns.observe(sent, answer)
        yield from self._echoes.observe(sent, answer)

    def _stated_where_listed(self, finding: Finding) -> Finding:
        """The finding of the requirement that stands for it, where its own place is covered."""
        by = self._sharing.covering(finding.requirement)
        if by is None:
            return finding
        seen = finding.seen if finding.held else f"{finding.seen}, in {finding.requirement}"
        return finding._replace(requirement=by, seen=seen)

    def _take(self, requirement: Requirement, finding: Finding, sent: SentProbe) -> None:
        if sent.probe.form is not None and requirement.subject is not Subject.NO_SERVER_ERROR:
            return  # in another form than usual it may have met something else
        if requirement.keyword in IN_REFUSALS and _is_odd_address(sent):
            return  # what takes the address in may refuse it, as HTTP does
        if finding.held:
            self._decisions.hold(requirement.id, finding.times)
        elif requirement.subject is Subject.STATUS or self._has_own_probe(requirement):
            return
        elif finding.requirement not in self._suspects:
            self._suspects.add(finding.requirement)
            self._waiting.append((finding, sent))

    def confirm(self) -> None:
        """Send each suspected request again on a fresh resource; broken twice is a failure.

        What an answer showed about a resource that was not there any more, no fresh one shows: then
        the very same request is sent again, for the same identifier.
        """
        seen: dict[int, dict[str, Broken]] = {}
        waiting, self._waiting = self._waiting, []
        for finding, sent in waiting:
            # A step of a sequence may have been its first request: its support may be unknown.
            name = sent.probe.operation.name
            lacks = self._standings.of(name).standing is SupportStatus.LACKING
            mute = lacks or self._standings.is_aside(name)
            if mute or not self._decisions.open(finding.requirement):
                continue
            requirement = self._decisions.by_id[finding.requirement]
            silent = self._standings.silent(name)
            if silent is not None and requirement.subject is Subject.NO_SERVER_ERROR:
                continue  # it fails for the valid request, when all is decided
            repeat = partial(self._once_more, finding, sent, seen)
            again = confirm(repeat, repeats_of(sent.answer))
            again = again or confirm(partial(self._of_the_same, finding, sent))
            if again is None and sent.answer.failure in PASSING:
                self._suspects.discard(finding.requirement)  # it may be suspected anew
                continue
            if again is None:
                self._decisions.give(requirement, Verdict.INCONCLUSIVE, not_repeated(finding.seen))
            else:
                self._decisions.fail(requirement, *_told(self._session, *again))

    def _has_own_probe(self, requirement: Requirement) -> bool:
        """An error that a probe provokes is judged there: a chance answer cannot be had again."""
        resource = lifecycle_of(self._contract, requirement.operation or "")
        provoked = {resource.not_found, resource.unique_error}
        return requirement.subject is Subject.ERROR and requirement.keyword in provoked

    def _once_more(
        self, finding: Finding, sent: SentProbe, seen: dict[int, dict[str, Broken]]
    ) -> Broken | None:
        """The finding from a new resource, deleted again; ``seen`` has an answer's repetition."""
        if unreliable(sent.answer) or id(sent) not in seen:
            seen[id(sent)] = self._repeated(sent)
        return seen[id(sent)].get(finding.requirement)

    def _repeated(self, sent: SentProbe) -> dict[str, Broken]:
        """All that the request breaks on a new resource, by requirement."""
        disposal, resource = self._session.disposal, None
        try:
            resource = self._alike(sent)
            repeat = self._session.send(sent.probe, resource=resource)
        except SetupFailed as failed:
            repeat = failed.sent
        broken = self._broken(repeat)
        self._session.inventory.drop_current(kind_of(self._contract, sent.probe.operation.name))
        disposal.take_away(repeat)
        if resource is not None and not resource.gone:
            disposal.delete(resource)
        return broken

    def _of_the_same(self, finding: Finding, sent: SentProbe) -> Broken | None:
        """The finding from the same members after an error with the status of a success."""
        named = self._decisions.by_id[finding.requirement].keyword == ERROR_STATUS
        if not (sent.answer.is_refusal or named) or sent.probe.form is not None:
            return None
        literal = replace(sent.probe, values=sent.values)
        try:
            return self._broken(self._session.send(literal)).get(finding.requirement)
        except SetupFailed:
            return None

    def _broken(self, repeat: SentProbe) -> dict[str, Broken]:
        """What an answer breaks first of each requirement."""
        broken: dict[str, Broken] = {}
        for one in self._found(repeat):
            if not one.held:
                broken.setdefault(one.requirement, (one, repeat))
        return broken

    def _alike(self, sent: SentProbe) -> RunResource | None:
        """A new resource that was made and updated as the one of this request had been."""
        if sent.resource is None or sent.resource.given:
            return sent.resource
        history = sent.resource.history
        before = history[: history.index(sent)] if sent in history else list(history)
        if sent.resource.long_used or len(before) > LONGEST:
            before = []  # a long used resource: the request alone must show it
        made = self._session.inventory.create(
            sent.resource.created.probe.values, sent.resource.kind
        )
        for update in before:
            self._session.send(update.probe, resource=made)
        return made


def _told(session: Session, finding: Finding, sent: SentProbe) -> tuple[Finding, SentProbe]:
    """The finding; where there is no answer, it says to what."""
    if is_unanswered(sent.exchange):
        finding = finding._replace(seen=unanswered(session, sent))
    return finding, sent


def _is_odd_address(sent: SentProbe) -> bool:
    """Whether path or query are odd, so that any answer is right: its requirement says so."""
    probe = sent.probe
    limits = probe.side is Side.REJECT and probe.fault is Fault.LIMIT
    if not probe.place or not (limits or probe.side is Side.OBSERVE):
        return False
    member = probe.operation.input.get(str(probe.place[0]))
    odd = {Location.PATH} if limits else {Location.PATH, Location.QUERY}
    return member is not None and member.location in odd
