"""When a run that failed nothing did not test enough to say that a target conforms."""

from __future__ import annotations

import pytest

from conformance.contract.levels import Level
from conformance.record import Obstacle, ObstacleCause, Verdict, VerdictLine, untested

SETUP = Obstacle(ObstacleCause.SETUP, "s/Put/status/200")
MUTE = Obstacle(ObstacleCause.NO_ANSWER)


def lines(number, verdict, obstacle=None, *, operation="Put", level=Level.REQUIRED, start=0):
    return [
        VerdictLine(
            f"s/{operation}/{start + index}", level, verdict, "s", "it holds",
            operation=operation, reason="why", obstacle=obstacle,
        )
        for index in range(number)
    ]  # fmt: skip


def test_one_requirement_without_an_answer_is_enough():
    found = [*lines(99, Verdict.PASSED), *lines(1, Verdict.INCONCLUSIVE, MUTE, start=99)]
    [one] = untested(found, strict=False)
    assert (one.service, one.operation, one.open, one.of) == ("s", "Put", 1, 100)
    assert one.reason == "why"


@pytest.mark.parametrize(
    ("passed", "left", "tested"),
    [(6, 6, False), (7, 6, True), (5, 5, True), (1, 5, True), (0, 1, False), (0, 5, False)],
)
def test_a_large_part_that_rests_on_what_did_not_succeed(passed, left, tested):
    found = [*lines(passed, Verdict.PASSED), *lines(left, Verdict.SKIPPED, SETUP, start=50)]
    assert bool(untested(found, strict=False)) is not tested


def test_what_was_not_meant_to_be_tested_counts_for_nothing():
    found = [*lines(1, Verdict.PASSED), *lines(50, Verdict.SKIPPED, start=50)]
    assert untested(found, strict=False) == ()
    assert untested(lines(9, Verdict.UNSUPPORTED), strict=False) == ()
    assert untested(lines(9, Verdict.SKIPPED, SETUP, level=Level.INFORMATIONAL), strict=True) == ()


def test_the_levels_are_those_of_the_gate():
    found = lines(9, Verdict.SKIPPED, SETUP, level=Level.STRICT)
    assert untested(found, strict=False) == ()
    assert len(untested(found, strict=True)) == 1


def test_an_accepted_failure_is_accepted_with_what_it_keeps_from_being_tested():
    status = VerdictLine(
        "s/Put/status/200", Level.REQUIRED, Verdict.FAILED, "s", "it answers", operation="Put"
    )  # fmt: skip
    left = lines(9, Verdict.SKIPPED, SETUP)
    from dataclasses import replace

    assert untested([replace(status, baseline="known"), *left], strict=False) == ()
    assert len(untested([status, *left], strict=False)) == 1
