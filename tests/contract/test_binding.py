"""Which members of requests name a resource: by name, place, answer and ARN."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from conformance.contract.inference.binding import Binding
from conformance.contract.inference.generations import left_out
from conformance.contract.inference.inferring import ordered
from conformance.contract.inference.naming import changes, looks_only, part, same
from conformance.contract.places import named_kinds
from tests import contracts


@cache
def binding(service: str) -> Binding:
    return Binding(contracts.modelled(service))


def bound(service: str, operation: str) -> dict[str, Any]:
    return dict(binding(service).of(contracts.modelled(service).operations[operation]).members)


@pytest.mark.parametrize(
    ("member", "of", "kind"),
    [
        ("vectorBucketName", "vectorbucket", "name"),
        ("api_Key", "apikey", ""),
        ("resourceArn", "resource", "arn"),
        ("ResourceARN", "resource", "arn"),
        ("Id", "", "id"),
        ("jobQueue", "jobqueue", ""),
        ("clusterIdentifier", "cluster", "id"),
    ],
)
def test_what_the_name_of_a_member_says(member: str, of: str, kind: str) -> None:
    assert part(member) == (of, kind)


def test_nouns_are_the_same_in_the_plural() -> None:
    assert same("JobQueue", "JobQueues")
    assert same("SchedulingPolicy", "SchedulingPolicies")
    assert same("Alias", "Aliases")
    assert not same("Schedule", "ScheduleGroup")


@pytest.mark.parametrize(
    ("service", "operation", "members"),
    [
        # In the body alone; its parent beside it, as a name is one within a bucket.
        ("s3vectors", "GetIndex", {"indexName": "${id}",
                                   "vectorBucketName": "${id.vector-bucket}"}),
        ("batch", "DeleteJobQueue", {"jobQueue": "${id}"}),
        ("batch", "DescribeJobs", {"jobs": ["${id}"]}),
        # By the ARN that its creation answers, or that a read shows.
        ("s3vectors", "TagResource", {"resourceArn": "${made.vectorBucketArn}"}),
        ("appmesh", "TagResource", {"resourceArn": "${made.arn}"}),
        # The same name of a label in other operations, as path and documents have it.
        ("eks", "CreateNodegroup", {"name": "${id.cluster}", "nodegroupName": "${name}"}),
        ("appconfig", "GetEnvironment", {"ApplicationId": "${id.application}",
                                         "EnvironmentId": "${id}"}),
        # One at most of what it is part of.
        ("lambda", "PutFunctionConcurrency", {"FunctionName": "${id.function}"}),
        ("lambda", "GetFunctionConcurrency", {"FunctionName": "${id}"}),
        # Within a structure.
        ("xray", "CreateSamplingRule", {"SamplingRule.RuleName": "${name}"}),
        ("xray", "UpdateSamplingRule", {"SamplingRuleUpdate.RuleName": "${id}"}),
        # What else an update must have, as the resource shows it.
        ("kafka", "UpdateBrokerCount", {"clusterArn": "${id}",
                                        "currentVersion": "${made.currentVersion}"}),
        # What one is made of, by the name that its creation has for it.
        ("kinesis", "DescribeStreamConsumer", {"ConsumerName": "${id}",
                                               "StreamARN": "${made.stream.StreamARN}"}),
        # What a creation names is of another service, and identifies the new one.
        ("workspaces", "RegisterWorkspaceDirectory", {"DirectoryId": "${aws.directory-id}"}),
        # Another way to make the same.
        ("backup", "CreateLogicallyAirGappedBackupVault", {"backupVaultName": "${name}"}),
    ],
)  # fmt: skip
def test_members_are_bound(service: str, operation: str, members: dict[str, Any]) -> None:
    assert bound(service, operation) == members


def test_one_deletion_of_several_sorts_makes_them_one_kind() -> None:
    kinds = binding("databrew").nouns
    assert "job" in kinds
    assert not {"profile-job", "recipe-job"} & set(kinds)
    assert "CreateRecipeJob" in binding("databrew").also_made_by("job")


def test_a_name_is_bound_to_nothing_that_the_service_does_not_make() -> None:
    assert "roleArn" not in bound("eks", "CreateCluster")
    assert "kmsKeyArn" not in bound("lambda", "CreateFunction")


def test_parents_come_first_and_circles_are_left_out() -> None:
    needs = {"leaf": ("branch",), "branch": ("root",), "root": (), "a": ("b",), "b": ("a",)}
    assert list(ordered(needs)) == ["root", "branch", "leaf"]


def test_the_kinds_that_a_template_names() -> None:
    text = {"a": "${id}", "b": ["${id.cluster}", "${made.index.indexArn}"], "c": "${made.arn}"}
    assert list(named_kinds(text)) == ["cluster", "index"]


@pytest.mark.parametrize(
    ("name", "looks", "changing"),
    [
        ("DescribeJobQueues", True, False),
        ("QueryVectors", True, False),
        ("DeleteJobQueue", False, True),
        ("PutAccountSettings", False, True),
        ("TagResource", False, True),
        ("SendEmail", False, False),
        ("Getaway", False, False),
        ("VerifyMac", True, False),
        ("VerifyEmailIdentity", False, False),
        ("CheckInLicense", False, False),
        ("Query", True, False),
        ("Search", True, False),
        ("Get", True, False),
        ("Sign", True, False),
        ("SignUp", False, False),
        ("Publish", False, False),
        ("BatchGetItem", True, False),
        ("TransactGetItems", True, False),
        ("BatchIsAuthorized", True, False),
        ("BatchWriteItem", False, True),
        ("DetectStackDrift", False, False),
        ("ConvertRecoveryPointToSnapshot", False, False),
        ("VerifySMSSandboxPhoneNumber", False, False),
    ],
)
def test_what_an_operation_does_by_its_name(name: str, looks: bool, changing: bool) -> None:
    assert (looks_only(name), changes(name)) == (looks, changing)


def test_what_is_put_on_a_parent_once_gets_a_fresh_one() -> None:
    overlay = contracts.inferred("lambda").overlay
    assert overlay.resources["function-url-config"].needs == {"function": "fresh"}
    assert overlay.resources["function-concurrency"].needs["function"] == "shared"


def test_what_is_copied_or_restored_under_a_given_name_is_made_too() -> None:
    """The answer shows it as the creation's does; a copy of it is made of one that is there."""
    made = binding("rds").also_made_by("db-instance")
    assert made["RestoreDBInstanceFromDBSnapshot"] == "DBInstance.DBInstanceIdentifier"
    assert made["CreateDBInstanceReadReplica"] == "DBInstance.DBInstanceIdentifier"
    assert binding("rds").also_made_by("db-snapshot") == {
        "CopyDBSnapshot": "DBSnapshot.DBSnapshotIdentifier"
    }
    assert bound("rds", "CopyOptionGroup") == {
        "SourceOptionGroupIdentifier": "${id.option-group}",
        "TargetOptionGroupIdentifier": "${name}",
    }


@pytest.mark.parametrize(
    ("service", "others"),
    [
        # Each generation is deleted by its own operation.
        ("securityhub", {"CreateConnectorV2", "GetConnectorV2", "ListConnectorsV2"}),
        ("network-firewall", {"CreateFirewallPolicyV2", "ListFirewallPoliciesV2"}),
        # The plain one has no deletion of one.
        ("securityhub", {"CreateAutomationRule", "ListAutomationRules"}),
    ],
)
def test_a_second_generation_is_none_of_the_first(service: str, others: set[str]) -> None:
    assert others <= left_out(contracts.modelled(service))
    named = {one.name for noun in binding(service).nouns.values() for one in noun.roles().values()}
    assert not named & others
    assert not any(bound(service, one) for one in others)


def test_another_way_to_make_the_same_is_none() -> None:
    assert not left_out(contracts.modelled("kafka"))
    assert bound("kafka", "DescribeClusterV2")
    roles = binding("securityhub").nouns["automation-rule"].roles()
    assert {one.name for one in roles.values()} >= {"CreateAutomationRuleV2", "GetAutomationRuleV2"}
