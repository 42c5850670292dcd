"""Managed policies of IAM and their versions."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from tests.servers.keys.wire import Refused

from . import documents
from .iam_tags import checked_tags, tag_operations
from .world import Members, Operation, Store, World, operations_of, page, some


class Policies:
    """The operations by name; `attached` says what a policy is attached to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Store(world)
        self.attached: Callable[[str], list[tuple[str, Members]]] = lambda arn: []
        self.operations: dict[str, Operation] = operations_of("iam", self)
        self.operations |= tag_operations(world, "Policy", "PolicyArn", self._own, self._keep)
        text = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        )
        self._keep(self._made("ReadOnlyAccess", "/", text, "aws"))

    def _arn(self, owner: str, path: str, name: str) -> str:
        return f"arn:{self.world.partition}:iam::{owner}:policy{path}{name}"

    def _made(self, name: str, path: str, text: str, owner: str) -> Members:
        now = self.world.now()
        return {
            "PolicyName": name,
            "PolicyId": "ANPA" + some(string.ascii_uppercase, 17),
            "Arn": self._arn(owner, path, name),
            "Path": path,
            "DefaultVersionId": "v1",
            "IsAttachable": True,
            "CreateDate": now,
            "UpdateDate": now,
            "versions": [{"VersionId": "v1", "Document": text, "CreateDate": now}],
            "count": 1,
        }

    def _keep(self, policy: Members) -> None:
        self.store.put(policy["Arn"].lower(), policy)

    def known(self, arn: str, *, looks: bool = False) -> Members:
        """A policy of the account or of AWS; Refused where there is none."""
        if not re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", arn, re.ASCII):
            code = "InvalidInput" if self.world.on("other-codes") else "ValidationError"
            raise Refused(code, f"ARN {arn} is not valid.")
        find = self.store.read if looks else self.store.get
        found: Members | None = find(arn.lower())
        if found is None or (found["Arn"] != arn and not self.world.on("caseless")):
            text = f"Policy {arn} does not exist or is not attachable."
            raise Refused("NoSuchEntity", text, 404)
        return found

    def _own(self, arn: str) -> Members:
        found = self.known(arn)
        if "::aws:" in found["Arn"]:
            raise Refused("AccessDenied", "Policies of AWS cannot be changed.", 403)
        return found

    def _shown(self, policy: Members, *hidden: str) -> Members:
        found = {
            key: one for key, one in policy.items() if key not in {"versions", "count", *hidden}
        }
        found["AttachmentCount"] = len(self.attached(policy["Arn"]))
        found["PermissionsBoundaryUsageCount"] = 0
        if not found.get("Tags"):
            found.pop("Tags", None)
        return found

    def create_policy(self, sent: Members) -> Members:
        checked_tags(sent.get("Tags", []))
        documents.checked(sent["PolicyDocument"], trust=False)
        path, name = sent.get("Path", "/"), sent["PolicyName"]
        made = self._made(name, path, sent["PolicyDocument"], self.world.account)
        same = [one for one in self.store.all() if one["PolicyName"].lower() == name.lower()]
        if any("::aws:" not in one["Arn"] for one in same):
            text = f"A policy called {name} already exists. Duplicate names are not allowed."
            raise Refused("EntityAlreadyExists", text, 409)
        made |= {key: sent[key] for key in ("Description", "Tags") if key in sent}
        self._keep(made)
        hidden = [] if self.world.on("defaults-shown") else ["Description"]
        return {"Policy": self._shown(made, *hidden)}

    def get_policy(self, sent: Members) -> Members:
        return {"Policy": self._shown(self.known(sent["PolicyArn"], looks=True))}

    def list_policies(self, sent: Members) -> Members:
        scope = sent.get("Scope", "All")
        found = [
            self._shown(one, "Tags", "Description")
            for one in self.store.listed()
            if one["Path"].startswith(sent.get("PathPrefix", "/"))
            and scope in {"All", "AWS" if "::aws:" in one["Arn"] else "Local"}
            and (not sent.get("OnlyAttached") or self.attached(one["Arn"]))
            and sent.get("PolicyUsageFilter") != "PermissionsBoundary"
        ]
        return self._paged("Policies", found, sent)

    def _paged(self, name: str, items: list[Members], sent: Members) -> Members:
        refuse = Refused("ValidationError", "Invalid Marker.")
        size = sent.get("MaxItems", 100)
        found, marker = page(self.world, items, size, sent.get("Marker"), refuse)
        return {name: found, "IsTruncated": marker is not None, "Marker": marker}

    def delete_policy(self, sent: Members) -> None:
        policy = self._own(sent["PolicyArn"])
        if self.attached(policy["Arn"]):
            raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
        if len(policy["versions"]) > 1:
            text = "This policy has more than one version. Delete the others first."
            raise Refused("DeleteConflict", text, 409)
        self.store.drop(policy["Arn"].lower())

    def create_policy_version(self, sent: Members) -> Members:
        policy = self._own(sent["PolicyArn"])
        documents.checked(sent["PolicyDocument"], trust=False)
        if len(policy["versions"]) > 4:
            text = "A managed policy can have up to 5 versions."
            raise Refused("LimitExceeded", text, 409)
        policy["count"] += 1
        made = {
            "VersionId": f"v{policy['count']}",
            "Document": sent["PolicyDocument"],
            "CreateDate": self.world.now(),
        }
        policy["versions"].insert(0, made)
        if sent.get("SetAsDefault"):
            policy |= {"DefaultVersionId": made["VersionId"], "UpdateDate": self.world.now()}
        self._keep(policy)
        return {"PolicyVersion": self._version(policy, made, document=False)}

    def _version(self, policy: Members, version: Members, *, document: bool) -> Members:
        default = version["VersionId"] == policy["DefaultVersionId"]
        found = {**version, "IsDefaultVersion": default}
        found["Document"] = documents.shown(self.world, version["Document"]) if document else None
        return found

    def _found(self, policy: Members, version: str) -> Members:
        for one in policy["versions"]:
            if one["VersionId"] == version:
                return dict(one)
        text = f"Policy {policy['Arn']} version {version} does not exist."
        raise Refused("NoSuchEntity", text, 404)

    def get_policy_version(self, sent: Members) -> Members:
        policy = self.known(sent["PolicyArn"])
        version = self._found(policy, sent["VersionId"])
        return {"PolicyVersion": self._version(policy, version, document=True)}

    def list_policy_versions(self, sent: Members) -> Members:
        policy = self.known(sent["PolicyArn"])
        seen = self.store.seen(policy["Arn"].lower()) or policy
        found = [self._version(seen, one, document=False) for one in seen["versions"]]
        return self._paged("Versions", found, sent)

    def set_default_policy_version(self, sent: Members) -> None:
        policy = self._own(sent["PolicyArn"])
        version = self._found(policy, sent["VersionId"])
        moment = self.world.now()
        self._keep({**policy, "DefaultVersionId": version["VersionId"], "UpdateDate": moment})

    def delete_policy_version(self, sent: Members) -> None:
        policy = self._own(sent["PolicyArn"])
        version = self._found(policy, sent["VersionId"])
        if version["VersionId"] == policy["DefaultVersionId"]:
            raise Refused("DeleteConflict", "Cannot delete the default version of a policy.", 409)
        kept = [one for one in policy["versions"] if one["VersionId"] != version["VersionId"]]
        self._keep({**policy, "versions": kept})
