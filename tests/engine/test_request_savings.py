"""What takes a target far longer than its other requests counts as several of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from conformance.contract.levels import Level, Source
from conformance.contract.listing.requirements import Subject
from conformance.contract.vocabulary.overlay_rules import StepsRule
from conformance.contract.vocabulary.overlay_steps import Step
from conformance.engine.deciding import probe_decider
from conformance.engine.deciding.probe_decider import ProbeDecider
from conformance.engine.request_savings import LARGE, MOST, SECONDS, Costs, RequestSavings
from conformance.plan.probes import Plan


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


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def a_requirement(**more: Any) -> Any:
    return SimpleNamespace(subject=Subject.STATUS, keyword="200", place=(), **more)


@pytest.mark.parametrize(
    ("made_up", "requirements", "told_of"),
    [(True, LARGE + 1, "takes about"), (False, LARGE + 1, ""), (True, LARGE, "")],
)
def test_a_quick_run_of_a_large_service_without_an_overlay_ends_in_time(
    made_up, requirements, told_of
):
    clock = Clock()
    savings = RequestSavings(thrifty=True, made_up=made_up, clock=clock)
    savings.begin(requirements)
    clock.now += SECONDS - 1
    assert savings.left(a_requirement(), 100) == ""
    clock.now += 1
    left = savings.left(a_requirement(), 100)
    assert told_of in left
    assert bool(left) is bool(told_of)


def test_a_thorough_run_is_not_ended():
    clock = Clock()
    savings = RequestSavings(thrifty=False, made_up=True, clock=clock)
    savings.begin(LARGE + 1)
    clock.now += 100 * SECONDS
    assert savings.left(a_requirement(), 10**6) == ""


@pytest.mark.parametrize("made_up", [True, False])
def test_what_takes_long_counts_as_more_where_the_time_is_not_bounded(made_up):
    savings = RequestSavings(thrifty=True, made_up=made_up, clock=Clock())
    savings.begin(LARGE + 1)
    for _ in range(20):
        told(savings.costs, "ListThings", 0.001)
        told(savings.costs, "PollThings", 5.0)
    assert savings.costs.more > MOST
    assert bool(savings.left(a_requirement(), 100)) is not made_up
    assert savings.left(a_requirement(), MOST)


def test_showing_ends_before_the_time_is_over():
    clock = Clock()
    savings = RequestSavings(thrifty=True, made_up=True, clock=clock)
    clock.now += SECONDS / 2
    assert savings.is_late(0.5)
    assert not savings.is_late(0.6)
    assert savings.spent == 0.5
    assert not RequestSavings(thrifty=True, clock=lambda: 0).is_late(0)


def test_a_plan_is_cut_down_too_once_valid_requests_were_found(monkeypatch):
    whole, cut = Plan("one", why_not="all"), Plan("one", why_not="a few")
    run, tried = MagicMock(), []
    run.contract.found.by_operation = {"CreateThing": object()}
    run.session.left_out = frozenset()
    run.savings.left.return_value = ""
    run.savings.reduced.return_value = cut
    monkeypatch.setattr(probe_decider, "plan", lambda *_: whole)
    monkeypatch.setattr(ProbeDecider, "_probe", lambda _, __, planned: tried.append(planned))
    ProbeDecider(run, MagicMock()).decide(a_requirement(operation="GetThing"))
    assert tried == [cut]


@pytest.mark.parametrize(
    ("thrifty", "pause", "others", "left"),
    [(True, 61, 200, True), (True, 9, 200, False), (False, 61, 200, False), (True, 61, 1, False)],
)
def test_a_quick_run_does_not_wait_out_long_pauses_unless_it_is_of_little(
    thrifty, pause, others, left
):
    steps = (Step(send="read", gives="accepted"), Step(pause=pause))
    rule = StepsRule(level=Level.REQUIRED, statement="gone", source=Source(), steps=steps)
    savings = RequestSavings(thrifty=thrifty, clock=Clock())
    savings.begin(1 + others)
    assert bool(savings.left_for_its_pauses(a_requirement(rule=rule))) is left
