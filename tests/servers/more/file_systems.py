"""Elastic File System: file systems, what is set on them, and tags."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.cloud.ec2 import Shelf as Network
from tests.servers.cloud.world import (
    Members,
    Operation,
    Store,
    World,
    hexadecimal,
    operations_of,
    page,
    pairs,
)
from tests.servers.keys.policies import checked_policy
from tests.servers.keys.wire import Refused

from .file_wire import Taken


def bad(text: str) -> Refused:
    return Refused("BadRequest", text)


class Shelf:
    """What is kept of the service, and what its parts share."""

    def __init__(self, world: World, network: Network) -> None:
        self.world = world
        self.network = network
        self.systems, self.points, self.mounts = (Store(world) for _ in range(3))

    def arn(self, resource: str) -> str:
        return self.world.arn("elasticfilesystem", resource)

    def point(self, given: str, *, seen: bool = False) -> Members:
        """An access point by its id or ARN."""
        identity = given.removeprefix(self.arn("access-point/"))
        found: Members | None = self.points.found(identity, seen=seen)
        if found is None:
            raise Refused("AccessPointNotFound", f"Access point {given} does not exist.", 404)
        return found

    def system(self, given: str, *, seen: bool = False) -> Members:
        """A file system by its id or ARN."""
        identity = given.removeprefix(self.arn("file-system/"))
        found: Members | None = self.systems.found(identity, seen=seen)
        if found is None:
            raise Refused("FileSystemNotFound", f"File system '{given}' does not exist.", 404)
        return found

    def ready(self, given: str) -> Members:
        """A file system that can be changed."""
        found = self.system(given)
        if self.world.state(found["since"], "creating", "available") == "creating":
            text = f"File system '{given}' is not available."
            raise Refused("IncorrectFileSystemLifeCycleState", text, 409)
        return found

    def paged(
        self, name: str, items: list[Any], sent: Members, size: str, tokens: tuple[str, str]
    ) -> Members:
        refuse = bad("The token is not valid.")
        some_items, token = page(
            self.world, items, sent.get(size, 100), sent.get(tokens[0]), refuse
        )
        return {name: some_items, tokens[1]: token}


def checked_tags(tags: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    found = known | {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) > 50 or len({tag["Key"] for tag in tags}) < len(tags):
        raise bad("At most 50 tags, each key once.")
    return found


class FileSystems:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.preference = "LONG_ID"
        self.operations: dict[str, Operation] = operations_of("efs", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.create_file_system({"CreationToken": f"busy-{number}"})

    def _throughput(self, mode: str, sent: Members, known: Members) -> Members:
        if mode != "provisioned":
            if "ProvisionedThroughputInMibps" in sent:
                raise bad("Throughput is provisioned in the mode provisioned only.")
            return {"ThroughputMode": mode, "ProvisionedThroughputInMibps": None}
        amount = sent.get("ProvisionedThroughputInMibps", known.get("ProvisionedThroughputInMibps"))
        if amount is None:
            raise bad("ProvisionedThroughputInMibps is required.")
        if amount > 3414:
            raise Refused("ThroughputLimitExceeded", "At most 3414 MiBps.")
        return {"ThroughputMode": mode, "ProvisionedThroughputInMibps": amount}

    def create_file_system(self, sent: Members) -> Members:
        for one in self.shelf.systems.all():
            if one["CreationToken"] == sent["CreationToken"]:
                raise Taken("FileSystemAlreadyExists", "FileSystemId", one["FileSystemId"])
        encrypted = sent.get("Encrypted", self.world.on("defaults-shown"))
        if "KmsKeyId" in sent and not sent.get("Encrypted"):
            raise bad("A key needs Encrypted to be true.")
        mode = sent.get("ThroughputMode", "bursting")
        settings = self._throughput(mode, sent, {})
        performance = sent.get("PerformanceMode", "generalPurpose")
        if performance == "maxIO" and ("AvailabilityZoneName" in sent or mode == "elastic"):
            raise bad("maxIO is not supported here.")
        zone = sent.get("AvailabilityZoneName")
        if zone and not zone.startswith(self.world.region) and not self.world.on("unchecked"):
            raise Refused("UnsupportedAvailabilityZone", "There is no such zone.")
        if self.world.on("quotas") and len(self.shelf.systems.all()) >= 100:
            raise Refused("FileSystemLimitExceeded", "There are 100 file systems.", 403)
        key = sent.get("KmsKeyId", "11111111-2222-3333-4444-555555555555")
        made = {
            "CreationToken": sent["CreationToken"], "since": self.world.now(), **settings,
            "FileSystemId": f"fs-{hexadecimal()}", "PerformanceMode": performance,
            "Encrypted": encrypted, "tags": checked_tags(sent.get("Tags", []), {}),
            "KmsKeyId": self._key(key) if encrypted else None, "AvailabilityZoneName": zone,
            "backup": "ENABLED" if sent.get("Backup", bool(zone)) else None, "policy": None,
            "lifecycle": [], "protection": "ENABLED",
        }  # fmt: skip
        self.shelf.systems.put(made["FileSystemId"], made)
        return self._shown(made)

    def _key(self, key: str) -> str:
        if key.startswith("arn:"):
            return key
        return self.world.arn("kms", key if key.startswith("alias/") else f"key/{key}")

    def _shown(self, one: Members) -> Members:
        mounts = [of for of in self.shelf.mounts.all() if of["FileSystemId"] == one["FileSystemId"]]
        passing = one.get("passing", "creating")
        hidden = ("since", "tags", "backup", "policy", "lifecycle", "protection", "passing",
                  "made", "backup_since")  # fmt: skip
        return {
            **{key: value for key, value in one.items() if key not in hidden},
            "OwnerId": self.world.account,
            "FileSystemArn": self.shelf.arn(f"file-system/{one['FileSystemId']}"),
            "CreationTime": one.get("made", one["since"]),
            "LifeCycleState": self.world.state(one["since"], passing, "available"),
            "Name": one["tags"].get("Name"),
            "NumberOfMountTargets": len(mounts),
            "SizeInBytes": {"Value": 6144, "ValueInIA": 0, "ValueInStandard": 6144},
            "Tags": pairs(self.world, one["tags"]),
            "FileSystemProtection": {"ReplicationOverwriteProtection": one["protection"]},
        }

    def describe_file_systems(self, sent: Members) -> Members:
        identity, token = sent.get("FileSystemId"), sent.get("CreationToken")
        if identity and token:
            raise bad("FileSystemId and CreationToken exclude each other.")
        found = self.shelf.systems.listed()
        if identity:
            found = [self.shelf.system(identity, seen=True)]
        if token:
            found = [one for one in found if one["CreationToken"] == token]
        shown = [self._shown(one) for one in found]
        tokens = ("Marker", "NextMarker")
        answer = self.shelf.paged("FileSystems", shown, sent, "MaxItems", tokens)
        return {**answer, "Marker": sent.get("Marker")}

    def update_file_system(self, sent: Members) -> Members:
        one = self.shelf.ready(sent["FileSystemId"])
        mode = {**one, **sent}["ThroughputMode"]
        settings = self._throughput(mode, sent, one)
        made = one.get("made", one["since"])
        changed = {
            **one,
            **settings,
            "made": made,
            "since": self.world.now(),
            "passing": "updating",
        }
        self.shelf.systems.put(one["FileSystemId"], changed)
        return self._shown(changed)

    def delete_file_system(self, sent: Members) -> Members:
        one = self.shelf.system(sent["FileSystemId"])
        if self._shown(one)["NumberOfMountTargets"]:
            raise Refused("FileSystemInUse", "The file system has mount targets.", 409)
        for point in self.shelf.points.all():
            if point["FileSystemId"] == one["FileSystemId"]:
                self.shelf.points.drop(point["AccessPointId"])
        self.shelf.systems.drop(one["FileSystemId"])
        return {}

    def _tagged(self, given: str, *, seen: bool = False) -> tuple[Store, str, Members]:
        if "fsap-" not in given:
            one = self.shelf.system(given, seen=seen)
            return self.shelf.systems, one["FileSystemId"], one
        point = self.shelf.point(given, seen=seen)
        return self.shelf.points, point["AccessPointId"], point

    def tag_resource(self, sent: Members) -> Members:
        store, key, found = self._tagged(sent["ResourceId"])
        store.put(key, {**found, "tags": checked_tags(sent["Tags"], found["tags"])})
        return {}

    def untag_resource(self, sent: Members) -> Members:
        store, key, found = self._tagged(sent["ResourceId"])
        left = {name: one for name, one in found["tags"].items() if name not in sent["TagKeys"]}
        store.put(key, {**found, "tags": left})
        return {}

    def list_tags_for_resource(self, sent: Members) -> Members:
        found = pairs(self.world, self._tagged(sent["ResourceId"], seen=True)[2]["tags"])
        tokens = ("NextToken", "NextToken")
        return self.shelf.paged("Tags", found, sent, "MaxResults", tokens)

    def _changed(self, one: Members, **members: Any) -> None:
        self.shelf.systems.put(one["FileSystemId"], {**one, **members})

    def put_lifecycle_configuration(self, sent: Members) -> Members:
        one = self.shelf.ready(sent["FileSystemId"])
        policies = sent["LifecyclePolicies"]
        names = [name for policy in policies for name in policy]
        if any(len(policy) != 1 for policy in policies) or len({*names}) < len(names):
            raise bad("Each policy has one transition, each transition one policy.")
        self._changed(one, lifecycle=policies)
        return {"LifecyclePolicies": policies}

    def describe_lifecycle_configuration(self, sent: Members) -> Members:
        one = self.shelf.system(sent["FileSystemId"], seen=True)
        return {"LifecyclePolicies": one["lifecycle"]}

    def put_backup_policy(self, sent: Members) -> Members:
        status = sent["BackupPolicy"]["Status"]
        if status.endswith("ING"):
            raise Refused(self._invalid(), "The status is ENABLED or DISABLED.")
        one = self.shelf.ready(sent["FileSystemId"])
        self._changed(one, backup=status, backup_since=self.world.now())
        return {"BackupPolicy": {"Status": self._backup(self.shelf.system(one["FileSystemId"]))}}

    def _invalid(self) -> str:
        return "ValidationException" if self.world.on("other-codes") else "BadRequest"

    def _backup(self, one: Members) -> str:
        passing = one["backup"].removesuffix("ED") + "ING"
        return self.world.state(one.get("backup_since", 0.0), passing, one["backup"])

    def describe_backup_policy(self, sent: Members) -> Members:
        one = self.shelf.system(sent["FileSystemId"], seen=True)
        if one["backup"] is None and not self.world.on("defaults-shown"):
            raise Refused("PolicyNotFound", "None is set.", 404)
        status = self._backup(one) if one["backup"] else "DISABLED"
        return {"BackupPolicy": {"Status": status}}

    def put_file_system_policy(self, sent: Members) -> Members:
        one = self.shelf.ready(sent["FileSystemId"])
        try:
            checked_policy(sent["Policy"], resource=False)
        except Refused as refused:
            raise Refused("InvalidPolicyException", "The policy is not valid.") from refused
        text = sent["Policy"]
        if self.world.on("reserialised"):
            text = json.dumps(json.loads(text), indent=2, sort_keys=True)
        self._changed(one, policy=text)
        return {"FileSystemId": one["FileSystemId"], "Policy": text}

    def describe_file_system_policy(self, sent: Members) -> Members:
        one = self.shelf.system(sent["FileSystemId"], seen=True)
        if one["policy"] is None:
            raise Refused("PolicyNotFound", "None is set.", 404)
        return {"FileSystemId": one["FileSystemId"], "Policy": one["policy"]}

    def delete_file_system_policy(self, sent: Members) -> Members:
        self._changed(self.shelf.ready(sent["FileSystemId"]), policy=None)
        return {}

    def update_file_system_protection(self, sent: Members) -> Members:
        one = self.shelf.ready(sent["FileSystemId"])
        value = sent.get("ReplicationOverwriteProtection", one["protection"])
        if value == "REPLICATING":
            raise bad("The value is set by replication only.")
        self._changed(one, protection=value)
        return {"ReplicationOverwriteProtection": value}

    def put_account_preferences(self, sent: Members) -> Members:
        if sent["ResourceIdType"] == "SHORT_ID" and not self.world.on("unchecked"):
            raise bad("Short ids are no longer supported.")
        self.preference = sent["ResourceIdType"]
        return self.describe_account_preferences({})

    def describe_account_preferences(self, sent: Members) -> Members:
        resources = ["FILE_SYSTEM", "MOUNT_TARGET"]
        return {"ResourceIdPreference": {"ResourceIdType": self.preference, "Resources": resources}}
