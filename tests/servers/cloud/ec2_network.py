"""VPCs and subnets of EC2."""

from __future__ import annotations

import ipaddress
from typing import Any

from tests.servers.keys.wire import Refused

from .ec2 import Shelf, dry, invalid, tags_of
from .world import Members, Operation, hexadecimal, operations_of

ATTRIBUTES = {
    "EnableDnsSupport": True,
    "EnableDnsHostnames": False,
    "EnableNetworkAddressUsageMetrics": False,
}
LAUNCH = ("MapPublicIpOnLaunch", "EnableDns64", "AssignIpv6AddressOnCreation")
NAME_OPTIONS = {
    "PrivateDnsHostnameTypeOnLaunch": "HostnameType",
    "EnableResourceNameDnsARecordOnLaunch": "EnableResourceNameDnsARecord",
    "EnableResourceNameDnsAAAARecordOnLaunch": "EnableResourceNameDnsAAAARecord",
}
OTHER_LAUNCH = ("MapCustomerOwnedIpOnLaunch", "CustomerOwnedIpv4Pool", "EnableLniAtDeviceIndex")


def network(text: str, parameter: str) -> ipaddress.IPv4Network:
    """The network that a block denotes: bits of hosts in it do not matter."""
    try:
        return ipaddress.IPv4Network(text if "/" in text else "", strict=False)
    except ValueError as error:
        raise invalid(parameter, text, "This is not a valid CIDR block.") from error


class Networks:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("ec2", self)
        self.default = self._new_vpc("172.31.0.0/16", "default", [], default=True)
        zone = f"{self.world.region}a"
        self._new_subnet(self.default, "172.31.0.0/20", zone, [], default=True)

    def _new_vpc(
        self, block: str, tenancy: str, tags: list[Members], *, default: bool = False
    ) -> Members:
        members = {
            "CidrBlock": block,
            "InstanceTenancy": tenancy,
            "IsDefault": default,
            "DhcpOptionsId": "dopt-0123456789abcdef0",
            "association": f"vpc-cidr-assoc-0{hexadecimal(16)}",
            **{name: value or default for name, value in ATTRIBUTES.items()},
        }
        vpc = self.shelf.new("vpc", members, tags)
        group: Members = {"GroupName": "default", "Description": "default VPC security group"}
        group |= {"VpcId": vpc["id"], "rules": []}
        self.shelf.new("sg", group, [])
        return vpc

    def create_vpc(self, sent: Members) -> Members:
        tags = tags_of(sent, "vpc")
        for name in ("Ipv4IpamPoolId", "Ipv6IpamPoolId", "Ipv6Pool"):
            if name in sent:
                raise Refused(f"Invalid{name}.NotFound", f"The {name} does not exist.")
        if "CidrBlock" not in sent:
            raise Refused(
                "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."
            )
        block = network(sent["CidrBlock"], "cidrBlock")
        if not 16 <= block.prefixlen <= 28:
            raise Refused("InvalidVpc.Range", f"The CIDR '{sent['CidrBlock']}' is invalid.")
        tenancy = sent.get("InstanceTenancy", "default")
        if tenancy == "host":
            raise invalid("instanceTenancy", tenancy)
        for name in ("Ipv6CidrBlock", "Ipv4NetmaskLength", "Ipv6NetmaskLength"):
            if name in sent:
                text = f"The parameter {name} cannot be used without a pool."
                raise Refused("InvalidParameterCombination", text)
        dry(sent)
        if self.world.on("quotas") and len(self.shelf.all("vpc")) >= 5:
            raise Refused("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
        made = self._new_vpc(str(block), tenancy, tags)
        return {"Vpc": self._vpc(made)}

    def _vpc(self, one: Members) -> Members:
        shown = {key: one[key] for key in ("CidrBlock", "InstanceTenancy", "IsDefault")}
        shown["DhcpOptionsId"] = one["DhcpOptionsId"]
        state = {
            "AssociationId": one["association"],
            "CidrBlock": one["CidrBlock"],
            "CidrBlockState": {"State": "associated"},
        }
        return {
            **shown,
            "VpcId": one["id"],
            "OwnerId": self.world.account,
            "State": self.world.state(one["born"], "pending", "available"),
            "Tags": one["tags"],
            "CidrBlockAssociationSet": [state],
            "Ipv6CidrBlockAssociationSet": [],
        }

    def describe_vpcs(self, sent: Members) -> Members:
        filters = {
            "cidr": lambda one: one["CidrBlock"],
            "cidr-block-association.cidr-block": lambda one: one["CidrBlock"],
            "dhcp-options-id": lambda one: one["DhcpOptionsId"],
            "is-default": lambda one: one["IsDefault"],
            "isDefault": lambda one: one["IsDefault"],
            "owner-id": lambda one: self.world.account,
            "state": lambda one: self._vpc(one)["State"],
            "vpc-id": lambda one: one["id"],
        }
        found, token = self.shelf.described("vpc", sent.get("VpcIds", []), sent, filters)
        dry(sent)
        return {"Vpcs": [self._vpc(one) for one in found], "NextToken": token}

    def describe_vpc_attribute(self, sent: Members) -> Members:
        vpc = self.shelf.get("vpc", sent["VpcId"], seen=True)
        dry(sent)
        name = sent["Attribute"][0].upper() + sent["Attribute"][1:]
        return {"VpcId": vpc["id"], name: {"Value": vpc[name]}}

    def modify_vpc_attribute(self, sent: Members) -> None:
        vpc = self.shelf.get("vpc", sent["VpcId"])
        given = [name for name in ATTRIBUTES if sent.get(name, {}).get("Value") is not None]
        if not given:
            raise Refused("MissingParameter", "The request must contain an attribute to change")
        if len(given) > 1:
            text = "Fields for multiple attribute types specified"
            raise Refused("InvalidParameterCombination", text)
        self.shelf.keep({**vpc, given[0]: sent[given[0]]["Value"]})

    def delete_vpc(self, sent: Members) -> None:
        vpc = self.shelf.get("vpc", sent["VpcId"])
        groups = [one for one in self.shelf.all("sg") if one["VpcId"] == vpc["id"]]
        subnets = [one for one in self.shelf.all("subnet") if one["VpcId"] == vpc["id"]]
        if subnets or len(groups) > 1:
            text = f"The vpc '{vpc['id']}' has dependencies and cannot be deleted."
            raise Refused("DependencyViolation", text)
        dry(sent)
        for one in (*groups, vpc):
            self.shelf.drop(one)

    def _new_subnet(
        self, vpc: Members, block: str, zone: str, tags: list[Members], *, default: bool = False
    ) -> Members:
        members: dict[str, Any] = {
            "VpcId": vpc["id"],
            "CidrBlock": block,
            "AvailabilityZone": zone,
            "DefaultForAz": default,
            **dict.fromkeys(LAUNCH, False),
            "MapPublicIpOnLaunch": default,
            "names": {
                "HostnameType": "ip-name",
                "EnableResourceNameDnsARecord": False,
                "EnableResourceNameDnsAAAARecord": False,
            },
        }
        return self.shelf.new("subnet", members, tags)

    def create_subnet(self, sent: Members) -> Members:
        tags = tags_of(sent, "subnet")
        vpc = self.shelf.get("vpc", sent["VpcId"])
        for name in ("Ipv4IpamPoolId", "Ipv6IpamPoolId"):
            if name in sent:
                raise Refused("InvalidIpamPoolId.NotFound", f"The {name} does not exist.")
        if "OutpostArn" in sent:
            raise Refused("InvalidOutpostArn.NotFound", "There is no such outpost.")
        if "CidrBlock" not in sent:
            raise Refused("MissingParameter", "The request must contain the parameter cidrBlock")
        block, whole = network(sent["CidrBlock"], "cidrBlock"), network(vpc["CidrBlock"], "vpc")
        if not 16 <= block.prefixlen <= 28 or not block.subnet_of(whole):
            raise Refused("InvalidSubnet.Range", f"The CIDR '{sent['CidrBlock']}' is invalid.")
        for one in self.shelf.all("subnet"):
            if one["VpcId"] == vpc["id"] and network(one["CidrBlock"], "").overlaps(block):
                text = f"The CIDR '{block}' conflicts with another subnet"
                raise Refused("InvalidSubnet.Conflict", text)
        for name in ("Ipv6CidrBlock", "Ipv6Native", "Ipv4NetmaskLength", "Ipv6NetmaskLength"):
            if sent.get(name):
                text = f"The parameter {name} cannot be used with this VPC."
                raise Refused("InvalidParameterCombination", text)
        zone = self._zone(sent)
        dry(sent)
        return {"Subnet": self._subnet(self._new_subnet(vpc, str(block), zone, tags))}

    def _zone(self, sent: Members) -> str:
        letters = "abc"
        zone = sent.get("AvailabilityZone", f"{self.world.region}a")
        known = [f"{self.world.region}{letter}" for letter in letters]
        if zone not in known:
            raise invalid("availabilityZone", zone, f"Subnets can be in: {', '.join(known)}.")
        ids = {f"use1-az{number}": known[number - 1] for number in (1, 2, 3)}
        identity = sent.get("AvailabilityZoneId")
        if identity is None:
            return str(zone)
        if identity not in ids or ("AvailabilityZone" in sent and ids[identity] != zone):
            raise invalid("availabilityZoneId", identity)
        return ids[identity]

    def _subnet(self, one: Members) -> Members:
        shown = {key: one[key] for key in ("VpcId", "CidrBlock", "DefaultForAz", *LAUNCH)}
        shown |= {key: one[key] for key in OTHER_LAUNCH if key in one}
        zone = one["AvailabilityZone"]
        return {
            **shown,
            "SubnetId": one["id"],
            "SubnetArn": self.shelf.arn("subnet", one["id"]),
            "OwnerId": self.world.account,
            "AvailabilityZone": zone,
            "AvailabilityZoneId": f"use1-az{'abc'.index(zone[-1]) + 1}",
            "AvailableIpAddressCount": network(one["CidrBlock"], "").num_addresses - 5,
            "State": self.world.state(one["born"], "pending", "available"),
            "Tags": one["tags"],
            "Ipv6CidrBlockAssociationSet": [],
            "Ipv6Native": False,
            "PrivateDnsNameOptionsOnLaunch": one["names"],
        }

    def describe_subnets(self, sent: Members) -> Members:
        filters = {
            "availability-zone": lambda one: one["AvailabilityZone"],
            "availabilityZone": lambda one: one["AvailabilityZone"],
            "cidr": lambda one: one["CidrBlock"],
            "cidr-block": lambda one: one["CidrBlock"],
            "cidrBlock": lambda one: one["CidrBlock"],
            "default-for-az": lambda one: one["DefaultForAz"],
            "map-public-ip-on-launch": lambda one: one["MapPublicIpOnLaunch"],
            "owner-id": lambda one: self.world.account,
            "state": lambda one: self._subnet(one)["State"],
            "subnet-id": lambda one: one["id"],
            "vpc-id": lambda one: one["VpcId"],
        }
        found, token = self.shelf.described("subnet", sent.get("SubnetIds", []), sent, filters)
        dry(sent)
        return {"Subnets": [self._subnet(one) for one in found], "NextToken": token}

    def modify_subnet_attribute(self, sent: Members) -> None:
        subnet = self.shelf.get("subnet", sent["SubnetId"])
        given = [name for name in sent if name != "SubnetId"]
        if len(given) != 1:
            code = "InvalidParameterCombination" if given else "MissingParameter"
            text = "The request must contain one attribute, such as mapPublicIpOnLaunch"
            raise Refused(code, text)
        name, value = given[0], sent[given[0]]
        value = value.get("Value") if isinstance(value, dict) else value
        if name in LAUNCH:
            if name == "AssignIpv6AddressOnCreation" and value:
                raise invalid("assignIpv6AddressOnCreation", value, "There is no IPv6 CIDR block.")
            subnet[name] = value
        elif name in NAME_OPTIONS:
            subnet["names"][NAME_OPTIONS[name]] = value
        else:
            raise Refused("InvalidParameterCombination", f"{name} needs an outpost.")
        self.shelf.keep(subnet)

    def delete_subnet(self, sent: Members) -> None:
        subnet = self.shelf.get("subnet", sent["SubnetId"])
        dry(sent)
        self.shelf.drop(subnet)
