"""Policies of users, groups and roles in IAM: inline ones, and managed ones that are attached."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.servers.keys.wire import Refused

from . import documents
from .world import Members, Operation

if TYPE_CHECKING:
    from .iam import Iam


class Attachments:
    """The operations by name."""

    def __init__(self, iam: Iam) -> None:
        self.iam = iam
        self.operations: dict[str, Operation] = {"ListEntitiesForPolicy": self.entities_listed}
        for kind in ("User", "Group", "Role"):
            self.operations |= {
                f"Put{kind}Policy": partial(self._put, kind),
                f"Get{kind}Policy": partial(self._get, kind),
                f"List{kind}Policies": partial(self._list, kind),
                f"Delete{kind}Policy": partial(self._delete, kind),
                f"Attach{kind}Policy": partial(self._attach, kind),
                f"Detach{kind}Policy": partial(self._detach, kind),
                f"ListAttached{kind}Policies": partial(self._attached, kind),
            }

    def _entity(self, kind: str, sent: Members) -> Members:
        return self.iam.entity(kind, sent[f"{kind}Name"])

    def _seen(self, kind: str, sent: Members, inside: str) -> Members:
        entity = self._entity(kind, sent)
        listed = self.iam.stores[kind].seen(entity[f"{kind}Name"].lower()) or {"in": {}}
        found: Members = listed["in"].get(inside, {})
        if self.iam.world.on("other-order"):
            return dict(reversed(found.items()))
        return found

    def _put(self, kind: str, sent: Members) -> None:
        entity = self._entity(kind, sent)
        documents.checked(sent["PolicyDocument"], trust=False)
        entity["in"].setdefault("inline", {})[sent["PolicyName"]] = sent["PolicyDocument"]
        self.iam.keep(kind, entity)

    def _inline(self, kind: str, sent: Members) -> tuple[Members, str]:
        entity = self._entity(kind, sent)
        text = entity["in"].get("inline", {}).get(sent["PolicyName"])
        if text is None:
            message = f"The {kind.lower()} policy with name {sent['PolicyName']} cannot be found."
            raise Refused("NoSuchEntity", message, 404)
        return entity, str(text)

    def _get(self, kind: str, sent: Members) -> Members:
        entity, text = self._inline(kind, sent)
        return {
            f"{kind}Name": entity[f"{kind}Name"],
            "PolicyName": sent["PolicyName"],
            "PolicyDocument": documents.shown(self.iam.world, text),
        }

    def _list(self, kind: str, sent: Members) -> Members:
        return self.iam.paged("PolicyNames", [*self._seen(kind, sent, "inline")], sent)

    def _delete(self, kind: str, sent: Members) -> None:
        entity, _ = self._inline(kind, sent)
        del entity["in"]["inline"][sent["PolicyName"]]
        self.iam.keep(kind, entity)

    def _attach(self, kind: str, sent: Members) -> None:
        entity = self._entity(kind, sent)
        policy = self.iam.policies.known(sent["PolicyArn"])
        held = entity["in"].setdefault("attached", {})
        held[policy["Arn"]] = policy["PolicyName"]
        if len(held) > 10:
            raise Refused("LimitExceeded", "Cannot exceed quota for PoliciesPerEntity: 10", 409)
        self.iam.keep(kind, entity)

    def _detach(self, kind: str, sent: Members) -> None:
        entity = self._entity(kind, sent)
        held = entity["in"].get("attached", {})
        if sent["PolicyArn"] not in held:
            text = f"Policy {sent['PolicyArn']} was not found."
            raise Refused("NoSuchEntity", text, 404)
        del held[sent["PolicyArn"]]
        self.iam.keep(kind, entity)

    def _attached(self, kind: str, sent: Members) -> Members:
        prefix = sent.get("PathPrefix", "/")
        found = [
            {"PolicyArn": arn, "PolicyName": name}
            for arn, name in self._seen(kind, sent, "attached").items()
            if (arn.split(":policy", 1)[1].rpartition("/")[0] + "/").startswith(prefix)
        ]
        return self.iam.paged("AttachedPolicies", found, sent)

    def entities(self, arn: str) -> list[tuple[str, Members]]:
        """What a policy is attached to, each with its kind."""
        return [
            (kind, one)
            for kind in ("User", "Group", "Role")
            for one in self.iam.stores[kind].all()
            if arn in one["in"].get("attached", {})
        ]

    def entities_listed(self, sent: Members) -> Members:
        policy = self.iam.policies.known(sent["PolicyArn"])
        wanted = sent.get("EntityFilter")
        found = [
            (kind, {f"{kind}Name": one[f"{kind}Name"], f"{kind}Id": one[f"{kind}Id"]})
            for kind, one in self.entities(policy["Arn"])
            if wanted in {None, kind}
            and one["Path"].startswith(sent.get("PathPrefix", "/"))
            and sent.get("PolicyUsageFilter") != "PermissionsBoundary"
        ]
        paged = self.iam.paged("all", found, sent)
        some = paged.pop("all")
        lists = {f"Policy{kind}s": [one for of, one in some if of == kind] for kind in _KINDS}
        return {**paged, **lists}


_KINDS = ("Group", "User", "Role")
