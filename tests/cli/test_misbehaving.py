"""Targets that break HTTP, or themselves: nothing hangs, nothing is invented, nothing crashes."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from testbed.broken import KINDS, broken

from conformance.record import Verdict, read_record
from tests.sampling import sampled

FEW = (
    *("--service", "apigateway", "--profile", "quick", "--seed", "1", "-q"),
    *("--requirement", "apigateway/UpdateApiKey/patch/name/*"),
    *("--requirement", "apigateway/*ApiKey/status/*"),
    *("--requirement", "apigateway/CreateApiKey/response/*"),
    *("--record", "r.jsonl", "--html", "r.html", "--junit", "r.xml"),
)
TIMEOUT = 0.4
UNHURRIED = 10
"""Seconds for servers that answer: no answer is late because the machine is busy."""
BIG = [
    *("gzip-bomb", "padded", "padded-with-lists", "deeply-nested", "endless-body"),
    "huge-announced",
]
MEMORY = 300_000
"""Kilobytes that a run may need."""

MUTE = [
    *("closes", "resets", "resets-in-the-headers", "silent", "trickled-status-line"),
    *("trickled-headers", "trickled-body", "trickled-chunks", "endless-body", "endless-chunks"),
    *("endless-chunk-size", "endless-headers", "endless-header", "endless-interim-answers"),
    *("huge-announced", "short-body", "bad-chunk-size", "cut-chunk", "no-last-chunk"),
    *("thousands-of-headers", "header-of-a-megabyte", "garbage", "bad-status-line"),
    *("no-status-line", "another-protocol", "tls-alert", "http-2"),
]
"""Whatever they send, it is no answer: exit code 3, and nothing is blamed on anything."""

WRONG = {
    "html": "a body that is not JSON",
    "gzip-bomb": "a body that is not JSON",
    "invalid-utf-8": "a body that is not JSON",
    "utf-16": "a body that is not JSON",
    "byte-order-mark": "a body that is not JSON",
    "nan": "a body that is not JSON",
    "deeply-nested": "a body that is not JSON",
    "time-of-a-thousand-digits": "whole seconds since 1970; seen",
    "time-of-a-million-digits": "whole seconds since 1970; seen",
    "long-body": "a body that is not JSON",
    "negative-length": "a body that is not JSON",
    "no-content": "204",
}
"""Answers that are wrong, and what is said of them: exit code 1."""

LACKING = {
    "redirects": "302",
    "redirects-for-good": "308",
    "html-error": "500",
    "status-999": "999",
}
"""One answer to whatever is asked: the target has nothing that could be tested, exit code 3."""

RIGHT = [
    *("interim-answers", "slow", "closes-afterwards", "body-until-close", "byte-by-byte"),
    *("lone-surrogates", "duplicate-keys", "number-of-a-million-digits", "infinite-number"),
    *("padded", "padded-with-lists", "odd-headers", "hundred-headers", "endless-pages"),
    *("now-and-then-resets", "now-and-then-throttles", "restarts", "hangs-once"),
    "now-and-then-hangs",
]
"""Unusual, and nothing forbids it: exit code 0."""

ENDING = {
    "dies": " any more",  # what waits in its queue is reset; after that it accepts no connections
    "hangs": "answers nothing any more",
    "turns-to-garbage": "answers nothing any more",
}
"""Right for a while: exit code 3 with what was found until then."""


HANGING = {
    "hangs-on-updates": ("UpdateApiKey/status/200", "UpdateApiKey/status/no-5xx"),
    "hangs-on-deletions": ("DeleteApiKey/status/202", "DeleteApiKey/status/no-5xx"),
    "hangs-on-creations": ("CreateApiKey/status/201", "CreateApiKey/status/no-5xx"),
    "hangs-on-looks": ("GetApiKey/status/200", "GetApiKey/status/no-5xx"),
    "hangs-on-refusals": ("UpdateApiKey/status/no-5xx",),
}
"""Some requests are never answered: exit code 1, and what those requests show fails by its name."""

BOUNDS = {
    **dict.fromkeys([*MUTE, *WRONG, *LACKING], 180.0),
    **dict.fromkeys([*RIGHT, *ENDING, "throttles"], 240.0),
    **dict.fromkeys(HANGING, 240.0),
}
"""Seconds that a whole run takes at most, by kind: a ceiling that a busy machine keeps, too."""


FAST = {
    *("closes", "trickled-headers", "endless-body", "bad-status-line"),
    *("html", "time-of-a-thousand-digits", "no-content"),
    *("redirects",),
    *("interim-answers", "odd-headers", "now-and-then-throttles"),
    *("dies", "hangs-on-updates"),
}
"""Of each class of misbehaviour one kind, which the fast tests try; the others are exhaustive."""


def each(kinds):
    return sampled(kinds, *FAST.intersection(kinds))


def test_every_kind_has_its_verdict_and_its_bound():
    listed = [*MUTE, *WRONG, *LACKING, *RIGHT, *ENDING, *HANGING, "throttles"]
    assert sorted(listed) == sorted(KINDS) == sorted(BOUNDS)
    assert len(KINDS) > 60
    assert set(KINDS) > FAST
    assert max(BOUNDS.values()) <= 240


@pytest.fixture
def run(conformance):
    def start(url, kind, *more):
        begun = time.monotonic()
        waits = kind in MUTE or "hangs" in kind or kind in ENDING
        ended = conformance("run", url, *FEW, "--timeout", TIMEOUT if waits else UNHURRIED, *more)
        assert time.monotonic() - begun < BOUNDS[kind]
        assert "Traceback" not in ended.out + ended.err
        assert "internal error" not in ended.err
        return ended

    return start


def verdicts(place):
    record = read_record(place / "r.jsonl")
    assert record.summary is not None
    assert not record.truncated
    assert (place / "r.html").stat().st_size > 1000
    return {line.requirement: line for line in record.verdicts}


def kinds(lines):
    return {line.verdict for line in lines.values()}


@pytest.mark.parametrize("kind", each(MUTE))
def test_what_is_no_answer_shows_nothing(run, place, kind):
    with broken(kind) as server:
        ended = run(server.url, kind)
    assert ended.code == 3, ended.out + ended.err
    assert "conformance: the target answers nothing: " in ended.err
    assert kinds(verdicts(place)) == {Verdict.SKIPPED}


@pytest.mark.parametrize("kind", each(WRONG))
def test_a_wrong_answer_fails_what_it_breaks(run, place, kind):
    with broken(kind) as server:
        ended = run(server.url, kind)
    assert ended.code == 1, ended.out + ended.err
    lines = verdicts(place)
    failed = [line for line in lines.values() if line.verdict is Verdict.FAILED]
    assert [line for line in failed if WRONG[kind] in line.reason], [one.reason for one in failed]
    assert not {Verdict.ERROR} & kinds(lines)


@pytest.mark.parametrize("kind", each(LACKING))
def test_one_answer_to_everything_is_no_support(run, place, kind):
    with broken(kind) as server:
        ended = run(server.url, kind)
    assert ended.code == 3, ended.out + ended.err
    lines = verdicts(place)
    assert kinds(lines) == {Verdict.UNSUPPORTED}
    told = f"the target answers as for a route that does not exist: {LACKING[kind]}"
    assert all(told in line.reason for line in lines.values())
    assert not list(place.glob("reports/journals/*"))


@pytest.mark.real_time  # one of these servers is away for a moment
@pytest.mark.parametrize("kind", each(RIGHT))
def test_an_unusual_answer_is_right(run, place, kind):
    with broken(kind) as server:
        ended = run(server.url, kind)
    assert ended.code == 0, ended.out + ended.err
    lines = verdicts(place)
    assert not {Verdict.ERROR, Verdict.FAILED} & kinds(lines)
    assert lines["apigateway/UpdateApiKey/patch/name/replace"].verdict is Verdict.PASSED


@pytest.mark.parametrize("kind", each(HANGING))
def test_what_is_never_answered_fails_by_its_name(run, place, kind):
    with broken(kind) as server:
        ended = run(server.url, kind)
    assert ended.code == 1, ended.out + ended.err
    lines = verdicts(place)
    for name in HANGING[kind]:
        assert lines[f"apigateway/{name}"].verdict is Verdict.FAILED
        assert "no complete answer within" in lines[f"apigateway/{name}"].reason
    assert Verdict.ERROR not in kinds(lines)


@pytest.mark.parametrize("kind", each(ENDING))
def test_a_target_that_ends_ends_the_run(run, place, kind):
    with broken(kind) as server:
        ended = run(server.url, kind)
    complaint = [line for line in ended.err.splitlines() if line.startswith("conformance: ")]
    assert ended.code == 3, ended.out + ended.err
    assert ENDING[kind] in complaint[0]
    found = kinds(verdicts(place))
    assert Verdict.SKIPPED in found
    assert not {Verdict.ERROR, Verdict.FAILED} & found
    # What was made may be there still, and somebody has to know.
    assert "conformance cleanup --journal" in ended.err
    assert list(place.glob("reports/journals/*.jsonl"))


def test_a_target_that_throttles_everything(run, place):
    with broken("throttles") as server:
        ended = run(server.url, "throttles")
    assert ended.code == 3, ended.out + ended.err
    lines = verdicts(place)
    assert kinds(lines) <= {Verdict.SKIPPED, Verdict.INCONCLUSIVE}
    assert [line for line in lines.values() if "throttled: 429" in line.reason]


def test_a_redirect_is_not_followed(run):
    with broken("slow") as other, broken("redirects") as server:
        server.elsewhere = other.url
        run(server.url, "redirects")
        assert server.count > 5
        assert other.count == 0


@pytest.mark.parametrize(
    "kind",
    each(BIG),
)
def test_memory_is_bounded(place, kind):
    measured = (
        "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]);"
        " print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    with broken(kind) as server:
        command = [sys.executable, "-m", "conformance", "run", server.url, *FEW, "--timeout", "1"]
        done = subprocess.run(
            [sys.executable, "-c", measured, *command],
            capture_output=True, text=True, check=True, timeout=BOUNDS[kind] * 2,
        )  # fmt: skip
    kilobytes = int(done.stdout.split()[-1])
    # Linux counts kilobytes, macOS bytes.
    kilobytes //= 1024 if sys.platform == "darwin" else 1
    assert 20_000 < kilobytes < MEMORY
