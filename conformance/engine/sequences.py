"""Drives the sequences of rules; several at once, so that their pauses cost no time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from conformance import record
from conformance.contract.requirements import Requirement
from conformance.engine.evidence import Shown
from conformance.engine.session import Resource, Sent, Session, SetupFailed
from conformance.judge.answer import Answer
from conformance.plan.probes import Probe, Side
from conformance.plan.sequences import KINDS, Broken, Make, NotShown, Pause, Sequence, Step
from conformance.target.exchange import FailureKind

TROUBLE = {FailureKind.TIMEOUT, FailureKind.REFUSED, FailureKind.TLS}


@dataclass(slots=True)
class Ending:
    """How a sequence ended: ``broken`` where the rule does not hold, ``why`` where unknown."""

    broken: Broken | None = None
    why: str = ""
    steps: list[Shown] = field(default_factory=list)


class Play:
    """One sequence being played on resources of its own."""

    def __init__(self, session: Session, requirement: Requirement) -> None:
        self.requirement = requirement
        self._session = session
        self._sequence: Sequence = KINDS[requirement.keyword](session.contract, requirement)
        self._resources: dict[int, Resource] = {}
        self._sent: list[Sent] = []
        self._last: Answer | None = None
        self.due = 0.0
        self.ending: Ending | None = None

    def proceed(self) -> None:
        """Play until the next pause or the end."""
        while self.ending is None and time.monotonic() >= self.due:
            try:
                self._step()
            except StopIteration:
                self._end(Ending())
            except Broken as broken:
                self._end(Ending(broken=broken))
            except (NotShown, SetupFailed) as stuck:
                self._end(Ending(why=str(stuck)))

    def _step(self) -> None:
        step: Step = next(self._sequence) if self._last is None else self._sequence.send(self._last)
        if isinstance(step, Pause):
            self.due = time.monotonic() + step.seconds
            return
        if isinstance(step, Make):
            self._resources[step.key] = self._session.create(step.values)
            sent = self._resources[step.key].created
        else:
            probe = Probe("", step.operation, Side.OBSERVE, step.values, "a step of a sequence")
            sent = self._session.send(probe, resource=self._resources.get(step.key))
        self._sent.append(sent)
        self._last = sent.answer
        if sent.answer.failure in TROUBLE or sent.answer.throttled:
            raise NotShown(sent.answer.told())

    def _end(self, ending: Ending) -> None:
        self._sequence.close()
        for resource in self._resources.values():
            if not resource.gone:
                self._session.delete(resource)
        roles = [record.Role.CHECK] * len(self._sent)
        ending.steps = [Shown(sent, role) for sent, role in zip(self._sent, roles, strict=True)]
        if ending.broken is not None and ending.steps:
            last = ending.steps[-1]
            ending.steps[-1] = replace(
                last, role=record.Role.PROBE,
                expected=ending.broken.expected, seen=ending.broken.seen,
            )  # fmt: skip
        self.ending = ending


class Stage:
    """Plays that wait for a moment while other requirements are worked through."""

    def __init__(self) -> None:
        self._plays: list[Play] = []

    def add(self, play: Play) -> None:
        """Start a play; it goes on whenever ``ended`` is asked for."""
        play.proceed()
        self._plays.append(play)

    def ended(self, *, wait: bool = False) -> list[Play]:
        """The plays that have ended by now; with ``wait`` all of them."""
        while True:
            for play in self._plays:
                play.proceed()
            running = [play for play in self._plays if play.ending is None]
            if not (wait and running):
                break
            time.sleep(max(0.0, min(play.due for play in running) - time.monotonic()))
        done = [play for play in self._plays if play.ending is not None]
        self._plays = running
        return done
