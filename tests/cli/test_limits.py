"""A run that may take so long, or send so much, ends in good order and says what it left."""

from __future__ import annotations

import json

import pytest

import conformance
from conformance.contract.levels import Level
from conformance.contract.listing.requirements import Subject
from conformance.engine.outcome import RunOutcome, exit_code
from conformance.engine.stops import LimitReached, Limits, Stops
from conformance.record import Obstacle, ObstacleCause, Verdict, VerdictLine, read_record
from conformance.runs.jobs import select_jobs
from conformance.transport.exchange import CheckedTransport, Request

MOST = 150
CLEANING = 60
"""More requests than it ever takes to take away what so short a run has made."""


def left(record):
    return [
        line
        for line in record.verdicts
        if line.obstacle is not None and line.obstacle.cause is ObstacleCause.LIMIT
    ]


@pytest.fixture
def limited(conformance, place, target):
    """A run that may send few requests: how it ended, and its record."""
    ended = conformance(
        "run", target.url, "--profile", "quick", "--seed", "3", "-q", "--max-requests", str(MOST),
        "--record", "r.jsonl", "--junit", "j.xml",
    )  # fmt: skip
    return ended, read_record(place / "r.jsonl")


def test_it_ends_in_good_order(limited, place, target):
    ended, record = limited
    assert ended.code == 3
    assert target.left() == 0
    assert not record.truncated
    assert not record.interrupted
    assert record.exit == 3
    assert MOST <= record.summary.requests < MOST + CLEANING
    assert (place / "j.xml").exists()
    assert f"--max-requests {MOST}" in record.run.command


def test_a_run_that_had_no_time_for_anything_is_told_so(conformance, place, target):
    ended = conformance(
        "run", target.url, "--profile", "quick", "-q", "--max-requests", "1", "--record", "r.jsonl"
    )
    assert ended.code == 3
    assert "raise the limit" in ended.err
    assert "address of the emulator" not in ended.err


def test_everything_has_a_verdict_and_nothing_of_what_is_left_is_a_pass(limited):
    _, record = limited
    asked = {one.id for job in select_jobs((), ()) for one in job.requirements}
    assert {line.requirement for line in record.verdicts} == asked
    open_ = left(record)
    assert len(open_) > 100
    assert {line.verdict for line in open_} == {Verdict.SKIPPED}
    assert {line.reason for line in open_} == {
        f"the run ended at its limit (--max-requests {MOST})"
    }
    assert {line.service for line in open_} >= {"location"}


def test_it_says_what_was_left(limited):
    _, record = limited
    told = [note for note in record.summary.notes if "did not reach" in note]
    assert len(told) == 1
    assert f"{len(left(record))} of {len(record.verdicts)} requirements" in told[0]


def test_what_tells_most_comes_first(limited):
    _, record = limited
    known = {one.id: one for job in select_jobs((), ()) for one in job.requirements}
    reached = {line.requirement for line in record.verdicts} - {
        one.requirement for one in left(record)
    }
    statuses = {
        one.id
        for one in known.values()
        if one.service == "apigateway" and one.subject is Subject.STATUS
    }
    assert statuses
    assert statuses <= reached
    assert not any("." in name.split("/")[3] for name in reached if "/request/" in name)


def test_the_time_may_be_over_before_anything_is_sent(conformance, place, target):
    ended = conformance(
        "run", target.url, "--profile", "quick", "-q", "--time-limit", "0.000001",
        "--record", "r.jsonl",
    )  # fmt: skip
    record = read_record(place / "r.jsonl")
    assert ended.code == 3
    assert target.left() == 0
    assert len(left(record)) == len(record.verdicts) > 500


def test_a_run_that_is_through_before_says_nothing_of_a_limit(conformance, place, target):
    few = ("--requirement", "apigateway/CreateApiKey/status/*", "--profile", "quick", "-q")
    ended = conformance(
        "run", target.url, *few, "--max-requests", "5000", "--time-limit", "5000",
        "--record", "r.jsonl",
    )  # fmt: skip
    record = read_record(place / "r.jsonl")
    assert ended.code == 0
    assert not left(record)
    assert record.summary is not None
    assert not [note for note in record.summary.notes if "limit" in note]


def test_from_a_program():
    found = conformance.run("reference", profile="quick", seed=3, max_requests=MOST)
    assert found.exit_code == 3
    assert found.problem is None
    assert not found.interrupted
    assert not found.failures
    assert "--max-requests" in found.record.run.command
    lines = [json.loads(json.dumps(line.as_json())) for line in left(found.record)]
    assert {line["obstacle"]["cause"] for line in lines} == {"limit"}


def line(verdict, level=Level.REQUIRED, cause=None):
    obstacle = None if cause is None else Obstacle(cause)
    return VerdictLine("s/o/x", level, verdict, "s", "it is so", "o", obstacle=obstacle)


PASSED = line(Verdict.PASSED)
UNREACHED = line(Verdict.SKIPPED, cause=ObstacleCause.LIMIT)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([PASSED], 0),
        ([PASSED] * 50 + [UNREACHED], 3),
        ([line(Verdict.FAILED), UNREACHED], 1),
        ([PASSED, line(Verdict.SKIPPED, Level.INFORMATIONAL, ObstacleCause.LIMIT)], 0),
        ([UNREACHED], 3),
    ],
)
def test_the_exit_code(lines, code):
    assert exit_code(RunOutcome(verdicts=lines), strict=False) == code


PING = Request("GET", "http://127.0.0.1:1/", ())


class Counted:
    """A transport that counts."""

    sent = 0

    def send(self, request):
        self.sent += 1
        return request

    def send_all(self, requests, *, pipelined):
        self.sent += len(requests)
        return requests


def test_a_limit_ends_a_run_once_and_what_cleans_up_is_sent():
    inner = Counted()
    stops = Stops(Limits(requests=2), lambda: inner.sent)
    transport = CheckedTransport(inner, stops.check)
    stops.begin()
    transport.send(PING)
    transport.send_all([PING], pipelined=False)
    with pytest.raises(LimitReached, match="--max-requests 2"):
        transport.send(PING)
    transport.send(PING)
    assert inner.sent == 3


def test_a_limit_of_time():
    now = [5.0]
    stops = Stops(Limits(seconds=10), clock=lambda: now[0])
    stops.begin()
    now[0] = 14.9
    stops.check()
    now[0] = 15.0
    with pytest.raises(LimitReached, match="--time-limit 10"):
        stops.check()
