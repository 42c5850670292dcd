"""``--changed-since``: only what an earlier record did not see to hold."""

from __future__ import annotations

import json
import shlex

import pytest

from conformance.record import Verdict, read_record

GLOB = "apigateway/UpdateApiKey/status/*"
OTHER = "apigateway/GetApiKey/status/*"


@pytest.fixture
def before(conformance, place):
    """A record of a run in which all held; a test edits it."""
    arguments = ("--requirement", GLOB, "--requirement", OTHER, "--profile", "quick")
    assert conformance("run", *arguments, "-q", "--record", "before.jsonl").code == 0
    return place / "before.jsonl"


def edited(path, change):
    """Write the record anew; ``change(line)`` gives False for a verdict to leave out."""
    lines = [json.loads(one) for one in path.read_text().splitlines()]
    kept = [one for one in lines if one["type"] != "verdict" or change(one) is not False]
    path.write_text("".join(f"{json.dumps(one)}\n" for one in kept))


def run(conformance, *more):
    return conformance(
        "run", "--requirement", GLOB, "--requirement", OTHER, "--profile", "quick", "-q",
        "--record", "after.jsonl", "--changed-since", "before.jsonl", *more,
    )  # fmt: skip


def decided(place):
    return {one.requirement for one in read_record(place / "after.jsonl").verdicts}


def test_where_all_held_nothing_is_tested(conformance, before, place):
    ended = run(conformance)
    assert ended.code == 0
    assert "all of which passed there" in ended.err
    assert not (place / "after.jsonl").exists()


def test_what_failed_was_not_decided_or_is_new_is_tested(conformance, before, place):
    ids = sorted(one.requirement for one in read_record(before).verdicts)
    assert len(ids) >= 4
    failed, skipped, new, reworded = ids[:4]

    def change(line):
        if line["requirement"] == new:
            return False
        if line["requirement"] == reworded:
            line["statement"] += " now"
        if line["requirement"] == skipped:
            line["verdict"] = "inconclusive"
        if line["requirement"] == failed:
            line["verdict"] = "failed"
        return True

    edited(before, change)
    ended = run(conformance)
    assert ended.code == 0, ended.err
    assert decided(place) == {failed, skipped, new, reworded}
    assert f"4 of {len(ids)} requirements (1 failed, 1 not decided, 2 new)" in ended.err
    words = shlex.split(next(line for line in ended.out.splitlines() if line.startswith("again:")))
    assert words[words.index("--changed-since") + 1] == "before.jsonl"
    verdicts = read_record(place / "after.jsonl").verdicts
    assert {one.verdict for one in verdicts} == {Verdict.PASSED}


def test_the_record_must_not_be_replaced(conformance, before):
    text = before.read_text()
    complaint = run(conformance, "--record", "before.jsonl").complaint(2)
    assert "would overwrite it" in complaint
    assert before.read_text() == text


def test_a_record_that_there_is_not(conformance, place):
    ended = run(conformance)
    assert ended.code == 2
    assert "cannot read the record before.jsonl" in ended.err


def test_a_baseline_says_nothing_of_what_is_not_tested(conformance, before, place):
    ids = sorted(one.requirement for one in read_record(before).verdicts)
    edited(before, lambda line: line["requirement"] != ids[0])
    (place / "accepted.yaml").write_text(
        f"format: 1\naccepted:\n  - requirement: {ids[1]}\n    reason: known\n"
    )
    ended = run(conformance, "--baseline", "accepted.yaml", "--strict-baseline")
    assert ended.code == 0, ended.err
    assert decided(place) == {ids[0]}
