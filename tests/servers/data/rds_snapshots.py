"""RDS: snapshots of instances and of clusters."""

from __future__ import annotations

from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of

from .rds import KINDS, Filters, Shelf, checked_tags, clash, fault, invalid

OF = {"db": "snapshot", "cluster": "cluster-snapshot"}
STATES = {"db": "InvalidDBInstanceStateFault", "cluster": "InvalidDBClusterStateFault"}
TYPES = {"automated", "manual", "shared", "public", "awsbackup"}
SAME = (
    "Engine", "EngineVersion", "MasterUsername", "AvailabilityZone", "LicenseModel", "Iops",
    "StorageType", "AvailabilityZones", "EngineMode", "StorageEncrypted", "DbClusterResourceId",
    "DbiResourceId", "InstanceCreateTime", "ClusterCreateTime", "IAMDatabaseAuthenticationEnabled",
)  # fmt: skip
FILTERS: Filters = {
    "db-instance-id": lambda one: [one.get("DBInstanceIdentifier")],
    "db-snapshot-id": lambda one: [one.get("DBSnapshotIdentifier")],
    "dbi-resource-id": lambda one: [str(one.get("DbiResourceId")).lower()],
    "snapshot-type": lambda one: [one["SnapshotType"]],
    "engine": lambda one: [one["Engine"]],
}
CLUSTER_FILTERS: Filters = {
    "db-cluster-id": lambda one: [one["DBClusterIdentifier"]],
    "db-cluster-snapshot-id": lambda one: [one["DBClusterSnapshotIdentifier"]],
    "snapshot-type": lambda one: [one["SnapshotType"]],
    "engine": lambda one: [one["Engine"]],
}


class Snapshots:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("rds", self)

    def taken(self, of: str, one: Members, name: str, tags: list[Members]) -> Members:
        """A new snapshot of an instance or a cluster."""
        kind = OF[of]
        key = self.shelf.free(kind, name)
        if self.shelf.state(one) != "available":
            raise fault(STATES[of], f"{one[KINDS[of].member]} is not in the available state.")
        self.shelf.within(kind, 100, "SnapshotQuotaExceededFault")
        given = checked_tags(tags, one["_tags"] if one.get("CopyTagsToSnapshot") else {})
        same = {member: one[member] for member in SAME if one.get(member) is not None}
        if of == "db":
            same["Encrypted"] = same.pop("StorageEncrypted", False)
            same["OptionGroupName"] = one["_uses"]["og"]
        made = {
            **same, KINDS[kind].member: key, KINDS[of].member: one[KINDS[of].member],
            "SnapshotCreateTime": self.world.now(), "AllocatedStorage": one["AllocatedStorage"],
            "Port": one["_port"], "SnapshotType": "manual", "_tags": given, "_shared": [],
            f"{KINDS[kind].member.removesuffix('Identifier')}Arn": self.shelf.arn(kind, key),
        }  # fmt: skip
        return self._kept(kind, made)

    def _kept(self, kind: str, made: Members) -> Members:
        kept = self.shelf.keep(kind, made, "creating", "available")
        return {**self.shelf.shown(kind, kept, "creating"), "PercentProgress": 0}

    def create_db_snapshot(self, sent: Members) -> Members:
        one = self.shelf.get("db", sent["DBInstanceIdentifier"])
        if "DBClusterIdentifier" in one:
            raise clash("The instance is a member of a cluster: take a snapshot of the cluster.")
        name, tags = sent["DBSnapshotIdentifier"], sent.get("Tags", [])
        return {"DBSnapshot": self.taken("db", one, name, tags)}

    def create_db_cluster_snapshot(self, sent: Members) -> Members:
        one = self.shelf.get("cluster", sent["DBClusterIdentifier"])
        name, tags = sent["DBClusterSnapshotIdentifier"], sent.get("Tags", [])
        return {"DBClusterSnapshot": self.taken("cluster", one, name, tags)}

    def _described(self, of: str, sent: Members, resource: str) -> list[Members]:
        kind = OF[of]
        wanted, type_ = sent.get(KINDS[of].member), sent.get("SnapshotType")
        if type_ is not None and type_ not in TYPES:
            raise invalid(f"Invalid snapshot type: {type_}")
        if wanted is not None:
            wanted = self.shelf.identity(of, wanted)
        found = self.shelf.described(kind, sent.get(KINDS[kind].member))
        for one in found:
            one["PercentProgress"] = 100 if one["Status"] == "available" else 0
        return [
            one
            for one in found
            if wanted in {None, one[KINDS[of].member]}
            and type_ in {None, one["SnapshotType"]}
            and sent.get(resource) in {None, one.get(resource)}
        ]

    def describe_db_snapshots(self, sent: Members) -> Members:
        found = self._described("db", sent, "DbiResourceId")
        return self.shelf.paged("DBSnapshots", found, sent, FILTERS)

    def describe_db_cluster_snapshots(self, sent: Members) -> Members:
        found = self._described("cluster", sent, "DbClusterResourceId")
        return self.shelf.paged("DBClusterSnapshots", found, sent, CLUSTER_FILTERS)

    def _ready(self, kind: str, given: str) -> Members:
        one = self.shelf.get(kind, given)
        if self.shelf.state(one) != "available":
            name = (
                "InvalidDBSnapshotState" if kind == "snapshot" else "InvalidDBClusterSnapshotState"
            )
            raise fault(f"{name}Fault", "The snapshot is not in the available state.")
        return one

    def _deleted(self, kind: str, sent: Members) -> Members:
        one = self._ready(kind, sent[KINDS[kind].member])
        self.shelf.drop(kind, one)
        return {**self.shelf.shown(kind, one, "deleted"), "PercentProgress": 100}

    def delete_db_snapshot(self, sent: Members) -> Members:
        return {"DBSnapshot": self._deleted("snapshot", sent)}

    def delete_db_cluster_snapshot(self, sent: Members) -> Members:
        return {"DBClusterSnapshot": self._deleted("cluster-snapshot", sent)}

    def _copied(self, kind: str, sent: Members) -> Members:
        stem = KINDS[kind].member
        source = self._ready(kind, sent[f"Source{stem}"])
        name = self.shelf.free(kind, sent[f"Target{stem}"])
        if "KmsKeyId" in sent:
            raise fault("KMSKeyNotAccessibleFault", "The specified KMS key does not exist.")
        if sent.get("OptionGroupName"):
            self.shelf.get("og", sent["OptionGroupName"])
        for member in (
            "TargetCustomAvailabilityZone",
            "SnapshotTarget",
            "SnapshotAvailabilityZone",
        ):
            if sent.get(member, "region") != "region":
                raise clash(f"{member} is not supported for the snapshot.")
        had = source["_tags"] if sent.get("CopyTags") and not sent.get("Tags") else {}
        stem = stem.removesuffix("Identifier")
        origin = "SourceDBSnapshotIdentifier" if kind == "snapshot" else f"Source{stem}Arn"
        return self._kept(kind, {
            **source, KINDS[kind].member: name, f"{stem}Arn": self.shelf.arn(kind, name),
            "_tags": checked_tags(sent.get("Tags", []), had), origin: source[f"{stem}Arn"],
            "SnapshotCreateTime": self.world.now(), "_shared": [],
        })  # fmt: skip

    def copy_db_snapshot(self, sent: Members) -> Members:
        return {"DBSnapshot": self._copied("snapshot", sent)}

    def copy_db_cluster_snapshot(self, sent: Members) -> Members:
        return {"DBClusterSnapshot": self._copied("cluster-snapshot", sent)}

    def modify_db_snapshot(self, sent: Members) -> Members:
        one = self._ready("snapshot", sent["DBSnapshotIdentifier"])
        if sent.get("EngineVersion", one["EngineVersion"]) != one["EngineVersion"]:
            raise clash(f"Cannot upgrade from {one['EngineVersion']} to this version.")
        if "OptionGroupName" in sent:
            one["OptionGroupName"] = self.shelf.get("og", sent["OptionGroupName"])[
                "OptionGroupName"
            ]
        return {"DBSnapshot": self.shelf.shown("snapshot", self.shelf.keep("snapshot", one))}

    def _attributes(self, kind: str, one: Members) -> Members:
        stem = KINDS[kind].member.removesuffix("Identifier")
        shown: list[Any] = [{"AttributeName": "restore", "AttributeValues": one["_shared"]}]
        return {f"{stem}AttributesResult": {
            KINDS[kind].member: one[KINDS[kind].member], f"{stem}Attributes": shown,
        }}  # fmt: skip

    def _shared(self, kind: str, sent: Members) -> Members:
        one = self._ready(kind, sent[KINDS[kind].member])
        if sent["AttributeName"] != "restore":
            raise invalid(f"Invalid attribute name: {sent['AttributeName']}")
        more, less = sent.get("ValuesToAdd", []), sent.get("ValuesToRemove", [])
        for text in more:
            if text != "all" and not (len(text) == 12 and text.isdecimal()):
                raise invalid(f"Invalid account id: {text}")
        left = [text for text in [*one["_shared"], *more] if text not in less]
        kept = self.shelf.keep(kind, {**one, "_shared": [*dict.fromkeys(left)]})
        return self._attributes(kind, kept)

    def describe_db_snapshot_attributes(self, sent: Members) -> Members:
        one = self.shelf.get("snapshot", sent["DBSnapshotIdentifier"], seen=True)
        return self._attributes("snapshot", one)

    def describe_db_cluster_snapshot_attributes(self, sent: Members) -> Members:
        one = self.shelf.get("cluster-snapshot", sent["DBClusterSnapshotIdentifier"], seen=True)
        return self._attributes("cluster-snapshot", one)

    def modify_db_snapshot_attribute(self, sent: Members) -> Members:
        return self._shared("snapshot", sent)

    def modify_db_cluster_snapshot_attribute(self, sent: Members) -> Members:
        return self._shared("cluster-snapshot", sent)
