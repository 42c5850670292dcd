"""RDS: what its parts share, and tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.servers.cloud.ec2 import Shelf as Network
from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page, pairs
from tests.servers.keys.shapes import model
from tests.servers.keys.wire import Refused


class Kind(NamedTuple):
    """The member that identifies a resource, and the faults of its absence and presence."""

    member: str
    missing: str
    taken: str
    status: str | None = None


KINDS = {
    "db": Kind("DBInstanceIdentifier", "DBInstanceNotFoundFault", "DBInstanceAlreadyExistsFault",
               "DBInstanceStatus"),
    "cluster": Kind("DBClusterIdentifier", "DBClusterNotFoundFault", "DBClusterAlreadyExistsFault",
                    "Status"),
    "snapshot": Kind("DBSnapshotIdentifier", "DBSnapshotNotFoundFault",
                     "DBSnapshotAlreadyExistsFault", "Status"),
    "cluster-snapshot": Kind("DBClusterSnapshotIdentifier", "DBClusterSnapshotNotFoundFault",
                             "DBClusterSnapshotAlreadyExistsFault", "Status"),
    "subgrp": Kind("DBSubnetGroupName", "DBSubnetGroupNotFoundFault",
                   "DBSubnetGroupAlreadyExistsFault"),
    "pg": Kind("DBParameterGroupName", "DBParameterGroupNotFoundFault",
               "DBParameterGroupAlreadyExistsFault"),
    "cluster-pg": Kind("DBClusterParameterGroupName", "DBParameterGroupNotFoundFault",
                       "DBParameterGroupAlreadyExistsFault"),
    "og": Kind("OptionGroupName", "OptionGroupNotFoundFault", "OptionGroupAlreadyExistsFault"),
    "es": Kind("CustSubscriptionId", "SubscriptionNotFoundFault", "SubscriptionAlreadyExistFault",
               "Status"),
}  # fmt: skip
PLAIN = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])*", re.ASCII)
GROUP = re.compile(r"[A-Za-z0-9 ._-]+", re.ASCII)
LONG = {"subgrp", "pg", "cluster-pg", "og", "es", "snapshot", "cluster-snapshot"}
Filters = dict[str, Callable[[Members], Any]]


def fault(name: str, text: str) -> Refused:
    """An error that the model declares, with its code and status."""
    error = model("rds")["shapes"][name]["error"]
    return Refused(error["code"], text, error["httpStatusCode"])


def invalid(text: str) -> Refused:
    return Refused("InvalidParameterValue", text)


def clash(text: str) -> Refused:
    return Refused("InvalidParameterCombination", text)


def checked_tags(tags: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    for tag in tags:
        name, text = tag.get("Key", ""), tag.get("Value", "")
        if not 1 <= len(name) <= 128 or len(text) > 256:
            raise invalid("Tag keys have from 1 to 128, values up to 256 characters.")
        if name.lower().startswith(("aws:", "rds:")):
            raise invalid("Tag keys cannot start with aws: or rds:.")
    found = known | {tag["Key"]: tag.get("Value", "") for tag in tags}
    if len(found) > 50:
        raise invalid("A resource has at most 50 tags.")
    return found


class Shelf:
    """What is kept, by kind and identifier."""

    def __init__(self, world: World, network: Network, topics: Callable[[str], bool]) -> None:
        self.world = world
        self.topics = topics
        self.network = network
        self.stores = {kind: Store(world) for kind in KINDS}

    def arn(self, kind: str, identity: str) -> str:
        return self.world.arn("rds", f"{kind}:{identity}")

    def identity(self, kind: str, given: str) -> str:
        """An identifier as it is kept; an ARN of a thing of this account is one, too."""
        text = given.removeprefix(self.arn(kind, ""))
        name = KINDS[kind].member
        if kind in {"db", "cluster"} and len(text) > 63:
            raise invalid(f"The parameter {name} is longer than 63 characters.")
        if not text or len(text) > 255:
            raise invalid(f"The parameter {name} must be provided and must not be blank.")
        system = text.startswith(("default.", "default:", "rds:"))
        fits = GROUP if kind == "subgrp" else PLAIN
        if not system and not fits.fullmatch(text):
            raise invalid(f"The parameter {name} is not a valid identifier.")
        return text.lower()

    def get(self, kind: str, given: str, *, seen: bool = False) -> Members:
        key = self.identity(kind, given)
        found = self._alive(self.stores[kind].found(key, seen=seen))
        if found is None:
            raise fault(KINDS[kind].missing, f"{KINDS[kind].member} {key} not found.")
        return found

    def _alive(self, one: Members | None) -> Members | None:
        """A thing that is not gone yet."""
        gone = one is None or self.world.now() > one.get("_gone", self.world.now())
        return None if gone else one

    def free(self, kind: str, given: str) -> str:
        """An identifier that nothing has."""
        if given.startswith(("default.", "arn:")):
            raise invalid(f"The parameter {KINDS[kind].member} is not a valid identifier.")
        key = self.identity(kind, given)
        if self._alive(self.stores[kind].get(key)) is not None:
            raise fault(KINDS[kind].taken, f"{KINDS[kind].member} {key} already exists.")
        return key

    def within(self, kind: str, count: int, name: str) -> None:
        if self.world.on("quotas") and len(self.all(kind)) >= count:
            raise fault(name, "The quota is exceeded.")

    def all(self, kind: str, *, seen: bool = False) -> list[Members]:
        store = self.stores[kind]
        found = store.listed() if seen else store.all()
        return [one for one in found if self._alive(one)]

    def keep(self, kind: str, one: Members, passing: str = "", lasting: str = "") -> Members:
        """Keep it, in a state that passes."""
        if lasting:
            one = {**one, "_state": (self.world.now(), passing, lasting)}
        one = {"_tags": {}, **one}
        self.stores[kind].put(one[KINDS[kind].member], one)
        return one

    def drop(self, kind: str, one: Members) -> None:
        """Things with a state may linger."""
        key = one[KINDS[kind].member]
        if KINDS[kind].status and self.world.on("lingering"):
            self.keep(kind, {**one, "_gone": self.world.now() + 1.5}, "deleting", "deleting")
        else:
            self.stores[kind].drop(key)

    def state(self, one: Members) -> str:
        return self.world.state(*one["_state"])

    def shown(self, kind: str, one: Members, state: str | None = None) -> Members:
        """A thing as answers have it, in a state it may be about to have."""
        found = {name: value for name, value in one.items() if not name.startswith("_")}
        status = KINDS[kind].status
        if status is not None:
            found[status] = state or self.state(one)
        if kind in {"db", "cluster", "snapshot", "cluster-snapshot"}:
            found["TagList"] = pairs(self.world, one["_tags"])
        return found

    def paged(
        self, name: str, items: list[Any], sent: Members, filters: Filters | None = None
    ) -> Members:
        size = sent.get("MaxRecords", 100)
        if not 20 <= size <= 100:
            raise invalid(f"Invalid value {size} for MaxRecords. Must be between 20 and 100")
        for given in sent.get("Filters", []):
            of = (filters or {}).get(given["Name"])
            if of is None:
                raise invalid(f"Unrecognized filter name: {given['Name']}")
            wanted = {text.lower() for text in given["Values"]}
            items = [one for one in items if wanted & {*of(one)}]
        refuse = invalid("The parameter Marker is not valid.")
        some, marker = page(self.world, items, size, sent.get("Marker"), refuse)
        return {name: some, "Marker": marker}

    def described(
        self, kind: str, given: str | None, kept: Callable[[Members], bool] = lambda _: True
    ) -> list[Members]:
        """What is there, or the one that is named."""
        found = self.all(kind, seen=True) if given is None else [self.get(kind, given, seen=True)]
        return [self.shown(kind, one) for one in found if kept(one)]

    def groups(self, sent: Members) -> list[Members]:
        """The security groups that are named, which have to be there."""
        for one in sent.get("VpcSecurityGroupIds", []):
            if not one.startswith("sg-") or self.network.store.get(one) is None:
                raise invalid(f"Invalid security group, groupId= {one}, groupName=.")
        given = sent.get("VpcSecurityGroupIds") or ["sg-0a1b2c3d4e5f60718"]
        return [{"VpcSecurityGroupId": one, "Status": "active"} for one in given]


class Tags:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("rds", self)

    def _tagged(self, arn: str, *, seen: bool = False) -> tuple[str, Members]:
        kind, _, name = arn.removeprefix(self.world.arn("rds", "")).partition(":")
        if not arn.startswith(self.world.arn("rds", "")) or kind not in KINDS or not name:
            text = "The specified resource name does not match an RDS resource in this region."
            raise invalid(text)
        return kind, self.shelf.get(kind, name, seen=seen)

    def add_tags_to_resource(self, sent: Members) -> None:
        kind, one = self._tagged(sent["ResourceName"])
        self.shelf.keep(kind, {**one, "_tags": checked_tags(sent["Tags"], one["_tags"])})

    def remove_tags_from_resource(self, sent: Members) -> None:
        kind, one = self._tagged(sent["ResourceName"])
        left = {name: text for name, text in one["_tags"].items() if name not in sent["TagKeys"]}
        self.shelf.keep(kind, {**one, "_tags": left})

    def list_tags_for_resource(self, sent: Members) -> Members:
        if sent.get("Filters"):
            raise invalid("Filters are not supported.")
        return {
            "TagList": pairs(self.world, self._tagged(sent["ResourceName"], seen=True)[1]["_tags"])
        }
