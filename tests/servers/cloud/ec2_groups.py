"""Security groups of EC2 and their rules."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.keys.wire import Refused

from .ec2 import Shelf, check_filter, dry, invalid, tags_of
from .ec2_rules import ALLOWED, EVERYTHING, KEYS, about, block, key, ports
from .world import Members, Operation, hexadecimal, operations_of


class Groups:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("ec2", self)

    def _default_vpc(self) -> Members:
        return next(one for one in self.shelf.all("vpc") if one["IsDefault"])

    def create_security_group(self, sent: Members) -> Members:
        tags = tags_of(sent, "security-group")
        name, about = sent["GroupName"], sent["Description"]
        for parameter, text in (("GroupName", name), ("GroupDescription", about)):
            if not text:
                raise Refused("MissingParameter", f"The parameter {parameter} is needed.")
            if len(text) > 255 or not re.fullmatch(ALLOWED, text):
                raise invalid(parameter, text, f"Character sets: {ALLOWED}")
        if name.lower().startswith("sg-"):
            raise invalid("groupName", name, "Group names may not be in the format sg-*.")
        vpc = self.shelf.get("vpc", sent["VpcId"]) if "VpcId" in sent else self._default_vpc()
        if any(one["GroupName"] == name.strip() for one in self._of(vpc["id"])):
            text = f"The security group '{name}' already exists for VPC '{vpc['id']}'"
            raise Refused("InvalidGroup.Duplicate", text)
        dry(sent)
        members = {"GroupName": name.strip(), "Description": about, "VpcId": vpc["id"]}
        egress = {**EVERYTHING, "IsEgress": True, "id": f"sgr-0{hexadecimal(16)}", "tags": []}
        made = self.shelf.new("sg", {**members, "rules": [egress]}, tags)
        arn = self.shelf.arn("security-group", made["id"])
        return {"GroupId": made["id"], "Tags": tags, "SecurityGroupArn": arn}

    def _of(self, vpc: str) -> list[Members]:
        return [one for one in self.shelf.all("sg") if one["VpcId"] == vpc]

    def _named(self, sent: Members) -> Members:
        """The group that a request speaks of, by its id or, in the default VPC, by its name."""
        if "GroupId" in sent:
            return self.shelf.get("sg", sent["GroupId"])
        if "GroupName" not in sent:
            raise Refused("MissingParameter", "The request must contain groupName or groupId")
        return self._by_name(sent["GroupName"])

    def _by_name(self, name: str) -> Members:
        for one in self._of(self._default_vpc()["id"]):
            if one["GroupName"] == name:
                return one
        raise Refused("InvalidGroup.NotFound", f"The security group '{name}' does not exist")

    def delete_security_group(self, sent: Members) -> Members:
        group = self._named(sent)
        if group["GroupName"] == "default":
            text = f"the specified group: {group['id']} name: default cannot be deleted by a user"
            raise Refused("CannotDelete", text)
        for one in self.shelf.all("sg"):
            if one["id"] != group["id"] and any(
                rule.get("ReferencedGroupId") == group["id"] for rule in one["rules"]
            ):
                text = f"resource {group['id']} has a dependent object"
                raise Refused("DependencyViolation", text)
        dry(sent)
        self.shelf.drop(group)
        return {"Return": True, "GroupId": group["id"]}

    def describe_security_groups(self, sent: Members) -> Members:
        filters = {
            "description": lambda one: one["Description"],
            "group-id": lambda one: one["id"],
            "group-name": lambda one: one["GroupName"],
            "owner-id": lambda one: self.world.account,
            "vpc-id": lambda one: one["VpcId"],
            "ip-permission.cidr": lambda one: _each(one, "CidrIpv4"),
            "ip-permission.protocol": lambda one: _each(one, "IpProtocol"),
            "ip-permission.from-port": lambda one: _each(one, "FromPort"),
            "ip-permission.to-port": lambda one: _each(one, "ToPort"),
            "ip-permission.group-id": lambda one: _each(one, "ReferencedGroupId"),
        }
        named = [self._by_name(name)["id"] for name in sent.get("GroupNames", [])]
        ids = [*sent.get("GroupIds", []), *named]
        found, token = self.shelf.described("sg", ids, sent, filters)
        dry(sent)
        return {"SecurityGroups": [self._group(one) for one in found], "NextToken": token}

    def _group(self, one: Members) -> Members:
        return {
            **{key: one[key] for key in ("GroupName", "Description", "VpcId")},
            "GroupId": one["id"],
            "OwnerId": self.world.account,
            "SecurityGroupArn": self.shelf.arn("security-group", one["id"]),
            "Tags": one["tags"],
            "IpPermissions": self._permissions(one, egress=False),
            "IpPermissionsEgress": self._permissions(one, egress=True),
        }

    def _permissions(self, group: Members, *, egress: bool) -> list[Members]:
        """The rules, those of one protocol and the same ports as one permission."""
        found: dict[tuple[Any, ...], Members] = {}
        for rule in group["rules"]:
            if rule["IsEgress"] is not egress:
                continue
            ports = (rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"))
            empty: Members = {
                "IpRanges": [],
                "Ipv6Ranges": [],
                "UserIdGroupPairs": [],
                "PrefixListIds": [],
            }
            head = dict(zip(("IpProtocol", "FromPort", "ToPort"), ports, strict=True))
            one = found.setdefault(ports, {**head, **empty})
            about = {"Description": rule.get("Description")}
            if "CidrIpv4" in rule:
                one["IpRanges"].append({"CidrIp": rule["CidrIpv4"], **about})
            elif "CidrIpv6" in rule:
                one["Ipv6Ranges"].append({"CidrIpv6": rule["CidrIpv6"], **about})
            else:
                pair = {"GroupId": rule["ReferencedGroupId"], "UserId": self.world.account}
                one["UserIdGroupPairs"].append({**pair, **about})
        listed = list(found.values())
        return listed[::-1] if self.world.on("other-order") else listed

    def authorize_security_group_ingress(self, sent: Members) -> Members:
        group = self._named(sent)
        tags = tags_of(sent, "security-group-rule")
        new = self._rules(sent)
        known = [key(one) for one in group["rules"] if not one["IsEgress"]]
        for number, one in enumerate(new):
            if key(one) in known or key(one) in [key(other) for other in new[:number]]:
                text = f"the specified rule {one} already exists"
                raise Refused("InvalidPermission.Duplicate", text)
        if len(known) + len(new) > 60:
            text = "The maximum number of rules per security group has been reached."
            raise Refused("RulesPerSecurityGroupLimitExceeded", text)
        dry(sent)
        made = [
            {**one, "IsEgress": False, "id": f"sgr-0{hexadecimal(16)}", "tags": tags} for one in new
        ]
        self.shelf.keep({**group, "rules": group["rules"] + made})
        return {"Return": True, "SecurityGroupRules": [self._rule(group, one) for one in made]}

    def _rules(self, sent: Members) -> list[Members]:
        """The rules that a request speaks of, each of one peer."""
        given = sent.get("IpPermissions", [])
        old: list[str] = [
            name for name in ("IpProtocol", "CidrIp", "FromPort", "ToPort") if name in sent
        ]
        if "SourceSecurityGroupName" in sent:
            old.append("SourceSecurityGroupName")
        if given and old:
            text = f"The parameter {old[0]} cannot be used with the parameter ipPermissions"
            raise Refused("InvalidParameterCombination", text)
        if not given and not old:
            raise Refused(
                "MissingParameter", "The request must contain the parameter ipPermissions"
            )
        if old:
            given = [
                {key: sent[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in sent}
            ]
            given[0]["IpRanges"] = [{"CidrIp": sent["CidrIp"]}] if "CidrIp" in sent else []
            if "SourceSecurityGroupName" in sent:
                pair = {"GroupName": sent["SourceSecurityGroupName"]}
                given[0] |= {"UserIdGroupPairs": [pair], "IpProtocol": "-1"}
        return [rule for one in given for rule in self._peers(one)]

    def _peers(self, one: Members) -> list[Members]:
        head = ports(one)
        v4, v6, groups = (one.get(n, []) for n in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs"))
        found: list[Members] = [
            *({"CidrIpv4": block(peer.get("CidrIp"), 4), **about(peer)} for peer in v4),
            *({"CidrIpv6": block(peer.get("CidrIpv6"), 6), **about(peer)} for peer in v6),
            *({"ReferencedGroupId": self._named(peer)["id"], **about(peer)} for peer in groups),
        ]
        for peer in one.get("PrefixListIds", []):
            text = f"The prefix list ID '{peer.get('PrefixListId')}' does not exist"
            raise Refused("InvalidPrefixListID.NotFound", text)
        if not found:
            raise Refused("MissingParameter", "The request must contain the parameter ipRanges")
        return [{**head, **peer} for peer in found]

    def revoke_security_group_ingress(self, sent: Members) -> Members:
        group = self._named(sent)
        held = [one for one in group["rules"] if not one["IsEgress"]]
        if "SecurityGroupRuleIds" in sent:
            ids = sent["SecurityGroupRuleIds"]
            gone = [one for one in held if one["id"] in ids]
            if len(gone) < len({*ids}) or not ids:
                text = f"The security group rule IDs {ids} do not exist"
                raise Refused("InvalidSecurityGroupRuleId.NotFound", text)
        else:
            wanted = [key(one) for one in self._rules(sent)]
            gone = [one for one in held if key(one) in wanted]
            if len(gone) < len(wanted):
                text = "The specified rule does not exist in this security group."
                raise Refused("InvalidPermission.NotFound", text)
        dry(sent)
        kept = [one for one in group["rules"] if one not in gone]
        self.shelf.keep({**group, "rules": kept})
        names = ("GroupId", "IsEgress", "SecurityGroupRuleId", "Description", *KEYS)
        shown = [{**one, "GroupId": group["id"], "SecurityGroupRuleId": one["id"]} for one in gone]
        return {
            "Return": True,
            "UnknownIpPermissions": [],
            "RevokedSecurityGroupRules": [
                {key: one[key] for key in names if key in one} for one in shown
            ],
        }

    def _rule(self, group: Members, one: Members) -> Members:
        shown = {key: one[key] for key in KEYS if key in one and key != "ReferencedGroupId"}
        if self.world.on("defaults-shown") and one["IpProtocol"] == "-1":
            shown |= {"FromPort": -1, "ToPort": -1}
        if "ReferencedGroupId" in one:
            peer = {"GroupId": one["ReferencedGroupId"], "UserId": self.world.account}
            shown["ReferencedGroupInfo"] = peer
        return {
            **shown,
            "Description": one.get("Description"),
            "SecurityGroupRuleId": one["id"],
            "SecurityGroupRuleArn": self.shelf.arn("security-group-rule", one["id"]),
            "GroupId": group["id"],
            "GroupOwnerId": self.world.account,
            "IsEgress": one["IsEgress"],
            "Tags": one["tags"],
        }

    def describe_security_group_rules(self, sent: Members) -> Members:
        dry(sent)
        ids = sent.get("SecurityGroupRuleIds", [])
        rules = [
            {**one, "group": group} for group in self.shelf.listed("sg") for one in group["rules"]
        ]
        for identity in ids:
            if not re.fullmatch(r"sgr-([0-9a-f]{8}|[0-9a-f]{17})", identity):
                code = "InvalidSecurityGroupRuleId.Malformed"
                raise Refused(code, f"The ID '{identity}' is not valid")
            if identity not in [one["id"] for one in rules]:
                code = "InvalidSecurityGroupRuleId.NotFound"
                raise Refused(code, f"The security group rule ID '{identity}' does not exist")
        filters = {
            "group-id": lambda one: one["group"]["id"],
            "security-group-rule-id": lambda one: one["id"],
        }
        for given in sent.get("Filters", []):
            check_filter(given, filters)
        found = [
            self._rule(one["group"], one)
            for one in rules
            if (not ids or one["id"] in ids) and self.shelf.fits(one, sent, filters)
        ]
        some, token = self.shelf.paged(found, sent)
        return {"SecurityGroupRules": some, "NextToken": token}


def _each(group: Members, name: str) -> list[Any]:
    return [one[name] for one in group["rules"] if not one["IsEgress"] and name in one]
