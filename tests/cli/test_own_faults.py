"""A fault of the tool itself is told as such: never a traceback, never the target's blame."""

from __future__ import annotations

import pytest

from conformance.record import read_record

FEW = "location/*/status/*"


@pytest.fixture
def broken(monkeypatch):
    """The judge has a fault that shows in the middle of a run."""
    from conformance.engine import probe_result
    from conformance.engine.judge import refusal

    right, calls = refusal.judge_probe, []

    def wrong(*arguments):
        calls.append(arguments)
        if len(calls) > 3:
            raise LookupError("a fault\nof two lines")
        return right(*arguments)

    monkeypatch.setattr(probe_result, "judge_probe", wrong)


def test_is_one_line_and_could_not_test(conformance, broken, place, target):
    complaint = conformance(
        "run", target.url, "--requirement", FEW, "--record", "r.jsonl"
    ).complaint(3)
    assert "internal error: LookupError: a fault of two lines" in complaint
    assert "not of the target" in complaint
    assert "CONFORMANCE_DEBUG=1" in complaint
    assert read_record(place / "r.jsonl").interrupted
    assert target.left() == 0


def test_the_traceback_can_be_had(conformance, broken, monkeypatch, target):
    monkeypatch.setenv("CONFORMANCE_DEBUG", "1")
    ended = conformance("run", target.url, "--requirement", FEW)
    assert ended.code == 3
    assert "Traceback" in ended.err
    assert "conformance: internal error: LookupError" in ended.err
