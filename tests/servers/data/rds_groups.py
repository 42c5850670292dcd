"""RDS: subnet groups, parameter groups and their parameters, option groups."""

from __future__ import annotations

from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of

from .rds import KINDS, Shelf, checked_tags, clash, fault, invalid

ENGINES = {
    "mysql": ("8.0.39", "8.4.3"), "postgres": ("15.8", "16.4"), "mariadb": ("10.11.9",),
    "aurora-mysql": ("8.0.mysql_aurora.3.08.0",), "aurora-postgresql": ("15.8", "16.4"),
}  # fmt: skip
PARAMETERS = (
    ("autocommit", "1", "dynamic", "boolean", "0,1", True),
    ("max_connections", "100", "dynamic", "integer", "1-100000", True),
    ("time_zone", None, "dynamic", "string", "UTC,Europe/London,US/Eastern", True),
    ("port", "3306", "static", "integer", "1150-65535", False),
    ("performance_schema", "0", "static", "boolean", "0,1", True),
)


def major(engine: str, version: str) -> str:
    parts = version.split(".")
    return parts[0] if "postgres" in engine else ".".join(parts[:2])


FAMILIES = {
    f"{engine}{major(engine, one)}": engine for engine, found in ENGINES.items() for one in found
}


class Groups:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        for family, engine in FAMILIES.items():
            for kind in ("pg", "cluster-pg"):
                self._keep_parameters(kind, f"default.{family}", family, f"Default for {engine}")
        self.operations: dict[str, Operation] = operations_of("rds", self)

    def _zones(self, sent: Members) -> tuple[str, list[Members]]:
        """The VPC and the subnets of a group, which have to be in two zones."""
        found = []
        for identity in sent["SubnetIds"]:
            one = self.shelf.network.store.get(identity)
            if one is None or not identity.startswith("subnet-"):
                raise fault("InvalidSubnet", f"The subnet {identity} is not valid.")
            found.append(one)
        if len({one["VpcId"] for one in found}) > 1:
            raise fault("InvalidSubnet", "The subnets are in different VPCs.")
        if len({one["AvailabilityZone"] for one in found}) < 2:
            zone = found[0]["AvailabilityZone"]
            text = (
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
                f"Current AZ coverage: {zone}. Add subnets to cover at least 2 AZs."
            )
            raise fault("DBSubnetGroupDoesNotCoverEnoughAZs", text)
        shown = [
            {
                "SubnetIdentifier": one["id"],
                "SubnetAvailabilityZone": {"Name": one["AvailabilityZone"]},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for one in found
        ]
        return found[0]["VpcId"], shown

    def create_db_subnet_group(self, sent: Members) -> Members:
        name = self.shelf.free("subgrp", sent["DBSubnetGroupName"])
        if name == "default":
            raise invalid("DBSubnetGroupName must not be default.")
        self.shelf.within("subgrp", 50, "DBSubnetGroupQuotaExceededFault")
        vpc, subnets = self._zones(sent)
        made = self.shelf.keep("subgrp", {
            "DBSubnetGroupName": name, "VpcId": vpc, "Subnets": subnets,
            "DBSubnetGroupDescription": sent["DBSubnetGroupDescription"],
            "SubnetGroupStatus": "Complete", "SupportedNetworkTypes": ["IPV4"],
            "DBSubnetGroupArn": self.shelf.arn("subgrp", name),
            "_tags": checked_tags(sent.get("Tags", []), {}),
        })  # fmt: skip
        return {"DBSubnetGroup": self.shelf.shown("subgrp", made)}

    def describe_db_subnet_groups(self, sent: Members) -> Members:
        found = self.shelf.described("subgrp", sent.get("DBSubnetGroupName"))
        return self.shelf.paged("DBSubnetGroups", found, sent)

    def modify_db_subnet_group(self, sent: Members) -> Members:
        group = self.shelf.get("subgrp", sent["DBSubnetGroupName"])
        vpc, subnets = self._zones(sent)
        if vpc != group["VpcId"]:
            raise fault("InvalidSubnet", "The subnets are in another VPC.")
        text = sent.get("DBSubnetGroupDescription", group["DBSubnetGroupDescription"])
        changed = {**group, "Subnets": subnets, "DBSubnetGroupDescription": text}
        return {"DBSubnetGroup": self.shelf.shown("subgrp", self.shelf.keep("subgrp", changed))}

    def _unused(self, kind: str, group: Members, error: str) -> None:
        name = group[KINDS[kind].member]
        users = [*self.shelf.all("db"), *self.shelf.all("cluster")]
        if any(one["_uses"].get(kind) == name for one in users):
            raise fault(error, f"Cannot delete the group {name}: it is in use.")

    def delete_db_subnet_group(self, sent: Members) -> None:
        group = self.shelf.get("subgrp", sent["DBSubnetGroupName"])
        self._unused("subgrp", group, "InvalidDBSubnetGroupStateFault")
        self.shelf.drop("subgrp", group)

    def _keep_parameters(
        self, kind: str, name: str, family: str, text: str, given: Members | None = None
    ) -> Members:
        made = self.shelf.keep(kind, {
            KINDS[kind].member: name, "DBParameterGroupFamily": family, "Description": text,
            f"{KINDS[kind].member.removesuffix('Name')}Arn": self.shelf.arn(kind, name),
            "_set": {}, **(given or {}),
        })  # fmt: skip
        return self.shelf.shown(kind, made)

    def _new_parameters(self, kind: str, sent: Members) -> Members:
        name = self.shelf.free(kind, sent[KINDS[kind].member])
        family = sent["DBParameterGroupFamily"]
        if family not in FAMILIES or (kind == "cluster-pg" and not FAMILIES[family]):
            raise invalid(f"ParameterGroupFamily {family} is not a valid parameter group family")
        self.shelf.within(kind, 50 + len(FAMILIES), "DBParameterGroupQuotaExceededFault")
        tags = checked_tags(sent.get("Tags", []), {})
        return self._keep_parameters(kind, name, family, sent["Description"], {"_tags": tags})

    def create_db_parameter_group(self, sent: Members) -> Members:
        return {"DBParameterGroup": self._new_parameters("pg", sent)}

    def create_db_cluster_parameter_group(self, sent: Members) -> Members:
        return {"DBClusterParameterGroup": self._new_parameters("cluster-pg", sent)}

    def _copied(self, kind: str, sent: Members) -> Members:
        stem = KINDS[kind].member.removesuffix("Name")
        source = self.shelf.get(kind, sent[f"Source{stem}Identifier"])
        name = self.shelf.free(kind, sent[f"Target{stem}Identifier"])
        text, family = sent[f"Target{stem}Description"], source["DBParameterGroupFamily"]
        kept = {"_set": source["_set"], "_tags": checked_tags(sent.get("Tags", []), {})}
        return self._keep_parameters(kind, name, family, text, kept)

    def copy_db_parameter_group(self, sent: Members) -> Members:
        return {"DBParameterGroup": self._copied("pg", sent)}

    def copy_db_cluster_parameter_group(self, sent: Members) -> Members:
        return {"DBClusterParameterGroup": self._copied("cluster-pg", sent)}

    def describe_db_parameter_groups(self, sent: Members) -> Members:
        found = self.shelf.described("pg", sent.get("DBParameterGroupName"))
        return self.shelf.paged("DBParameterGroups", found, sent)

    def describe_db_cluster_parameter_groups(self, sent: Members) -> Members:
        found = self.shelf.described("cluster-pg", sent.get("DBClusterParameterGroupName"))
        return self.shelf.paged("DBClusterParameterGroups", found, sent)

    def _delete(self, kind: str, sent: Members) -> None:
        group = self.shelf.get(kind, sent[KINDS[kind].member])
        if group[KINDS[kind].member].startswith("default."):
            raise invalid("A default parameter group cannot be deleted.")
        self._unused(kind, group, "InvalidDBParameterGroupStateFault")
        self.shelf.drop(kind, group)

    def delete_db_parameter_group(self, sent: Members) -> None:
        self._delete("pg", sent)

    def delete_db_cluster_parameter_group(self, sent: Members) -> None:
        self._delete("cluster-pg", sent)

    def _parameters(self, kind: str, sent: Members) -> Members:
        group = self.shelf.get(kind, sent[KINDS[kind].member], seen=True)
        wanted = sent.get("Source")
        if wanted not in {None, "user", "system", "engine-default"}:
            raise invalid("Source is one of user, system, engine-default.")
        found = []
        for name, value, apply, data, allowed, free in PARAMETERS:
            text, method = group["_set"].get(name, (value, "pending-reboot"))
            source = "user" if name in group["_set"] else "engine-default"
            one: Members = {
                "ParameterName": name, "ParameterValue": text, "Description": "A parameter.",
                "Source": source, "ApplyType": apply, "DataType": data, "AllowedValues": allowed,
                "IsModifiable": free, "ApplyMethod": method,
            }  # fmt: skip
            if wanted in {None, source}:
                found.append(one)
        return self.shelf.paged("Parameters", found, sent)

    def describe_db_parameters(self, sent: Members) -> Members:
        return self._parameters("pg", sent)

    def describe_db_cluster_parameters(self, sent: Members) -> Members:
        return self._parameters("cluster-pg", sent)

    def _checked(self, given: list[Members], *, reset: bool = False) -> dict[str, Any]:
        if len(given) > 20:
            raise invalid("At most 20 parameters.")
        known, found = {one[0]: one for one in PARAMETERS}, {}
        for one in given:
            name, method = one.get("ParameterName", ""), one.get("ApplyMethod")
            if name not in known:
                raise invalid(f"Could not find parameter with name: {name}")
            if method is None or (not reset and "ParameterValue" not in one):
                raise invalid("The parameters ParameterValue and ApplyMethod must be provided.")
            _, _, apply, data, allowed, free = known[name]
            if not free:
                raise invalid(f"The parameter {name} cannot be modified.")
            if apply == "static" and method == "immediate":
                raise clash(f"cannot use immediate apply method for static parameter: {name}")
            text = one.get("ParameterValue", "")
            fits = text in allowed.split(",") if data != "integer" else text.isdecimal()
            if not reset and not fits:
                raise invalid(f"Invalid parameter value: {text} for: {name}")
            found[name] = (text, method)
        return found

    def _modified(self, kind: str, sent: Members) -> Members:
        group = self._own(kind, sent)
        changed = {**group["_set"], **self._checked(sent["Parameters"])}
        self.shelf.keep(kind, {**group, "_set": changed})
        return {KINDS[kind].member: group[KINDS[kind].member]}

    def _own(self, kind: str, sent: Members) -> Members:
        group = self.shelf.get(kind, sent[KINDS[kind].member])
        if group[KINDS[kind].member].startswith("default."):
            raise invalid("A default parameter group cannot be modified.")
        return group

    def modify_db_parameter_group(self, sent: Members) -> Members:
        return self._modified("pg", sent)

    def modify_db_cluster_parameter_group(self, sent: Members) -> Members:
        return self._modified("cluster-pg", sent)

    def _reset(self, kind: str, sent: Members) -> Members:
        group, given = self._own(kind, sent), sent.get("Parameters", [])
        if sent.get("ResetAllParameters", kind == "pg") and given:
            raise clash("Parameters and ResetAllParameters exclude each other.")
        if not sent.get("ResetAllParameters", kind == "pg") and not given:
            raise clash("Parameters are needed without ResetAllParameters.")
        gone = self._checked(given, reset=True) or group["_set"]
        left = {name: one for name, one in group["_set"].items() if name not in gone}
        self.shelf.keep(kind, {**group, "_set": left})
        return {KINDS[kind].member: group[KINDS[kind].member]}

    def reset_db_parameter_group(self, sent: Members) -> Members:
        return self._reset("pg", sent)

    def reset_db_cluster_parameter_group(self, sent: Members) -> Members:
        return self._reset("cluster-pg", sent)
