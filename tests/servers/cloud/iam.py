"""IAM: users, groups, roles, instance profiles: what they have in common and what not."""

from __future__ import annotations

import string
from functools import partial
from typing import Any, NamedTuple

from tests.servers.keys.wire import Refused

from . import documents
from .iam_attachments import Attachments
from .iam_keys import AccessKeys
from .iam_policies import Policies
from .iam_tags import checked_tags, tag_operations
from .world import Members, Operation, Store, World, operations_of, page, some


class Kind(NamedTuple):
    """How a kind of entity is called."""

    name: str
    prefix: str
    arn: str
    plural: str

    @property
    def key(self) -> str:
        return f"{self.name}Name"


USER = Kind("User", "AIDA", "user", "Users")
GROUP = Kind("Group", "AGPA", "group", "Groups")
ROLE = Kind("Role", "AROA", "role", "Roles")
PROFILE = Kind("InstanceProfile", "AIPA", "instance-profile", "InstanceProfiles")
KINDS = (USER, GROUP, ROLE, PROFILE)
BASE32 = string.ascii_uppercase + "234567"


class Iam:
    """The operations by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stores = {kind.name: Store(world) for kind in KINDS}
        self.access = AccessKeys(self)
        self.policies = Policies(world)
        self.operations: dict[str, Operation] = {**self.policies.operations}
        for kind in KINDS:
            self._add(kind)
        attachments = Attachments(self)
        self.operations |= attachments.operations | self.access.operations
        self.policies.attached = attachments.entities
        self.operations |= operations_of("iam", self)
        for kind in (USER, ROLE, PROFILE):
            find = partial(self.entity, kind.name)
            keep = partial(self._keep, kind)
            self.operations |= tag_operations(world, kind.name, kind.key, find, keep)
        self.caller = self._made(USER, {"UserName": "the.caller"})
        if world.on("populated"):
            for number in range(3):
                self._made(USER, {"UserName": f"somebody-{number}", "Path": "/some/where/"})
                self._made(GROUP, {"GroupName": f"some-group-{number}"})

    def _add(self, kind: Kind) -> None:
        self.operations |= {
            f"Create{kind.name}": partial(self._create, kind),
            f"List{kind.plural}": partial(self._list, kind),
            f"Delete{kind.name}": partial(self._delete, kind),
            f"Get{kind.name}": partial(self._get, kind),
        }

    def _id(self, name: str) -> str:
        return name.lower()

    def entity(self, kind: str, name: str, *, looks: bool = False) -> Members:
        """What is called so; Refused where there is none."""
        store = self.stores[kind]
        find = store.read if looks else store.get
        found: Members | None = find(self._id(name))
        same = found is not None and found[f"{kind}Name"] == name
        if found is None or not (same or self.world.on("caseless")):
            noun = {"InstanceProfile": "Instance Profile"}.get(kind, kind.lower())
            text = f"The {noun} with name {name} cannot be found."
            raise Refused("NoSuchEntity", text, 404)
        return found

    def keep(self, kind: str, entity: Members) -> None:
        self.stores[kind].put(self._id(entity[f"{kind}Name"]), entity)

    def _keep(self, kind: Kind, entity: Members) -> None:
        self.keep(kind.name, entity)

    def _made(self, kind: Kind, sent: Members) -> Members:
        path, name = sent.get("Path", "/"), sent[kind.key]
        made = {
            **{key: one for key, one in sent.items() if key != "PermissionsBoundary"},
            "Path": path,
            f"{kind.name}Id": kind.prefix + some(BASE32, 17),
            "Arn": self._arn(kind, path, name),
            "CreateDate": self.world.now(),
            "in": {},
        }
        if "PermissionsBoundary" in sent:
            made["PermissionsBoundary"] = {
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": sent["PermissionsBoundary"],
            }
        self.keep(kind.name, made)
        return made

    def _arn(self, kind: Kind, path: str, name: str) -> str:
        return f"arn:{self.world.partition}:iam::{self.world.account}:{kind.arn}{path}{name}"

    def _create(self, kind: Kind, sent: Members) -> Members:
        checked_tags(sent.get("Tags", []))
        if kind is ROLE:
            documents.checked(sent["AssumeRolePolicyDocument"], trust=True)
        if "PermissionsBoundary" in sent:
            self.policies.known(sent["PermissionsBoundary"])
        self._free(kind, sent[kind.key])
        entity = self._made(kind, sent)
        hidden = {"RoleLastUsed", *(set() if self.world.on("defaults-shown") else _NOT_OF_NEW)}
        return {kind.name: self.shown(kind.name, entity, hidden)}

    def _free(self, kind: Kind, name: str) -> None:
        if self.stores[kind.name].get(self._id(name)) is not None:
            text = f"{kind.name} with name {name} already exists."
            raise Refused("EntityAlreadyExists", text, 409)

    def shown(self, kind: str, entity: Members, hidden: set[str]) -> Members:
        """An entity as answers have it."""
        found = {key: one for key, one in entity.items() if key != "in" and key not in hidden}
        if kind == "Role":
            text = entity["AssumeRolePolicyDocument"]
            found["AssumeRolePolicyDocument"] = documents.shown(self.world, text)
            if "MaxSessionDuration" not in hidden:
                found.setdefault("MaxSessionDuration", 3600)
            if "RoleLastUsed" not in hidden:
                found["RoleLastUsed"] = {}
        if kind == "InstanceProfile":
            roles = [
                self.stores["Role"].get(self._id(one)) for one in entity["in"].get("Roles", [])
            ]
            found["Roles"] = [self.shown("Role", one, _NOT_OF_LISTS) for one in roles if one]
        if not found.get("Tags"):
            found.pop("Tags", None)
        return found

    def _get(self, kind: Kind, sent: Members) -> Members:
        if kind is USER and "UserName" not in sent:
            return {"User": self.shown("User", self.caller, set())}
        found: Members = {
            kind.name: self.shown(
                kind.name, self.entity(kind.name, sent[kind.key], looks=True), set()
            )
        }
        if kind is GROUP:
            users = [one for one in self.stores["User"].all() if self._in(one, found["Group"])]
            found["Users"] = [self.shown("User", one, _NOT_OF_LISTS) for one in users]
            return self.paged("Users", found.pop("Users"), sent) | found
        return found

    def _in(self, user: Members, group: Members) -> bool:
        return self._id(group["GroupName"]) in user["in"].get("Groups", [])

    def _list(self, kind: Kind, sent: Members) -> Members:
        prefix = sent.get("PathPrefix", "/")
        found = [
            self.shown(kind.name, one, _NOT_OF_LISTS)
            for one in self.stores[kind.name].listed()
            if one["Path"].startswith(prefix)
        ]
        return self.paged(kind.plural, found, sent)

    def paged(self, name: str, items: list[Any], sent: Members) -> Members:
        refuse = Refused("ValidationError", "Invalid Marker.")
        size = sent.get("MaxItems", 100)
        some_items, marker = page(self.world, items, size, sent.get("Marker"), refuse)
        return {name: some_items, "IsTruncated": marker is not None, "Marker": marker}

    def _delete(self, kind: Kind, sent: Members) -> None:
        entity = self.entity(kind.name, sent[kind.key])
        inside = {key for key, one in entity["in"].items() if one}
        if kind is GROUP and any(self._in(one, entity) for one in self.stores["User"].all()):
            inside.add("users")
        if kind is ROLE:
            inside |= {"profiles" for one in self._profiles_of(entity["RoleName"])}
        if kind is USER and self.access.of(entity["UserName"]):
            inside.add("access keys")
        if inside:
            text = f"Cannot delete entity, must remove {', '.join(sorted(inside))} first."
            raise Refused("DeleteConflict", text, 409)
        self.stores[kind.name].drop(self._id(entity[kind.key]))

    def _profiles_of(self, role: str) -> list[Members]:
        found = self.stores["InstanceProfile"].all()
        return [one for one in found if role in one["in"].get("Roles", [])]

    def _renamed(self, kind: Kind, sent: Members) -> None:
        entity = self.entity(kind.name, sent[kind.key])
        old = str(entity[kind.key])
        new = str(sent.get(f"New{kind.key}", old))
        if self._id(new) != self._id(old):
            self._free(kind, new)
            self.stores[kind.name].drop(self._id(old))
        entity |= {kind.key: new, "Path": sent.get("NewPath", entity["Path"])}
        entity["Arn"] = self._arn(kind, entity["Path"], new)
        self.keep(kind.name, entity)
        for key in self.access.of(old) if kind is USER else []:
            self.access.keep({**key, "UserName": new})
        for user in self.stores["User"].all() if kind is GROUP else []:
            groups = user["in"].get("Groups", [])
            user["in"]["Groups"] = [
                self._id(new) if one == self._id(old) else one for one in groups
            ]
            self.keep("User", user)

    def update_user(self, sent: Members) -> None:
        self._renamed(USER, sent)

    def update_group(self, sent: Members) -> None:
        self._renamed(GROUP, sent)

    def update_role(self, sent: Members) -> Members:
        role = self.entity("Role", sent["RoleName"])
        given = ("Description", "MaxSessionDuration")
        kept: Members = {key: sent[key] for key in given if key in sent}
        self.keep("Role", {**role, **kept})
        return {}

    def update_assume_role_policy(self, sent: Members) -> None:
        role = self.entity("Role", sent["RoleName"])
        documents.checked(sent["PolicyDocument"], trust=True)
        self.keep("Role", {**role, "AssumeRolePolicyDocument": sent["PolicyDocument"]})

    def add_user_to_group(self, sent: Members) -> None:
        group = self.entity("Group", sent["GroupName"])
        user = self.entity("User", sent["UserName"])
        groups = user["in"].setdefault("Groups", [])
        if self._id(group["GroupName"]) not in groups:
            groups.append(self._id(group["GroupName"]))
        if len(groups) > 10:
            raise Refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10", 409)
        self.keep("User", user)

    def remove_user_from_group(self, sent: Members) -> None:
        group = self.entity("Group", sent["GroupName"])
        user = self.entity("User", sent["UserName"])
        if self._in(user, group):
            user["in"]["Groups"].remove(self._id(group["GroupName"]))
            self.keep("User", user)
        elif not self.world.on("lenient"):
            raise Refused("NoSuchEntity", "The user is not in the group.", 404)

    def list_groups_for_user(self, sent: Members) -> Members:
        user = self.entity("User", sent["UserName"])
        listed = self.stores["User"].seen(self._id(user["UserName"])) or {"in": {}}
        groups = [self.stores["Group"].get(one) for one in listed["in"].get("Groups", [])]
        return self.paged(
            "Groups", [self.shown("Group", one, set()) for one in groups if one], sent
        )

    def add_role_to_instance_profile(self, sent: Members) -> None:
        profile = self.entity("InstanceProfile", sent["InstanceProfileName"])
        role = self.entity("Role", sent["RoleName"])
        if profile["in"].get("Roles"):
            text = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
            raise Refused("LimitExceeded", text, 409)
        profile["in"]["Roles"] = [role["RoleName"]]
        self.keep("InstanceProfile", profile)

    def remove_role_from_instance_profile(self, sent: Members) -> None:
        profile = self.entity("InstanceProfile", sent["InstanceProfileName"])
        role = self.entity("Role", sent["RoleName"])
        if role["RoleName"] in profile["in"].get("Roles", []):
            self.keep("InstanceProfile", {**profile, "in": {}})
        elif not self.world.on("lenient"):
            raise Refused("NoSuchEntity", "The role is not in the profile.", 404)

    def list_instance_profiles_for_role(self, sent: Members) -> Members:
        role = self.entity("Role", sent["RoleName"])
        found = self._profiles_of(role["RoleName"])
        shown = [self.shown("InstanceProfile", one, _NOT_OF_LISTS) for one in found]
        return self.paged("InstanceProfiles", shown, sent)


_NOT_OF_LISTS = {"Tags", "PermissionsBoundary", "RoleLastUsed"}
_NOT_OF_NEW = {"MaxSessionDuration", "Description"}
