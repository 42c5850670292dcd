"""RDS: clusters."""

from __future__ import annotations

import re

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of

from . import rds_checks as checks
from .rds import Filters, Shelf, checked_tags, clash, fault, invalid
from .rds_groups import major
from .rds_snapshots import Snapshots

WINDOWS = {
    "PreferredMaintenanceWindow": "sat:05:00-sat:05:30", "PreferredBackupWindow": "07:00-07:30",
}  # fmt: skip
PLAIN = ("CopyTagsToSnapshot", "DeletionProtection", "BackupRetentionPeriod", "NetworkType",
         "EngineLifecycleSupport", "DatabaseInsightsMode")  # fmt: skip
RENAMED = {
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EnableHttpEndpoint": "HttpEndpointEnabled",
}
FILTERS: Filters = {
    "db-cluster-id": lambda one: [one["DBClusterIdentifier"], one["DBClusterArn"].lower()],
    "db-cluster-resource-id": lambda one: [one["DbClusterResourceId"].lower()],
    "engine": lambda one: [one["Engine"]],
    "domain": lambda one: [],
    "clone-group-id": lambda one: [],
}


class Clusters:
    """The operations by name."""

    def __init__(self, shelf: Shelf, snapshots: Snapshots) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.snapshots = snapshots
        self.operations: dict[str, Operation] = operations_of("rds", self)

    def _used(self, sent: Members, engine: str, version: str) -> Members:
        family = f"{engine}{major(engine, version)}"
        used: Members = {"cluster-pg": f"default.{family}", "subgrp": "default"}
        if "DBClusterParameterGroupName" in sent:
            group = self.shelf.get("cluster-pg", sent["DBClusterParameterGroupName"])
            if group["DBParameterGroupFamily"] != family:
                raise clash(f"The parameter group is not of the family {family}.")
            used["cluster-pg"] = group["DBClusterParameterGroupName"]
        if "DBSubnetGroupName" in sent and sent["DBSubnetGroupName"] != "default":
            used["subgrp"] = self.shelf.get("subgrp", sent["DBSubnetGroupName"])[
                "DBSubnetGroupName"
            ]
        return used

    def _checked(self, sent: Members, engine: str) -> None:
        checks.settings(self.shelf, sent, engine)
        if not sent.get("BackupRetentionPeriod", 1) >= 1:
            raise invalid("Invalid backup retention period: it must be between 1 and 35.")
        for name in ("DBClusterInstanceClass", "AllocatedStorage", "Iops", "PubliclyAccessible",
                     "MonitoringInterval", "OptionGroupName", "AutoMinorVersionUpgrade",
                     "EnableGlobalWriteForwarding", "EnableLocalWriteForwarding",
                     "EnablePerformanceInsights"):  # fmt: skip
            if sent.get(name) and not (self.world.on("unchecked") and sent[name] is True):
                raise clash(f"{name} isn't supported for DB engine {engine}.")
        if sent.get("StorageType", "aurora") not in {"aurora", "aurora-iopt1"}:
            raise invalid("Invalid storage type.")
        if sent.get("EngineMode", "provisioned") != "provisioned":
            raise invalid("The engine mode is not supported.")
        if sent.get("BacktrackWindow") and engine != "aurora-mysql":
            raise clash("Backtrack is not enabled for the engine.")
        capacity = sent.get("ServerlessV2ScalingConfiguration")
        if capacity is not None:
            low, high = capacity.get("MinCapacity"), capacity.get("MaxCapacity")
            if low is None or high is None or not 0 <= low <= high <= 256 or high < 1:
                raise invalid("Serverless v2 capacity is not valid.")

    def create_db_cluster(self, sent: Members) -> Members:
        name, engine = (
            self.shelf.free("cluster", sent["DBClusterIdentifier"]),
            sent["Engine"].lower(),
        )
        version = checks.version_of(engine, sent.get("EngineVersion"))
        if not engine.startswith("aurora"):
            if "DBClusterInstanceClass" not in sent:
                raise clash(f"DBClusterInstanceClass is required for DB engine {engine}.")
            raise clash("The engine version does not support Multi-AZ DB clusters here.")
        if "GlobalClusterIdentifier" in sent:
            raise fault("GlobalClusterNotFoundFault", "The global cluster was not found.")
        if "ReplicationSourceIdentifier" in sent:
            raise fault("DBClusterNotFoundFault", "The source of replication was not found.")
        self._checked(sent, engine)
        used = self._used(sent, engine, version)
        checks.user(sent)
        checks.password(sent)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", sent.get("DatabaseName", "a")):
            raise invalid("DatabaseName is not valid.")
        region = self.world.region
        zones = sent.get("AvailabilityZones", [f"{region}{letter}" for letter in "abc"])
        if not all(re.fullmatch(re.escape(region) + "[a-c]", one) for one in zones):
            raise invalid("Invalid availability zones.")
        self.shelf.within("cluster", 40, "DBClusterQuotaExceededFault")
        made = self._made(
            name,
            {
                **sent,
                "Engine": engine,
                "EngineVersion": version,
                "Zones": zones,
            },
            used,
        )
        kept = self.shelf.keep("cluster", made, "creating", "available")
        return {"DBCluster": self.shown(kept, "creating")}

    def _made(self, name: str, sent: Members, used: Members) -> Members:
        host = f"c0ffee.{self.world.region}.rds.amazonaws.com"
        port = sent.get("Port", 5432 if "postgres" in sent["Engine"] else 3306)
        usual: Members = {
            "CopyTagsToSnapshot": False, "DeletionProtection": False, "BackupRetentionPeriod": 1,
            "NetworkType": "IPV4", "DatabaseInsightsMode": "standard",
            "EngineLifecycleSupport": "open-source-rds-extended-support",
        }  # fmt: skip
        made = usual | {one: sent[one] for one in PLAIN if one in sent}
        made |= {shown: sent.get(one, False) for one, shown in RENAMED.items()}
        managed = sent.get("ManageMasterUserPassword")
        secret = self.world.arn("secretsmanager", f"secret:rds!cluster-{hexadecimal(8)}")
        return made | {
            "DBClusterIdentifier": name, "Engine": sent["Engine"], "AllocatedStorage": 1,
            "EngineVersion": sent["EngineVersion"], "AvailabilityZones": sent["Zones"],
            "DatabaseName": sent.get("DatabaseName"), "MasterUsername": sent["MasterUsername"],
            "Endpoint": f"{name}.cluster-{host}", "ReaderEndpoint": f"{name}.cluster-ro-{host}",
            "MultiAZ": False, "Port": port, "_port": port, "ReadReplicaIdentifiers": [],
            "VpcSecurityGroups": self.shelf.groups(sent), "HostedZoneId": "Z2R2ITUGPM61AM",
            "StorageEncrypted": sent.get("StorageEncrypted", False), "AssociatedRoles": [
                {"Status": "ACTIVE", "FeatureName": "", **one}
                for one in sent.get("AssociatedRoles", [])
            ],
            "DbClusterResourceId": f"cluster-{hexadecimal(26).upper()}",
            "EngineMode": "provisioned",
            "DBClusterArn": self.shelf.arn("cluster", name), "DomainMemberships": [],
            "ClusterCreateTime": self.world.now(), "CrossAccountClone": False, "_uses": used,
            "AutoMinorVersionUpgrade": False, "BacktrackWindow": sent.get("BacktrackWindow"),
            "EnabledCloudwatchLogsExports": sent.get("EnableCloudwatchLogsExports"),
            "ServerlessV2ScalingConfiguration": sent.get("ServerlessV2ScalingConfiguration"),
            "StorageType": {"aurora-iopt1": "aurora-iopt1"}.get(sent.get("StorageType", "")),
            "MasterUserSecret": {"SecretArn": secret, "SecretStatus": "active"}
            if managed else None,
            "_tags": checked_tags(sent.get("Tags", []), {}), **checks.windows(sent, WINDOWS),
        }  # fmt: skip

    def _members(self, one: Members) -> list[Members]:
        name = one["DBClusterIdentifier"]
        return [had for had in self.shelf.all("db") if had.get("DBClusterIdentifier") == name]

    def shown(self, one: Members, state: str | None = None) -> Members:
        used = one["_uses"]
        return {
            **self.shelf.shown("cluster", one, state),
            "DBClusterParameterGroup": used["cluster-pg"],
            "DBSubnetGroup": used["subgrp"],
            "DBClusterMembers": [
                {
                    "DBInstanceIdentifier": had["DBInstanceIdentifier"],
                    "IsClusterWriter": number == 0,
                    "DBClusterParameterGroupStatus": "in-sync",
                    "PromotionTier": had["PromotionTier"],
                }
                for number, had in enumerate(self._members(one))
            ],
        }

    def describe_db_clusters(self, sent: Members) -> Members:
        name, shelf = sent.get("DBClusterIdentifier"), self.shelf
        found = [shelf.get("cluster", name, seen=True)] if name else shelf.all("cluster", seen=True)
        return shelf.paged("DBClusters", [self.shown(one) for one in found], sent, FILTERS)

    def _ready(self, sent: Members, *states: str) -> Members:
        one = self.shelf.get("cluster", sent["DBClusterIdentifier"])
        if self.shelf.state(one) not in (states or ("available",)):
            wanted = " or ".join(states or ("available",))
            text = f"DbCluster {one['DBClusterIdentifier']} is not in {wanted} state."
            raise fault("InvalidDBClusterStateFault", text)
        return one

    def modify_db_cluster(self, sent: Members) -> Members:
        one = self._ready(sent)
        engine = one["Engine"]
        self._checked(sent, engine)
        checks.password(sent, needed=False)
        version = checks.version_of(engine, sent.get("EngineVersion", one["EngineVersion"]))
        if major(engine, version) != major(engine, one["EngineVersion"]):
            raise clash("The AllowMajorVersionUpgrade flag must be present, and an upgrade path.")
        changed = {**one, **{name: sent[name] for name in PLAIN if name in sent}}
        changed |= {shown: sent[name] for name, shown in RENAMED.items() if name in sent}
        for name in ("BacktrackWindow", "ServerlessV2ScalingConfiguration", "Port"):
            if name in sent:
                changed[name] = sent[name]
        if "VpcSecurityGroupIds" in sent:
            changed["VpcSecurityGroups"] = self.shelf.groups(sent)
        if "DBClusterParameterGroupName" in sent:
            group = self._used({**sent, "DBSubnetGroupName": "default"}, engine, version)
            changed["_uses"] = one["_uses"] | {"cluster-pg": group["cluster-pg"]}
        changed |= checks.windows(sent, one)
        if "NewDBClusterIdentifier" in sent:
            renamed = self.shelf.free("cluster", sent["NewDBClusterIdentifier"])
            if not sent.get("ApplyImmediately"):
                return {"DBCluster": {**self.shown(one), "PendingModifiedValues": {
                    "DBClusterIdentifier": renamed}}}  # fmt: skip
            self.shelf.stores["cluster"].drop(one["DBClusterIdentifier"])
            arn = self.shelf.arn("cluster", renamed)
            changed |= {"DBClusterIdentifier": renamed, "DBClusterArn": arn}
            for had in self._members(one):
                self.shelf.keep("db", {**had, "DBClusterIdentifier": renamed})
        kept = self.shelf.keep("cluster", changed, "modifying", "available")
        return {"DBCluster": self.shown(kept, "available")}

    def delete_db_cluster(self, sent: Members) -> Members:
        one = self.shelf.get("cluster", sent["DBClusterIdentifier"])
        final, skip = sent.get("FinalDBSnapshotIdentifier"), sent.get("SkipFinalSnapshot", False)
        if self.shelf.state(one) == "deleting":
            raise fault("InvalidDBClusterStateFault", "The cluster is being deleted.")
        if final and skip:
            raise clash("FinalDBSnapshotIdentifier can not be specified when skipping it.")
        if not final and not skip:
            raise clash(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            )
        if one["DeletionProtection"]:
            raise clash("Cannot delete protected Cluster, please disable deletion protection.")
        if self._members(one):
            text = "Cluster cannot be deleted, it still contains DB instances."
            raise fault("InvalidDBClusterStateFault", text)
        if final:
            self.snapshots.taken("cluster", one, final, [])
        self.shelf.drop("cluster", one)
        return {"DBCluster": self.shown(one, "deleting")}

    def stop_db_cluster(self, sent: Members) -> Members:
        kept = self.shelf.keep("cluster", self._ready(sent), "stopping", "stopped")
        return {"DBCluster": self.shown(kept, "stopping")}

    def start_db_cluster(self, sent: Members) -> Members:
        kept = self.shelf.keep("cluster", self._ready(sent, "stopped"), "starting", "available")
        return {"DBCluster": self.shown(kept, "starting")}

    def add_role_to_db_cluster(self, sent: Members) -> None:
        one, feature = self._ready(sent), sent.get("FeatureName", "")
        if feature not in {"", "s3Import", "s3Export", "Lambda", "SageMaker", "Comprehend"}:
            raise invalid("The feature name is not valid for the engine.")
        if one["Engine"] == "aurora-postgresql" and not feature:
            raise invalid("The feature-name parameter must be provided with the engine.")
        if any(had["RoleArn"] == sent["RoleArn"] for had in one["AssociatedRoles"]):
            raise fault("DBClusterRoleAlreadyExistsFault", "The role is there already.")
        if any(had["FeatureName"] == feature and feature for had in one["AssociatedRoles"]):
            raise fault("DBClusterRoleAlreadyExistsFault", "The feature has a role already.")
        role = {"RoleArn": sent["RoleArn"], "Status": "ACTIVE", "FeatureName": feature}
        if len(one["AssociatedRoles"]) >= 5:
            raise fault("DBClusterRoleQuotaExceededFault", "There are five roles.")
        self.shelf.keep("cluster", {**one, "AssociatedRoles": [*one["AssociatedRoles"], role]})

    def remove_role_from_db_cluster(self, sent: Members) -> None:
        one, role = self._ready(sent), (sent["RoleArn"], sent.get("FeatureName", ""))
        had = one["AssociatedRoles"]
        left = [of for of in had if (of["RoleArn"], of["FeatureName"]) != role]
        if len(left) == len(had):
            raise fault("DBClusterRoleNotFoundFault", "The role is not there.")
        self.shelf.keep("cluster", {**one, "AssociatedRoles": left})
