"""RDS: what changes of an instance."""

from __future__ import annotations

from tests.servers.cloud.world import Members, Operation, operations_of

from . import rds_checks as checks
from .rds import clash, fault
from .rds_groups import major
from .rds_instances import PLAIN, RENAMED, Instances

LATER = (
    "DBInstanceClass", "AllocatedStorage", "MultiAZ", "EngineVersion", "Iops", "StorageType",
    "CACertificateIdentifier", "BackupRetentionPeriod",
)  # fmt: skip


class Changes:
    """The operations by name."""

    def __init__(self, instances: Instances) -> None:
        self.instances = instances
        self.shelf = instances.shelf
        self.operations: dict[str, Operation] = operations_of("rds", self)

    def modify_db_instance(self, sent: Members) -> Members:
        one = self.instances.ready(sent["DBInstanceIdentifier"], "available", "stopped")
        lasting = self.shelf.state(one)
        engine = one["Engine"]
        checks.settings(self.shelf, sent, engine)
        checks.password(sent, needed=False)
        if {"AllocatedStorage", "Iops", "StorageType", "MaxAllocatedStorage"} & sent.keys():
            checks.storage(sent, one)
        version = checks.version_of(engine, sent.get("EngineVersion", one["EngineVersion"]))
        if major(engine, version) != major(engine, one["EngineVersion"]):
            if not sent.get("AllowMajorVersionUpgrade"):
                raise clash("The AllowMajorVersionUpgrade flag must be present.")
            if version < one["EngineVersion"]:
                raise clash("The version cannot go down.")
        changed = {**one, **{name: sent[name] for name in PLAIN if name in sent}}
        changed |= {shown: sent[name] for name, shown in RENAMED.items() if name in sent}
        changed |= checks.windows(sent, one)
        if "VpcSecurityGroupIds" in sent:
            changed["VpcSecurityGroups"] = self.shelf.groups(sent)
        used = self.instances.used({**sent, "DBSubnetGroupName": "default"}, engine, version)
        given = {"pg": "DBParameterGroupName", "og": "OptionGroupName"}
        fresh = {kind: used[kind] for kind, name in given.items() if name in sent}
        changed["_uses"] = one["_uses"] | fresh
        if "DBSubnetGroupName" in sent:
            group = self.shelf.get("subgrp", sent["DBSubnetGroupName"])["DBSubnetGroupName"]
            if group == one["_uses"].get("subgrp"):
                raise fault("InvalidVPCNetworkStateFault", "The instance is in the group already.")
            changed["_uses"]["subgrp"] = group
        return self._later(one, changed, sent, lasting)

    def _later(self, one: Members, changed: Members, sent: Members, lasting: str) -> Members:
        """Some changes are made at once, or in the next window."""
        pending = {name: sent[name] for name in LATER if name in sent and sent[name] != one[name]}
        if "DBInstanceClass" in pending:
            self.instances.checked_class(pending["DBInstanceClass"])
        renamed = None
        if "NewDBInstanceIdentifier" in sent:
            renamed = self.shelf.free("db", sent["NewDBInstanceIdentifier"])
        if "DBPortNumber" in sent:
            changed["_port"] = sent["DBPortNumber"]
        shown = dict(pending)
        if "MasterUserPassword" in sent:
            shown["MasterUserPassword"] = "****"
        if renamed:
            shown["DBInstanceIdentifier"] = renamed
        at_once = sent.get("ApplyImmediately", False)
        kept = {
            **changed,
            "PendingModifiedValues": {} if at_once else one["PendingModifiedValues"] | pending,
        }
        if at_once:
            kept |= pending
        self.shelf.keep("db", kept, "modifying", lasting)
        answer = self.instances.shown({**changed, "_state": one["_state"]}, lasting)
        answer["PendingModifiedValues"] = one["PendingModifiedValues"] | shown
        if renamed and at_once:
            self.shelf.stores["db"].drop(one["DBInstanceIdentifier"])
            arn = self.shelf.arn("db", renamed)
            kept |= {"DBInstanceIdentifier": renamed, "DBInstanceArn": arn}
            self.shelf.keep("db", kept, "renaming", lasting)
        return {"DBInstance": answer}
