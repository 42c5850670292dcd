"""What a quick run without an overlay decides more of: in time, and of what it can make."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.contract.inference.binding import Binding
from conformance.contract.levels import Level, Source
from conformance.contract.listing.requirements import Subject
from conformance.contract.model import Called, Constraint, Kind, Location, Member, Operation, Shape
from conformance.engine.request_savings import KEPT, LARGE, REFUSED, SECONDS, RequestSavings
from conformance.engine.resources.listed import lists_of_all, of_a_pattern, shown_fitting
from conformance.plan.generation.values import accepted, refused
from conformance.plan.probes import Plan, Probe, Side
from conformance.plan.valid_requests.base_requests import as_label, valid_request
from conformance.plan.valid_requests.request_repair import RefusalText, repaired
from tests import contracts


def _bound(service: str, operation: str) -> dict[str, Any]:
    contract = contracts.modelled(service)
    return dict(Binding(contract).of(contract.operations[operation]).members)


@pytest.mark.parametrize(
    ("service", "operation", "members"),
    [
        # A type by its name and version, an execution by two identifiers, also where another
        # operation's answer has one of them.
        ("swf", "DescribeActivityType", {"activityType.name": "${made.name}",
                                         "activityType.version": "${made.version}"}),
        ("swf", "StartWorkflowExecution", {"workflowType.name": "${made.workflow-type.name}",
                                           "domain": "${id.domain}"}),
        ("swf", "GetWorkflowExecutionHistory", {"execution.workflowId": "${id}",
                                                "execution.runId": "${made.runId}"}),
        # A choice of what names one: a member of a group is a user.
        ("identitystore", "CreateGroupMembership", {"MemberId.UserId": "${id.user}"}),
        # A creation that chooses an identifier chooses a new one.
        ("dms", "CreateReplicationInstance", {"ReplicationInstanceIdentifier": "${name}"}),
    ],
)  # fmt: skip
def test_what_names_a_resource(service: str, operation: str, members: dict[str, Any]) -> None:
    found = _bound(service, operation)
    assert {name: found.get(name) for name in members} == members


def test_what_is_made_of_a_kind_is_not_needed_to_make_it() -> None:
    overlay = contracts.inferred("memorydb").overlay
    assert overlay.resources["cluster"].create == "CreateCluster"
    assert "snapshot" not in overlay.resources["cluster"].needs
    assert "cluster" in overlay.resources["snapshot"].needs


def test_what_is_ended_together_is_named_one_at_a_time() -> None:
    ends = ("TerminateInstances", "DescribeInstances", "DeleteVolume", "DescribeVolumes")
    contract = contracts.some("ec2", "RunInstances", "CreateVolume", *ends)
    about = contract.overlay.resources["instances"]
    assert (about.create, about.delete) == ("RunInstances", "TerminateInstances")
    assert about.label == "InstanceIds"
    ended = contract.operations["TerminateInstances"]
    assert as_label(ended, "InstanceIds", "i-1") == ["i-1"]
    assert as_label(contract.operations["DeleteVolume"], "VolumeId", "vol-1") == "vol-1"


def test_that_something_is_requested_to_end_makes_none() -> None:
    about = contracts.inferred("swf").overlay.resources["workflow-execution"]
    assert "RequestCancelWorkflowExecution" not in about.also_created_by


def _text(name: str, **limits: Any) -> Shape:
    stated = {key: Constraint(key, one, Source(), Level.REQUIRED) for key, one in limits.items()}
    return Shape(Kind.STRING, stated, called=Called(name, "", "dynamodb"))


def _member(name: str, shape: Shape | None = None) -> Member:
    return Member(name, shape or _text(name), required=False, location=Location.BODY)


def _operation(*members: Member) -> Operation:
    given = {one.name: one for one in members}
    return Operation(
        "dynamodb", "ImportTable", "POST", "/", {}, given, {}, 200, Source(), {}, Source()
    )


def test_what_is_called_alike_becomes_one_where_a_refusal_shows_both() -> None:
    inner = Shape(Kind.STRUCTURE, members={"AttributeName": _member("AttributeName")})
    operation = _operation(_member("Key", inner), _member("Attribute", inner))
    request = {"Key": {"AttributeName": "${name}"}, "Attribute": {"AttributeName": "${name}"}}
    sent = {"Key": {"AttributeName": "key-0001"}, "Attribute": {"AttributeName": "key-0002"}}
    refusal = RefusalText(400, "ValidationException", "Keys: [key-0001], defined: [key-0002]")
    alike = {name: {"AttributeName": "${name.same}"} for name in request}
    assert next(repaired(operation, request, sent, refusal)) == alike
    only = RefusalText(400, "ValidationException", "Keys: [key-0001]")
    assert alike not in list(repaired(operation, request, sent, only))


def test_what_breaks_with_everything_is_tried_plain() -> None:
    group = Shape(Kind.STRUCTURE, members={"Role": _member("Role")})
    groups = _member("Groups", Shape(Kind.LIST, element=group))
    protected = _member("TerminationProtected", Shape(Kind.BOOLEAN))
    plain = {"Count": _member("Count"), "TerminationProtected": protected, "Groups": groups}
    operation = _operation(_member("Instances", Shape(Kind.STRUCTURE, members=plain)))
    request = {"Instances": {"Count": "1", "TerminationProtected": True, "Groups": []}}
    tried = list(repaired(operation, request, request, RefusalText(500, "", "")))
    assert {"Instances": {"Count": "1"}} in tried
    others = list(repaired(operation, request, request, RefusalText(400, "", "")))
    assert {"Instances": {"Count": "1"}} not in others


def test_what_was_found_by_trial_gives_way_to_what_it_excludes() -> None:
    contract = contracts.modelled("firehose")
    operation = contract.operations["CreateDeliveryStream"]
    found = {"DeliveryStreamName": "${name}", "S3DestinationConfiguration": {}}
    contract.found.keep("CreateDeliveryStream", found)
    assert valid_request(contract, operation) == found
    assert valid_request(contract, operation, ("S3DestinationConfiguration", "RoleARN")) == found
    other = valid_request(contract, operation, ("SplunkDestinationConfiguration", "HECToken"))
    assert other == {"DeliveryStreamName": "${name}"}


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _requirement(operation: str, place: tuple[str, ...] = ("Name",)) -> Any:
    return SimpleNamespace(
        subject=Subject.INPUT_LIMIT, keyword="pattern", place=place, operation=operation, shape=None
    )


def _savings(clock: _Clock, requirements: int = LARGE + 1) -> RequestSavings:
    savings = RequestSavings(thrifty=True, made_up=True, clock=clock)
    savings.begin(requirements)
    return savings


def test_what_takes_far_longer_than_usual_comes_later() -> None:
    savings = _savings(_Clock())
    for name, seconds in (("CreatePool", 1.0), ("ListPools", 0.01), ("GetPool", 0.02)):
        for _ in range(3):
            assert not savings.is_dear(_requirement(name))
            savings.took(_requirement(name), seconds)
    assert savings.is_dear(_requirement("CreatePool"))
    assert not savings.is_dear(_requirement("GetPool"))
    small = _savings(_Clock(), LARGE)
    for _ in range(3):
        small.took(_requirement("CreatePool"), 1.0)
        small.took(_requirement("GetPool"), 0.01)
    assert not small.is_dear(_requirement("CreatePool"))


def test_time_is_kept_for_what_comes_last() -> None:
    clock = _Clock()
    savings = _savings(clock)
    clock.now = SECONDS * KEPT
    assert savings.left(_requirement("GetPool", ("Name", "Inner")), 0)
    assert savings.left(_requirement("GetPool"), 0) == ""


@pytest.mark.parametrize(("requirements", "most"), [(LARGE + 1, REFUSED), (LARGE, 20)])
def test_a_large_service_is_asked_a_few_of_the_values_that_a_limit_forbids(
    requirements: int, most: int
) -> None:
    probes = tuple(
        SimpleNamespace(side=side, values=index)
        for side in (Side.REJECT, Side.ACCEPT)
        for index in range(20)
    )
    planned: Any = Plan("one", probes)  # type: ignore[arg-type]
    kept = _savings(_Clock(), requirements).reduced(_requirement("GetPool"), planned).probes
    asked: list[Any] = [one.values for one in kept if one.side is Side.REJECT]
    assert len(asked) == most
    assert (asked[0], asked[-1]) == (0, 19)
    assert len([one for one in kept if one.side is Side.ACCEPT]) == 20


def test_what_a_creation_shows_in_a_summary_identifies_it() -> None:
    about = contracts.inferred("organizations").overlay.resource
    assert about is not None
    assert about.identifier is not None
    assert about.create == "CreatePolicy"
    assert about.identifier.created == "Policy.PolicySummary.Id"


def test_what_an_identifier_of_a_pattern_may_be_is_listed() -> None:
    contract = contracts.modelled("organizations")
    operation = contract.operations["ListAccountsForParent"]
    probe = Probe("", operation, Side.ACCEPT, {"ParentId": "r-examplerootid111"}, "")
    assert list(of_a_pattern(probe)) == ["ParentId"]
    assert not list(of_a_pattern(replace(probe, values={"ParentId": "${id}"})))
    listing = contract.operations["ListRoots"]
    assert listing in list(lists_of_all(contract))
    shape = operation.input["ParentId"].shape
    body = {"Roots": [{"Arn": "arn:aws:organizations::1:root/o-1/r-abcd", "Id": "r-abcd"}]}
    assert shown_fitting(listing, body, shape) == "r-abcd"
    assert shown_fitting(listing, {"Roots": [{"Id": "p-12345678"}]}, shape) is None
    assert shown_fitting(listing, {"Roots": []}, shape) is None


def test_a_number_in_a_text_is_one_at_any_length() -> None:
    starts = contracts.modelled("swf").operations["StartWorkflowExecution"]
    timeout = starts.input["executionStartToCloseTimeout"].shape
    most = timeout.limit("maxLength")
    values = [one.value for one in accepted(timeout, "maxLength")]
    assert values == ["1" * most, "1" * (most - 1)]
    assert next(one.value for one in refused(timeout, "maxLength")) == "1" * (most + 1)
