"""The right servers tell the time by the clock of the tests, whose pauses cost nothing."""

from __future__ import annotations

import sys
import time

import pytest

from conformance.plan.sequences import assertions

RIGHT = tuple(
    f"tests.servers.{one}." for one in ("queues", "keys", "uncurated", "cloud", "more", "metrics")
)


@pytest.fixture(autouse=True)
def _time_of_servers(clock, monkeypatch):
    """What a run waits for has come when it looks again; and it calls the same moment now."""
    served = [module for name, module in list(sys.modules.items()) if name.startswith(RIGHT)]
    for module in (*served, assertions):
        if getattr(module, "time", None) is time:
            monkeypatch.setattr(module, "time", clock)
