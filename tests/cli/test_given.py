"""``--given``: what is somebody's is used, changed only by consent, put back, never deleted."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import conformance
from conformance.contract import locate
from conformance.contract.given import BadGiven
from conformance.reference.server import ServerOptions
from tests import serving
from tests.command import in_process

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "tests" / "derive" / "one_page" / "location"
LONGEST = 240
"""Seconds after which an answer is waited for no more: a bound, not an expectation."""
KEY = {
    "KeyName": "my-key", "Description": "mine", "NoExpiry": True,
    "Restrictions": {
        "AllowActions": ["geo:GetMap*"],
        "AllowResources": ["arn:aws:geo:us-east-1:123456789012:map/a"],
    },
}  # fmt: skip
REASON = "KeyName is given; only --may-change allows changes to it"


@pytest.fixture
def url():
    """A reference that outlives the run, with one key that is somebody's."""
    with serving.reference(ServerOptions()) as port:
        address = f"http://127.0.0.1:{port}"
        ask(address, "POST", "/metadata/v0/keys", KEY)
        yield address


def ask(address, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = AWSRequest(method, address + path, {"Content-Type": "application/json"}, data)
    SigV4Auth(Credentials("test", "test"), "geo", "us-east-1").add_auth(request)
    sent = urllib.request.Request(address + path, data, dict(request.headers), method=method)
    with urllib.request.urlopen(sent, timeout=LONGEST) as answer:
        return json.load(answer)


def key(address):
    return ask(address, "GET", "/metadata/v0/keys/my-key")


@pytest.fixture
def call(place, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "cache"))
    yield in_process
    locate.use(None)


@pytest.fixture
def specs(call, place):
    assert call("derive", str(PAGE), "-o", "specs").code == 0
    return place / "specs"


def verdicts(path):
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {one["requirement"]: one for one in lines if one["type"] == "verdict"}, lines[-1]


def test_without_consent_nothing_of_it_is_changed(url, call, specs, tmp_path):
    before = key(url)
    ended = call(
        "run", url, "--specs", str(specs), "--given", "KeyName=my-key", "--profile", "quick",
        "--seed", "1", "--record", "r.jsonl",
    )  # fmt: skip
    assert key(url) == before
    found, last = verdicts(tmp_path / "r.jsonl")
    assert not {one["verdict"] for one in found.values()} & {"failed", "error"}
    status = found["location/UpdateKey/status/200"]
    assert (status["verdict"], status["reason"]) == ("skipped", REASON)
    assert "given, only read: KeyName=my-key" in last["notes"]
    assert ended.code == 3
    assert "--may-change lets a run update the given resource" in ended.err
    assert "--given KeyName=my-key --profile quick" in ended.out


def test_with_consent_it_is_tested_and_put_back(url, call, specs, tmp_path):
    before = key(url)
    ended = call(
        "run", url, "--specs", str(specs), "--given", "KeyName=my-key", "--may-change",
        "--profile", "quick", "--seed", "1", "--record", "r.jsonl",
    )  # fmt: skip
    after = key(url)
    assert after.pop("UpdateTime") != before.pop("UpdateTime")
    assert after == before
    found, last = verdicts(tmp_path / "r.jsonl")
    decided = [one for one in found.values() if one["verdict"] in {"passed", "failed"}]
    assert len(decided) >= 0.9 * len(found)
    assert not [one for one in decided if one["verdict"] == "failed"]
    assert "location: the given KeyName was changed and has been restored" in last["notes"]
    assert ended.code == 0, ended.err
    assert "--given KeyName=my-key --may-change" in ended.out


def test_of_a_whole_service_it_is_never_deleted_and_creations_are_tested(url, call, tmp_path):
    call(
        "run", url, "--service", "location", "--given", "KeyName=my-key", "--may-change",
        "--profile", "quick", "--seed", "1", "--record", "r.jsonl",
    )  # fmt: skip
    assert key(url)["Description"] == "mine"
    found, _ = verdicts(tmp_path / "r.jsonl")
    gate = {"required", "expected"}
    failed = {k for k, v in found.items() if v["verdict"] == "failed" and v["level"] in gate}
    assert failed == set()
    deletion = found["location/DeleteKey/status/200"]
    assert deletion["reason"] == "KeyName is a given resource, which is never deleted"
    assert found["location/CreateKey/error/ConflictException"]["verdict"] == "passed"
    left = ask(url, "POST", "/metadata/v0/list-keys", {})["Entries"]
    assert [one["KeyName"] for one in left] == ["my-key"]


def test_what_is_not_there_is_said(url, call, specs, tmp_path):
    call(
        "run", url, "--specs", str(specs), "--given", "KeyName=no-such-key", "--may-change",
        "--profile", "quick", "--record", "r.jsonl",
    )  # fmt: skip
    found, _ = verdicts(tmp_path / "r.jsonl")
    status = found["location/UpdateKey/status/200"]
    assert status["verdict"] == "skipped"
    assert "404 ResourceNotFoundException" in status["reason"]


def test_the_api_takes_it_too(url, specs, tmp_path):
    before = key(url)
    result = conformance.run(
        url, specs=specs, given={"KeyName": "my-key"}, may_change=True, profile="quick", seed=1,
        requirements=["location/UpdateKey/request/Description/*"],
        journal_folder=tmp_path / "journals",
    )  # fmt: skip
    assert [str(one.verdict) for one in result.record.verdicts] == ["passed"] * 3
    assert "--given KeyName=my-key" in result.record.run.command
    assert result.record.run.command.endswith("--may-change")
    assert key(url)["Description"] == before["Description"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--given", "KeyNam=x"], "did you mean KeyName"),
        (["--given", "KeyName"], "must be MEMBER=VALUE"),
        (["--may-change"], "--may-change needs --given"),
    ],
    ids=["unknown", "no value", "nothing"],
)
def test_what_cannot_be_used_is_refused(options, told, call, specs):
    ended = call("run", "reference", "--specs", str(specs), *options)
    assert ended.code == 2
    assert told in ended.err


def test_the_api_refuses_it_likewise(specs):
    with pytest.raises(BadGiven, match="no operation"):
        conformance.run("reference", specs=specs, given={"Nothing": "x"})


def test_explain_shows_requests_with_it(call, specs):
    ended = call(
        "explain", "location/UpdateKey/request/Description/maxLength", "--specs", str(specs),
        "--given", "KeyName=my-key",
    )  # fmt: skip
    assert "PATCH /metadata/v0/keys/my-key" in ended.out
