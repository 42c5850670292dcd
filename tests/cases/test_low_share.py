"""What a quick run without an overlay decides more of: in time, and of what it can make."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.contract.inference.binding import Binding
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.levels import Level, Source
from conformance.contract.listing.requirements import Subject
from conformance.contract.model import Called, Constraint, Kind, Location, Member, Operation, Shape
from conformance.engine.economy import KEPT, LARGE, REFUSED, SECONDS, Economy
from conformance.plan.probes import Plan, Side
from conformance.plan.valid_requests.amending import RefusalText, amended
from conformance.plan.valid_requests.base_requests import as_label, base
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
    overlay = inferred_overlay(contracts.modelled("memorydb"))
    assert overlay.resources["cluster"].create == "CreateCluster"
    assert "snapshot" not in overlay.resources["cluster"].needs
    assert "cluster" in overlay.resources["snapshot"].needs


def test_what_is_ended_together_is_named_one_at_a_time() -> None:
    contract = contracts.modelled("ec2")
    overlay = inferred_overlay(contract)
    about = overlay.resources["instances"]
    assert (about.create, about.delete) == ("RunInstances", "TerminateInstances")
    assert about.label == "InstanceIds"
    ended = contract.operations["TerminateInstances"]
    assert as_label(ended, "InstanceIds", "i-1") == ["i-1"]
    assert as_label(contract.operations["DeleteVolume"], "VolumeId", "vol-1") == "vol-1"


def test_that_something_is_requested_to_end_makes_none() -> None:
    about = inferred_overlay(contracts.modelled("swf")).resources["workflow-execution"]
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
    assert next(amended(operation, request, sent, refusal)) == alike
    only = RefusalText(400, "ValidationException", "Keys: [key-0001]")
    assert alike not in list(amended(operation, request, sent, only))


def test_what_breaks_with_everything_is_tried_plain() -> None:
    group = Shape(Kind.STRUCTURE, members={"Role": _member("Role")})
    groups = _member("Groups", Shape(Kind.LIST, element=group))
    plain = {"Count": _member("Count"), "Groups": groups}
    operation = _operation(_member("Instances", Shape(Kind.STRUCTURE, members=plain)))
    request = {"Instances": {"Count": "1", "Groups": []}}
    tried = list(amended(operation, request, request, RefusalText(500, "", "")))
    assert {"Instances": {"Count": "1"}} in tried
    refused = list(amended(operation, request, request, RefusalText(400, "", "")))
    assert {"Instances": {"Count": "1"}} not in refused


def test_what_was_found_by_trial_gives_way_to_what_it_excludes() -> None:
    contract = contracts.modelled("firehose")
    operation = contract.operations["CreateDeliveryStream"]
    found = {"DeliveryStreamName": "${name}", "S3DestinationConfiguration": {}}
    contract.found.keep("CreateDeliveryStream", found)
    assert base(contract, operation) == found
    assert base(contract, operation, ("S3DestinationConfiguration", "RoleARN")) == found
    other = base(contract, operation, ("SplunkDestinationConfiguration", "HECToken"))
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


def _economy(clock: _Clock, requirements: int = LARGE + 1) -> Economy:
    economy = Economy(thrifty=True, made_up=True, clock=clock)
    economy.begin(requirements)
    return economy


def test_what_takes_far_longer_than_usual_comes_later() -> None:
    economy = _economy(_Clock())
    for name, seconds in (("CreatePool", 1.0), ("ListPools", 0.01), ("GetPool", 0.02)):
        for _ in range(3):
            assert not economy.is_dear(_requirement(name))
            economy.took(_requirement(name), seconds)
    assert economy.is_dear(_requirement("CreatePool"))
    assert not economy.is_dear(_requirement("GetPool"))
    small = _economy(_Clock(), LARGE)
    for _ in range(3):
        small.took(_requirement("CreatePool"), 1.0)
        small.took(_requirement("GetPool"), 0.01)
    assert not small.is_dear(_requirement("CreatePool"))


def test_time_is_kept_for_what_comes_last() -> None:
    clock = _Clock()
    economy = _economy(clock)
    clock.now = SECONDS * KEPT
    assert economy.left(_requirement("GetPool", ("Name", "Inner")), 0)
    assert economy.left(_requirement("GetPool"), 0) == ""


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
    kept = _economy(_Clock(), requirements).reduced(_requirement("GetPool"), planned).probes
    refused: list[Any] = [one.values for one in kept if one.side is Side.REJECT]
    assert len(refused) == most
    assert (refused[0], refused[-1]) == (0, 19)
    assert len([one for one in kept if one.side is Side.ACCEPT]) == 20
