"""What a user reads of a target with one defect: the rule that is broken, and nothing else's name.

And what a run leaves alone when it is told to.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

QUICK = ("--profile", "quick", "--seed", "7")


class Seen:
    """A case that changes nothing and notes every request."""

    def __init__(self):
        self.requests = []

    def request(self, method, path, headers, body, upstream):
        self.requests.append((method, path, body))

    def of(self, method, part):
        return [one for one in self.requests if one[0] == method and part in one[1]]


# -- what is excluded --------------------------------------------------------------------------


@pytest.mark.parametrize("options", [
    ("--exclude", "apigateway/ImportApiKeys/*"),
    ("--requirement", "!apigateway/ImportApiKeys/*"),
    ("--profile", "standard", "--exclude", "apigateway/ImportApiKeys/*"),
])  # fmt: skip
def test_an_excluded_operation_is_not_sent_at_all(reference_port, proxied, run, options):
    seen = Seen()
    found = run(proxied(seen, reference_port), "--service", "apigateway", *QUICK, *options)

    assert found.code == 0, found.out
    assert not any("/ImportApiKeys/" in name for name in found.verdicts)
    assert not seen.of("POST", "mode=import")
    assert seen.of("PATCH", "/apikeys/")
    assert "excluded from this run: apigateway/ImportApiKeys/*" in found.out


def test_what_needs_an_excluded_operation_is_skipped_and_says_so(reference_port, proxied, run):
    seen = Seen()
    found = run(
        proxied(seen, reference_port), "--service", "apigateway", *QUICK,
        "--exclude", "apigateway/UpdateApiKey/*",
    )  # fmt: skip

    assert found.code == 0, found.out
    assert not seen.of("PATCH", "/apikeys/")
    assert found.verdict("apigateway/DeleteApiKey/behavior/gone-afterwards") == "skipped"
    gate = {
        one["verdict"]
        for one in found.verdicts.values()
        if one["level"] in {"required", "expected"}
    }
    assert gate == {"passed", "skipped"}
    reason = found.verdicts["apigateway/protocol/malformed-json"]["reason"]
    assert reason == "UpdateApiKey is excluded from this run"


def test_an_excluded_creation_only_sets_up(reference_port, proxied, run):
    seen = Seen()
    found = run(
        proxied(seen, reference_port), "--service", "location", *QUICK,
        "--exclude", "location/CreateKey/*",
    )  # fmt: skip

    assert found.code == 0, found.out
    made = [
        json.loads(body) for _, path, body in seen.of("POST", "/keys") if path.endswith("/keys")
    ]
    assert made
    assert all({"KeyName", "Restrictions"} <= {*one} for one in made), "a probe of CreateKey"
    assert found.verdict("location/UpdateKey/status/200") == "passed"


def test_one_requirement_can_be_excluded(reference_port, proxied, run):
    left = "apigateway/GetApiKey/status/*"
    found = run(
        proxied(SimpleNamespace(), reference_port), *QUICK,
        "--requirement", "apigateway/GetApiKey/*", "--exclude", left,
    )  # fmt: skip

    assert found.code == 0, found.out
    assert found.verdicts
    assert not any("/status/" in name for name in found.verdicts)


@pytest.mark.parametrize("options", [
    ("--exclude", "apigateway/NoSuchOperation/*"),
    ("--requirement", "!apigateway/NoSuchOperation/*"),
    ("--exclude", "*"),
])  # fmt: skip
def test_an_exclusion_that_cannot_be_meant_is_bad_usage(reference_port, proxied, run, options):
    found = run(proxied(SimpleNamespace(), reference_port), *options)

    assert found.code == 2
    assert "hint:" in found.err
