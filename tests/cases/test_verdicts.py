"""What a user reads of a target with one defect: the rule that is broken, and nothing else's name.

And what a run leaves alone when it is told to.
"""

from __future__ import annotations

import json
import threading
import time
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


# -- updates at the same time ------------------------------------------------------------------

MEMBERS = "*/behavior/parallel-updates-of-different-members"
PATHS = {"name": "/name", "description": "/description", "customerId": "/customerId"}


class WholeDocument:
    """Each update reads the key, waits, and writes every member of it back."""

    def __init__(self, window=0.003):
        self.window = window

    def request(self, method, path, headers, body, upstream):
        if method != "PATCH":
            return None
        status, _, data = upstream("GET", path, headers, None)
        if status != 200:
            return None
        time.sleep(self.window)
        key = json.loads(data)
        whole = self.written(key, json.loads(body))
        return method, path, headers, json.dumps(whole).encode()

    def written(self, key, asked):
        asked = asked["patchOperations"]
        changed = {one["path"] for one in asked}
        kept = [
            {"op": "replace", "path": path, "value": key.get(member, "")}
            for member, path in PATHS.items()
            if path not in changed
        ]
        if "/enabled" not in changed:
            text = str(key["enabled"]).lower()
            kept.append({"op": "replace", "path": "/enabled", "value": text})
        return {"patchOperations": [*kept, *asked]}


class WholeKey(WholeDocument):
    """The same of Location's keys."""

    def written(self, key, asked):
        stored = ("Description", "ExpireTime", "Restrictions")
        kept = {name: key[name] for name in stored if name in key}
        return {**kept, **asked, "ForceUpdate": True}


class Serial(WholeDocument):
    """One update after the other: nothing is lost."""

    def __init__(self):
        super().__init__()
        self.turn = threading.Lock()

    def request(self, method, path, headers, body, upstream):
        if method != "PATCH":
            return None
        with self.turn:
            return upstream(*super().request(method, path, headers, body, upstream))


class Conflicting(Serial):
    """Where another update of the key is under way, an update is answered with a conflict."""

    def request(self, method, path, headers, body, upstream):
        if method != "PATCH":
            return None
        if not self.turn.acquire(blocking=False):
            text = json.dumps({"message": "another update of the key is under way"}).encode()
            kind = [("content-type", "application/json"), ("x-amzn-errortype", "ConflictException")]
            return 409, kind, text
        try:
            time.sleep(self.window)
            return upstream(method, path, headers, body)
        finally:
            self.turn.release()


class Lagging:
    """What an update changed is shown a moment later."""

    def __init__(self):
        self.changed, self.before = {}, {}

    def request(self, method, path, headers, body, upstream):
        key = path.split("?")[0]
        if method == "PATCH":
            if time.monotonic() - self.changed.get(key, 0) > 0.4:
                self.before[key] = upstream("GET", path, headers, None)
            self.changed[key] = time.monotonic()
        if method == "GET" and time.monotonic() - self.changed.get(key, 0) < 0.4:
            return self.before[key]
        return None


@pytest.mark.parametrize(
    ("case", "service", "operation"),
    [(WholeDocument, "apigateway", "UpdateApiKey"), (WholeKey, "location", "UpdateKey")],
)
@pytest.mark.parametrize("window", [0.002, 0.02])
def test_a_lost_update_is_found(reference_port, proxied, run, case, service, operation, window):
    name = f"{service}/{operation}/behavior/parallel-updates-of-different-members"
    found = run(proxied(case(window), reference_port), *QUICK, "--requirement", name)

    assert found.code == 1
    assert found.failed() == {name}
    evidence = found.verdicts[name]["evidence"]
    assert len(evidence) < 10, "the requests of one resource"
    assert "that update was answered with success" in evidence[-1]["expected"]


@pytest.mark.parametrize("case", [Serial, Conflicting, Lagging])
def test_updates_that_are_kept_or_refused_are_right(reference_port, proxied, run, case):
    found = run(
        proxied(case(), reference_port), *QUICK, "--service", "apigateway", "--requirement", MEMBERS
    )
    assert found.code == 0
    [line] = found.verdicts.values()
    assert line["verdict"] == "passed", line["reason"]
