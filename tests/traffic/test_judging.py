"""What recorded exchanges show, what they break, and what is never held against anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.contract.levels import Level
from conformance.record import Verdict
from conformance.traffic.entries import TrafficEntry
from conformance.traffic.reading import read_traffic
from conformance.transport.exchange import Exchange, Request, Response

RECORDED = Path(__file__).parents[3] / "shared" / "recorded-aws.jsonl"
GATE = {Level.REQUIRED, Level.EXPECTED}
JSON = ("content-type", "application/json")
KEY = {
    "id": "abcdefghij",
    "enabled": False,
    "createdDate": 1_700_000_000,
    "lastUpdatedDate": 1_700_000_000,
    "stageKeys": [],
}


def entries(exchanges):
    return [TrafficEntry(f"entry {number}", one) for number, one in enumerate(exchanges, 1)]


def made(method, target, status, answer, *, body=None, code=None, headers=()):
    """An exchange of an API Gateway client with an emulator."""
    asked = (("Accept", "application/json"), JSON, *headers)
    sent = None if body is None else json.dumps(body).encode()
    got = (JSON, *([("x-amzn-errortype", code)] if code else []))
    data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    request = Request(method, f"http://127.0.0.1:5000{target}", asked, sent)
    return Exchange(request, Response(status, got, data), None, 0.0)


CREATED = made("POST", "/apikeys", 201, {**KEY, "value": "v" * 40}, body={"name": "a"})


def patched(status, answer, *operations, code=None):
    body = {"patchOperations": list(operations)}
    return made("PATCH", "/apikeys/abcdefghij", status, answer, body=body, code=code)


UPDATED = patched(
    200, {**KEY, "description": "d"}, {"op": "replace", "path": "/description", "value": "d"}
)
REFUSED = {"message": "no"}


@pytest.mark.parametrize("reading", ["a", "b"])
def test_right_traffic_breaks_nothing(traffic, verdicts, reading):
    lines = verdicts(entries(traffic(reading=reading)))
    assert {name for name, line in lines.items() if line.verdict is Verdict.FAILED} == set()
    shown = {name: line.cases for name, line in lines.items() if line.verdict is Verdict.PASSED}
    both = shown["location/UpdateKey/request/Description/maxLength"]
    assert both.accept
    assert both.reject
    assert shown["apigateway/UpdateApiKey/patch/name/add"].reject == 1
    assert shown["apigateway/UpdateApiKey/patch/id/replace"].reject == 1
    assert shown["apigateway/UpdateApiKey/patch/name/replace"].accept == 1
    assert shown["apigateway/CreateApiKey/request/value/minLength"].reject == 1
    assert "apigateway/behavior/sequences" not in shown


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        ("wire:millisecond-epochs", "apigateway/CreateApiKey/response/createdDate/format"),
        ("wire:items-key", "apigateway/GetApiKeys/response/item/required"),
        ("wire:stage-keys-null", "apigateway/UpdateApiKey/response/stageKeys/type"),
        ("wire:cut-json", "location/UpdateKey/response/KeyName/required"),
        ("status:CreateApiKey:202", "apigateway/CreateApiKey/status/201"),
        ("status:DescribeKey:201", "location/DescribeKey/status/200"),
        ("limit:value-min:off", "apigateway/CreateApiKey/request/value/minLength"),
        (
            "constraint:UpdateKey:Description:maxLength:off",
            "location/UpdateKey/request/Description/maxLength",
        ),
        (
            "constraint:CreateKey:KeyName:pattern:off",
            "location/CreateKey/request/KeyName/pattern",
        ),
        (
            "error:UpdateKey:ValidationException:422:ValidationException",
            "location/UpdateKey/request/Description/maxLength",
        ),
        ("show:GetApiKey:stageKeys:missing", "apigateway/GetApiKey/response/stageKeys/required"),
    ],
)
def test_a_fault_is_found(traffic, verdicts, fault, requirement):
    line = verdicts(entries(traffic(faults=(fault,))))[requirement]
    assert line.verdict is Verdict.FAILED
    assert line.level in GATE
    assert line.evidence[-1].expected
    assert line.reason.startswith("entry ")


@pytest.mark.skipif(not RECORDED.exists(), reason="needs ../shared/recorded-aws.jsonl")
def test_what_was_recorded_on_aws_breaks_nothing(verdicts):
    lines = verdicts(read_traffic([RECORDED]))
    assert {name for name, line in lines.items() if line.verdict is Verdict.FAILED} == set()
    passed = {name for name, line in lines.items() if line.verdict is Verdict.PASSED}
    assert "apigateway/CreateApiKey/request/name/maxLength" in passed
    assert "apigateway/UpdateApiKey/patch/id/replace/message" in passed


def test_an_accepted_operation_that_the_table_forbids(broken):
    accepted = patched(200, KEY, {"op": "remove", "path": "/description"})
    assert broken(entries([CREATED, accepted])) == {
        "apigateway/UpdateApiKey/patch/description/remove"
    }


def test_an_answer_that_does_not_show_the_update(broken):
    stale = patched(200, {**KEY, "name": "old"}, {"op": "replace", "path": "/name", "value": "new"})
    assert broken(entries([CREATED, stale])) == {"apigateway/UpdateApiKey/patch/name/replace"}


NAMED = ({"op": "replace", "path": "/name", "value": "new"},)


def test_a_refused_valid_update_of_a_key_made_in_the_traffic(broken):
    refused = patched(400, REFUSED, *NAMED, code="BadRequestException")
    found = broken(entries([CREATED, UPDATED, refused]))
    assert found == {"apigateway/UpdateApiKey/patch/name/replace"}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "NotFoundException"),
        (409, "ConflictException"),
        (403, "AccessDeniedException"),
        (429, "TooManyRequestsException"),
        (400, "UnrecognizedClientException"),
    ],
)
def test_a_refusal_that_state_explains_shows_nothing(broken, status, code):
    refused = patched(status, REFUSED, *NAMED, code=code)
    assert broken(entries([CREATED, UPDATED, refused])) == set()


def test_a_key_that_was_there_before_may_be_refused_for_what_it_went_through(broken):
    refused = patched(400, REFUSED, *NAMED, code="BadRequestException")
    assert broken(entries([UPDATED, refused])) == set()


def test_an_operation_that_never_succeeded_is_not_judged(verdicts):
    refused = patched(400, REFUSED, {"op": "add", "path": "/name"}, code="ValidationException")
    lines = verdicts(entries([CREATED, refused, refused]))
    line = lines["apigateway/UpdateApiKey/patch/name/add"]
    assert (line.verdict, line.reason) == (
        Verdict.SKIPPED,
        "no recorded request of UpdateApiKey succeeded",
    )


def test_an_operation_that_is_lacking_is_unsupported(verdicts):
    lacking = patched(501, {"message": "no"}, *NAMED, code="NotImplementedException")
    lines = verdicts(entries([CREATED, lacking]))
    assert lines["apigateway/UpdateApiKey/status/200"].verdict is Verdict.UNSUPPORTED


def test_one_server_error_is_nobodys_fault(verdicts):
    crash = patched(500, {"message": "Internal server error"}, *NAMED)
    lines = verdicts(entries([CREATED, UPDATED, crash]))
    assert lines["apigateway/UpdateApiKey/status/no-5xx"].verdict is Verdict.INCONCLUSIVE
    assert not {one for one in lines.values() if one.verdict is Verdict.FAILED}


def test_the_same_server_error_twice_is_a_failure(broken):
    crash = patched(500, b"<html>oops</html>", *NAMED)
    found = broken(entries([CREATED, UPDATED, crash, crash]))
    assert found == {
        "apigateway/UpdateApiKey/status/no-5xx",
        "apigateway/UpdateApiKey/patch/name/replace",
    }


def test_a_server_error_that_went_away_is_none(broken):
    crash = patched(500, b"", *NAMED)
    better = patched(200, {**KEY, "name": "new"}, *NAMED)
    assert broken(entries([CREATED, UPDATED, crash, crash, better])) == set()


def test_hal_answers_are_not_held_to_the_form_of_json(broken):
    hal = {"_embedded": {"item": []}, "createdDate": "2024-08-23T14:08:13Z"}
    listed = made("GET", "/apikeys", 200, hal)
    unasked = replace(
        listed, request=Request("GET", listed.request.url, (("Accept", "*/*"),), None)
    )
    assert broken(entries([CREATED, unasked])) == set()
    assert broken(entries([CREATED, listed])) == {"apigateway/GetApiKeys/response/item/required"}


def test_hidden_values_are_of_the_right_form(verdicts):
    hidden = {**KEY, "id": "<id:1>", "createdDate": "datetime", "value": "REDACTED"}
    lines = verdicts(entries([made("POST", "/apikeys", 201, hidden, body={"name": "<name>"})]))
    assert not {one for one in lines.values() if one.verdict is Verdict.FAILED}
    assert lines["apigateway/CreateApiKey/response/createdDate/required"].cases.accept == 1
    assert lines["apigateway/CreateApiKey/response/createdDate/type"].verdict is Verdict.SKIPPED
    assert lines["apigateway/CreateApiKey/request/name/type"].verdict is Verdict.SKIPPED


def test_what_a_faulty_request_made_is_not_held_against_the_list(broken):
    accepted = made(
        "POST", "/apikeys", 201, {**KEY, "name": 1, "value": "v" * 40}, body={"name": 1}
    )
    listed = made("GET", "/apikeys", 200, {"item": [{**KEY, "name": 1}]})
    read = made("GET", "/apikeys/abcdefghij", 200, {**KEY, "name": 1})
    found = broken(entries([CREATED, accepted, listed, read]))
    assert found == {"apigateway/CreateApiKey/request/name/type"}


def test_nulls_in_a_list_may_be_accepted(broken):
    accepted = made("POST", "/apikeys", 201, {**KEY, "value": "v"}, body={"stageKeys": [None]})
    assert broken(entries([CREATED, accepted])) == set()


def test_what_an_emulator_listed_before_is_its_own(broken):
    others = {"item": [{**KEY, "id": "elsewhere1", "name": None}]}
    assert broken(entries([CREATED, made("GET", "/apikeys", 200, others)])) == set()
    of_ours = {"item": [{**KEY, "name": None}]}
    assert broken(entries([CREATED, made("GET", "/apikeys", 200, of_ours)])) == {
        "apigateway/GetApiKeys/response/item[].name/type"
    }


def test_a_refusal_without_a_name_may_have_been_filtered(broken):
    listed = made("GET", "/apikeys", 200, {"item": []})
    assert (
        broken(entries([CREATED, listed, made("GET", "/apikeys?limit=x", 400, REFUSED)])) == set()
    )
    refused = made("POST", "/apikeys", 400, REFUSED, body={"value": "short"})
    assert broken(entries([CREATED, refused])) == set()
    head = (JSON, ("date", "today"), ("content-length", "16"))
    whole = replace(refused, response=Response(400, head, refused.response.body))
    found = broken(entries([CREATED, whole]))
    assert found == {"apigateway/CreateApiKey/request/value/minLength"}


def test_a_request_with_two_faults_shows_no_refusal(verdicts):
    body = {"value": "short", "name": 1}
    twice = made("POST", "/apikeys", 400, REFUSED, body=body, code="BadRequestException")
    lines = verdicts(entries([CREATED, twice]))
    for name in ("value/minLength", "name/type"):
        assert lines[f"apigateway/CreateApiKey/request/{name}"].cases.reject == 0


def test_the_wrong_error_for_a_fault(broken):
    refused = made("POST", "/apikeys", 422, REFUSED, body={"value": "short"}, code="Unprocessable")
    found = broken(entries([CREATED, refused]))
    assert found == {"apigateway/CreateApiKey/request/value/minLength"}


def odd(body, *headers):
    """A valid update, written in an odd way, and refused."""
    refused = patched(400, REFUSED, *NAMED, code="BadRequestException")
    request = Request("PATCH", refused.request.url, headers or refused.request.headers, body)
    return replace(refused, request=request)


BODY = json.dumps({"patchOperations": NAMED}).encode()


@pytest.mark.parametrize(
    "refused",
    [
        odd(BODY, ("Accept", "application/json"), ("Content-Type", "text/plain")),
        odd(BODY, ("Accept", "text/html"), JSON),
        odd(BODY.decode().encode("utf-16"), ("Accept", "*/*"), JSON),
        odd(b'{"patchOperations":[],' + BODY[1:], ("Accept", "*/*"), JSON),
        odd(b'{"patchOperations":NaN}', ("Accept", "*/*"), JSON),
        odd(None, ("Accept", "*/*"), JSON),
        replace(
            patched(400, {}, *NAMED, code="BadRequestException"),
            request=replace(
                odd(BODY, JSON).request, url="http://127.0.0.1:5000/apikeys/abcdefghij%FF"
            ),
        ),
    ],
    ids=["labelled otherwise", "asks for HTML", "UTF-16", "named twice", "NaN", "no body", "path"],
)
def test_a_request_that_is_written_oddly_may_be_refused(broken, refused):
    assert broken(entries([CREATED, UPDATED, refused])) == set()


def test_an_unknown_body_shows_nothing_but_its_status(verdicts):
    entry = TrafficEntry("entry 1", made("GET", "/apikeys", 200, b"{"), response_known=False)
    lines = verdicts([TrafficEntry("entry 0", CREATED), entry])
    assert lines["apigateway/GetApiKeys/status/200"].verdict is Verdict.PASSED
    assert lines["apigateway/GetApiKeys/response/item/required"].verdict is Verdict.SKIPPED
