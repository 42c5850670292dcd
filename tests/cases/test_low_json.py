"""What a quick run without an overlay finds out of JSON services: names, lists, valid requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.contract.aws_values import special
from conformance.contract.inference.naming import is_called_after, thing
from conformance.contract.levels import Level, Source
from conformance.contract.model import Called, Constraint, Kind, Location, Member, Operation, Shape
from conformance.contract.regex import patterns
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.listed import lists_of
from conformance.engine.resources.prerequisites import first_operations
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.sending.settling import Arrival
from conformance.engine.watching.response_coverage import _wider
from conformance.plan.generation.values import sample
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.request_repair import RefusalText, repaired
from conformance.plan.valid_requests.variants import Variants
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts

if TYPE_CHECKING:
    from collections.abc import Callable

EXCHANGE = Exchange(Request("POST", "http://127.0.0.1/", ()), None, None, 0.0)


def _answer(status: int, body: Any = None, code: str | None = None, told: str = "") -> Any:
    return ParsedResponse(status, body, code, told, "", 20)


class _Target:
    """Answers by the name of the operation."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.note: Callable[[SentProbe], None] = lambda _: None

    def __call__(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        parents = {} if resource is None else resource.parents
        said = self.answers[probe.operation.name]
        said = said() if callable(said) else said
        made = said if isinstance(said, ParsedResponse) else _answer(200, said)
        sent = SentProbe(probe, probe.values, EXCHANGE, made, resource, parents)
        self.note(sent)
        return sent


# -- Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "operation", "members"),
    [
        # What an administrator does is about the same as what users do.
        ("cognito-idp", "AdminDeleteUserAttributes", {"Username": "${id}"}),
        ("cognito-idp", "AdminAddUserToGroup", {"Username": "${id}", "GroupName": "${id.group}"}),
        ("cognito-idp", "SignUp", {"Username": None}),
        ("ssm", "DeregisterTaskFromMaintenanceWindow",
         {"WindowId": "${id}", "WindowTaskId": "${id.task-with-maintenance-window}"}),
        # What is called as nothing of the service is no name of what it makes.
        ("rds", "DescribeOrderableDBInstanceOptions", {"Engine": None}),
        # Tags of what has ids and no ARNs, and configurations of what has one.
        ("ds", "AddTagsToResource", {"ResourceId": "${id}"}),
        ("wafv2", "PutLoggingConfiguration", {"LoggingConfiguration.ResourceArn": "${made.ARN}"}),
        ("redshift-data", "DescribeStatement", {"Id": "${id}"}),
        # What is scaled is there already.
        ("application-autoscaling", "RegisterScalableTarget",
         {"ResourceId": "${aws.scalable-resource}"}),
    ],
)  # fmt: skip
def test_what_a_request_names(service: str, operation: str, members: dict[str, Any]) -> None:
    found = contracts.inferred(service).overlay.words_of(operation).binds
    assert {name: found.get(name) for name in members} == members


@pytest.mark.parametrize(
    ("member", "noun", "after"),
    [
        ("Username", "User", True),
        ("LayerName", "LayerVersion", True),
        ("PatchGroup", "PatchBaselineForPatchGroup", True),
        ("WindowTargetId", "TargetWithMaintenanceWindow", True),
        ("Engine", "CustomDBEngineVersion", False),
        ("Id", "Statement", False),
        ("Qualifier", "ProvisionedConcurrencyConfig", False),
    ],
)
def test_what_members_are_called_after(member: str, noun: str, *, after: bool) -> None:
    assert is_called_after(member, noun) is after


def test_what_an_operation_is_about_comes_after_its_verb() -> None:
    assert thing("AdminDeleteUserAttributes") == "userattributes"
    assert thing("AdminUserGlobalSignOut") == "userglobalsignout"
    assert thing("UpdateServicePrimaryTaskSet") == "serviceprimarytaskset"


def test_what_shows_the_identifier_of_a_new_one_makes_one() -> None:
    about = contracts.inferred("ds").overlay.kinds()["directory"]
    made = {"ConnectDirectory", "CreateMicrosoftAD", "CreateHybridAD"}
    assert about.also_created_by == dict.fromkeys(made, "DirectoryId")
    # What is called after something else makes one of that, whatever it shows besides.
    assert not contracts.inferred("directconnect").overlay.kinds()["lag"].also_created_by


def test_what_is_run_and_looked_at_later_is_made() -> None:
    overlay = contracts.inferred("redshift-data").overlay
    about = overlay.kinds()["statement"]
    assert (about.create, about.read) == ("ExecuteStatement", "DescribeStatement")
    # What shows no identifier is made by nothing that runs it.
    assert "ExecutePolicy" not in {
        one.create for one in contracts.inferred("autoscaling").overlay.kinds().values()
    }


# -- Values --------------------------------------------------------------------------------------


def test_letters_and_digits_are_a_class_of_java() -> None:
    pattern = r"^(\p{LD}|\p{Punct}| )+$"
    assert patterns.matches(pattern, "aé9 !")
    assert not patterns.matches(pattern, "a\t")
    assert not patterns.matches(r"^\P{LD}+$", "a")


def test_values_of_one_service_come_first_and_fit_together() -> None:
    contract = contracts.inferred("application-autoscaling")
    assert valid_request(contract, contract.operations["RegisterScalableTarget"]) == {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "${aws.scalable-resource}",
        "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
    }
    assert special("ServiceNamespace", "", "string", "autoscaling-plans") == ()
    stated = Constraint("enum", ("ecs", "dynamodb", "rds"), Source(), Level.REQUIRED)
    called = Called("ServiceNamespace", "", "application-autoscaling")
    shape = Shape(Kind.STRING, {"enum": stated}, called=called)
    assert [sample(shape, index) for index in range(4)] == ["dynamodb", "ecs", "rds", "dynamodb"]


def _member(name: str, shape: Shape | None = None, *, required: bool = False) -> Member:
    return Member(name, shape or Shape(Kind.STRING), required=required, location=Location.BODY)


def _operation(name: str, *members: Member) -> Operation:
    given = {one.name: one for one in members}
    return Operation("shop", name, "POST", "/", {}, given, {}, 200, Source(), {}, Source())


@pytest.mark.parametrize(
    ("wanted", "filled", "lacks"),
    [
        ("${made.Arn}", "a-name", True),
        ("${made.namespace.Arn}", "a-name", True),
        (["${made.Arn}"], ["a-name"], True),
        ("${made.Arn}", "arn:aws:shop:us-east-1:123456789012:item/a", False),
        ("${id}", "a-name", False),
    ],
)
def test_an_identifier_that_stands_for_an_arn_is_known(
    wanted: Any, filled: Any, *, lacks: bool
) -> None:
    """A sequence with one proves nothing: Cloud Map answers a creation with an operation alone."""
    probe = Probe("", _operation("ListTags", _member("ResourceARN")), Side.OBSERVE,
                  {"ResourceARN": wanted}, "")  # fmt: skip
    sent = SentProbe(probe, {"ResourceARN": filled}, EXCHANGE, _answer(200))
    assert sent.lacks_arn == lacks


def test_a_value_begins_as_a_refusal_says() -> None:
    operation = _operation("CreateCluster", _member("SourceUri"))
    request = {"SourceUri": "s3://other"}
    told = "SourceUri s3://other does not start with 's3://sagemaker'."
    tried = list(repaired(operation, request, request, RefusalText(400, "Bad", told)))
    assert {"SourceUri": "s3://sagemaker-${word:8}"} in tried
    kept = list(repaired(operation, request, request, RefusalText(400, "Bad", "SourceUri is bad")))
    assert {"SourceUri": "s3://sagemaker-${word:8}"} not in kept


def test_of_what_excludes_each_other_each_is_tried_alone() -> None:
    operation = _operation("RunTask", _member("launchType"), _member("strategy"), _member("count"))
    request = {"launchType": "EC2", "strategy": "a", "count": "1"}
    told = "Specify either launchType or strategy, but not both."
    tried = list(repaired(operation, request, request, RefusalText(400, "Bad", told)))
    assert tried[:2] == [{"strategy": "a", "count": "1"}, {"launchType": "EC2", "count": "1"}] or (
        tried[:2] == [{"launchType": "EC2", "count": "1"}, {"strategy": "a", "count": "1"}]
    )


def test_names_inside_are_those_that_were_accepted() -> None:
    contract = contracts.inferred("dynamodb")
    named = Called("Name", "", "shop")
    text = Shape(Kind.STRING, called=named)
    inner = Shape(Kind.STRUCTURE, members={"Name": _member("Name", text)})
    operation = _operation("CreateTable", _member("Key", inner), _member("Index", inner))
    found = Variants.of(contract, operation, {"Key": {"Name": "Artist"}})
    assert found.value("Index", 0) == {"Name": "Artist"}
    assert Variants.of(contract, operation, {}).value("Index", 0)["Name"].startswith("${name")


def test_what_is_refused_whole_is_tried_with_what_it_needs_alone() -> None:
    free = Shape(Kind.STRUCTURE, members={"Mode": _member("Mode"), "Other": _member("Other")})
    index = Shape(Kind.STRUCTURE, members={
        "Projection": _member("Projection", free, required=True),
        "Warm": _member("Warm", free),
    })  # fmt: skip
    operation = _operation("CreateTable", _member("Index", Shape(Kind.LIST, element=index)))
    found = Variants.of(contracts.inferred("dynamodb"), operation, {})
    assert set(found.value("Index", 0)[0]) == {"Projection", "Warm"}
    found.lean.add("Index")
    assert [set(one) for one in found.value("Index", 0)] == [{"Projection"}]
    assert set(found.value("Index", 0)[0]["Projection"]) == {"Mode"}


def test_a_read_is_asked_for_all_that_it_may_include() -> None:
    parts = Constraint("enum", ("TAGS", "STATISTICS"), Source(), Level.REQUIRED)
    listed = Shape(Kind.LIST, element=Shape(Kind.STRING, {"enum": parts}))
    flag = Shape(Kind.BOOLEAN)
    members = _member("include", listed), _member("IncludeDeleted", flag), _member("Force", flag)
    wider = {"include": ["TAGS", "STATISTICS"], "IncludeDeleted": True}
    assert _wider(_operation("DescribeClusters", *members)) == wider
    assert _wider(_operation("CreateCluster", *members)) == {}


# -- Lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "operation", "found"),
    [
        ("kinesis", "SplitShard", {"ShardToSplit": "ListShards"}),
        ("service-quotas", "GetServiceQuota", {"QuotaCode": "ListAWSDefaultServiceQuotas"}),
        ("kinesis", "AddTagsToStream", {}),
    ],
)
def test_what_lists_what_a_request_names(
    service: str, operation: str, found: dict[str, str]
) -> None:
    contract = contracts.inferred(service)
    about = contract.operations[operation]
    probe = Probe("", about, Side.ACCEPT, valid_request(contract, about), "")
    listed = {name: one.name for name, one in lists_of(contract, probe)}
    assert {name: listed[name] for name in found} == found
    assert found or not listed


def test_what_is_required_before_is_called_first() -> None:
    contract = contracts.inferred("ds")
    told = "An alias is required before enabling SSO."
    firsts = first_operations(contract, "EnableSso", _answer(400, {}, "ClientException", told))
    assert "CreateAlias" in [one.name for one in firsts]
    other = _answer(400, {}, "ClientException", "The password is wrong.")
    assert not list(first_operations(contract, "EnableSso", other))


def test_what_a_creation_does_not_show_is_found_in_the_list() -> None:
    contract = contracts.inferred("sso-admin")
    arn, other = "arn:aws:sso::123456789012:application/a/b", "arn:aws:sso::1:application/a/c"
    listed = [{"ApplicationArn": other, "Name": "x"}, {"ApplicationArn": arn, "Name": "a-name"}]
    target = _Target(
        CreateInstance={"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef"},
        CreateApplication={"Url": arn},
        ListApplications={"Applications": listed},
    )
    made = Inventory(contract, target).create(kind="application")
    assert made.id == arn
    target.answers["ListApplications"] = {"Applications": listed[:1]}
    with pytest.raises(SetupFailed):
        Inventory(contract, target).create(kind="application")


def test_what_the_target_cannot_make_is_taken_from_the_list() -> None:
    contract = contracts.inferred("sso-admin")
    there = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
    target = _Target(CreateInstance=_answer(500), ListInstances={"Instances": []})

    def instance(name: str = "CreatePermissionSet", *, alone: bool = True) -> RunResource:
        operation = contract.operations[name]
        probe = Probe("", operation, Side.ACCEPT, valid_request(contract, operation), "")
        return Inventory(contract, target, alone=alone).parents(probe, None)["instance"]

    assert instance().id.startswith("arn:aws:sso:::instance/")
    target.answers["ListInstances"] = {"Instances": [{"InstanceArn": there}]}
    assert (instance().id, instance().given) == (there, True)
    # Where others have things, nothing is made in theirs.
    assert instance("ListPermissionSets", alone=False).id == there
    assert instance(alone=False).id != there
    # One that it can make and refuses to make has no stand-in.
    target.answers["CreateInstance"] = _answer(400, {}, "ConflictException", "no more")
    with pytest.raises(SetupFailed):
        instance()


def test_what_a_request_names_together_is_made_of_the_same() -> None:
    contract = contracts.inferred("cognito-idp")
    pools = iter(["us-east-1_a", "us-east-1_b", "us-east-1_c"])
    target = _Target(
        CreateUserPool=lambda: {"UserPool": {"Id": next(pools)}},
        AdminCreateUser={"User": {}},
        CreateGroup={"Group": {}},
    )
    inventory = Inventory(contract, target)
    target.note = inventory.made.note
    first, second = (inventory.create(kind="user-pool") for _ in range(2))
    user, group, alike = (
        RunResource(name, "", first.created, kind, parents={"user-pool": pool})
        for name, kind, pool in (
            ("u", "user", first),
            ("g", "group", second),
            ("h", "group", first),
        )
    )
    operation = contract.operations["AdminAddUserToGroup"]
    probe = Probe("", operation, Side.ACCEPT, valid_request(contract, operation), "")
    current = inventory._current
    current.update({"group": alike, "user-pool": second})
    assert inventory.parents(probe, user)["group"] is alike
    current["group"] = group
    found = inventory.parents(probe, user)
    assert found["user-pool"] is first
    assert found["group"] not in (group, alike)
    assert inventory.resource(kind="group") is found["group"]
    assert inventory.resource(kind="user-pool") is second
    target.answers["CreateGroup"] = _answer(400, {}, "LimitExceededException", "no more groups")
    current["group"] = group
    assert inventory.parents(probe, user)["group"] is group


@pytest.mark.parametrize("there", [True, False])
def test_what_reads_find_is_not_waited_for(*, there: bool) -> None:
    request = Request("POST", "http://127.0.0.1/", ())
    refusal = Response(404, (), b'{"__type":"ResourceNotFoundException"}')
    missing = Exchange(request, refusal, None, 0.0)
    contract = contracts.inferred("cognito-idp")
    operation, slept = contract.operations["AdminGetUser"], list[float]()
    sent = SentProbe(Probe("", operation, Side.ACCEPT, {}, ""), {}, EXCHANGE, _answer(200, {}))
    made = RunResource("u", "", sent, "user")

    def look(resource: RunResource, _: Operation) -> None:
        resource.has_arrived = there

    arrival = Arrival(3.0, slept.append, look)
    assert arrival.wait(made, operation, missing, lambda: missing, {}).response is refusal
    assert bool(slept) is not there
