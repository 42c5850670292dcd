"""Elastic Load Balancing: load balancers, their attributes, and tags."""

from __future__ import annotations

import re
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
from tests.servers.keys.wire import Refused

NAME = re.compile(r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
SWITCH = {"true", "false"}
SHORT = {"application": "app", "network": "net", "gateway": "gwy"}
NOT_FOUND = {
    "loadbalancer": "LoadBalancerNotFound", "targetgroup": "TargetGroupNotFound",
    "listener": "ListenerNotFound", "listener-rule": "RuleNotFound",
}  # fmt: skip
BALANCER: dict[str, str] = {
    "deletion_protection.enabled": "false", "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "", "access_logs.s3.prefix": "",
    "load_balancing.cross_zone.enabled": "true",
}  # fmt: skip
APPLICATION: dict[str, str] = {
    "idle_timeout.timeout_seconds": "60", "routing.http2.enabled": "true",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.desync_mitigation_mode": "defensive",
}  # fmt: skip


def invalid(text: str) -> Refused:
    return Refused("ValidationError", text)


class Shelf:
    """What is kept of the service, and what its parts share."""

    def __init__(self, world: World, network: Network) -> None:
        self.world = world
        self.network = network
        self.store = Store(world)

    def arn(self, resource: str) -> str:
        return self.world.arn("elasticloadbalancing", resource)

    def get(self, kind: str, arn: str, *, seen: bool = False) -> Members:
        """A resource of a kind; the code of its absence is its kind's."""
        found: Members | None = self.store.found(arn, seen=seen)
        if arn.rpartition(":")[2].partition("/")[0] != kind or found is None:
            if not arn.startswith("arn:") and not self.world.on("other-codes"):
                raise invalid(f"'{arn}' is not a valid ARN")
            raise Refused(NOT_FOUND[kind], f"One or more {kind}s not found")
        return found

    def all(self, kind: str, *, seen: bool = False) -> list[Members]:
        found = self.store.listed() if seen else self.store.all()
        return [one for one in found if one["kind"] == kind]

    def keep(self, one: Members) -> Members:
        self.store.put(one["arn"], one)
        return one

    def described(
        self, kind: str, sent: Members, arns: list[str], names: list[str] | None = None
    ) -> tuple[list[Members], str | None]:
        """One page of what there is, or what is called for."""
        if (arns or names) and "Marker" in sent:
            raise invalid("A marker and names or ARNs exclude each other")
        if arns:
            found = [self.get(kind, one, seen=True) for one in arns]
        else:
            found = self.all(kind, seen=True)
        if names:
            found = [one for one in found if one["name"] in names]
            if len(found) < len({*names}):
                raise Refused(NOT_FOUND[kind], f"One or more {kind}s not found")
        refuse = invalid("The marker is not valid")
        return page(self.world, found, sent.get("PageSize", 400), sent.get("Marker"), refuse)


def checked_tags(tags: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise Refused("DuplicateTagKeys", "Tag keys are there once")
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise invalid("Tag keys that begin with aws: are reserved")
    found = known | {tag["Key"]: tag.get("Value", "") for tag in tags}
    if len(found) > 50:
        raise Refused("TooManyTags", "A resource has at most 50 tags")
    return found


def checked_attributes(given: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    found = dict(known)
    for one in given:
        name, value = one.get("Key", ""), one.get("Value", "")
        usual = known.get(name)
        if usual is None:
            raise Refused("InvalidConfigurationRequest", f"{name!r} is not recognized")
        if (usual in SWITCH and value not in SWITCH) or (
            usual.isdecimal() and not value.isdecimal()
        ):
            raise Refused("InvalidConfigurationRequest", f"{value!r} is not valid for {name}")
        found[name] = value
    return found


class Balancers:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("elbv2", self)

    def _zones(self, sent: Members, kind: str) -> list[Members]:
        """Where the balancer is: subnets that exist, each in a zone of its own."""
        named = sent.get("Subnets", [])
        mapped = [one.get("SubnetId", "") for one in sent.get("SubnetMappings", [])]
        if bool(named) is bool(mapped):
            raise invalid("Either subnets or subnet mappings must be specified")
        zones = []
        for identity in named or mapped:
            found = self.shelf.network.store.get(identity)
            if found is None or not identity.startswith("subnet-"):
                raise Refused("SubnetNotFound", f"The subnet ID '{identity}' does not exist")
            zones.append({"ZoneName": found["AvailabilityZone"], "SubnetId": identity,
                          "vpc": found["VpcId"]})  # fmt: skip
        if len({one["vpc"] for one in zones}) > 1:
            raise Refused("InvalidConfigurationRequest", "The subnets are of one VPC")
        if len({one["ZoneName"] for one in zones}) < len(zones):
            raise Refused("InvalidConfigurationRequest", "A zone has at most one subnet")
        if kind == "application" and len(zones) < 2:
            text = "At least two subnets in two different Availability Zones must be specified"
            raise invalid(text)
        return zones

    def _groups(self, groups: list[str], vpc: str) -> list[str]:
        for one in groups:
            found = self.shelf.network.store.get(one)
            if found is None or not one.startswith("sg-"):
                raise Refused("InvalidSecurityGroup", f"'{one}' does not exist")
            if found["VpcId"] != vpc:
                raise Refused("InvalidConfigurationRequest", "The group is of another VPC")
        return groups

    def create_load_balancer(self, sent: Members) -> Members:
        name, kind = sent["Name"], sent.get("Type", "application")
        if not NAME.fullmatch(name):
            raise invalid("The load balancer name is not valid")
        zones = self._zones(sent, kind)
        groups = self._groups(sent.get("SecurityGroups", []), zones[0]["vpc"])
        address = sent.get("IpAddressType", "ipv4")
        if "CustomerOwnedIpv4Pool" in sent or "IpamPools" in sent or address != "ipv4":
            raise Refused("InvalidConfigurationRequest", "The addresses are not supported here")
        tags = checked_tags(sent.get("Tags", []), {})
        for one in self.shelf.all("loadbalancer"):
            if one["name"] == name:
                if one["given"] == {**sent, "Tags": one["given"].get("Tags")}:
                    return {"LoadBalancers": [self._shown(one)]}
                text = "A load balancer with the same name exists, but with different settings"
                raise Refused("DuplicateLoadBalancerName", text)
        if self.world.on("quotas") and len(self.shelf.all("loadbalancer")) >= 50:
            raise Refused("TooManyLoadBalancers", "There are 50 load balancers")
        identity = f"{SHORT[kind]}/{name}/{hexadecimal(16)}"
        return {"LoadBalancers": [self._shown(self.shelf.keep({
            "kind": "loadbalancer", "arn": self.shelf.arn(f"loadbalancer/{identity}"),
            "name": name, "type": kind, "zones": zones, "groups": groups, "tags": tags,
            "scheme": sent.get("Scheme", "internet-facing"), "since": self.world.now(),
            "attributes": BALANCER | (APPLICATION if kind == "application" else {}),
            "address": address, "given": {**sent, "Tags": sent.get("Tags")},
        }))]}  # fmt: skip

    def _shown(self, one: Members) -> Members:
        prefix = "internal-" if one["scheme"] == "internal" else ""
        host = f"{prefix}{one['name']}-{int(one['since'])}.{self.world.region}.elb.amazonaws.com"
        return {
            "LoadBalancerArn": one["arn"],
            "DNSName": host,
            "CanonicalHostedZoneId": "Z35SXDOTRQ7X7K",
            "CreatedTime": one["since"],
            "LoadBalancerName": one["name"],
            "Scheme": one["scheme"],
            "VpcId": one["zones"][0]["vpc"],
            "State": {"Code": self.world.state(one["since"], "provisioning", "active")},
            "Type": one["type"],
            "AvailabilityZones": self._shown_zones(one),
            "SecurityGroups": one["groups"],
            "IpAddressType": one["address"],
        }

    def _shown_zones(self, one: Members) -> list[Members]:
        return [
            {
                "ZoneName": zone["ZoneName"],
                "SubnetId": zone["SubnetId"],
                "LoadBalancerAddresses": [],
            }
            for zone in one["zones"]
        ]

    def describe_load_balancers(self, sent: Members) -> Members:
        arns, names = sent.get("LoadBalancerArns", []), sent.get("Names", [])
        if arns and names:
            raise invalid("Names and ARNs exclude each other")
        found, marker = self.shelf.described("loadbalancer", sent, arns, names)
        return {"LoadBalancers": [self._shown(one) for one in found], "NextMarker": marker}

    def delete_load_balancer(self, sent: Members) -> Members:
        arn = sent["LoadBalancerArn"]
        try:
            balancer = self.shelf.get("loadbalancer", arn)
        except Refused as refused:
            if refused.code == "ValidationError":
                raise
            return {}
        if balancer["attributes"]["deletion_protection.enabled"] == "true":
            text = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise Refused("OperationNotPermitted", text)
        for kind, of in (("listener-rule", "balancer"), ("listener", "balancer")):
            for one in self.shelf.all(kind):
                if one[of] == arn:
                    self.shelf.store.drop(one["arn"])
        self.shelf.store.drop(arn)
        return {}

    def modify_load_balancer_attributes(self, sent: Members) -> Members:
        balancer = self.shelf.get("loadbalancer", sent["LoadBalancerArn"])
        found = checked_attributes(sent["Attributes"], balancer["attributes"])
        if found["access_logs.s3.enabled"] == "true" and not self.world.on("unchecked"):
            raise Refused("InvalidConfigurationRequest", "Access Denied for the bucket")
        self.shelf.keep({**balancer, "attributes": found})
        return {"Attributes": pairs(self.world, found)}

    def describe_load_balancer_attributes(self, sent: Members) -> Members:
        balancer = self.shelf.get("loadbalancer", sent["LoadBalancerArn"], seen=True)
        return {"Attributes": pairs(self.world, balancer["attributes"])}

    def set_security_groups(self, sent: Members) -> Members:
        balancer = self.shelf.get("loadbalancer", sent["LoadBalancerArn"])
        if balancer["type"] != "application" or not sent["SecurityGroups"]:
            raise Refused("InvalidConfigurationRequest", "There are no groups to set")
        groups = self._groups(sent["SecurityGroups"], balancer["zones"][0]["vpc"])
        self.shelf.keep({**balancer, "groups": groups})
        return {"SecurityGroupIds": groups}

    def set_ip_address_type(self, sent: Members) -> Members:
        balancer = self.shelf.get("loadbalancer", sent["LoadBalancerArn"])
        if sent["IpAddressType"] != "ipv4":
            text = "You must specify subnets with an associated IPv6 CIDR block"
            raise Refused("InvalidConfigurationRequest", text)
        self.shelf.keep({**balancer, "address": sent["IpAddressType"]})
        return {"IpAddressType": sent["IpAddressType"]}

    def set_subnets(self, sent: Members) -> Members:
        balancer = self.shelf.get("loadbalancer", sent["LoadBalancerArn"])
        if sent.get("IpAddressType", "ipv4") != "ipv4" or "EnablePrefixForIpv6SourceNat" in sent:
            text = "You must specify subnets with an associated IPv6 CIDR block"
            raise Refused("InvalidConfigurationRequest", text)
        zones = self._zones(sent, balancer["type"])
        changed = self.shelf.keep({**balancer, "zones": zones})
        return {"AvailabilityZones": self._shown_zones(changed), "IpAddressType": "ipv4"}

    def _tagged(self, arn: str, *, seen: bool = False) -> Members:
        kind = arn.rpartition(":")[2].partition("/")[0]
        if kind not in NOT_FOUND:
            raise invalid(f"'{arn}' is not a valid ARN of what has tags")
        return self.shelf.get(kind, arn, seen=seen)

    def add_tags(self, sent: Members) -> Members:
        found = [self._tagged(one) for one in sent["ResourceArns"]]
        tags: list[Any] = sent["Tags"]
        for one, changed in [(one, checked_tags(tags, one["tags"])) for one in found]:
            self.shelf.keep({**one, "tags": changed})
        return {}

    def remove_tags(self, sent: Members) -> Members:
        for one in [self._tagged(one) for one in sent["ResourceArns"]]:
            left = {name: of for name, of in one["tags"].items() if name not in sent["TagKeys"]}
            self.shelf.keep({**one, "tags": left})
        return {}

    def describe_tags(self, sent: Members) -> Members:
        if len(sent["ResourceArns"]) > 20:
            raise invalid("At most 20 resources")
        found = [self._tagged(one, seen=True) for one in sent["ResourceArns"]]
        shown = [
            {"ResourceArn": one["arn"], "Tags": pairs(self.world, one["tags"])} for one in found
        ]
        return {"TagDescriptions": shown}
