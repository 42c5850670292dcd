"""Elastic File System: access points and mount targets."""

from __future__ import annotations

import ipaddress
from typing import Any

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of, pairs
from tests.servers.keys.wire import Refused

from .file_systems import Shelf, bad, checked_tags
from .file_wire import Taken


class AccessPoints:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("efs", self)

    def _shown(self, point: Members) -> Members:
        shown = {key: one for key, one in point.items() if key not in {"since", "tags"}}
        return {
            **shown,
            "Name": point["tags"].get("Name"),
            "Tags": pairs(self.world, point["tags"]),
            "AccessPointArn": self.shelf.arn(f"access-point/{point['AccessPointId']}"),
            "OwnerId": self.world.account,
            "LifeCycleState": self.world.state(point["since"], "creating", "available"),
        }

    def create_access_point(self, sent: Members) -> Members:
        system = self.shelf.ready(sent["FileSystemId"])
        for one in self.shelf.points.all():
            if one["ClientToken"] == sent["ClientToken"]:
                raise Taken("AccessPointAlreadyExists", "AccessPointId", one["AccessPointId"])
        made: Members = {
            **sent,
            "AccessPointId": f"fsap-{hexadecimal()}",
            "FileSystemId": system["FileSystemId"],
            "RootDirectory": {"Path": "/", **sent.get("RootDirectory", {})},
            "tags": checked_tags(sent.get("Tags", []), {}),
            "since": self.world.now(),
        }
        made.pop("Tags", None)
        self.shelf.points.put(made["AccessPointId"], made)
        return self._shown(made)

    def describe_access_points(self, sent: Members) -> Members:
        one, of = sent.get("AccessPointId"), sent.get("FileSystemId")
        if one and of:
            raise bad("AccessPointId and FileSystemId exclude each other.")
        found = [self.shelf.point(one, seen=True)] if one else self.shelf.points.listed()
        if of:
            identity = self.shelf.system(of)["FileSystemId"]
            found = [point for point in found if point["FileSystemId"] == identity]
        shown = [self._shown(point) for point in found]
        tokens = ("NextToken", "NextToken")
        return self.shelf.paged("AccessPoints", shown, sent, "MaxResults", tokens)

    def delete_access_point(self, sent: Members) -> Members:
        self.shelf.points.drop(self.shelf.point(sent["AccessPointId"])["AccessPointId"])
        return {}

    def _mount(self, identity: str, *, seen: bool = False) -> Members:
        mounts = self.shelf.mounts
        found: Members | None = mounts.found(identity, seen=seen)
        if found is None:
            raise Refused("MountTargetNotFound", f"Mount target {identity} does not exist.", 404)
        return found

    def _mount_shown(self, mount: Members) -> Members:
        shown: Members = {key: one for key, one in mount.items() if key not in {"since", "groups"}}
        state = self.world.state(mount["since"], "creating", "available")
        return {**shown, "LifeCycleState": state, "OwnerId": self.world.account}

    def _groups(self, groups: list[str], vpc: str) -> list[str]:
        for one in groups:
            found = self.shelf.network.store.get(one)
            if found is None or found["VpcId"] != vpc:
                raise Refused("SecurityGroupNotFound", f"'{one}' does not exist.")
        if len(groups) > 5:
            raise Refused("SecurityGroupLimitExceeded", "At most five groups.")
        return groups

    def create_mount_target(self, sent: Members) -> Members:
        system = self.shelf.ready(sent["FileSystemId"])
        subnet: Any = self.shelf.network.store.get(sent["SubnetId"])
        if subnet is None:
            raise Refused("SubnetNotFound", f"The subnet '{sent['SubnetId']}' does not exist.")
        if "Ipv6Address" in sent or sent.get("IpAddressType", "IPV4_ONLY") != "IPV4_ONLY":
            raise bad("The subnet has no IPv6 addresses.")
        network = ipaddress.ip_network(subnet["CidrBlock"])
        address = sent.get("IpAddress", str(network[-2 - len(self.shelf.mounts.all()) % 8]))
        try:
            inside = ipaddress.ip_address(address) in network
        except ValueError:
            inside = False
        if not inside:
            raise bad("The address is not in the subnet.")
        for one in self.shelf.mounts.all():
            if one["FileSystemId"] == system["FileSystemId"]:
                zone = subnet["AvailabilityZone"] == one["AvailabilityZoneName"]
                if zone or one["VpcId"] != subnet["VpcId"]:
                    raise Refused("MountTargetConflict", "There is one in this zone.", 409)
            if one["IpAddress"] == address and one["SubnetId"] == sent["SubnetId"]:
                raise Refused("IpAddressInUse", "The address is in use.", 409)
        made = {
            "MountTargetId": f"fsmt-{hexadecimal()}",
            "FileSystemId": system["FileSystemId"],
            "SubnetId": sent["SubnetId"],
            "IpAddress": address,
            "NetworkInterfaceId": f"eni-{hexadecimal()}",
            "AvailabilityZoneName": subnet["AvailabilityZone"],
            "VpcId": subnet["VpcId"],
            "groups": self._groups(sent.get("SecurityGroups", []), subnet["VpcId"]),
            "since": self.world.now(),
        }
        self.shelf.mounts.put(made["MountTargetId"], made)
        return self._mount_shown(made)

    def describe_mount_targets(self, sent: Members) -> Members:
        asked = {"FileSystemId", "MountTargetId", "AccessPointId"} & sent.keys()
        if len(asked) != 1:
            raise bad("One of FileSystemId, MountTargetId and AccessPointId is needed.")
        if "MountTargetId" in sent:
            found = [self._mount(sent["MountTargetId"], seen=True)]
        else:
            if "AccessPointId" in sent:
                identity = self.shelf.point(sent["AccessPointId"])["FileSystemId"]
            else:
                identity = self.shelf.system(sent["FileSystemId"])["FileSystemId"]
            found = [one for one in self.shelf.mounts.listed() if one["FileSystemId"] == identity]
        shown = [self._mount_shown(one) for one in found]
        tokens = ("Marker", "NextMarker")
        answer = self.shelf.paged("MountTargets", shown, sent, "MaxItems", tokens)
        return {**answer, "Marker": sent.get("Marker")}

    def delete_mount_target(self, sent: Members) -> Members:
        self.shelf.mounts.drop(self._mount(sent["MountTargetId"])["MountTargetId"])
        return {}

    def describe_mount_target_security_groups(self, sent: Members) -> Members:
        return {"SecurityGroups": self._mount(sent["MountTargetId"], seen=True)["groups"]}

    def modify_mount_target_security_groups(self, sent: Members) -> Members:
        mount = self._mount(sent["MountTargetId"])
        asked = {"SecurityGroups": mount["groups"], **sent}["SecurityGroups"]
        groups = self._groups(asked, mount["VpcId"])
        self.shelf.mounts.put(mount["MountTargetId"], {**mount, "groups": groups})
        return {}
