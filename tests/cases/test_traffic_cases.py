"""Recordings that people reported: read as what they are, and judged like any other."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cases.conftest import KEY, SHARED, Run, recorded
from tests.command import in_process

BROKEN = "apigateway/UpdateApiKey/patch/id/replace"
URL = "http://127.0.0.1:4566/apikeys"
ANSWERED = {"content-type": ["application/json"], "date": ["x"], "x-amzn-requestid": ["a"]}
PATCH = {"patchOperations": [{"op": "replace", "path": "/id", "value": "x"}]}


@dataclass
class Judged(Run):
    """What the command said of a recording."""

    notes: tuple[str, ...]


@pytest.fixture
def judge(tmp_path):
    """``conformance judge``; gives what it said."""

    def go(path, *arguments):
        record = tmp_path / "judged.jsonl"
        record.unlink(missing_ok=True)
        ended = in_process("judge", path, "-q", "--no-color", "--record", record, *arguments)
        verdicts, lines = recorded(record)
        notes = tuple(lines[-1].get("notes", ())) if lines else ()
        return Judged(ended.code, ended.out, ended.err, verdicts, notes)

    return go


@pytest.fixture
def shared():
    """A file or folder of a published case; skips where the cases are not beside the project."""

    def find(case, name):
        path = SHARED / case / name
        if not path.exists():
            pytest.skip("needs ../shared/cases: the published cases are not beside the project")
        return path

    return find


@pytest.mark.parametrize("name", ["plain.yaml", "binary.yaml"])
def test_headers_in_base64_are_headers(shared, judge, name):
    found = judge(shared("judge-vcrpy-boto3-binary", name))
    assert found.code == 1, found.err
    assert found.failed() == {BROKEN}
    assert "-H 'Accept: application/json'" in found.out
    assert "b'application" not in found.out


@pytest.mark.parametrize("name", ["v1.yaml", "v2.yaml"])
def test_cassettes_of_go_vcr_are_read(shared, judge, name):
    found = judge(shared("judge-go-vcr", name))
    assert found.code == 0, found.err
    assert found.verdict("apigateway/CreateApiKey/status/201") == "passed"


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("judge-polly1-header-lists", "recording.har"),
        ("judge-playwright-aborted", "aborted.har"),
        ("judge-folder-with-others", "folder"),
    ],
)
def test_what_lies_beside_right_traffic_breaks_nothing(shared, judge, case, name):
    found = judge(shared(case, name))
    assert found.code == 0, found.err
    assert found.failed() == set()
    assert found.verdict("apigateway/GetApiKey/response/content-type") == "passed"


def test_an_aborted_entry_is_counted_as_one_without_a_response(shared, judge):
    found = judge(shared("judge-playwright-aborted", "aborted.har"))
    assert found.notes == ("judged 1 of 2 recorded exchanges", "1 have no response")


def test_files_that_are_left_out_are_named(shared, judge):
    found = judge(shared("judge-folder-with-others", "folder"))
    assert all(name in found.notes[-1] for name in ("docker-compose.yaml", "empty.yaml", "package"))


def interaction(method, url, body, status, answer, headers):
    return {
        "request": {"method": method, "uri": url, "body": body and json.dumps(body),
                    "headers": headers},
        "response": {"status": {"code": status}, "headers": ANSWERED,
                     "body": {"string": json.dumps(answer)}},
    }  # fmt: skip


def cassette(url, headers):
    """A key that is made, updated, and then updated in a way that must be refused."""
    named = {"patchOperations": [{"op": "replace", "path": "/name", "value": "one"}]}
    created = {**KEY, "value": "verysecretverysecretverysecret"}
    return {
        "interactions": [
            interaction("POST", url, {"name": "one"}, 201, created, headers),
            interaction("PATCH", f"{url}/abcde12345", named, 200, KEY, headers),
            interaction("PATCH", f"{url}/abcde12345", PATCH, 200, KEY, headers),
        ]
    }


ASKED = {"Accept": ["application/json"], "Content-Type": ["application/json"]}


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://REDACTED/apikeys",
        "https://**REDACTED**/apikeys",
        "https://<host>/apikeys",
        "https://apigateway-fips.us-east-1.amazonaws.com/apikeys",
        "https://apigateway.us-east-1.api.aws/apikeys",
        "https://vpce-0a1.apigateway.us-east-1.vpce.amazonaws.com/apikeys",
        "http://apigateway.localhost.localstack.cloud:4566/apikeys",
    ],
)
def test_the_host_makes_no_difference(judge, tmp_path, url):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(cassette(url, ASKED)))
    found = judge(path)
    assert found.code == 1, found.err
    assert found.failed() == {BROKEN}
    assert "verysecret" not in found.out + (tmp_path / "judged.jsonl").read_text()


def test_another_programs_api_keys_are_nobodys_fault(judge, tmp_path):
    path = tmp_path / "t.json"
    token = {**ASKED, "Authorization": ["Bearer abc"]}
    mixed = cassette(URL, ASKED)
    del mixed["interactions"][2]
    mixed["interactions"] += [
        interaction("GET", "https://api.example.com/apikeys", None, 200, [{"key": 1}], token),
        interaction("POST", "https://api.example.com/apikeys", {"name": 5}, 200, {}, token),
        interaction("GET", "https://abc.execute-api.us-east-1.amazonaws.com/apikeys", None, 500,
                    {}, token),
    ]  # fmt: skip
    path.write_text(json.dumps(mixed))
    found = judge(path)
    assert found.code == 0, found.out
    assert found.notes[0] == "judged 2 of 5 recorded exchanges"
    assert found.notes[2].startswith("3 of those have the path of an operation")


def test_identifiers_that_a_request_chose_are_known(judge, tmp_path):
    scope = "AWS4-HMAC-SHA256 Credential=AKIDAKIDAKIDAKID/20260101/us-east-1/scheduler/aws4_request"
    signed = {**ASKED, "Authorization": [f"{scope}, Signature=0"]}
    made = {
        "ScheduleExpression": "rate(5 minutes)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:sqs:us-east-1:123456789012:q",
                   "RoleArn": "arn:aws:iam::123456789012:role/r"},
    }  # fmt: skip
    arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/one"
    url = "http://127.0.0.1:4566/schedules"
    own = [{"Name": "one", "Arn": 5}, {"Name": "before", "Arn": 6}]
    path = tmp_path / "t.json"
    entries = [
        interaction("POST", f"{url}/one", made, 200, {"ScheduleArn": arn}, signed),
        interaction("GET", url, None, 200, {"Schedules": own}, signed),
    ]
    path.write_text(json.dumps({"interactions": entries}))
    found = judge(path, "--service", "scheduler")
    assert found.code == 1, found.err
    # Only of what was made in the traffic is anything known: of ``before`` nothing is held.
    line = found.verdicts["scheduler/ListSchedules/response/Schedules[].Arn/type"]
    assert (line["verdict"], line["cases"]["accept"]) == ("failed", 0)
    entries[1]["response"]["body"]["string"] = json.dumps({"Schedules": own[1:]})
    path.write_text(json.dumps({"interactions": entries}))
    assert judge(path, "--service", "scheduler").code == 0


def test_a_secret_in_a_body_that_cannot_be_read_stays_hidden(judge, tmp_path):
    secret = "Z3cr3tZ3cr3tZ3cr3tZ3cr3t"
    text = f'{{"name": "a", "name": "b", "value": "{secret}"}}'
    given = cassette(URL, {**ASKED, "X-Api-Key": ["k3yk3yk3yk3yk3yk3y"]})
    broken = interaction("POST", URL, None, 500, {}, ASKED)
    broken["request"]["body"] = text
    broken["response"]["body"]["string"] = f'oops "value":"{secret}'
    given["interactions"] += [broken, broken]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(given))
    found = judge(path, "--html", "r.html")
    everything = found.out + (tmp_path / "judged.jsonl").read_text()
    everything += (tmp_path / "r.html").read_text()
    assert "apigateway/CreateApiKey/status/no-5xx" in found.failed()
    assert secret not in everything
    assert base64.b64encode(secret.encode()).decode() not in everything
    assert "k3yk3y" not in everything


def test_a_format_that_is_not_read_is_named(judge, tmp_path):
    path = Path(tmp_path / "stubs.json")
    path.write_text(json.dumps({"mappings": []}))
    found = judge(path)
    assert (found.code, found.out) == (2, "")
    assert "WireMock" in found.err
    assert "hint:" in found.err
