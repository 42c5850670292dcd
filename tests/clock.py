"""Time that only goes on where somebody waits: the pauses of a run cost a test nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from conformance.engine.resources.readiness import Readiness
from conformance.engine.run import RunConfig
from conformance.engine.sending.settling import Arrival
from conformance.transport.retry import RetryingTransport

if TYPE_CHECKING:
    import pytest

PAUSING = (
    "engine.deciding.rule_decider",
    "engine.deciding.scenario_runner",
    "engine.stateful.sequence_run",
)
"""What waits for a target, which an answer may be early for."""
SERVING = ("reference.clock",)
"""What tells the time in its answers: it has to go on with the pauses."""


class Clock:
    """The time of this machine, and what was slept of it without waiting."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.waits = False

    def sleep(self, seconds: float) -> None:
        """Let time pass: at once, or as it does for everybody."""
        if self.waits:
            time.sleep(seconds)
        else:
            self.ahead += max(0.0, seconds)

    def monotonic(self) -> float:
        """Seconds since any moment."""
        return time.monotonic() + self.ahead

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.ahead

    def rule(self, patch: pytest.MonkeyPatch) -> None:
        """Have the runs and the references of this process go by this clock."""
        for module in (*PAUSING, *SERVING):
            patch.setattr(f"conformance.{module}.time", self)
        for waiting in (Arrival, Readiness, RetryingTransport, RunConfig):
            self._hasten(waiting.__init__, patch)

    def _hasten(self, function: Any, patch: pytest.MonkeyPatch) -> None:
        """Have what a function sleeps with, unless it is told, be this clock."""
        usual, named = function.__defaults__ or (), function.__kwdefaults__ or {}
        patch.setattr(function, "__defaults__", tuple(map(self._instead, usual)))
        kept = {name: self._instead(value) for name, value in named.items()}
        patch.setattr(function, "__kwdefaults__", kept)

    def _instead(self, value: Any) -> Any:
        return self.sleep if value is time.sleep else value
