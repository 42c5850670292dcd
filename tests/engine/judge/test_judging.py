import json

import pytest

from conformance.engine.judge.refusal import judge_probe
from conformance.engine.judge.response import observe
from conformance.plan.generation.values import wrong_types
from conformance.plan.probes import ExpectedMember, Fault, Probe, Side
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import read
from tests import contracts

UPDATED = {
    "id": "abcdefghij",
    "enabled": False,
    "createdDate": 1_700_000_000,
    "lastUpdatedDate": 1_700_000_000,
    "stageKeys": [],
    "tags": {},
}


@pytest.fixture(scope="module")
def contract():
    return contracts.contract("apigateway")


def answer(status, body, code=None, media="application/json"):
    headers = [("content-type", media), ("x-amzn-requestid", "1")] + (
        [("x-amzn-errortype", code)] if code else []
    )
    request = Request("PATCH", "http://127.0.0.1/apikeys/abcdefghij", ())
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(Exchange(request, Response(status, tuple(headers), data), None, 0.0))


def probe(contract, side, fault=Fault.NONE, **more):
    return Probe("r", contract.operations["UpdateApiKey"], side, {}, "", fault, **more)


def broken(contract, given):
    operation = contract.operations["UpdateApiKey"]
    prefix = "apigateway/UpdateApiKey/"
    return {
        one.requirement.removeprefix(prefix)
        for one in observe(contract, operation, given)
        if not one.held
    }


def test_a_right_answer_breaks_nothing(contract):
    assert broken(contract, answer(200, UPDATED)) == set()


@pytest.mark.parametrize(
    ("change", "requirement"),
    [
        ({"description": None}, "response/description/type"),
        ({"enabled": "false"}, "response/enabled/type"),
        ({"enabled": 0}, "response/enabled/type"),
        ({"createdDate": "2024-01-01T00:00:00Z"}, "response/createdDate/type"),
        ({"createdDate": 1_700_000_000_000}, "response/createdDate/format"),
        ({"createdDate": 1_700_000_000.5}, "response/createdDate/format"),
        ({"stageKeys": [1]}, "response/stageKeys[]/type"),
        ({"tags": {"a": 1}}, "response/tags.{value}/type"),
        ({"id": ...}, "response/id/required"),
    ],
)
def test_one_wrong_member_breaks_its_own_requirement(contract, change, requirement):
    body = {key: value for key, value in {**UPDATED, **change}.items() if value is not ...}
    assert broken(contract, answer(200, body)) == {requirement}


def test_optional_members_may_be_absent_or_there(contract):
    without = {key: value for key, value in UPDATED.items() if key != "tags"}
    assert broken(contract, answer(200, without)) == set()
    assert broken(contract, answer(200, {**UPDATED, "value": "x" * 20})) == set()


def test_labels_statuses_and_server_errors(contract):
    assert broken(contract, answer(200, UPDATED, media="text/html")) == {"response/content-type"}
    charset = answer(200, UPDATED, media="application/json; charset=utf-8")
    assert broken(contract, charset) == set()
    assert broken(contract, answer(201, UPDATED)) == {"status/200"}
    assert broken(contract, answer(500, b"")) == {"status/no-5xx"}
    told = {"message": "no"}
    assert broken(contract, answer(400, told, "NotFoundException")) == {"error/NotFoundException"}


@pytest.mark.parametrize(
    ("body", "media"),
    [
        ({}, "application/json"),
        ({"Message": "no"}, "application/json"),
        (b"<html>", "application/json"),
        (b"", "application/json"),
        ({"message": "no"}, "text/html"),
    ],
)
def test_an_error_has_a_json_body_that_says_what_is_wrong(contract, body, media):
    refused = answer(404, body, "NotFoundException", media)
    found = broken(contract, refused)
    assert "apigateway/protocol/error-body" in found
    assert found <= {"apigateway/protocol/error-body", "apigateway/protocol/error-is-json"}
    assert ("apigateway/protocol/error-is-json" in found) == (body == b"<html>")


@pytest.mark.parametrize(
    ("members", "held"),
    [
        ({"reason": "Other", "fieldList": []}, True),
        ({"reason": "Missing", "fieldList": [{"name": "Key", "message": "no"}]}, True),
        ({"Reason": "Other", "FieldList": []}, True),
        ({"REASON": "Other", "fieldList": []}, False),
        ({"reason": "Other"}, False),
        ({"fieldList": []}, False),
        ({"reason": "Nonsense", "fieldList": []}, False),
        ({"reason": ["Other"], "fieldList": []}, False),
        ({"reason": "Other", "fieldList": {}}, False),
    ],
)
def test_an_error_has_the_members_that_its_model_requires(members, held):
    location = contracts.contract("location")
    refused = answer(400, {"message": "no", **members}, "ValidationException")
    found = observe(location, location.operations["UpdateKey"], refused)
    name = "location/protocol/validation-error-members"
    assert [one.held for one in found if one.requirement == name] == [held]


def test_a_refusal_must_have_the_right_status_and_code(contract):
    patch = probe(contract, Side.REJECT, Fault.PATCH)
    assert judge_probe(contract, patch, answer(400, {}, "BadRequestException")).held
    for wrong in (
        answer(400, {}, "NotFoundException"),
        answer(404, {}, "BadRequestException"),
        answer(400, {"message": "no"}),
        answer(500, b""),
        answer(200, UPDATED),
    ):
        assert not judge_probe(contract, patch, wrong).held


def test_both_readings_of_a_wrong_type_pass(contract):
    wrong = probe(contract, Side.REJECT, Fault.TYPE)
    for code in ("SerializationException", "BadRequestException", "ValidationException"):
        assert judge_probe(contract, wrong, answer(400, {}, code)).held


def test_an_accepted_probe_must_show_what_was_set(contract):
    enabled = probe(contract, Side.ACCEPT, shown=(ExpectedMember(("enabled",), True),))
    assert judge_probe(contract, enabled, answer(200, {**UPDATED, "enabled": True})).held
    for seen in (False, 1, "true"):
        assert not judge_probe(contract, enabled, answer(200, {**UPDATED, "enabled": seen})).held


def test_a_missing_thing_is_tolerated_only_where_the_request_itself_was_in_order(contract):
    missing = answer(404, {}, "NotFoundException")
    assert not judge_probe(contract, probe(contract, Side.ACCEPT), missing).held
    tolerant = probe(contract, Side.ACCEPT, tolerated=("NotFoundException",))
    assert judge_probe(contract, tolerant, missing).held


@pytest.mark.parametrize(("member", "held"), [("ResourceArn", True), ("Tags", False)])
def test_an_arn_that_keeps_no_limit_may_be_refused_as_one_that_the_caller_may_not_use(member, held):
    of = contracts.contract("dynamodb")
    long = Probe("r", of.operations["TagResource"], Side.REJECT, {}, "", Fault.LIMIT, (member,))
    assert judge_probe(of, long, answer(400, {}, "AccessDeniedException")).held is held


@pytest.mark.parametrize(("limit", "held"), [("maxItems", True), ("minItems", False)])
def test_too_many_may_be_refused_by_the_quota(limit, held):
    of = contracts.contract("events-rules").operations["PutTargets"]
    name = f"events-rules/PutTargets/request/Targets/{limit}"
    many = Probe(name, of, Side.REJECT, {}, "", Fault.LIMIT, ("Targets",))
    full = answer(400, {}, "LimitExceededException")
    assert judge_probe(contracts.contract("events-rules"), many, full).held is held


@pytest.mark.parametrize(
    ("service", "operation", "member", "tried"),
    [
        ("dynamodb", "GetItem", "ConsistentRead", False),
        ("lambda", "CreateFunction", "Publish", True),
    ],
)
def test_a_text_is_a_wrong_boolean_but_where_aws_converts_it(service, operation, member, tried):
    shape = contracts.contract(service).operations[operation].input[member].shape
    values = [one.value for one in wrong_types(shape)]
    assert 1 in values
    assert ("true" in values) is tried


@pytest.mark.parametrize(("status", "held"), [(400, [False]), (404, [False]), (413, []), (431, [])])
def test_what_http_itself_refuses_names_no_error(contract, status, held):
    refused = answer(status, b"<html>no</html>", media="text/html")
    found = observe(contract, contract.operations["UpdateApiKey"], refused)
    name = "apigateway/protocol/error-code"
    assert [one.held for one in found if one.requirement == name] == held
