"""Valid requests that nobody stated: of services whose names and answers are not those of REST."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.inference.binding import Binding
from conformance.contract.inference.naming import is_within, split
from conformance.contract.model import Called, Kind, Location, Member, Operation, Shape
from conformance.engine.judge.response import observe
from conformance.engine.resources import listed, prerequisites
from conformance.engine.resources.disposal import Disposal
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.names import mentions
from conformance.engine.resources.placeholders import placeholder_facts
from conformance.engine.resources.request_search import RequestSearch
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.plan.generation.values import sample
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.optional_members import joined
from conformance.plan.valid_requests.request_repair import RefusalText, repaired
from conformance.plan.valid_requests.resources import arn_of
from conformance.transport.exchange import Exchange, Request
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts

EXCHANGE = Exchange(Request("POST", "http://127.0.0.1/", ()), None, None, 0.0)


def bound(service: str, operation: str) -> dict[str, Any]:
    contract = contracts.inferred(service)
    return dict(Binding(contract).of(contract.operations[operation]).members)


@pytest.mark.parametrize(
    ("service", "operation", "members"),
    [
        # What its creation answers in a list that is called as the noun is.
        ("elbv2", "DescribeLoadBalancerAttributes", {"LoadBalancerArn": "${id}"}),
        ("elbv2", "CreateListener", {"LoadBalancerArn": "${id.load-balancer}"}),
        ("elbv2", "DeleteRule", {"RuleArn": "${id}"}),
        # Part of something else, and not another way to make that.
        ("ssm", "RegisterTargetWithMaintenanceWindow", {"WindowId": "${id.maintenance-window}"}),
        # By what only the creation's answer and the later requests have.
        ("ecr", "UploadLayerPart", {"repositoryName": "${id.repository}", "uploadId": "${id}"}),
        # By what an administrator makes.
        ("cognito-idp", "AdminGetUser", {"UserPoolId": "${id.user-pool}", "Username": "${id}"}),
        # Anything that may have tags, though it is called a name.
        ("rds", "AddTagsToResource", {"ResourceName": "${made.DBClusterArn}"}),
        # By what a list within the read shows.
        ("kinesis", "GetShardIterator", {"ShardId": "${made.ShardId}", "StreamName": "${id}"}),
    ],
)
def test_members_are_bound(service: str, operation: str, members: dict[str, Any]) -> None:
    assert members.items() <= bound(service, operation).items()


def test_a_copy_has_a_name_of_its_own() -> None:
    """And is made of another one, as it is a new one itself."""
    members = bound("rds", "CopyDBParameterGroup")
    assert members["SourceDBParameterGroupIdentifier"] == "${id.db-parameter-group}"
    assert members["TargetDBParameterGroupIdentifier"].startswith("${name")


def test_what_is_within_something_is_said_by_a_preposition() -> None:
    assert is_within("TargetWithMaintenanceWindow", "MaintenanceWindow")
    assert not is_within("SpecialMaintenanceWindow", "MaintenanceWindow")
    assert split("AdminCreateUser", ("Create",)) == ("Create", "User")


def test_the_arn_of_a_kind_is_its_identifier_or_what_its_creation_shows() -> None:
    assert arn_of(contracts.inferred("elbv2"), "target-group") == "${id.target-group}"
    assert arn_of(contracts.inferred("ecr"), "repository") == "${made.repository.repositoryArn}"
    assert arn_of(contracts.inferred("iam"), "access-key") is None


def answer(status: int, code: str | None = None, message: str = "", body: Any = None) -> Any:
    return ParsedResponse(
        status=status, code=code, message=message, body=body, content_type="", size=1
    )


@pytest.mark.parametrize(
    ("service", "operation", "code", "message", "first"),
    [
        ("iam", "RemoveUserFromGroup", "NoSuchEntity", "User u not in group g", "AddUserToGroup"),
        ("iam", "DetachRolePolicy", "NoSuchEntity", "Policy p was not found.", "AttachRolePolicy"),
        ("organizations", "CreateAccount", "AWSOrganizationsNotInUseException", "no member",
         "CreateOrganization"),
        ("organizations", "CreateOrganization", "AlreadyInOrganizationException", "a member",
         "DeleteOrganization"),
        ("s3control", "GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "none",
         "PutPublicAccessBlock"),
    ],
)  # fmt: skip
def test_what_a_refusal_says_is_missing_names_what_makes_it(
    service: str, operation: str, code: str, message: str, first: str
) -> None:
    found = prerequisites.first_operations(
        contracts.inferred(service), operation, answer(400, code, message)
    )
    assert first in [one.name for one in found][:3]


def test_a_refusal_of_another_sort_asks_for_nothing_first() -> None:
    refusal = answer(400, "ValidationException", "Tags must be a list")
    assert not list(prerequisites.first_operations(contracts.inferred("iam"), "GetUser", refusal))


def test_what_must_be_disabled_is_updated_to_that_first() -> None:
    """The update that has the word of a state, and what it sets."""
    contract = contracts.inferred("batch")
    refusal = answer(400, "ClientException", "Cannot delete, job queue is not disabled.")
    [first, *_] = prerequisites.first_operations(contract, "DeleteJobQueue", refusal)
    assert first.name == "UpdateJobQueue"
    assert prerequisites.into_listed(first, refusal) == {"state": "DISABLED"}
    other = answer(400, "ClientException", "Cannot delete, found an existing relationship.")
    assert prerequisites.into_listed(first, other) == {}


class Target:
    """Refuses an operation until another one was called."""

    def __init__(self, refused: str, first: str) -> None:
        self._refused, self._first = refused, first
        self.called: list[str] = []

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        name = probe.operation.name
        self.called.append(name)
        works = name != self._refused or self._first in self.called
        said = answer(200, body={}) if works else answer(400, "NoSuchEntityException", "none")
        return SentProbe(probe, probe.values, EXCHANGE, said)


def test_what_is_needed_first_is_called_and_remembered() -> None:
    contract = contracts.inferred("organizations")
    operation = contract.operations["DescribeOrganization"]
    target = Target("DescribeOrganization", "CreateOrganization")
    probe = Probe("", operation, Side.ACCEPT, valid_request(contract, operation), "a valid request")
    search = RequestSearch(contract, target.send)
    assert search.improve(target.send(probe)) is not None
    assert contract.found.before.pop("DescribeOrganization") == "CreateOrganization"
    assert search.improve(target.send(probe)) is None, "it is looked for once"


def test_what_is_needed_first_may_need_something_else_first() -> None:
    contract = contracts.inferred("apigateway")
    operation = contract.operations["CreateDeployment"]
    called: list[str] = []

    def send(probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        called.append(probe.operation.name)
        lacks = "The REST API doesn't contain any methods"
        if "PutMethod" in called:
            lacks = "No integration defined for method"
        works = probe.operation is not operation or "PutIntegration" in called
        said = answer(200, body={}) if works else answer(400, "BadRequestException", lacks)
        return SentProbe(probe, probe.values, EXCHANGE, said)

    probe = Probe("", operation, Side.ACCEPT, valid_request(contract, operation), "a valid request")
    assert RequestSearch(contract, send).improve(send(probe)) is not None
    assert contract.found.before.pop("CreateDeployment") == "PutIntegration"


def test_a_list_shows_what_is_there() -> None:
    contract = contracts.inferred("organizations")
    operation = contract.operations["EnablePolicyType"]
    probe = Probe("", operation, Side.ACCEPT, {"RootId": "r-aaaa", "PolicyType": "TAG_POLICY"}, "")
    [(name, listing)] = listed.lists_of(contract, probe)
    assert (name, listing.name) == ("RootId", "ListRoots")
    shown = {"Roots": [{"Arn": "arn:aws:x", "Id": "r-x1y2", "Name": "Root"}]}
    assert listed.shown_first(listing, shown, "RootId") == "r-x1y2"
    assert listed.shown_first(listing, {"Roots": []}, "RootId") is None


def test_what_is_listed_counts_less_than_what_is_beside_the_list() -> None:
    made = {"Stream": {"Name": "s", "Shards": [{"ShardId": "0", "Name": "of the shard"}]}}
    probe = Probe("", operation(), Side.ACCEPT, {}, "")
    sent = SentProbe(probe, {}, EXCHANGE, answer(200, body=made))
    found = placeholder_facts(RunResource("s", "", sent))
    assert found == {"ShardId": "0", "Name": "s"}


def operation(**members: Shape) -> Operation:
    given = {
        name: Member(name, one, required=False, location=Location.BODY)
        for name, one in members.items()
    }
    source = contracts.inferred("iam").operations["GetUser"].source
    return Operation(
        "x", "CreateThing", "POST", "/", {}, given, {}, 200, source, {}, source
    )  # fmt: skip


def text(name: str, *usual: str) -> Shape:
    return Shape(Kind.STRING, called=Called(name, "", "x"), usual=usual)


def test_members_inside_a_request_that_are_called_alike_are_one_name() -> None:
    request = {
        "Name": "${name}",
        "Defined": [{"Attribute": "${name}", "Type": "S"}],
        "Keys": [{"Attribute": "${name}"}],
        "Index": {"Other": "${name}"},
    }
    assert joined(request) == {
        "Name": "${name}",
        "Defined": [{"Attribute": "${name.Attribute}", "Type": "S"}],
        "Keys": [{"Attribute": "${name.Attribute}"}],
        "Index": {"Other": "${name}"},
    }


def test_a_new_name_begins_as_those_do_that_are_shown() -> None:
    about = operation(AliasName=text("AliasName", "alias/ExampleAlias"))
    refusal = RefusalText(400, "ValidationException", "Invalid identifier")
    tried = list(repaired(about, {"AliasName": "${name}"}, {"AliasName": "c-1"}, refusal))
    assert {"AliasName": "alias/${name}"} in tried


def test_a_number_that_a_refusal_shows_is_tried() -> None:
    hours = Shape(Kind.INTEGER, called=Called("RetentionPeriodHours", "", "x"))
    about = operation(RetentionPeriodHours=hours)
    refusal = RefusalText(400, "InvalidArgument", "RetentionPeriodHours is less than 24")
    tried = repaired(about, {"RetentionPeriodHours": 1}, {"RetentionPeriodHours": 1}, refusal)
    assert next(tried) == {"RetentionPeriodHours": 24}


def test_a_member_that_a_refusal_names_for_want_of_one_of_two_is_tried() -> None:
    about = operation(CidrBlock=text("CidrBlock"), Ipv4IpamPoolId=text("Ipv4IpamPoolId"))
    said = "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."
    tried = repaired(about, {}, {}, RefusalText(400, "MissingParameter", said))
    assert [*next(tried)] == ["CidrBlock"]


def test_an_arn_that_is_refused_becomes_that_of_the_kind_that_is_spoken_of() -> None:
    about = operation(SourceArn=text("SourceArn"))
    refusal = RefusalText(
        400, "ValidationException", "SourceArn must contain an event bus ARN",
        {"rule": "${made.rule.Arn}", "event-bus": "${made.event-bus.Arn}"},
    )  # fmt: skip
    tried = repaired(about, {"SourceArn": "arn:x"}, {"SourceArn": "arn:x"}, refusal)
    assert next(tried) == {"SourceArn": "${made.event-bus.Arn}"}


def test_a_blob_is_written_as_bytes_are() -> None:
    assert base64.b64decode(sample(Shape(Kind.BLOB)), validate=True)


def test_an_error_of_a_service_that_spoke_query_has_the_status_that_it_had_there() -> None:
    contract = contracts.inferred("sqs")
    about = contract.operations["PurgeQueue"]
    refusal = answer(403, "PurgeQueueInProgress", "only once a minute")
    address = "sqs/PurgeQueue/error/PurgeQueueInProgress"
    for headers, held in ((frozenset(["x-amzn-query-error"]), True), (frozenset[str](), False)):
        found = list(observe(contract, about, replace(refusal, headers=headers)))
        assert [one.held for one in found if one.requirement == address] == [held]


class Hooks:
    """Makes groups and their hooks until it makes no groups any more."""

    def __init__(self) -> None:
        self.makes = True

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        if mentions(probe.values, "${id.auto-scaling-group}") and not self.makes:
            failed = SentProbe(probe, {}, EXCHANGE, answer(400, "ValidationError", "no group"))
            raise SetupFailed(failed)
        values = dict.fromkeys(probe.values, "given")
        return SentProbe(probe, values, EXCHANGE, answer(200, body={}), resource)


def test_a_deletion_that_names_what_cannot_be_made_leaves_the_resource() -> None:
    contract, target = contracts.inferred("autoscaling"), Hooks()
    inventory = Inventory(contract, target.send)
    create = contract.operations["PutLifecycleHook"]
    probe = Probe("", create, Side.ACCEPT, valid_request(contract, create), "")
    made = RunResource("hook", "", target.send(probe), "lifecycle-hook")
    target.makes = False
    assert mentions(
        valid_request(contract, contract.operations["DeleteLifecycleHook"]), "auto-scaling"
    )
    assert Disposal(contract, target.send, inventory).delete(made) is None
    assert not made.gone
