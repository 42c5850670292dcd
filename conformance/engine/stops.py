"""What ends a run before all is decided: limits of time and requests, and signals.

A run ends between two requests, so that everything that it made is known and taken away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

LIMITED = "the run ended at its limit"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a run may take, and how many requests it may send; None for as many as it takes."""

    seconds: float | None = None
    requests: int | None = None

    @property
    def any(self) -> bool:
        """Whether anything is limited."""
        return self.seconds is not None or self.requests is not None

    def leave(self, seconds: float, requests: int) -> bool:
        """Whether there is room for so much."""
        enough = self.seconds is None or self.seconds > seconds
        return enough and (self.requests is None or self.requests > requests)


class LimitReached(BaseException):
    """The run has taken what it may; no Exception, so that nothing takes it for a finding."""

    def __init__(self, limit: str) -> None:
        self.limit = limit
        super().__init__(f"{LIMITED} ({limit})")


@dataclass(slots=True)
class Stops:
    """Looks, between two requests, whether it is time to end.

    ``free`` gives a context in which a signal ends the run at once: nothing is under way there.
    """

    limits: Limits = field(default_factory=Limits)
    sent: Callable[[], int] = int
    free: Callable[[], AbstractContextManager[None]] = nullcontext
    clock: Callable[[], float] = time.monotonic
    _began: float = 0.0
    _thread: threading.Thread | None = None
    _over: bool = False

    def begin(self) -> None:
        """The time runs from now on, of the run in this thread."""
        self._began, self._thread = self.clock(), threading.current_thread()

    def check(self) -> None:
        """Raise LimitReached, once, where a limit is reached: who cleans up may still send."""
        if self._over or threading.current_thread() is not self._thread:
            return
        reached = self._reached()
        if reached is not None:
            self._over = True
            raise LimitReached(reached)

    def used(self) -> float:
        """The share of its limits that the run has used; 0 where it has none."""
        limits = self.limits
        time_used = (self.clock() - self._began) / limits.seconds if limits.seconds else 0.0
        return max(time_used, self.sent() / limits.requests if limits.requests else 0.0)

    def end(self) -> None:
        """From now on nothing is limited: what is left is to clean up."""
        self._over = True

    def _reached(self) -> str | None:
        limits = self.limits
        if limits.requests is not None and self.sent() >= limits.requests:
            return f"--max-requests {limits.requests}"
        if limits.seconds is not None and self.clock() - self._began >= limits.seconds:
            return f"--time-limit {limits.seconds:g}"
        return None
