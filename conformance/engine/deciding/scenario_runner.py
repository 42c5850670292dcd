"""Drives the sequences of rules; several at once, so that their pauses cost no time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance import record
from conformance.contract.listing.requirements import Requirement
from conformance.engine.probe_result import SAYS_NOTHING
from conformance.engine.recording.evidence import EvidenceStep
from conformance.engine.sending.delivery import (
    RESTARTS,
    connection_broke,
    only_reads,
    repeats_of_silence,
)
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.sending.patience import is_unanswered
from conformance.engine.sending.settling import LONGEST, NONE, Time
from conformance.engine.session import Session
from conformance.engine.support import excluded, obstacle_of, obstacle_to
from conformance.plan.probes import Probe, Side
from conformance.plan.sequences import KINDS
from conformance.plan.sequences.steps import (
    Connected,
    Make,
    NotShown,
    Pause,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
    Together,
    Told,
    operations_of,
)
from conformance.plan.valid_requests.base_requests import names_another
from conformance.plan.valid_requests.lifecycle import NotStated
from conformance.plan.valid_requests.resources import kind_of
from conformance.transport.parsed_response import NOT_JSON, ParsedResponse

NO_ANSWER = ParsedResponse(None, NOT_JSON, None, "", "", 0)


@dataclass(slots=True)
class ScenarioResult:
    """How a sequence ended: ``broken`` where the rule does not hold, ``why`` where unknown.

    ``told`` is what a person may want to know of a rule that demands nothing. ``late`` is the
    number of the step that may have come too early: the first read since the last change, where a
    read broke the rule, or another request that did not yet meet what had been changed.
    """

    broken: RuleBroken | None = None
    why: str = ""
    told: str = ""
    late: int | None = None
    silent: str = ""
    """The operation of a step that stayed without an answer, however often it was played."""
    obstacle: record.Obstacle | None = None
    steps: list[EvidenceStep] = field(default_factory=list)


class _Lost(Exception):
    """The connection broke; the request may have been carried out."""


class _Silent(Exception):
    """A step got no answer in time; ``sent`` is its request."""

    def __init__(self, sent: SentProbe) -> None:
        super().__init__(sent.answer.told())
        self.sent = sent


class ScenarioRun:
    """Plays a sequence on new resources; ``given`` is the time that changes may take to show."""

    def __init__(
        self,
        session: Session,
        requirement: Requirement,
        works: Callable[[str], bool] = lambda _: True,
        given: Time = NONE,
    ) -> None:
        self.requirement, self._given = requirement, given
        self._works = works
        self._session = session
        self._kind = kind_of(session.contract, requirement.operation or "")
        self._made: list[RunResource] = []
        self._restarts, self._silences = RESTARTS, 0
        self.due = 0.0
        self.ending: ScenarioResult | None = None
        self._begin()

    def _begin(self) -> None:
        """Begin, or begin anew on new resources."""
        self._tagged: dict[str, str] = {}
        script = Script(self._session.contract, self.requirement, self._fill)
        self._sequence: Sequence = KINDS[self.requirement.keyword](script)
        self._resources: dict[int, RunResource] = {}
        self._sent: list[SentProbe] = []
        self._pauses: dict[int, float] = {}
        self._last: ParsedResponse | None = None
        self._tidied = 0
        self._number, self._waited = 0, 0.0
        self._reading: int | None = None
        self._using: int | None = None
        self._held_up: Step | None = None

    def proceed(self) -> None:
        """Play until the next pause or the end."""
        while self.ending is None and time.monotonic() >= self.due:
            try:
                self._step()
            except StopIteration:
                self._end(ScenarioResult())
            except RuleBroken as broken:
                self._end(ScenarioResult(broken=broken, late=self._reading or self._using))
            except Told as told:
                self._end(ScenarioResult(told=str(told)))
            except _Lost:
                self._restarts -= 1
                self._sequence.close()
                self._begin()
            except _Silent as silent:
                self._wait_again(silent.sent)
            except SetupFailed as failed:
                obstacle = obstacle_to(self._session.contract, failed.sent)
                self._end(ScenarioResult(why=str(failed), obstacle=obstacle))
            except NotShown as stuck:
                self._end(ScenarioResult(why=str(stuck)))

    def _wait_again(self, sent: SentProbe) -> None:
        """Begin anew after an unanswered step, or end after enough of them."""
        self._silences += 1
        operation = sent.probe.operation.name
        patience = self._session.patience
        repeats = 1 if operation in patience.ended else repeats_of_silence(sent.exchange)
        if self._silences <= repeats and self._works(operation):
            self._sequence.close()
            self._begin()
            return
        patience.ended.add(operation)
        broken = RuleBroken(
            f"an answer to {operation}", f"{sent.answer.told()}, {self._silences} times"
        )
        obstacle = obstacle_of(sent.probe.operation)
        self._end(ScenarioResult(broken, str(broken), silent=operation, obstacle=obstacle))

    def _step(self) -> None:
        step = self._next()
        if isinstance(step, Pause):
            self._pause(step.seconds)
            return
        if self._held_up is not None:
            self._give_time()
            return
        try:
            sent = self._play(step)
        except SetupFailed as failed:
            self._hold(step, failed.sent)
            if is_unanswered(failed.sent.exchange):
                self._sent.append(failed.sent)
                raise _Silent(failed.sent) from None
            if not (isinstance(step, Make) and step.may_fail) or failed.sent.answer.ok:
                raise
            sent = [failed.sent]
        for each in sent:
            self._hold(step, each)
        self._sent += sent
        mute = [one for one in sent if is_unanswered(one.exchange)]
        # A rule about a connection judges silence itself, if the operation works.
        judges = isinstance(step, Connected) and mute and self._works(mute[0].probe.operation.name)
        if mute and not judges:
            raise _Silent(mute[0])
        if mute and not self._works(sent[0].probe.operation.name):
            # It answers nothing on any connection: the operation's requirements report that.
            raise NotShown(f"{sent[0].probe.operation.name} gets no answer")
        trouble = next((one.answer for one in sent if _says_nothing(one.answer)), None)
        if trouble is not None and not (isinstance(step, Connected) and trouble.broken_off):
            raise NotShown(trouble.told())
        self._tidied = self._tidied + 1 if isinstance(step, Send) and step.tidies else 0
        parts = tuple(one.answer for one in sent)
        one = len(parts) == 1 and not isinstance(step, Connected)
        self._last = parts[0] if one else replace((NO_ANSWER, *parts)[-1], parts=parts)

    def _next(self) -> Step:
        """The next step; delayed where the target is given time before it."""
        if self._held_up is not None:
            step, self._held_up = self._held_up, None
            return step
        try:
            step = next(self._sequence) if self._last is None else self._sequence.send(self._last)
        except NotStated as missing:
            raise NotShown(str(missing)) from None
        if not isinstance(step, Pause) and not (isinstance(step, Send) and step.tidies):
            self._number += 1
            reads = isinstance(step, Send) and only_reads(self._session.contract, step.operation)
            self._reading = (self._reading or self._number) if reads else None
            self._using = self._number if isinstance(step, Send) else None
            self._held_up = step if self._wanted() else None
        return step

    def _wanted(self) -> float:
        return self._given.before(self._number, first_read=self._reading == self._number)

    def _give_time(self) -> None:
        self._waited += self._wanted()
        if self._waited > LONGEST:
            raise NotShown("the target takes long to show the change")
        self._pause(self._wanted())

    def _pause(self, seconds: float) -> None:
        self.due = time.monotonic() + seconds
        before = len(self._sent)
        self._pauses[before] = self._pauses.get(before, 0.0) + seconds

    def _hold(self, step: Step, sent: SentProbe) -> None:
        """Begin anew if a request may have been carried out; rules judge separate connections."""
        if self._restarts and connection_broke(sent.exchange) and not isinstance(step, Connected):
            raise _Lost

    def _play(self, step: Make | Send | Together | Connected) -> list[SentProbe]:
        for name in operations_of(step):
            if name in self._session.left_out:
                raise NotShown(self._session.why_left_out.get(name) or excluded(name))
        if isinstance(step, Make):
            self._sent, self._pauses = ([], {}) if step.anew else (self._sent, self._pauses)
            values = self._session.placeholders.tag(step.values, self._tagged)
            made = self._make(step, values)
            if made.id in [one.id for one in self._made if one.kind == made.kind and not one.gone]:
                # A mock without state: what is true of one resource says nothing of two.
                raise NotShown("two new resources have the same identifier")
            self._resources[step.key], made.held = made, True
            self._made.append(made)
            return [made.created]
        if isinstance(step, Send):
            if names_another(self._session.contract, step.operation, step.values):
                raise NotShown(f"the valid request of {step.operation.name} names something else")
            sent = self._session.send(self._probe(step), resource=self._resources.get(step.key))
            if sent.lacks_arn:
                raise NotShown(f"no answer shows the ARN that {step.operation.name} needs")
            return [sent]
        if isinstance(step, Connected):
            probes = [self._probe(send) for send in step.sends]
            resource = self._resources.get(step.sends[-1].key)
            return self._session.send_all(probes, resource, pipelined=step.pipelined)
        resources = [self._resources[send.key] for send in step.sends]
        return self._session.send_together([self._probe(send) for send in step.sends], resources)

    def _make(self, step: Make, values: Mapping[str, Any] | None) -> RunResource:
        first = self._resources.get(0)
        if step.kind is None or first is None:
            return self._session.inventory.create(values, step.kind or self._kind)
        known = {**first.parents, first.kind or "": first}
        made = self._session.inventory.create_of(known, step.kind)
        if not step.apart:
            first.parents = {**first.parents, step.kind: made}
        return made

    def _probe(self, step: Send) -> Probe:
        values = self._session.placeholders.tag(step.values, self._tagged)
        return Probe(
            "", step.operation, Side.OBSERVE, values, "a step of a sequence",
            raw=step.raw, form=step.form,
        )  # fmt: skip

    def _fill(self, value: Any, key: int) -> Any:
        tagged = self._session.placeholders.tag(value, self._tagged)
        return self._session.placeholders.fill(tagged, self._resources.get(key))

    def _end(self, ending: ScenarioResult) -> None:
        self._sequence.close()
        for resource in self._made:
            if not resource.gone:
                self._session.disposal.delete(resource)
        seen = self._sent[: len(self._sent) - self._tidied]  # what tidied up proves nothing
        ending.steps = [
            EvidenceStep(sent, record.Role.CHECK, pause=self._pauses.get(index, 0.0))
            for index, sent in enumerate(seen)
        ]
        if ending.broken is not None and ending.steps:
            last = ending.steps[-1]
            ending.steps[-1] = replace(
                last, role=record.Role.PROBE,
                expected=ending.broken.expected, seen=ending.broken.seen,
            )  # fmt: skip
        self.ending = ending


def _says_nothing(answer: ParsedResponse) -> bool:
    return answer.failure in SAYS_NOTHING or answer.throttled
