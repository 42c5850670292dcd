"""What a resource holds is taken away by requests that its pairs of operations give."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from conformance.engine.resources.disposal import emptied
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
