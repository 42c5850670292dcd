"""What ends a run before all is decided: limits of time and requests, signals, a target that dies.

A run ends between two requests, so that everything that it made is known and taken away.
"""

import re
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from conformance.contract.given import OPTION
from conformance.errors import CouldNotTest

LIMITED = "the run ended at its limit"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a run may take, and how many requests it may send; None for as many as it takes."""

    seconds: float | None = None
    requests: int | None = None

    @property
    def any(self) -> bool:
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
    """Ends a run between two requests; in ``free`` a signal may end it at once."""

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


class WrongCredentials(CouldNotTest):
    """The target does not take the signature."""

    hint = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the region"

    def __init__(self, answer: str) -> None:
        super().__init__(f"the target refuses the credentials: {answer}")


class NothingTested(CouldNotTest):
    """Every requirement was left undecided: ``reason`` is what most of them say."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"nothing could be tested: {reason}", _advice(reason))


def _advice(reason: str) -> str:
    if "a redirect to " in reason:
        return "give the address that it redirects to"
    if LIMITED in reason:
        return "raise the limit, or test less with --requirement 'SERVICE/Operation/*'"
    if OPTION in reason:
        return f"{OPTION} lets a run update the given resource, and restores it at the end"
    if re.search(r"\b50[234]\b", reason):
        return "something in front of the target answers instead; check that the target is running"
    return "check that this is the address of the emulator, and that it has the service"


class TargetDied(CouldNotTest):
    """The target accepts no connections any more, or answers nothing that is sent to it."""

    hint = "the record has the results so far; see the target's own log"

    def __init__(self, detail: str, *, refused: bool = True, before: bool = True) -> None:
        what = "accepts no connections" if refused else "answers nothing"
        what += " any more" if before else ""
        super().__init__(f"the target {what}: {detail}")
