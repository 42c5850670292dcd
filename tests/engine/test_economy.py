"""What takes a target far longer than its other requests counts as several of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.economy import Costs


def told(costs: Costs, name: str, seconds: float, *, ok: bool = True) -> None:
    sent: Any = SimpleNamespace(
        answer=SimpleNamespace(ok=ok),
        probe=SimpleNamespace(operation=SimpleNamespace(name=name)),
        exchange=SimpleNamespace(seconds=seconds),
    )
    costs.observe(sent)


@pytest.mark.parametrize("load", [1, 20])
def test_a_dear_operation_counts_as_several_requests_however_slow_the_machine(load):
    costs = Costs()
    for _ in range(20):
        told(costs, "ListThings", 0.005 * load)
        told(costs, "CreateThing", 0.200 * load)
    assert costs.more == 16 * 19  # forty times as long, from the fifth on


def test_what_is_a_little_slower_or_slow_once_counts_as_one():
    costs = Costs()
    for _ in range(20):
        told(costs, "ListThings", 0.005)
        told(costs, "CreateThing", 0.025)
    told(costs, "ListThings", 9.0)
    told(costs, "CreateThing", 9.0)
    assert costs.more == 0


def test_refusals_are_not_counted():
    costs = Costs()
    for _ in range(20):
        told(costs, "ListThings", 0.005)
        told(costs, "CreateThing", 5.0, ok=False)
    assert costs.more == 0
