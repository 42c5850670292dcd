"""Failures that the author of a server could refuse, and defects that others hid."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.requirements import Subject
from conformance.engine.judge.recheck import bytes_match_probe, sent_values
from conformance.engine.judge.refusal import judge_probe
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Request
from conformance.transport.parsed_response import NOT_JSON, ParsedResponse
from tests import contracts
from tests.sampling import narrowed

QUICK = ("--profile", "quick", "--seed", "7", "--auth", "off", "--service", "apigateway")
JSON = [("Content-Type", "application/json")]
LIST = "/apikeys"
ARN = "arn:aws:a:::abcdefghij"


def refused(status, code):
    body = json.dumps({"message": "no"}).encode()
    return status, [*JSON, ("x-amzn-errortype", code)], body


class Spoiling:
    """A list that shows values unasked, and none any more once half a character was stored."""

    spoilt = False

    def request(self, method, path, headers, body, _):
        if method in {"POST", "PATCH"} and b"\\ud83d" in (body or b""):
            self.spoilt = True
            return refused(500, "InternalFailure")
        if self.spoilt and method == "GET" and path.partition("?")[0] == LIST:
            return refused(500, "InternalFailure")
        return method, path, headers, body

    def answer(self, method, path, headers, body, status, head, data, _):
        if method != "GET" or path.partition("?")[0] != LIST or status != 200:
            return None
        found = json.loads(data)
        for item in found["item"]:
            item.setdefault("value", "x" * 40)
        return status, head, json.dumps(found).encode()


class Nameless:
    """Keys are stored with null for a name, which the list's filter then stumbles over."""

    def __init__(self):
        self.alive, self.most = set(), 0

    def request(self, method, path, headers, body, _):
        if method == "GET" and path.startswith(f"{LIST}?") and "name=" in path and self.alive:
            return refused(500, "InternalFailure")
        return method, path, headers, body

    def answer(self, method, path, headers, body, status, head, data, _):
        if method == "DELETE":
            self.alive.discard(path.rpartition("/")[2])
        if method != "POST" or path != LIST or status != 201 or b'"name":null' not in body:
            return None
        made = json.loads(data)
        self.alive.add(made["id"])
        self.most = max(self.most, len(self.alive))
        return status, head, json.dumps({**made, "name": None}).encode()


class Routing:
    """A router that knows no odd paths, and says so in HTML."""

    def request(self, method, path, headers, body, _):
        if method == "GET" and any(one in path for one in ("%00", "%2F", "%F0")) and LIST in path:
            return 404, [("Content-Type", "text/html")], b"<!doctype html><h1>Not Found</h1>"
        return method, path, headers, body


@pytest.fixture
def against(reference_port, proxied, run):
    return lambda case, *arguments: run(proxied(case, reference_port), *QUICK, *arguments)


@pytest.mark.parametrize("asked", narrowed("*/GetApiKeys/*", "*/protocol/*", "*/status/*"))
def test_what_a_list_shows_is_decided_before_something_may_spoil_it(against, asked):
    case = Spoiling()
    found = against(case, *asked)

    assert case.spoilt
    assert found.verdict("apigateway/GetApiKeys/behavior/values-only-where-asked-for") == "failed"
    assert found.verdict("apigateway/protocol/odd-characters") == "failed"


@pytest.mark.parametrize("asked", narrowed("*/CreateApiKey/*", "*/GetApiKeys/*", "*/status/*"))
def test_what_was_odd_is_not_left_behind(against, asked):
    case = Nameless()
    found = against(case, *asked)

    assert case.most == 1
    assert found.failed() == {"apigateway/CreateApiKey/response/name/type"}


def test_odd_paths_may_be_refused_in_the_way_of_http(against):
    found = against(Routing(), "--requirement", "apigateway/*/robustness/*",
                    "--requirement", "apigateway/protocol/error-*")  # fmt: skip

    assert found.verdict("apigateway/GetApiKey/robustness/odd-label") == "passed"
    assert found.code == 0, found.out


@pytest.fixture
def contract():
    """A service as its model has it, without an overlay."""
    found = contracts.modelled("signer")
    return replace(found, overlay=inferred_overlay(found))


def test_without_an_overlay_limits_are_those_of_requests(contract):
    levels = {
        (one.subject.partition("-")[0], one.level)
        for one in catalogue(contract)
        if one.subject in {Subject.INPUT_LIMIT, Subject.OUTPUT_LIMIT}
    }
    assert levels == {("input", Level.REQUIRED), ("output", Level.INFORMATIONAL)}


def test_a_content_type_that_is_a_member_is_whatever_was_stored():
    names = {one.id for one in catalogue(contracts.modelled("appconfig"))}
    version = "appconfig/CreateHostedConfigurationVersion"

    assert f"{version}/status/201" in names
    assert f"{version}/response/content-type" not in names
    assert "appconfig/CreateApplication/response/content-type" in names


@pytest.mark.parametrize(
    ("service", "operation", "values", "path"),
    [
        ("appconfig", "UntagResource", {"ResourceArn": ARN, "tagKeys": ["b"]},
         "/tags/arn%3Aaws%3Aa%3A%3A%3Aabcdefghij?tagKeys=b"),
        ("appconfig", "UntagResource", {"ResourceArn": ARN, "tagKeys": ["b", "c"]},
         "/tags/arn%3Aaws%3Aa%3A%3A%3Aabcdefghij?tagKeys=b&tagKeys=c"),
        ("scheduler", "ListSchedules", {"MaxResults": 100}, "/schedules?MaxResults=100"),
        ("signer", "ListSigningJobs", {"isRevoked": True}, "/signing-jobs?isRevoked=true"),
    ],
)  # fmt: skip
def test_what_travels_as_text_is_read_back_as_it_was_meant(service, operation, values, path):
    probe = Probe("r", contracts.modelled(service).operations[operation], Side.ACCEPT, values, "")
    request = Request(probe.operation.method, f"http://127.0.0.1{path}", ())

    assert bytes_match_probe(probe, request)
    assert sent_values(probe, request) == values


def test_a_wrong_type_is_still_one_when_it_is_read_back():
    probe = Probe(
        "r", contracts.modelled("scheduler").operations["ListSchedules"], Side.ACCEPT, {}, ""
    )
    assert not bytes_match_probe(
        probe, Request("GET", "http://127.0.0.1/schedules?MaxResults=x", ())
    )


@pytest.mark.parametrize(
    ("fault", "code", "held"),
    [
        (Fault.REQUIRED, "MissingParameter", True),
        (Fault.REQUIRED, "ValidationError", True),
        (Fault.REQUIRED, "InvalidParameterValue", True),
        (Fault.LIMIT, "InvalidParameterValue", True),
        (Fault.TYPE, "MissingParameter", False),
        # PutSigningProfile does not declare it, another operation does.
        (Fault.LIMIT, "BadRequestException", True),
        (Fault.LIMIT, "InvalidSomethingException", False),
        (Fault.NOT_FOUND, "BadRequestException", False),
        (Fault.REQUIRED, "InternalFailure", False),
        (Fault.NOT_FOUND, "MissingParameter", False),
    ],
)
def test_errors_that_are_common_to_all_services_refuse(contract, fault, code, held):
    operation = contract.operations["PutSigningProfile"]
    probe = Probe("a", operation, Side.REJECT, {}, "", fault)

    finding = judge_probe(contract, probe, ParsedResponse(400, NOT_JSON, code, "", "", 0))

    assert finding.held is held
    assert finding.expected.count("ValidationException") <= 1
