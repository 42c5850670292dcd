"""What AWS was recorded to do is never a failure at the levels of the gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from conformance.contract.inference.taken_rules import taken_errors
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.observed import disproved
from conformance.engine.attempt import _tell_the_same
from conformance.engine.judge.response import observe
from conformance.engine.sending.exchange_log import SentProbe
from conformance.plan.probes import Probe, Side
from conformance.plan.sequences.assertions import assert_equal, assert_unchanged
from conformance.plan.sequences.steps import RuleBroken
from conformance.transport.exchange import Exchange, Request
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts

GATE = {Level.REQUIRED, Level.EXPECTED}


def broken(
    service: str,
    operation: str,
    body: dict[str, Any],
    *,
    status: int = 200,
    code: str | None = None,
) -> set[str]:
    """What an answer breaks at the levels of the gate."""
    contract = contracts.contract(service)
    levels = {one.id: one.level for one in catalogue(contract)}
    asked = contract.operations[operation]
    heads = frozenset({"smithy-protocol"})
    media = asked.content_type or ""
    answer = ParsedResponse(status, body, code, "", media, 20, headers=heads)
    return {
        one.requirement
        for one in observe(contract, asked, answer)
        if not one.held and levels[one.requirement] in GATE
    }


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        (
            "dms",
            "DescribeReplicationInstances",
            {"ReplicationInstances": [{"ReplicationInstancePublicIpAddresses": [None]}]},
        ),
        ("ecr", "GetLifecyclePolicy", {"lastEvaluatedAt": 0}),
        ("ecr", "GetLifecyclePolicy", {"lastEvaluatedAt": 253_402_300_799}),
    ],
)
def test_recorded_answers_break_nothing(service: str, operation: str, body: dict[str, Any]) -> None:
    assert not broken(service, operation, body)


def test_values_of_another_type_and_milliseconds_are_told_still() -> None:
    wrong = {"ReplicationInstances": [{"ReplicationInstancePublicIpAddresses": [1]}]}
    assert broken("dms", "DescribeReplicationInstances", wrong)
    assert broken("ecr", "GetLifecyclePolicy", {"lastEvaluatedAt": 1_700_000_000_000})


def test_a_caller_s_error_may_have_the_status_400_in_cbor_as_in_json() -> None:
    contract = contracts.contract("keyspaces")
    assert contract.protocol == "rpc-v2-cbor"
    assert contract.operations["GetKeyspace"].errors["ResourceNotFoundException"].status == 404
    missing = "ResourceNotFoundException"
    assert not broken("keyspaces", "GetKeyspace", {}, status=400, code=missing)
    assert broken("keyspaces", "GetKeyspace", {}, status=409, code=missing)


@pytest.mark.parametrize("service", ["apigatewayv2", "dax", "efs", "logs"])
def test_what_aws_was_recorded_not_to_keep_never_fails_the_gate(service: str) -> None:
    stated = {one.id: one.level for one in contracts.requirements(service)}
    known = disproved(service) & stated.keys()
    assert known
    assert {stated[one] for one in known} == {Level.INFORMATIONAL}


def test_every_disproved_requirement_is_one_that_a_model_states() -> None:
    for service in ("apigatewayv2", "apprunner", "cloudcontrol", "dax", "efs", "es", "logs"):
        contract = contracts.contract(service)
        stated = {one.id for one in catalogue(contract)}
        assert disproved(service) <= stated


ADDED = {"addedLater": {"a": [None, "x"]}}


def test_members_that_are_added_later_may_stand_anywhere() -> None:
    shown = contracts.contract("location").operations["DescribeKey"].output
    app = {"Package": "com.example.one", "CertificateFingerprint": "00:11"}
    wanted = {"AllowAndroidApps": [app]}
    seen = {"Restrictions": {"AllowAndroidApps": [{**app, **ADDED}], **ADDED}, **ADDED}
    assert_equal("Restrictions", wanted, seen, shown)
    assert_equal("Restrictions.AllowAndroidApps", [app], seen, shown)
    assert_unchanged({"Restrictions": wanted}, seen, set(), shown)
    other = {"Restrictions": {"AllowAndroidApps": [{**app, "Package": "com.example.two"}]}}
    with pytest.raises(RuleBroken):
        assert_equal("Restrictions.AllowAndroidApps", [app], other, shown)
    with pytest.raises(RuleBroken):
        assert_unchanged({"Restrictions": wanted}, other, set(), shown)


def test_the_entries_of_a_map_are_all_its_own() -> None:
    shown = contracts.contract("location").operations["DescribeKey"].output
    with pytest.raises(RuleBroken):
        assert_equal("Tags", {"a": "b"}, {"Tags": {"a": "b", "addedLater": "x"}}, shown)


def test_an_answer_is_compared_as_a_whole_where_no_place_is_named() -> None:
    shown = contracts.contract("location").operations["DescribeKey"].output
    assert_equal("", {"KeyName": "one"}, {"KeyName": "one"}, shown)
    with pytest.raises(RuleBroken):
        assert_equal("", {"KeyName": "one"}, {"KeyName": "two"}, shown)


class EmptyFirstPage:
    """A list of API keys whose first page is empty, and leads to the next one."""

    @staticmethod
    def request(
        method: str, path: str, headers: object, body: object, _: object
    ) -> tuple[int, list[tuple[str, str]], bytes] | list[object] | None:
        start, _, query = path.partition("?")
        if method != "GET" or start != "/apikeys":
            return None
        given = dict(parse_qsl(query, keep_blank_values=True))
        position = given.pop("position", "")
        if not position:
            media = [("Content-Type", "application/json"), ("x-amzn-RequestId", "1")]
            return 200, media, b'{"item": [], "position": "first"}'
        if position != "first":
            given["position"] = position
        return [method, f"{start}?{urlencode(given)}", headers, body]


def test_an_empty_page_that_leads_on_is_not_the_end_of_a_list(
    reference_port: int, proxied: Callable[..., str], run: Callable[..., Any]
) -> None:
    rules = (
        "ImportApiKeys/behavior/a-known-value-is-overwritten",
        "CreateApiKey/behavior/shown-after-creation",
    )
    asked = [part for rule in rules for part in ("--requirement", f"apigateway/{rule}")]
    ended = run(proxied(EmptyFirstPage, reference_port), *asked, "--seed", "1")
    assert ended.code == 0, ended.out
    assert {ended.verdict(f"apigateway/{rule}") for rule in rules} == {"passed"}


@pytest.mark.parametrize(
    ("service", "operation", "errors"),
    [
        ("directconnect", "CreateConnection", []),
        ("workdocs", "CreateLabels", []),
        ("elbv2", "CreateTrustStore", ["DuplicateTrustStoreName"]),
        ("dax", "CreateCluster", ["ClusterAlreadyExistsFault"]),
        ("iam", "CreateUser", ["EntityAlreadyExists"]),
        ("cognito-idp", "AdminCreateUser", ["UsernameExistsException"]),
    ],
)
def test_an_error_of_tags_or_of_what_is_missing_takes_no_name(
    service: str, operation: str, errors: list[str]
) -> None:
    found = taken_errors(contracts.contract(service).operations[operation])
    assert [one.name for one in found if "Conflict" not in one.name] == errors


def entry(code: str) -> SentProbe:
    operation = contracts.contract("lakeformation").operations["AddLFTagsToResource"]
    probe = Probe("r", operation, Side.REJECT, {}, "")
    body = {"Failures": [{"LFTag": {"TagKey": "a"}, "Error": {"ErrorCode": code}}]}
    request = Request("POST", "http://127.0.0.1:1/", ())
    answer = ParsedResponse(200, body, None, "", "application/json", 20)
    return SentProbe(probe, {}, Exchange(request, None, None, 0.0), answer)


def test_a_fault_beside_the_entries_may_be_told_of_each_of_them() -> None:
    usual = entry("EntityNotFoundException")
    assert _tell_the_same("Failures", entry("EntityNotFoundException"), usual)
    assert not _tell_the_same("Failures", entry("InvalidInputException"), usual)


@pytest.mark.parametrize(
    ("service", "requirement", "level"),
    [
        ("s3", "PutBucketTagging/request/Tagging.TagSet/required", Level.INFORMATIONAL),
        ("s3", "PutObjectTagging/request/Tagging.TagSet/required", Level.INFORMATIONAL),
        ("s3", "PutBucketTagging/request/Tagging/required", Level.REQUIRED),
        ("s3", "PutBucketTagging/request/Tagging.TagSet[].Key/required", Level.REQUIRED),
        (
            "route53",
            "ChangeResourceRecordSets/request/ChangeBatch.Changes/required",
            Level.REQUIRED,
        ),
    ],
)
def test_a_list_that_may_be_empty_may_be_absent_in_xml(
    service: str, requirement: str, level: Level
) -> None:
    stated = {one.id: one.level for one in contracts.requirements(service)}
    assert stated[f"{service}/{requirement}"] is level
