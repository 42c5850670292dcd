"""What a resource holds is taken away by requests that its pairs of operations give."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.resources.deletable import emptied, insisting, lifts_protection
from conformance.transport.parsed_response import ParsedResponse
from tests.plan.test_effects import inferred

HELD = {
    "ListInstanceProfilesForRole": {"InstanceProfiles": [{"InstanceProfileName": "a"}]},
    "ListAttachedRolePolicies": {"AttachedPolicies": [{"PolicyName": "b", "PolicyArn": "arn:b"}]},
    "ListRolePolicies": {"PolicyNames": ["c"]},
}


def test_a_role_is_rid_of_all_that_keeps_it_from_being_deleted():
    iam = inferred("iam")
    sent: list[tuple[str, Any]] = []

    def send(operation, values):
        if operation.name in HELD:
            shown = {} if any(operation.name in one for one in sent) else HELD[operation.name]
            sent.append((operation.name, values))
            return SimpleNamespace(members=shown)
        sent.append((operation.name, values))
        return SimpleNamespace(ok=True)

    assert emptied(iam, iam.overlay.kinds()["role"], "me", send)
    assert [one for one in sent if one[0] not in HELD] == [
        ("RemoveRoleFromInstanceProfile", {"RoleName": "me", "InstanceProfileName": "a"}),
        ("DetachRolePolicy", {"RoleName": "me", "PolicyArn": "arn:b"}),
        ("DeleteRolePolicy", {"RoleName": "me", "PolicyName": "c"}),
    ]


REFUSALS = {
    "cloudformation": "Stack [a] cannot be deleted while TerminationProtection is enabled",
    "cognito-idp": "deletion protection is active",
    "rds": "Cannot delete protected DB Instance, please disable deletion protection",
    "batch": "Cannot delete, job queue is not disabled.",
}


@pytest.mark.parametrize(
    ("service", "kind", "name", "values"),
    [
        ("cloudformation", "stack", "UpdateTerminationProtection",
         {"StackName": "me", "EnableTerminationProtection": False}),
        ("cognito-idp", "user-pool", "UpdateUserPool",
         {"UserPoolId": "me", "DeletionProtection": "INACTIVE"}),
        ("rds", "db-instance", "ModifyDBInstance",
         {"DBInstanceIdentifier": "me", "DeletionProtection": False}),
        ("batch", "job-queue", "UpdateJobQueue", {"jobQueue": "me", "state": "DISABLED"}),
    ],
)  # fmt: skip
def test_a_protection_is_lifted_where_a_deletion_was_refused_for_it(service, kind, name, values):
    contract = inferred(service)
    sent: list[tuple[str, Any]] = []

    def send(operation, given):
        sent.append((operation.name, given))
        return SimpleNamespace(ok=True)

    of = contract.overlay.kinds()[kind]
    other = ParsedResponse(400, {}, "ValidationError", "is in use", "application/json", 2)
    assert not lifts_protection(contract, of, "me", other, send)
    assert not sent
    refused = replace(other, message=REFUSALS[service])
    assert lifts_protection(contract, of, "me", refused, send)
    assert sent == [(name, values)]


@pytest.mark.parametrize(
    ("service", "deletion", "members"),
    [
        ("ecs", "DeleteService", {"force": True}),
        ("ecr", "DeleteRepository", {"force": True}),
        ("kinesis", "DeleteStream", {"EnforceConsumerDeletion": True}),
        ("lexv2-models", "DeleteBot", {"skipResourceInUseCheck": True}),
        ("ecs", "DeleteCluster", {}),
    ],
)
def test_what_is_in_use_is_deleted_by_force(service, deletion, members):
    contract = inferred(service)
    of = next(one for one in contract.overlay.kinds().values() if one.delete == deletion)
    assert insisting(contract, of, contract.operations[deletion], "me", no_answer) == members


def no_answer(*_):
    raise AssertionError("nothing has to be read")


def test_what_has_versions_is_deleted_by_its_present_one():
    contract = inferred("cloudfront")
    of = contract.overlay.kinds()["public-key"]
    read: list[tuple[str, Any]] = []

    def send(operation, given):
        read.append((operation.name, given))
        return ParsedResponse(200, {}, None, "", "", 2, in_headers=(("ETag", "E2"),))

    deletion = contract.operations["DeletePublicKey"]
    assert insisting(contract, of, deletion, "me", send) == {"If-Match": "E2"}
    assert read == [("GetPublicKey", {"Id": "me"})]
