"""RDS: instances."""

from __future__ import annotations

import re

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of
from tests.servers.keys.wire import Refused

from . import rds_checks as checks
from .rds import Filters, Shelf, checked_tags, clash, fault, invalid
from .rds_groups import major
from .rds_options import CLASSES
from .rds_snapshots import Snapshots

WINDOWS = {
    "PreferredMaintenanceWindow": "sun:05:00-sun:05:30", "PreferredBackupWindow": "07:00-07:30",
}  # fmt: skip
PLAIN = (
    "AutoMinorVersionUpgrade", "PubliclyAccessible", "CopyTagsToSnapshot", "MonitoringInterval",
    "MonitoringRoleArn", "PromotionTier", "DeletionProtection", "MaxAllocatedStorage",
    "DatabaseInsightsMode", "PerformanceInsightsRetentionPeriod", "NetworkType", "BackupTarget",
    "EngineLifecycleSupport", "DedicatedLogVolume",
)  # fmt: skip
RENAMED = {
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
}
FILTERS: Filters = {
    "db-instance-id": lambda one: [one["DBInstanceIdentifier"], one["DBInstanceArn"].lower()],
    "db-cluster-id": lambda one: [one.get("DBClusterIdentifier")],
    "dbi-resource-id": lambda one: [one["DbiResourceId"].lower()],
    "engine": lambda one: [one["Engine"]],
    "domain": lambda one: [],
}


class Instances:
    """The operations by name."""

    def __init__(self, shelf: Shelf, snapshots: Snapshots) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.snapshots = snapshots
        self.operations: dict[str, Operation] = operations_of("rds", self)
        for number in range(2 if self.world.on("populated") else 0):
            self.create_db_instance({
                "DBInstanceIdentifier": f"busy-{number}", "Engine": "mysql", "AllocatedStorage": 20,
                "DBInstanceClass": "db.t3.micro", "MasterUsername": "admin",
                "MasterUserPassword": "some-other-1",
            })  # fmt: skip

    def _cluster(self, sent: Members, engine: str) -> Members | None:
        if engine.startswith("aurora") and "DBClusterIdentifier" not in sent:
            raise clash(f"DBClusterIdentifier is required for engine {engine}.")
        if "DBClusterIdentifier" not in sent:
            return None
        cluster = self.shelf.get("cluster", sent["DBClusterIdentifier"])
        if cluster["Engine"] != engine:
            raise clash("The engine is not that of the cluster.")
        if self.shelf.state(cluster) not in {"available", "creating"}:
            raise fault("InvalidDBClusterStateFault", "The cluster is not available.")
        of_cluster = (
            "MasterUsername", "MasterUserPassword", "DBName", "AllocatedStorage",
            "StorageEncrypted",
            "BackupRetentionPeriod", "PreferredBackupWindow", "DeletionProtection", "Port",
            "VpcSecurityGroupIds", "ManageMasterUserPassword", "EnableCloudwatchLogsExports",
            "EnableIAMDatabaseAuthentication", "StorageType", "MultiAZ", "Iops", "OptionGroupName",
        )  # fmt: skip
        for name in of_cluster:
            if name in sent and not self.world.on("unchecked"):
                raise clash(f"The requested DB Instance will be a member of a cluster: {name}.")
        return cluster

    def checked_class(self, name: str) -> str:
        if name not in CLASSES and not re.fullmatch(r"db\.[a-z]\d[a-z]*\.[a-z0-9]+", name):
            raise invalid(f"Invalid DB Instance class: {name}")
        return name

    def used(self, sent: Members, engine: str, version: str) -> Members:
        """The groups it uses, which have to be there and fit."""
        family = f"{engine}{major(engine, version)}"
        plain = major(engine, version).replace(".", "-")
        used: Members = {"pg": f"default.{family}", "og": f"default:{engine}-{plain}"}
        if "DBParameterGroupName" in sent:
            group = self.shelf.get("pg", sent["DBParameterGroupName"])
            if group["DBParameterGroupFamily"] != family:
                raise clash(f"The parameter group is not of the family {family}.")
            used["pg"] = group["DBParameterGroupName"]
        if "OptionGroupName" in sent and sent["OptionGroupName"] != used["og"]:
            options = self.shelf.get("og", sent["OptionGroupName"])
            if (options["EngineName"], options["MajorEngineVersion"]) != (
                engine,
                major(engine, version),
            ):
                raise clash("The option group is not of the engine.")
            used["og"] = options["OptionGroupName"]
        if "DBSubnetGroupName" in sent and sent["DBSubnetGroupName"] != "default":
            used["subgrp"] = self.shelf.get("subgrp", sent["DBSubnetGroupName"])[
                "DBSubnetGroupName"
            ]
        return used

    def create_db_instance(self, sent: Members) -> Members:
        name, engine = self.shelf.free("db", sent["DBInstanceIdentifier"]), sent["Engine"].lower()
        version = checks.version_of(engine, sent.get("EngineVersion"))
        checks.settings(self.shelf, sent, engine)
        cluster = self._cluster(sent, engine)
        used = self.used(sent, engine, version)
        if cluster is None:
            checks.storage(sent, {})
            checks.user(sent)
            checks.password(sent)
            database = sent.get("DBName", "")
            if database and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", database):
                raise invalid("DBName must begin with a letter and contain only alphanumerics.")
        if sent.get("MultiAZ") and "AvailabilityZone" in sent:
            raise clash("Requesting a specific availability zone is not valid for Multi-AZ.")
        zone = sent.get("AvailabilityZone", f"{self.world.region}a")
        if not re.fullmatch(re.escape(self.world.region) + "[a-c]", zone):
            raise invalid(f"Invalid Availability Zone: {zone}")
        self.shelf.within("db", 40, "InstanceQuotaExceededFault")
        made = self._made(
            name,
            {
                **sent,
                "Engine": engine,
                "EngineVersion": version,
                "AvailabilityZone": zone,
            },
            used,
        )
        if cluster is not None:
            made |= {"DBClusterIdentifier": cluster["DBClusterIdentifier"], "AllocatedStorage": 1,
                     "MasterUsername": cluster["MasterUsername"], "StorageType": "aurora",
                     "BackupRetentionPeriod": cluster["BackupRetentionPeriod"]}  # fmt: skip
        kept = self.shelf.keep("db", made, "creating", "available")
        return {"DBInstance": self.shown(kept, "creating")}

    def _made(self, name: str, sent: Members, used: Members) -> Members:
        engine = sent["Engine"]
        usual: Members = {
            "AutoMinorVersionUpgrade": True, "PubliclyAccessible": "DBSubnetGroupName" not in sent,
            "CopyTagsToSnapshot": False, "MonitoringInterval": 0, "DeletionProtection": False,
            "DatabaseInsightsMode": "standard", "NetworkType": "IPV4", "BackupTarget": "region",
            "EngineLifecycleSupport": "open-source-rds-extended-support",
            "DedicatedLogVolume": False,
            "PromotionTier": 1 if "DBClusterIdentifier" in sent else None,
        }  # fmt: skip
        made = usual | {one: sent[one] for one in PLAIN if one in sent}
        made |= {shown: sent.get(one, False) for one, shown in RENAMED.items()}
        port = sent.get("Port", 5432 if "postgres" in engine else 3306)
        licence = "postgresql-license" if engine == "postgres" else "general-public-license"
        managed = sent.get("ManageMasterUserPassword")
        secret = self.world.arn("secretsmanager", f"secret:rds!db-{hexadecimal(8)}")
        return made | {
            "DBInstanceIdentifier": name,
            "DBInstanceClass": self.checked_class(sent["DBInstanceClass"]),
            "Engine": engine, "MasterUsername": sent.get("MasterUsername"),
            "DBName": sent.get("DBName"), "_port": port, "InstanceCreateTime": self.world.now(),
            "AllocatedStorage": sent.get("AllocatedStorage"), "MultiAZ": sent.get("MultiAZ", False),
            "BackupRetentionPeriod": sent.get("BackupRetentionPeriod", 1), "DBSecurityGroups": [],
            "VpcSecurityGroups": self.shelf.groups(sent), "_uses": used,
            "AvailabilityZone": sent["AvailabilityZone"], "EngineVersion": sent["EngineVersion"],
            "ReadReplicaDBInstanceIdentifiers": [], "LicenseModel": licence,
            "Iops": sent.get("Iops"), "StorageType": sent.get("StorageType", "gp2"),
            "StorageEncrypted": sent.get("StorageEncrypted", False), "DbInstancePort": 0,
            "DbiResourceId": f"db-{hexadecimal(26).upper()}", "DomainMemberships": [],
            "CACertificateIdentifier": sent.get("CACertificateIdentifier", "rds-ca-rsa2048-g1"),
            "DBInstanceArn": self.shelf.arn("db", name), "AssociatedRoles": [],
            "EnabledCloudwatchLogsExports": sent.get("EnableCloudwatchLogsExports"),
            "CustomerOwnedIpEnabled": False, "PendingModifiedValues": {},
            "MasterUserSecret": {"SecretArn": secret, "SecretStatus": "active"}
            if managed else None,
            "_tags": checked_tags(sent.get("Tags", []), {}), **checks.windows(sent, WINDOWS),
        }  # fmt: skip

    def shown(self, one: Members, state: str | None = None) -> Members:
        shown = self.shelf.shown("db", one, state)
        used = one["_uses"]
        shown["DBParameterGroups"] = [
            {"DBParameterGroupName": used["pg"], "ParameterApplyStatus": "in-sync"}
        ]
        shown["OptionGroupMemberships"] = [{"OptionGroupName": used["og"], "Status": "in-sync"}]
        if "subgrp" in used:
            group = self.shelf.stores["subgrp"].get(used["subgrp"])
            shown["DBSubnetGroup"] = self.shelf.shown("subgrp", group)
        if shown["DBInstanceStatus"] != "creating":
            host = f"{one['DBInstanceIdentifier']}.c0ffee.{self.world.region}.rds.amazonaws.com"
            port = {"Address": host, "Port": one["_port"], "HostedZoneId": "Z2R2ITUGPM61AM"}
            shown["Endpoint"] = port
        return shown

    def describe_db_instances(self, sent: Members) -> Members:
        name = sent.get("DBInstanceIdentifier")
        found = [self.shelf.get("db", name, seen=True)] if name else self.shelf.all("db", seen=True)
        shown = [self.shown(one) for one in found]
        return self.shelf.paged("DBInstances", shown, sent, FILTERS)

    def ready(self, given: str, *states: str) -> Members:
        """An instance in one of these states."""
        one = self.shelf.get("db", given)
        if self.shelf.state(one) not in (states or ("available",)):
            text = f"Instance {one['DBInstanceIdentifier']} is not in available state."
            if states == ("stopped",):
                name = one["DBInstanceIdentifier"]
                text = f"Instance {name} cannot be started as it is not in one of: 'stopped'."
            raise fault("InvalidDBInstanceStateFault", text)
        return one

    def delete_db_instance(self, sent: Members) -> Members:
        one = self.shelf.get("db", sent["DBInstanceIdentifier"])
        final, skip = sent.get("FinalDBSnapshotIdentifier"), sent.get("SkipFinalSnapshot", False)
        if self.shelf.state(one) == "deleting":
            text = f"Instance {one['DBInstanceIdentifier']} is already being deleted."
            raise fault("InvalidDBInstanceStateFault", text)
        if final and skip:
            raise clash("FinalDBSnapshotIdentifier can not be specified when skipping it.")
        if not final and not skip and "DBClusterIdentifier" not in one:
            raise clash(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            )
        if one["DeletionProtection"]:
            raise clash("Cannot delete protected DB Instance, please disable deletion protection.")
        if final:
            self.snapshots.taken("db", one, final, [])
        self.shelf.drop("db", one)
        return {"DBInstance": self.shown(one, "deleting")}

    def _moved(self, one: Members, passing: str, lasting: str) -> Members:
        kept = self.shelf.keep("db", one, passing, lasting)
        return {"DBInstance": self.shown(kept, passing)}

    def stop_db_instance(self, sent: Members) -> Members:
        one = self.ready(sent["DBInstanceIdentifier"])
        if "DBClusterIdentifier" in one:
            raise fault("InvalidDBClusterStateFault", "Instances of clusters cannot be stopped.")
        if "DBSnapshotIdentifier" in sent:
            self.snapshots.taken("db", one, sent["DBSnapshotIdentifier"], [])
        return self._moved(one, "stopping", "stopped")

    def start_db_instance(self, sent: Members) -> Members:
        return self._moved(
            self.ready(sent["DBInstanceIdentifier"], "stopped"), "starting", "available"
        )

    def reboot_db_instance(self, sent: Members) -> Members:
        one = self.ready(sent["DBInstanceIdentifier"])
        if sent.get("ForceFailover") and not one["MultiAZ"]:
            raise clash("Instance is not configured for Multi-AZ, so it cannot fail over.")
        return self._moved(one, "rebooting", "available")

    def restore_db_instance_from_db_snapshot(self, sent: Members) -> Members:
        if "DBSnapshotIdentifier" not in sent:
            raise invalid("The parameter DBSnapshotIdentifier must be provided.")
        snapshot = self.shelf.get("snapshot", sent["DBSnapshotIdentifier"])
        if self.shelf.state(snapshot) != "available":
            raise fault("InvalidDBSnapshotStateFault", "The snapshot is not available.")
        if sent.get("Engine", snapshot["Engine"]) != snapshot["Engine"]:
            raise clash("The engine is not that of the snapshot.")
        of = (
            "Engine",
            "EngineVersion",
            "MasterUsername",
            "AllocatedStorage",
            "StorageType",
            "Iops",
        )
        kept = {name: snapshot[name] for name in of if snapshot.get(name) is not None}
        given = {"DBInstanceClass": "db.t3.micro", **kept, "MasterUserPassword": "known-of-it"}
        if "DBName" in sent and not self.world.on("unchecked"):
            raise Refused("InvalidParameterCombination", "DBName is not supported for the engine.")
        return self.create_db_instance({**given, **sent})
