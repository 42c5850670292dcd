"""Targets that take a moment to show what was done: waited for, a bounded time, and then judged.

Lists and reads may lag behind what was created, changed or deleted. Nothing is waited for before an
answer gives a reason to, and whatever still holds after the wait is the target's failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from conformance.engine.sent import Resource
from conformance.plan.sequences import Broken
from conformance.target.exchange import Exchange

SETTLE = 3.0
"""Seconds that a target has to show what was done."""
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between the tries to reach a resource that was made just now."""
IN_VAIN = 2
"""Resources that were waited for in vain, after which no other one is."""
MOST = 8
"""Places of one sequence at which it is given time."""
NOT_FOUND = 404


class Arrival:
    """Waits for resources that were made a moment ago and are not found yet."""

    def __init__(self, settle: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settle, self._sleep = settle, sleep
        self._in_vain = 0

    def wait(
        self, resource: Resource, exchange: Exchange, again: Callable[[], Exchange]
    ) -> Exchange:
        """The exchange, or one that came later where the resource had not arrived."""
        waited = 0.0
        for pause in PAUSES:
            if not _is_missing(exchange) or not self._is_worth_it(resource, waited + pause):
                return exchange
            self._sleep(pause)
            waited += pause
            later = again()
            exchange = replace(later, attempts=exchange.attempts + later.attempts)
        self._in_vain += _is_missing(exchange)
        return exchange

    def _is_worth_it(self, resource: Resource, waited: float) -> bool:
        if resource.gone or self._in_vain >= IN_VAIN or waited > self._settle:
            return False
        return waited > PAUSES[0] or resource.age < self._settle


def _is_missing(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status == NOT_FOUND


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule that was broken and is being played again.

    ``pauses`` are the seconds that the sequence is given now before the steps of these numbers:
    reads that did not show what was done before them. ``comparing`` says that it held with them,
    and is played without them to tell a target that lags from one that is broken now and then.
    """

    broken: tuple[Broken, ...]
    pauses: Mapping[int, float] = field(default_factory=dict)
    comparing: bool = False

    @classmethod
    def of(cls, broken: Broken, at: int | None, settle: float) -> Doubt:
        """What a first break leaves; ``at`` is where time might help, if anywhere."""
        return cls((broken,), {at: settle} if at is not None and settle else {})

    def given_time(self, at: int | None, settle: float) -> Doubt | None:
        """The same with time at one more place; None where there is none to give."""
        if at is None or at in self.pauses or not settle or len(self.pauses) >= MOST:
            return None
        return replace(self, pauses={**self.pauses, at: settle})

    def once_more(self, broken: Broken) -> Doubt:
        """Broken again, with all the time that it was given."""
        return replace(self, broken=(*self.broken, broken))

    def compared(self) -> Doubt:
        """Held with time; now without."""
        return replace(self, pauses={}, comparing=True)
