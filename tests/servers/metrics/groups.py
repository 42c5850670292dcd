"""Auto Scaling: what its parts share, and the operations on groups."""

from __future__ import annotations

import uuid
from typing import Any

from tests.servers.cloud.ec2 import Shelf as Network
from tests.servers.cloud.world import Members, Operation, Store, World, hexadecimal, operations_of
from tests.servers.cloud.world import page as page_of
from tests.servers.keys.wire import Refused

from .group_tags import checked_tags, fits, invalid, shown_tags

POLICIES = (
    "AllocationStrategy", "ClosestToNextInstanceHour", "Default", "NewestInstance",
    "OldestInstance", "OldestLaunchConfiguration", "OldestLaunchTemplate",
)  # fmt: skip
TEMPLATES = ("LaunchTemplate", "MixedInstancesPolicy")
SOURCES = ("LaunchConfigurationName", *TEMPLATES, "InstanceId")
SHOWN = (
    "AutoScalingGroupName", "LaunchConfigurationName", "MinSize", "MaxSize", "DesiredCapacity",
    "DefaultCooldown", "AvailabilityZones", "HealthCheckType", "HealthCheckGracePeriod",
    "VPCZoneIdentifier", "TerminationPolicies", "NewInstancesProtectedFromScaleIn",
    "ServiceLinkedRoleARN", "MaxInstanceLifetime", "CapacityRebalance", "DesiredCapacityType",
    "DefaultInstanceWarmup", "PlacementGroup", "InstanceMaintenancePolicy", "Context",
    "AvailabilityZoneDistribution", "AvailabilityZoneImpairmentPolicy", "DeletionProtection",
    "CapacityReservationSpecification", "AvailabilityZoneIds", "InstanceLifecyclePolicy",
)  # fmt: skip


class Shelf:
    """What is kept of the service, and what its parts share."""

    def __init__(self, world: World, network: Network) -> None:
        self.world = world
        self.network = network
        self.groups, self.launches, self.parts = Store(world), Store(world), Store(world)

    def group(self, name: str, *, seen: bool = False) -> Members:
        """A group by its name or ARN."""
        of = name.rpartition("autoScalingGroupName/")[2]
        found: Members | None = self.groups.found(of, seen=seen)
        if found is None or "gone" in found:
            raise invalid(f"AutoScalingGroup name not found - no such group: {of}")
        return found

    def change(self, group: Members, **changes: Any) -> Members:
        changed = {**group, **changes}
        self.groups.put(group["AutoScalingGroupName"], changed)
        return changed

    def paged(self, name: str, items: list[Any], sent: Members, most: int = 100) -> Members:
        size = sent.get("MaxRecords", 50)
        if not 1 <= size <= most:
            raise invalid(f"MaxRecords must be from 1 to {most}.")
        refuse = Refused("InvalidNextToken", "The token is not valid.")
        shown, token = page_of(self.world, items, size, sent.get("NextToken"), refuse)
        return {name: shown, "NextToken": token}

    def there(self, kind: str, group: str | None = None, *, seen: bool = True) -> list[Members]:
        """Parts of a kind, of one group or of all."""
        found = self.parts.listed() if seen else self.parts.all()
        return [one for one in found if one["kind"] == kind and group in {None, one["group"]}]

    def part(self, kind: str, group: str, name: str) -> Members | None:
        found: Members | None = self.parts.get(f"{kind}/{group}/{name}")
        return found

    def put(self, kind: str, group: str, name: str, members: Members) -> None:
        one = {**members, "kind": kind, "group": group, "name": name}
        self.parts.put(f"{kind}/{group}/{name}", one)

    def drop(self, one: Members) -> None:
        self.parts.drop(f"{one['kind']}/{one['group']}/{one['name']}")


def checked_size(group: Members) -> None:
    low, high, wanted = (group[one] for one in ("MinSize", "MaxSize", "DesiredCapacity"))
    if low < 0 or high < 0 or high > 100000:
        raise invalid("A size is from 0 on.")
    if low > high:
        raise invalid(f"Max bound, {high}, must be greater than or equal to min bound, {low}")
    if not low <= wanted <= high:
        raise invalid(
            f"Desired capacity:{wanted} must be between the specified min size:{low} "
            f"and max size:{high}"
        )


class Groups:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("autoscaling", self)

    def _checked(self, sent: Members) -> None:
        """Refused where settings are not possible, of a new group or of a change."""
        if sum(one in sent for one in SOURCES) > 1:
            raise invalid("Valid requests must contain only one source of instances.")
        if any(one in sent for one in TEMPLATES):
            raise invalid("You must use a valid fully-formed launch template. It does not exist.")
        if "InstanceId" in sent:
            raise invalid(f"The instance ID '{sent['InstanceId']}' does not exist")
        name = sent.get("LaunchConfigurationName")
        if name is not None and self.shelf.launches.get(name) is None:
            raise invalid(f"Launch configuration name not found - {name}")
        if sent.get("HealthCheckType", "EC2") not in {"EC2", "ELB", "EBS", "VPC_LATTICE"}:
            raise invalid("The health check type is not valid.")
        self._times(sent)
        if not {*sent.get("TerminationPolicies", ())} <= {*POLICIES}:
            raise invalid("The termination policy is not valid.")
        if sent.get("LoadBalancerNames") or sent.get("TargetGroupARNs"):
            raise invalid("Provided Load Balancers may not be valid. Please ensure they exist.")
        if sent.get("TrafficSources"):
            raise invalid("Provided Traffic Sources may not be valid. Please ensure they exist.")
        unsupported = (
            "AvailabilityZoneIds",
            "InstanceLifecyclePolicy",
            "Context",
            "PlacementGroup",
        )
        if any(one in sent for one in unsupported) and not self.world.on("unchecked"):
            raise invalid("These settings are not supported here.")
        role = sent.get("ServiceLinkedRoleARN")
        if role is not None and f"::{self.world.account}:" not in role:
            raise invalid("ARN specified for Service-Linked Role is not valid.")
        self._places(sent)

    def _times(self, sent: Members) -> None:
        if any(sent.get(one, 0) < 0 for one in ("DefaultCooldown", "HealthCheckGracePeriod")):
            raise invalid("A time cannot be negative.")
        life = sent.get("MaxInstanceLifetime", 0)
        if life and not 86400 <= life <= 31536000:
            raise invalid("MaxInstanceLifetime is 0 or from 86400 to 31536000.")
        if sent.get("DefaultInstanceWarmup", -1) < -1:
            raise invalid("DefaultInstanceWarmup is from -1 on.")

    def _places(self, sent: Members) -> None:
        zones = sent.get("AvailabilityZones")
        known = {f"{self.world.region}{one}" for one in "abc"}
        if zones is not None and (not zones or not {*zones} <= known):
            raise invalid(f"Invalid availability zones: [{', '.join(zones)}]")
        if "VPCZoneIdentifier" in sent:
            for one in filter(None, sent["VPCZoneIdentifier"].replace(" ", "").split(",")):
                if not one.startswith("subnet-") or self.shelf.network.store.get(one) is None:
                    raise invalid(f"The subnet ID '{one}' does not exist")

    def _zones(self, group: Members) -> Members:
        """The zones of the subnets, where there are subnets."""
        named = group.get("VPCZoneIdentifier", "").replace(" ", "")
        if not named:
            return {}
        found = [self.shelf.network.store.get(one) for one in named.split(",")]
        zones = sorted({one["AvailabilityZone"] for one in found})
        return {"AvailabilityZones": zones, "VPCZoneIdentifier": named}

    def create_auto_scaling_group(self, sent: Members) -> None:
        name = sent["AutoScalingGroupName"]
        if ":" in name:
            raise invalid("Group name may not contain a colon.")
        if not any(one in sent for one in SOURCES):
            raise invalid("Valid requests must contain a source of instances.")
        if not sent.get("AvailabilityZones") and not sent.get("VPCZoneIdentifier"):
            raise invalid("At least one Availability Zone or VPC Subnet is required.")
        self._checked(sent)
        group = {"DesiredCapacity": sent["MinSize"], **sent}
        checked_size(group)
        tags = checked_tags(sent.get("Tags", []), name, {})
        known = self.shelf.groups.get(name)
        if known and not self._over(known):
            text = f"AutoScalingGroup by this name already exists - {name}"
            raise Refused("AlreadyExists", text)
        if self.world.on("quotas") and len(self.shelf.groups.listed()) >= 500:
            raise Refused("LimitExceeded", "There are 500 groups.")
        usual: Members = {
            "DefaultCooldown": 300, "HealthCheckType": "EC2", "HealthCheckGracePeriod": 0,
            "TerminationPolicies": ["Default"], "NewInstancesProtectedFromScaleIn": False,
        }  # fmt: skip
        role = f"arn:{self.world.partition}:iam::{self.world.account}:role/aws-service-role/"
        usual["ServiceLinkedRoleARN"] = f"{role}autoscaling.amazonaws.com/AWSServiceRoleForAuto"
        made = {
            **usual, **group, **self._zones(group), "tags": tags, "born": self.world.now(),
            "id": str(uuid.uuid4()), "suspended": {}, "metrics": [], "instances": {},
        }  # fmt: skip
        hooks = made.pop("LifecycleHookSpecificationList", [])
        self.scaled(made)
        for hook in hooks:
            members = {"DefaultResult": "ABANDON", "HeartbeatTimeout": 3600, **hook}
            self.shelf.put("hook", name, hook["LifecycleHookName"], members)

    def scaled(self, group: Members) -> None:
        """A group with the instances that are wanted, as far as the account may have them."""
        there = dict(group["instances"])
        for gone in [*there][group["DesiredCapacity"] :]:
            del there[gone]
        while len(there) < min(group["DesiredCapacity"], 4):
            zones = group["AvailabilityZones"]
            launch = self.shelf.launches.get(group["LaunchConfigurationName"]) or {}
            there[f"i-0{hexadecimal(16)}"] = {
                "AvailabilityZone": zones[len(there) % len(zones)],
                "InstanceType": launch.get("InstanceType"),
                "HealthStatus": "Healthy",
                "ProtectedFromScaleIn": group["NewInstancesProtectedFromScaleIn"],
                "LaunchConfigurationName": group["LaunchConfigurationName"],
                "LifecycleState": "InService",
                "born": self.world.now(),
            }
        self.shelf.change(group, instances=there)

    def instance(self, identity: str, one: Members) -> Members:
        state = one["LifecycleState"]
        if state == "InService":
            state = self.world.state(one["born"], "Pending", state)
        shown = {name: of for name, of in one.items() if name != "born"}
        return {**shown, "InstanceId": identity, "LifecycleState": state}

    def _over(self, group: Members) -> bool:
        delay = 1.0 if self.world.on("lingering") else 0.0
        return bool(self.world.now() >= group.get("gone", 1e12) + delay)

    def _shown(self, group: Members, sent: Members) -> Members:
        name = group["AutoScalingGroupName"]
        arn = self.world.arn("autoscaling", f"autoScalingGroup:{group['id']}")
        suspended = [{"ProcessName": one, "SuspensionReason": why}
                     for one, why in group["suspended"].items()]  # fmt: skip
        return {
            **{one: group.get(one) for one in SHOWN},
            "AutoScalingGroupARN": f"{arn}:autoScalingGroupName/{name}",
            "CreatedTime": group["born"],
            "Instances": [self.instance(*one) for one in group["instances"].items()]
            if sent.get("IncludeInstances", True)
            else [],
            "LoadBalancerNames": [],
            "TargetGroupARNs": [],
            "TrafficSources": [],
            "SuspendedProcesses": suspended,
            "EnabledMetrics": [{"Metric": one, "Granularity": "1Minute"}
                               for one in group["metrics"]],
            "Tags": shown_tags(group),
            "Status": "Delete in progress" if "gone" in group else None,
        }  # fmt: skip

    def describe_auto_scaling_groups(self, sent: Members) -> Members:
        names, filters = sent.get("AutoScalingGroupNames"), sent.get("Filters", [])
        found = [one for one in self.shelf.groups.listed() if not self._over(one)]
        if names:
            found = [one for one in found if one["AutoScalingGroupName"] in names]
        for one in filters:
            found = [group for group in found if fits(group, one)]
        shown = [self._shown(one, sent) for one in found]
        return self.shelf.paged("AutoScalingGroups", shown, sent)

    def update_auto_scaling_group(self, sent: Members) -> None:
        group = self.shelf.group(sent["AutoScalingGroupName"])
        self._checked(sent)
        changed = {**group, **sent, "AutoScalingGroupName": group["AutoScalingGroupName"]}
        if "DesiredCapacity" not in sent:
            wanted = max(changed["MinSize"], changed["DesiredCapacity"])
            changed["DesiredCapacity"] = min(changed["MaxSize"], wanted)
        checked_size(changed)
        self.scaled(changed | self._zones(changed))

    def set_desired_capacity(self, sent: Members) -> None:
        group = self.shelf.group(sent["AutoScalingGroupName"])
        wanted = sent["DesiredCapacity"]
        if wanted > group["MaxSize"]:
            raise invalid(f"New SetDesiredCapacity value {wanted} is above max value.")
        if wanted < group["MinSize"]:
            raise invalid(f"New SetDesiredCapacity value {wanted} is below min value.")
        self.scaled({**group, "DesiredCapacity": wanted})

    def delete_auto_scaling_group(self, sent: Members) -> None:
        group = self.shelf.group(sent["AutoScalingGroupName"])
        protection = group.get("DeletionProtection", "none")
        if protection == "prevent-all-deletion" or (
            protection == "prevent-force-deletion" and sent.get("ForceDelete")
        ):
            raise Refused("ResourceInUse", "The group is protected from deletion.")
        if group["instances"] and not sent.get("ForceDelete"):
            text = "You cannot delete an AutoScalingGroup while there are instances in the group."
            raise Refused("ResourceInUse", text)
        for one in self.shelf.parts.all():
            if one["group"] == group["AutoScalingGroupName"]:
                self.shelf.drop(one)
        if self.world.on("lingering"):
            self.shelf.change(group, gone=self.world.now(), instances={})
        else:
            self.shelf.groups.drop(group["AutoScalingGroupName"])
