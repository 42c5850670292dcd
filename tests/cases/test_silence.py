"""Targets that leave requests without an answer: a failure by its own name, found cheaply.

The servers hold what they do not answer until the test ends. Where a run has to wait at all, the
bounds of time are ceilings that a busy machine keeps.
"""

from __future__ import annotations

import json
import threading
import time

import pytest

QUICK = ("--service", "apigateway", "--profile", "quick", "--seed", "7", "--auth", "off")
SHORT = ("--timeout", "1")
CEILING = 60.0
"""Seconds that any of these runs may take."""


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
    "GetApiKeys": (200, lambda method, path, *_: method == "GET" and not about_one(path)),
    "CreateApiKey": (201, lambda method, path, *_: method == "POST" and "mode" not in path),
    "ImportApiKeys": (201, lambda method, path, *_: method == "POST" and "mode" in path),
}


@pytest.mark.parametrize("operation", VALID)
def test_an_operation_that_never_answers_fails_by_its_name(judged, operation):
    status, chosen = VALID[operation]
    found = judged(chosen)

    assert found.code == 1, found.out + found.err
    own = {f"apigateway/{operation}/status/{status}", f"apigateway/{operation}/status/no-5xx"}
    assert own <= found.failed()
    for name in own:
        assert "no whole answer within 1 s" in found.verdicts[name]["reason"]
        assert found.verdicts[name]["evidence"][-1]["response"] is None
    # Nobody else is blamed for it.
    assert found.failed() == own


FAULTY = {
    "unknown keys": (
        lambda method, path, body, status: status == 404 and about_one(path),
        "apigateway/GetApiKey/error/NotFoundException",
        "an identifier that nothing has",
    ),
    "updates of unknown keys": (
        lambda method, path, body, status: status == 404 and method == "PATCH",
        "apigateway/UpdateApiKey/error/NotFoundException",
        "an identifier that nothing has",
    ),
    "malformed bodies": (
        lambda method, path, body, status: method == "PATCH" and not is_json(body),
        "apigateway/protocol/malformed-json",
        "the body",
    ),
    "what is refused on creation": (
        lambda method, path, body, status: method == "POST" and status == 400,
        "apigateway/CreateApiKey/request/stageKeys/type",
        "",
    ),
    "one member": (
        lambda method, path, body, status: method == "PATCH" and b"/enabled" in (body or b""),
        "apigateway/UpdateApiKey/patch/enabled/replace",
        "",
    ),
    "further pages": (
        lambda method, path, body, status: "position=" in path,
        "apigateway/GetApiKeys/status/no-5xx",
        "",
    ),
}


@pytest.mark.parametrize("kind", FAULTY)
def test_what_only_some_requests_meet_fails_by_its_name(judged, kind):
    chosen, name, note = FAULTY[kind]
    found = judged(chosen)

    assert found.code == 1, found.out + found.err
    assert name in found.failed()
    assert note in found.verdicts[name]["reason"]
    assert "no whole answer within" in found.verdicts[name]["reason"]
    unanswered = [
        line for line in found.verdicts.values()
        if line["verdict"] == "inconclusive" and line["level"] in {"required", "expected"}
    ]  # fmt: skip
    assert unanswered == []
