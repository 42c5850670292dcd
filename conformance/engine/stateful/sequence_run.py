"""One sequence: every step is played on the target and on the model, and compared at once."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.engine.session import Session
from conformance.engine.stateful.ambiguity_inference import (
    AmbiguityTracker,
    ModelReplica,
    StepExchange,
)
from conformance.engine.stateful.compare import Compared, Memory, ModelDifference, listed
from conformance.engine.stateful.moves import ModelStep
from conformance.plan.probes import Probe, Side

SETTLES = (0.5, 1.0, 1.5)
"""Seconds after which a failing read is sent once more, when a failure is confirmed."""


class ModelMismatch(Exception):
    """The target answered what the model does not allow."""

    def __init__(self, difference: ModelDifference) -> None:
        super().__init__(f"expected {difference.expected}; seen {difference.seen}")
        self.difference = difference


class Inconclusive(Exception):
    """An answer that shows nothing: throttled, late, or none at all."""


@dataclass(slots=True)
class ResourceSlot:
    """A resource of the sequence on the target."""

    resource: RunResource
    unique: Any
    """The value that no other resource may have, where the sequence chose it."""


@dataclass(slots=True)
class Played:
    """A step and what became of it."""

    step: ModelStep
    sent: SentProbe
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """How carefully a sequence confirms: ``patient`` reads differences again, after ``pause``."""

    patient: bool = False
    pause: float = 0.0


NO_RETRY = ReadPolicy()


class SequenceRun:
    """A sequence on new resources.

    ``broken`` is how the last step differs from the model, where the sequence failed; ``mute``
    says that an answer showed nothing, so that no step after it can be judged.
    """

    def __init__(
        self,
        session: Session,
        beliefs: AmbiguityTracker,
        compared: Compared,
        care: ReadPolicy = NO_RETRY,
    ) -> None:
        self.session, self.beliefs, self.compared = session, beliefs, compared
        self.slots: dict[int, ResourceSlot] = {}
        self.played: list[Played] = []
        self.broken: ModelDifference | None = None
        self.mute = False
        self._care = care
        self._paused = 0.0
        self._kind = session.contract.overlay.main
        self._tagged: dict[str, str] = {}
        self._turns: list[StepExchange] = []
        self._spent: set[str] = set()
        self._memory = Memory(compared, times=care.pause > 0)
        self._mirror: ModelReplica = beliefs.mirror()

    @property
    def doubt(self) -> bool:
        """Whether a time has moved that should not have: to be seen with more time."""
        return self._memory.doubt

    def live(self) -> list[int]:
        return [number for number, slot in self.slots.items() if not slot.resource.gone]

    def gone(self) -> list[int]:
        return [number for number, slot in self.slots.items() if slot.resource.gone]

    def play(self, step: ModelStep) -> bool:
        """Play a step; False where that is impossible. Raises ModelMismatch, Inconclusive."""
        values = self.session.placeholders.tag(step.values, self._tagged)
        if self.mute or not self._playable(step, values):
            return False
        if step.changes and step.role != "create":
            self._pause(self._care.pause)
        found = self._judged(self._send(step, values))
        if found is not None and self._care.patient and not step.changes:
            found = self._settled(step, values, found)
        if found is not None:
            self.broken = found
            raise ModelMismatch(found)
        return True

    def _pause(self, seconds: float) -> None:
        if seconds:
            time.sleep(seconds)
        self._paused += seconds

    def replay(self, steps: Iterable[ModelStep]) -> None:
        """Play the steps that can be played. Raises ModelMismatch, Inconclusive."""
        for step in steps:
            self.play(step)

    def close(self) -> None:
        for slot in self.slots.values():
            if not slot.resource.gone:
                self.session.disposal.delete(slot.resource)

    def _playable(self, step: ModelStep, values: Mapping[str, Any]) -> bool:
        if step.role != "create":
            return step.slot is None or step.slot in self.slots
        # Whether what a deleted resource had may be taken again at once is not recorded.
        return self._unique(values) not in self._spent

    def _unique(self, values: Mapping[str, Any]) -> Any:
        return self._kind.unique_in(values)

    def _send(self, step: ModelStep, values: Mapping[str, Any]) -> StepExchange:
        slot = None if step.slot is None else self.slots.get(step.slot)
        resource = slot.resource if slot is not None and step.role != "create" else None
        probe = Probe("", step.operation, Side.OBSERVE, values, "a step of a random sequence")
        sent = self.session.send(probe, resource=resource)
        if sent.answer.status is None or sent.answer.throttled:
            self.mute = True
            raise Inconclusive(sent.answer.told())
        self.played.append(Played(step, sent, self._paused))
        self._paused = 0.0
        self._note(step, values, sent, slot)
        by_id = {one.resource.id: number for number, one in self.slots.items()}
        turn = StepExchange(step, values, sent.answer, by_id)
        self._turns.append(turn)
        return turn

    def _note(
        self, step: ModelStep, values: Mapping[str, Any], sent: SentProbe, slot: ResourceSlot | None
    ) -> None:
        """Keep account of what was made, changed and deleted."""
        if not sent.answer.ok:
            return
        if step.role == "create" and step.slot is not None:
            made = [one for one in self.session.inventory.made.all if one.created is sent]
            if not made:
                self.mute = True
                raise Inconclusive(
                    "the target created a resource, but did not return its identifier"
                )
            self.slots[step.slot] = ResourceSlot(made[0], self._unique(values))
        elif step.changes and step.slot is not None:
            self._memory.changed(step.slot)
        if slot is not None and slot.resource.gone and slot.unique is not None:
            self._spent.add(slot.unique)

    def _judged(self, turn: StepExchange) -> ModelDifference | None:
        found = self._mirror.difference(self.compared, turn)
        return self._remembered(turn) if found is None else self._explained(turn, found)

    def _explained(
        self, turn: StepExchange, found: ModelDifference | None
    ) -> ModelDifference | None:
        """What is left of a difference when other readings are tried on the whole sequence."""
        mirror = self.beliefs.revised(self.compared, self._turns)
        if mirror is None:
            return found
        self._mirror = mirror
        return self._remembered(turn)

    def _settled(
        self, step: ModelStep, values: Mapping[str, Any], found: ModelDifference
    ) -> ModelDifference | None:
        """The same read a moment later: a target may take its time to show a change."""
        left: ModelDifference | None = found
        for seconds in SETTLES:
            paused = self.played[-1].pause
            self._turns.pop()
            self.played.pop()
            self._paused = paused
            self._pause(seconds)
            left = self._explained(self._send(step, values), found)
            if left is None:
                break
        return left

    def _remembered(self, turn: StepExchange) -> ModelDifference | None:
        if not turn.theirs.ok:
            return None
        shown = {} if turn.step.slot is None else {turn.step.slot: turn.theirs.body}
        if turn.step.role == "list":
            shown = listed(self.compared, turn.theirs, turn.slots)
        for slot, body in shown.items():
            found = self._memory.check(slot, body)
            if found is not None:
                return found
        return None
