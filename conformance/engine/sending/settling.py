"""Targets that take a moment to show what was done: waited for, a bounded time, and then judged.

Lists and reads may lag behind what was created, changed or deleted. Nothing is waited for before an
answer gives a reason to, and whatever still holds after the wait is the target's failure.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from conformance.contract.inference.naming import plain
from conformance.contract.model import Operation
from conformance.contract.places import texts
from conformance.contract.vocabulary.overlay_model import MAIN
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.error_identity import is_missing, says_full
from conformance.plan.sequences.steps import RuleBroken
from conformance.plan.valid_requests.named_places import SHORTEST, nouns_of
from conformance.transport.exchange import Exchange
from conformance.transport.protocols.registry import read

SETTLE = 3.0
"""Seconds that a target has to show what was done."""
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between the tries to reach a resource that was made just now."""
IN_VAIN = 2
"""After this many resources of a kind that never settled, none of it is waited for."""
IN_ALL, IN_ALL_GUESSED = 4, 2
"""After this many of all kinds, none is: fewer where it is guessed how one is read."""
SOON = 0.5
"""Seconds that it is given first."""
LONGEST = 45.0
"""Seconds that one sequence may be held up in all."""


Look = Callable[[RunResource, Operation], None]


class Arrival:
    """Waits for new resources that are not found yet; ``look`` may read one first."""

    def __init__(
        self, settle: float, sleep: Callable[[float], None] = time.sleep, look: Look | None = None
    ) -> None:
        self._settle, self._sleep, self._look = settle, sleep, look
        self._in_vain: Counter[str | None] = Counter()

    def wait(
        self,
        resource: RunResource,
        operation: Operation,
        exchange: Exchange,
        again: Callable[[], Exchange],
        values: Mapping[str, Any],
    ) -> Exchange:
        """The exchange, or a later one if a resource of ``values`` had not arrived."""
        waited, lacks = 0.0, partial(_lacks, resource, operation, values)
        if self._look and lacks(exchange) and self._is_worth_it(resource, 0.0):
            tried = self._in_vain.total()
            self._look(resource, operation)
            if self._in_vain.total() > tried:  # it was waited for already
                return again().after(exchange)
        for pause in PAUSES:
            if not lacks(exchange) or not self._is_worth_it(resource, waited + pause):
                return exchange
            self._sleep(pause)
            waited += pause
            exchange = again().after(exchange)
        self._in_vain[resource.kind] += lacks(exchange)
        return exchange

    def of_room(self, again: Callable[[], SentProbe]) -> SentProbe:
        """Send a creation again after deletions that made room for it, which may take a moment."""
        sent = again()
        for pause in PAUSES if self._settle else ():
            if not (sent.answer.is_refusal and says_full(sent.answer.code or "")):
                break
            self._sleep(pause)
            sent = again()
        return sent

    def _is_worth_it(self, resource: RunResource, waited: float) -> bool:
        most = IN_ALL if self._look is None else IN_ALL_GUESSED
        in_vain = self._in_vain[resource.kind] >= IN_VAIN or self._in_vain.total() >= most
        if resource.gone or resource.has_arrived or in_vain or waited > self._settle:
            return False
        return waited > PAUSES[0] or resource.age < self._settle


def _lacks(
    resource: RunResource, operation: Operation, values: Mapping[str, Any], exchange: Exchange
) -> bool:
    """Whether an answer says that the resource, and nothing else of the request, is missing."""
    answer = read(exchange, operation)
    if not (answer.is_refusal and is_missing(answer.status, answer.code)):
        return False
    if answer.code is None or resource.id in answer.message:
        return not answer.form
    if any(len(text) >= SHORTEST and text in answer.message for text in texts(values)):
        return False
    nouns, kind = nouns_of(answer.code), plain(resource.kind or MAIN)
    return not nouns or kind == MAIN or any(noun in kind for noun in nouns)


@dataclass(frozen=True, slots=True)
class Time:
    """The seconds that a target gets before step ``at``, or before each read after a change."""

    seconds: float = 0.0
    at: int | None = None
    everywhere: bool = False

    def before(self, number: int, *, first_read: bool) -> float:
        """Seconds to wait before a step; ``first_read``: it is the first one since a change."""
        given = number == self.at or (self.everywhere and first_read)
        return self.seconds if given else 0.0


NONE = Time()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A broken rule that is played again with more time; if ``comparing``, without it."""

    broken: tuple[RuleBroken, ...]
    time: Time = NONE
    comparing: bool = False

    @classmethod
    def of(cls, broken: RuleBroken, at: int | None, settle: float) -> Doubt:
        """What a first break leaves; ``at`` is the read that may have come early, if any."""
        given = NONE if at is None or not settle else Time(min(SOON, settle), at)
        return cls((broken,), given)

    def given_more(self, at: int | None, settle: float) -> Doubt | None:
        """The same with more time; None where more would not help."""
        now = self.time
        if now is NONE or at is None:
            return None
        if not now.everywhere and at != now.at:
            return replace(self, time=replace(now, everywhere=True))
        if now.seconds < settle:
            return replace(self, time=replace(now, seconds=settle))
        return None

    def once_more(self, broken: RuleBroken) -> Doubt:
        """Broken again, with all the time that it was given."""
        return replace(self, broken=(*self.broken, broken))

    def compared(self) -> Doubt:
        """Held with time; now without."""
        return replace(self, time=NONE, comparing=True)
