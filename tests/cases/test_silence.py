"""Targets that leave requests without an answer: a failure by its own name, found cheaply.

The servers hold what they do not answer until the test ends. Where a run has to wait at all, the
bounds of time are ceilings that a busy machine keeps.
"""

from __future__ import annotations

import json
import re
import threading
import time

import pytest

from tests.sampling import narrowed, sampled

QUICK = ("--service", "apigateway", "--profile", "quick", "--seed", "7", "--auth", "off")
SHORT = ("--timeout", "2")
CEILING = 150.0
"""Seconds that any of these runs may take, on a machine that is busy with other work."""


class Holding:
    """A case that leaves the requests without an answer of which ``chosen`` is true."""

    def __init__(self, chosen):
        self.chosen, self.released, self.held = chosen, threading.Event(), 0

    def answer(self, method, path, headers, body, status, *rest):
        if self.chosen(method, path, body, status):
            self.held += 1
            self.released.wait(60)


@pytest.fixture
def judged(run, proxied, reference_port):
    """The run against the reference that holds what ``chosen`` says; it must hold something."""
    cases = []

    def go(chosen, *arguments):
        case = Holding(chosen)
        cases.append(case)
        begun = time.monotonic()
        found = run(proxied(case, reference_port), *QUICK, *(arguments or SHORT))
        assert time.monotonic() - begun < CEILING
        assert case.held > 0
        return found

    yield go
    for case in cases:
        case.released.set()


def about_one(path):
    return path.startswith("/apikeys/") and path.count("/") == 2


def is_list(path):
    return path.partition("?")[0] == "/apikeys"


def is_json(body):
    try:
        json.loads(body or b"{}")
    except ValueError:
        return False
    return True


VALID = {
    "UpdateApiKey": (200, lambda method, path, *_: method == "PATCH"),
    "DeleteApiKey": (202, lambda method, path, *_: method == "DELETE" and about_one(path)),
    "GetApiKey": (200, lambda method, path, *_: method == "GET" and about_one(path)),
    "GetApiKeys": (200, lambda method, path, *_: method == "GET" and is_list(path)),
    "CreateApiKey": (201, lambda method, path, *_: method == "POST" and "mode" not in path),
    "ImportApiKeys": (201, lambda method, path, *_: method == "POST" and "mode" in path),
}


@pytest.mark.parametrize("asked", narrowed("*/status/*", "*/error/*", "*/response/*", "*/patch/n*"))
@pytest.mark.parametrize("operation", sampled(VALID, "UpdateApiKey", "GetApiKeys"))
def test_an_operation_that_never_answers_fails_by_its_name(judged, operation, asked):
    status, chosen = VALID[operation]
    found = judged(chosen, *SHORT, *asked)

    assert found.code == 1, found.out + found.err
    own = {f"apigateway/{operation}/status/{status}", f"apigateway/{operation}/status/no-5xx"}
    assert own <= found.failed()
    for name in own:
        assert "no complete answer within" in found.verdicts[name]["reason"]
        assert found.verdicts[name]["evidence"][-1]["response"] is None
    # Nobody else is blamed for it.
    assert found.failed() == own


FAULTY = {
    "unknown keys": (
        lambda method, path, body, status: status == 404 and about_one(path),
        "*/error/NotFoundException",
        "apigateway/GetApiKey/error/NotFoundException",
        "an unknown identifier",
    ),
    "updates of unknown keys": (
        lambda method, path, body, status: status == 404 and method == "PATCH",
        "*/error/NotFoundException",
        "apigateway/UpdateApiKey/error/NotFoundException",
        "an unknown identifier",
    ),
    "malformed bodies": (
        lambda method, path, body, status: method == "PATCH" and not is_json(body),
        "protocol/*-json",
        "apigateway/protocol/malformed-json",
        "the body",
    ),
    "what is refused on creation": (
        lambda method, path, body, status: method == "POST" and status == 400,
        "CreateApiKey/request/*",
        "apigateway/CreateApiKey/request/stageKeys/type",
        "",
    ),
    "one member": (
        lambda method, path, body, status: method == "PATCH" and b"/enabled" in (body or b""),
        "UpdateApiKey/patch/*",
        "apigateway/UpdateApiKey/patch/enabled/replace",
        "",
    ),
}


@pytest.mark.parametrize("kind", sampled(FAULTY, "unknown keys", "malformed bodies"))
def test_what_only_some_requests_meet_fails_by_its_name(judged, kind):
    chosen, of, name, note = FAULTY[kind]
    found = judged(chosen, *SHORT, "--requirement", f"apigateway/{of}")

    assert found.code == 1, found.out + found.err
    assert name in found.failed()
    assert note in found.verdicts[name]["reason"]
    assert "no complete answer within" in found.verdicts[name]["reason"]
    unanswered = [
        line for line in found.verdicts.values()
        if line["verdict"] == "inconclusive" and line["level"] in {"required", "expected"}
    ]  # fmt: skip
    assert unanswered == []


@pytest.mark.parametrize("asked", narrowed("*/protocol/*-json", "*/status/*"))
def test_a_body_that_is_never_answered_is_waited_for_a_few_times_only(
    run, proxied, reference_port, case, asked
):
    begun = time.monotonic()
    url = proxied(case("run-hang-on-bad-json"), reference_port)
    found = run(
        url,
        "--service",
        "apigateway",
        "--profile",
        "quick",
        "--seed",
        "7",
        "--timeout",
        "3",
        *asked,
    )
    assert time.monotonic() - begun < CEILING
    assert found.code == 1
    rules = ("malformed", "truncated", "lenient")
    assert {f"apigateway/protocol/{name}-json" for name in rules} <= found.failed()
    told = found.verdicts["apigateway/protocol/lenient-json"]["reason"]
    assert re.search(r"; no answer within \S+ s to: ", told)


def test_what_could_not_be_tested_is_told_and_no_pass(judged):
    """The update itself is not asked for: what rests on it says nothing of the target."""
    found = judged(
        VALID["UpdateApiKey"][1], *SHORT,
        "--requirement", "apigateway/UpdateApiKey/patch/*",
        "--requirement", "apigateway/GetApiKey/*",
    )  # fmt: skip
    assert found.code == 3
    assert found.failed() == set()
    told = "not tested: apigateway UpdateApiKey: "
    assert told in found.err
    assert told in found.out
    assert "gets no answer" in found.err
    assert "could not be tested in full" in found.out
    assert "exit 0" not in found.out
    obstacle = found.verdicts["apigateway/UpdateApiKey/patch/name/replace"]["obstacle"]
    assert obstacle == {"cause": "setup", "because": "apigateway/UpdateApiKey/status/200"}
