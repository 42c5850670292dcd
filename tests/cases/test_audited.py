"""Kinds that an audit of unseen services, right servers and wrong ones found; each is mended."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.validate import shape_violations, violations
from conformance.contract.walk import misspelt
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.recheck import bytes_match_probe
from conformance.engine.judge.response import observe
from conformance.engine.outcome import Job
from conformance.engine.resources.names import Names
from conformance.engine.resources.prerequisites import first_operations
from conformance.engine.run import RunConfig
from conformance.engine.secrets.masking import encodings_of
from conformance.engine.sending.exchange_log import SentProbe
from conformance.engine.service_run import Settings
from conformance.engine.watching.arns import Arns
from conformance.engine.watching.echoes import GivenMoments
from conformance.engine.watching.passive_checks import _is_odd_address
from conformance.plan.generation.values import OTHER_CASE, sample
from conformance.plan.planner import plan
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.record import Verdict
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import of, read, wire
from conformance.transport.retry import RetryingTransport
from tests import contracts

HALF = "\ud83d"
"""Half a surrogate pair: a server that stored one shows it as an identifier, too."""


@pytest.mark.parametrize(
    ("service", "operation", "values", "written"),
    [
        ("macie2", "DisableOrganizationAdminAccount", {"adminAccountId": HALF}, "%ED%A0%BD"),
        ("macie2", "DeleteMember", {"id": HALF}, "%ED%A0%BD"),
        ("route53", "ListTrafficPolicies", {"trafficpolicyid": HALF}, "%ED%A0%BD"),
    ],
)
def test_half_a_character_in_an_identifier_is_written(service, operation, values, written):
    request = wire(contracts.contract(service).operations[operation], values)
    assert written in request.target


def test_half_a_character_in_a_body_that_is_one_member_is_written():
    operation = contracts.contract("iot-data").operations["Publish"]
    assert wire(operation, {"topic": "a", "payload": HALF}).body == b"\xed\xa0\xbd"


def test_a_secret_with_half_a_character_is_hidden_in_its_forms():
    assert "%ED%A0%BDabcdefgh" in encodings_of(f"{HALF}abcdefgh", 4)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"item": [{"created_date": 1}]}, "created_date for createdDate"),
        ({"item": [{"id": "a"}, {"CreatedDate": 1}]}, "CreatedDate for createdDate"),
        ({"Item": []}, "Item for item"),
        ({"item": [{"tags": {"Id": "a"}}]}, None),
        ({"item": [{"createdDate": 1, "created_date": 1}]}, None),
        ({"item": [{"colour": "blue"}, 1, None], "Position": None, "position": "a"}, None),
    ],
)
def test_members_in_other_letters_are_seen_at_any_depth(values, told):
    members = contracts.contract("apigateway").operations["GetApiKeys"].output
    assert misspelt(members, values) == told


@pytest.mark.parametrize(
    ("given", "seen", "again"),
    [
        (482196050, "482196050", True),
        (482196050.5, "482196050", True),
        ("Fri, 12 Apr 1985 23:20:50 GMT", "482196050", True),
        ("482196050", "482196050", True),
        ("1985-04-12", '"1985-04-12"', True),
        (-1, "-1", True),
        (10**18, "1000000000000000000", True),
        (2000000000, "2000000000000", False),
        ("2049-06-01T12:00:00Z", '"2049-06-01T12:00:00+00:00"', False),
        (2000000000, "0", False),
    ],
)
def test_a_moment_that_a_request_gave_is_not_the_targets_writing(given, seen, again):
    graph = contracts.contract("xray").operations["GetServiceGraph"]
    moments = GivenMoments()
    moments.learn(sent(graph, {"EndTime": given}))
    told = Finding("xray/GetServiceGraph/response/EndTime/format", False, "seconds", seen)
    assert moments.is_shown_again(told) is again
    assert not moments.is_shown_again(told._replace(requirement="xray/a/response/b/type"))


def sent(operation, values):
    probe = Probe("r", operation, Side.OBSERVE, values, "")
    exchange = Exchange(Request("POST", "http://127.0.0.1/", ()), None, None, 0.0)
    return SentProbe(probe, values, exchange, ParsedResponse(200, {}, None, "", "", 0))


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("2026-01-20T09:02:29.571Z", True),
        ("2026-01-20T09:02:29Z", True),
        ("2026-01-20T09:02:29.571913Z", True),
        ("2026-01-20 09:02:29.571913", False),
        ("2026-01-20T09:02:29.571913", False),
        ("2026-01-20T09:02:29+00:00", False),
        ("2026-01-20-09-02-29", False),
    ],
)
@pytest.mark.parametrize("service", ["redshift", "sts"])
def test_a_moment_in_xml_is_one_that_every_sdk_reads(service, text, held):
    name, inside = READS[service]
    contract = contracts.contract(service)
    operation = contract.operations[name]
    body = f"<{name}Response><{name}Result>{inside % text}</{name}Result></{name}Response>"
    response = Response(200, (("content-type", "text/xml"),), body.encode())
    exchange = Exchange(Request("POST", "http://127.0.0.1/", ()), response, None, 0.0)
    found = [one for one in observe(contract, operation, read(exchange, operation))
             if one.requirement.endswith("/format")]  # fmt: skip
    assert [one.held for one in found] == [held]
    [level] = [one.level for one in catalogue(contract) if one.id == found[0].requirement]
    assert level is Level.EXPECTED


READS = {
    "redshift": (
        "DescribeClusters",
        "<Clusters><Cluster><ClusterCreateTime>%s</ClusterCreateTime></Cluster></Clusters>",
    ),
    "sts": ("GetSessionToken", "<Credentials><Expiration>%s</Expiration></Credentials>"),
}


def forbidden(service, requirement):
    contract = contracts.contract(service)
    one = next(one for one in catalogue(contract) if one.id == f"{service}/{requirement}")
    return [probe for probe in plan(contract, one).probes if probe.side is Side.REJECT]


def test_a_word_in_other_case_may_be_the_same_word():
    notes = {one.note for one in forbidden("macie2", "EnableMacie/request/status/enum")}
    assert "a value that is not listed" in notes
    assert OTHER_CASE not in notes
    curated = {one.note for one in forbidden("lambda", "CreateFunction/request/PackageType/enum")}
    assert OTHER_CASE in curated


def test_an_empty_list_may_be_none_where_everything_is_text():
    assert not forbidden("elbv2", "AddTags/request/Tags/minItems")
    least = "TerminateWorkspaces/request/TerminateWorkspaceRequests/minItems"
    assert forbidden("workspaces", least)


def test_an_arn_of_another_service_is_told(reference_port, proxied, run):
    def answer(method, path, headers, body, status, answered, data, upstream):
        return status, answered, data.replace(b"arn:aws:geo:", b"arn:aws:location:")

    url = proxied(SimpleNamespace(answer=answer), reference_port)
    asked = ("--requirement", "location/*Key/response/KeyArn/*")
    found = run(url, "--service", "location", "--profile", "quick", "--seed", "7", *asked)
    made = {f"location/{one}/response/KeyArn/pattern" for one in ("CreateKey", "DescribeKey")}
    assert made <= found.failed()


SCOPE = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ec2/aws4_request, Signature=a"
HEAD = "arn:aws:ec2:eu-west-1:123456789012"
RESERVED = (
    "CreateCapacityReservation", "DescribeCapacityReservations", "CancelCapacityReservation",
    "CreatePlacementGroup", "DescribePlacementGroups", "DeletePlacementGroup",
)  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "held"),
    [
        (f"<placementGroupArn>{HEAD}:placement-group/of-others</placementGroupArn>", []),
        (f"<capacityReservationArn>{HEAD}:capacity-reservation/cr-1</capacityReservationArn>",
         [False]),
        (f"<placementGroupArn>{HEAD}:placement-group/cr-1</placementGroupArn>", [False]),
    ],
)  # fmt: skip
def test_a_creation_may_show_the_arn_of_what_others_made(shown, held):
    contract = contracts.some("ec2", *RESERVED)
    operation = contract.operations["CreateCapacityReservation"]
    made = f"<capacityReservationId>cr-1</capacityReservationId>{shown}"
    body = f"<R><capacityReservation>{made}</capacityReservation></R>".encode()
    request = Request("POST", "http://127.0.0.1/", (("Authorization", SCOPE),))
    exchange = Exchange(request, Response(200, (), body), None, 0.0)
    answer = read(exchange, operation)
    one = SentProbe(Probe("r", operation, Side.ACCEPT, {}, ""), {}, exchange, answer)
    found = Arns(contract, Names("abcdefgh")).observe(one, answer)
    assert [finding.held for finding in found] == held


@pytest.mark.parametrize(
    ("shown", "held"),
    [("cr-1", [False]), ("cr/arn:aws:x", [False]), ("Pending", []), (f"{HEAD}:cr/1", [False])],
)
def test_the_arn_of_what_was_made_is_one(shown, held):
    """The last is one, of another region."""
    contract = contracts.some("ec2", *RESERVED)
    operation = contract.operations["CreateCapacityReservation"]
    made = (
        "<capacityReservationId>cr-1</capacityReservationId>"
        f"<capacityReservationArn>{shown}</capacityReservationArn>"
    )
    body = f"<R><capacityReservation>{made}</capacityReservation></R>".encode()
    request = Request("POST", "http://127.0.0.1/", (("Authorization", SCOPE),))
    exchange = Exchange(request, Response(200, (), body), None, 0.0)
    answer = read(exchange, operation)
    one = SentProbe(Probe("r", operation, Side.ACCEPT, {}, ""), {}, exchange, answer)
    found = Arns(contract, Names("abcdefgh")).observe(one, answer)
    assert [finding.held for finding in found] == held


def test_a_map_in_a_query_has_a_parameter_for_each_entry():
    operation = contracts.contract("amp").operations["ListScrapers"]
    values = {"filters": {"status": ["ACTIVE", "FAILED"], "alias": ["a b"]}, "maxResults": 5}
    request = wire(operation, values)
    target = "/scrapers?status=ACTIVE&status=FAILED&alias=a%20b&maxResults=5"
    assert request.target == target
    assert (
        wire(operation, {"maxResults": {"x": 1}}).target
        == "/scrapers?maxResults=%7B%22x%22%3A%201%7D"
    )
    sent_again = Request("GET", f"http://127.0.0.1{target}", ())
    assert of(operation.protocol).members(operation, sent_again) == values


@pytest.mark.parametrize(
    ("service", "limit"),
    [
        ("amp", "ListScrapers/request/filters/minProperties"),
        ("amp", "ListScrapers/request/filters.{value}/minItems"),
        ("dlm", "GetLifecyclePolicies/request/resourceTypes/minItems"),
    ],
)
def test_nothing_of_what_is_empty_travels_in_a_query(service, limit):
    assert not forbidden(service, limit)


@pytest.mark.parametrize(
    ("service", "read", "error"),
    [
        ("redshift", "DescribeTags", None),
        ("cloudformation", "DescribeChangeSet", "ChangeSetNotFound"),
    ],
)
def test_a_list_may_be_empty_unless_its_error_says_what_is_not_there(service, read, error):
    contract = contracts.contract(service)
    kinds = (contract.overlay.main, *contract.overlay.resources.values())
    assert [one.not_found for one in kinds if one.read == read] == [error]


@pytest.mark.parametrize(
    "limit", ["GetObject/request/Range/pattern", "PutObject/request/Content-Type/pattern"]
)
def test_what_no_header_can_hold_is_no_fault(limit):
    probes = forbidden("mediastore-data", limit)
    name = limit.split("/")[2]
    values = [probe.values[name] for probe in probes]
    assert values
    for probe, value in zip(probes, values, strict=True):
        request = wire(probe.operation, {**probe.values, "Path": "a"})
        assert (name, value) in request.headers


def test_a_fault_that_did_not_travel_is_not_blamed():
    probe = forbidden("mediastore-data", "GetObject/request/Range/pattern")[0]
    probe = replace(probe, values={**probe.values, "Path": "a"})
    without = Request("GET", "http://127.0.0.1/a", ())
    assert not bytes_match_probe(probe, without)
    whole = Request("GET", "http://127.0.0.1/a", (("Range", str(probe.values["Range"])),))
    assert bytes_match_probe(probe, whole)


class Batch:
    """Takes all entries of a batch that are right, and tells of those that are not."""

    def __init__(self, *, checks: bool = True, fails: bool = False) -> None:
        self._checks, self._fails = checks, fails

    def send(self, request: Request) -> Exchange:
        try:
            entries = json.loads(request.body or b"{}").get("Findings")
        except ValueError:
            return answered(request, 400, {"message": "no JSON"}, "SerializationException")
        if not isinstance(entries, list):
            return answered(request, 400, {"message": "no findings"}, "InvalidInputException")
        wrong = [one for one in entries if self._fails or not self._is_right(one)]
        told = [{"Id": "a", "ErrorCode": "InvalidInput", "ErrorMessage": "wrong"} for _ in wrong]
        counts = {"FailedCount": len(wrong), "SuccessCount": len(entries) - len(wrong)}
        return answered(request, 200, {**counts, "FailedFindings": told})

    def send_all(self, requests, *, pipelined):
        return [self.send(one) for one in requests]

    def _is_right(self, entry) -> bool:
        batch = contracts.contract("securityhub").operations["BatchImportFindings"]
        found = violations(dict(batch.input), {"Findings": [entry]})
        return not self._checks or not any(found)


def answered(request: Request, status: int, body: object, code: str = "") -> Exchange:
    headers = [("Content-Type", "application/json"), *([("x-amzn-errortype", code)] * bool(code))]
    return Exchange(request, Response(status, tuple(headers), json.dumps(body).encode()), None, 0.0)


ENTRY = "securityhub/BatchImportFindings/request/Findings[]"


def judged(server):
    security = contracts.contract("securityhub")
    wanted = {f"{ENTRY}.{one}" for one in ("Title/required", "Title/type", "Severity.Label/enum")}
    config = RunConfig(
        jobs=[Job(security, [one for one in catalogue(security) if one.id in wanted])],
        url="http://127.0.0.1:1", credentials=TEST_CREDENTIALS, region="us-east-1",
        transport=RetryingTransport(server, retries=0, base=0.0),
        settings=Settings(draws=0, seed=1, settle=0.0),
    )  # fmt: skip
    found = {one.requirement: one.verdict for one in run_all(config).verdicts}
    assert found.keys() == wanted
    return set(found.values())


def test_a_batch_that_tells_of_its_wrong_entries_has_refused_them():
    assert judged(Batch()) == {Verdict.PASSED}


def test_a_batch_that_takes_its_wrong_entries_is_blamed():
    assert judged(Batch(checks=False)) == {Verdict.FAILED}


def test_a_batch_that_fails_whatever_its_entries_are_shows_nothing_about_them():
    assert Verdict.FAILED not in judged(Batch(fails=True))
    assert Verdict.PASSED not in judged(Batch(fails=True))


def test_what_is_named_by_the_one_text_of_a_list_is_identified_by_it():
    tables = contracts.contract("s3tables")
    assert valid_request(tables, tables.operations["CreateNamespace"])["namespace"] == ["${word}"]
    assert valid_request(tables, tables.operations["GetNamespace"])["namespace"] == "${id}"
    assert valid_request(tables, tables.operations["CreateTable"])["namespace"] == "${id.namespace}"


@pytest.mark.parametrize(
    ("service", "name", "told", "first"),
    [
        (
            "emr-serverless",
            "UpdateApplication",
            "must be in state CREATED or STOPPED, is STARTED",
            ["StopApplication", "StartApplication"],
        ),
        ("transfer", "DeleteServer", "the server has not been stopped", ["StopServer"]),
        ("emr-serverless", "UpdateApplication", "it was stopped by somebody", []),
        ("emr-serverless", "StartApplication", "the state of a job run is cancelled", []),
    ],
)
def test_what_brings_a_thing_into_the_state_that_a_refusal_names_comes_first(
    service, name, told, first
):
    refusal = ParsedResponse(400, {}, "ValidationException", told, "", 0)
    found = first_operations(contracts.contract(service), name, refusal)
    assert [one.name for one in found] == first


def test_a_number_that_is_made_up_keeps_a_maximum_below_one():
    source = contracts.contract("mediaconnect").operations["CreateFlow"].input["source"].shape
    shape = source.members["ndiSourceSettings"].shape.members["audioReferenceLevel"].shape
    assert not list(shape_violations(shape, sample(shape)))


@pytest.mark.parametrize(
    ("side", "fault", "name", "odd"),
    [
        (Side.REJECT, Fault.LIMIT, "resourceArn", True),
        (Side.REJECT, Fault.NOT_FOUND, "resourceArn", False),
        (Side.OBSERVE, None, "resourceArn", True),
        (Side.OBSERVE, None, "tagKeys", True),
        (Side.REJECT, Fault.LIMIT, "tagKeys", False),
        (Side.ACCEPT, None, "resourceArn", False),
    ],
)
def test_what_takes_in_an_odd_path_may_answer_in_its_own_form(side, fault, name, odd):
    probe = Probe("r", contracts.contract("kafka").operations["UntagResource"], side, {}, "", fault)
    named = {part.lower(): part for part in probe.operation.input}
    place = (named[name.lower()],)
    one = sent(probe.operation, {})
    assert _is_odd_address(replace(one, probe=replace(probe, place=place))) is odd
