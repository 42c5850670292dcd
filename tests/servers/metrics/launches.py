"""Auto Scaling: launch configurations, tags, processes, and what the service has of itself."""

from __future__ import annotations

import base64
import re
import uuid

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .group_tags import checked_tags, invalid, shown_tags
from .groups import POLICIES, Shelf

PROCESSES = (
    "Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck",
    "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions",
)  # fmt: skip
METRICS = (
    "GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances",
    "GroupPendingInstances", "GroupInServiceCapacity", "GroupPendingCapacity",
    "GroupTerminatingCapacity", "GroupStandbyCapacity", "GroupTotalCapacity",
    "GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances",
    "WarmPoolDesiredCapacity", "WarmPoolWarmedCapacity", "WarmPoolPendingCapacity",
    "WarmPoolTerminatingCapacity", "WarmPoolTotalCapacity", "GroupAndWarmPoolDesiredCapacity",
    "GroupAndWarmPoolTotalCapacity",
)  # fmt: skip
NOTIFICATIONS = (
    "autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
    "autoscaling:EC2_INSTANCE_TERMINATE", "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
    "autoscaling:TEST_NOTIFICATION",
)  # fmt: skip
TRANSITIONS = ("autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING")
FILTERS = {
    "auto-scaling-group": "ResourceId", "key": "Key", "value": "Value",
    "propagate-at-launch": "PropagateAtLaunch",
}  # fmt: skip
KINDS = re.compile(r"[a-z][a-z0-9-]*\.(metal|nano|micro|small|medium|\d*x?large)(-\w+)?")


class Launches:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("autoscaling", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.create_launch_configuration({
                "LaunchConfigurationName": f"old-{number}",
                "ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.micro",
            })  # fmt: skip

    def create_launch_configuration(self, sent: Members) -> None:
        name = sent["LaunchConfigurationName"]
        if "InstanceId" in sent:
            raise invalid(f"The instance ID '{sent['InstanceId']}' does not exist")
        for one in ("ImageId", "InstanceType"):
            if one not in sent:
                raise invalid(f"Valid requests must contain either {one} or InstanceId.")
        if not re.fullmatch(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", sent["ImageId"]):
            raise invalid(f'Invalid id: "{sent["ImageId"]}" (expecting "ami-...")')
        if not KINDS.fullmatch(sent["InstanceType"]):
            raise invalid(f"Invalid instance type: {sent['InstanceType']}")
        if sent.get("PlacementTenancy", "default") not in {"default", "dedicated"}:
            raise invalid("Invalid tenancy.")
        if any(one in sent for one in ("ClassicLinkVPCId", "ClassicLinkVPCSecurityGroups")):
            raise invalid("EC2-Classic is no longer available.")
        if not self.world.on("unchecked"):
            self._checked(sent)
        if self.shelf.launches.get(name):
            text = f"Launch Configuration by this name already exists - {name}"
            raise Refused("AlreadyExists", text)
        if self.world.on("quotas") and len(self.shelf.launches.all()) >= 200:
            raise Refused("LimitExceeded", "There are 200 launch configurations.")
        identity = f"launchConfiguration:{uuid.uuid4()}:launchConfigurationName/{name}"
        usual: Members = {
            "KeyName": "", "SecurityGroups": [], "UserData": "", "KernelId": "", "RamdiskId": "",
            "BlockDeviceMappings": [], "InstanceMonitoring": {"Enabled": True},
            "ClassicLinkVPCSecurityGroups": [], "EbsOptimized": False,
        }  # fmt: skip
        made = {"LaunchConfigurationARN": self.world.arn("autoscaling", identity)}
        self.shelf.launches.put(name, {**usual, **sent, **made, "CreatedTime": self.world.now()})

    def _checked(self, sent: Members) -> None:
        for one in sent.get("SecurityGroups", ()):
            if not re.fullmatch(r"sg-[0-9a-f]{8,17}", one):
                raise invalid("The security group ids are not valid.")
        for one in sent.get("BlockDeviceMappings", ()):
            if "Ebs" not in one and "VirtualName" not in one and "NoDevice" not in one:
                raise invalid("A block device mapping needs Ebs, VirtualName or NoDevice.")
        if "KernelId" in sent or "RamdiskId" in sent:
            raise invalid("The kernel or RAM disk does not exist.")
        try:
            base64.b64decode(sent.get("UserData", ""), validate=True)
        except ValueError as error:
            raise invalid("Invalid BASE64 encoding of user data.") from error

    def describe_launch_configurations(self, sent: Members) -> Members:
        names = sent.get("LaunchConfigurationNames")
        found = self.shelf.launches.listed()
        if names:
            found = [one for one in found if one["LaunchConfigurationName"] in names]
        return self.shelf.paged("LaunchConfigurations", found, sent)

    def delete_launch_configuration(self, sent: Members) -> None:
        name = sent["LaunchConfigurationName"]
        if self.shelf.launches.get(name) is None:
            if self.world.on("lenient"):
                return
            raise invalid(f"Launch configuration name not found - {name}")
        for one in self.shelf.groups.all():
            if "gone" not in one and one.get("LaunchConfigurationName") == name:
                text = f"Cannot delete launch configuration {name} because it is attached"
                raise Refused("ResourceInUse", text)
        self.shelf.launches.drop(name)

    def _of(self, tag: Members) -> str:
        if tag.get("ResourceType") != "auto-scaling-group":
            raise invalid("The resource type of a tag must be auto-scaling-group.")
        if not tag.get("ResourceId"):
            raise invalid("The resource of a tag is needed.")
        return str(self.shelf.group(tag["ResourceId"])["AutoScalingGroupName"])

    def create_or_update_tags(self, sent: Members) -> None:
        for tag in sent["Tags"]:
            self._of(tag)
        for tag in sent["Tags"]:
            group = self.shelf.group(tag["ResourceId"])
            tags = checked_tags([tag], group["AutoScalingGroupName"], group["tags"])
            self.shelf.change(group, tags=tags)

    def delete_tags(self, sent: Members) -> None:
        for tag in sent["Tags"]:
            group = self.shelf.group(self._of(tag))
            left = {key: of for key, of in group["tags"].items() if key != tag["Key"]}
            self.shelf.change(group, tags=left)

    def describe_tags(self, sent: Members) -> Members:
        found = [tag for one in self.shelf.groups.listed() if "gone" not in one
                 for tag in shown_tags(one)]  # fmt: skip
        for given in sent.get("Filters", []):
            of = FILTERS.get(given.get("Name", ""))
            if of is None:
                raise invalid("The filter is not valid.")
            values = given.get("Values", [])
            found = [tag for tag in found if str(tag[of]) in values or
                     (tag[of] in (True, False) and str(tag[of]).lower() in values)]  # fmt: skip
        return self.shelf.paged("Tags", found, sent)

    def _processes(self, sent: Members) -> list[str]:
        named = sent.get("ScalingProcesses") or [*PROCESSES]
        for one in named:
            if one not in PROCESSES:
                raise invalid(f"{one} is not a valid process type.")
        return named

    def suspend_processes(self, sent: Members) -> None:
        group, named = self.shelf.group(sent["AutoScalingGroupName"]), self._processes(sent)
        self.shelf.change(
            group, suspended={**dict.fromkeys(named, "User suspended"), **group["suspended"]}
        )

    def resume_processes(self, sent: Members) -> None:
        group, named = self.shelf.group(sent["AutoScalingGroupName"]), self._processes(sent)
        left = {one: why for one, why in group["suspended"].items() if one not in named}
        self.shelf.change(group, suspended=left)

    def _metrics(self, sent: Members) -> list[str]:
        named = sent.get("Metrics") or [*METRICS]
        for one in named:
            if one not in METRICS:
                raise invalid(f"{one} is not a valid metric.")
        return named

    def enable_metrics_collection(self, sent: Members) -> None:
        group, named = self.shelf.group(sent["AutoScalingGroupName"]), self._metrics(sent)
        if sent["Granularity"] != "1Minute":
            raise invalid("The valid granularity is 1Minute.")
        kept = [one for one in METRICS if one in named or one in group["metrics"]]
        self.shelf.change(group, metrics=kept)

    def disable_metrics_collection(self, sent: Members) -> None:
        group, named = self.shelf.group(sent["AutoScalingGroupName"]), self._metrics(sent)
        self.shelf.change(group, metrics=[one for one in group["metrics"] if one not in named])

    def describe_account_limits(self, sent: Members) -> Members:
        groups = [one for one in self.shelf.groups.listed() if "gone" not in one]
        return {
            "MaxNumberOfAutoScalingGroups": 500,
            "MaxNumberOfLaunchConfigurations": 200,
            "NumberOfAutoScalingGroups": len(groups),
            "NumberOfLaunchConfigurations": len(self.shelf.launches.listed()),
        }

    def describe_adjustment_types(self, sent: Members) -> Members:
        kinds = ("ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity")
        return {"AdjustmentTypes": [{"AdjustmentType": one} for one in kinds]}

    def describe_auto_scaling_notification_types(self, sent: Members) -> Members:
        return {"AutoScalingNotificationTypes": [*NOTIFICATIONS]}

    def describe_lifecycle_hook_types(self, sent: Members) -> Members:
        return {"LifecycleHookTypes": [*TRANSITIONS]}

    def describe_metric_collection_types(self, sent: Members) -> Members:
        return {
            "Metrics": [{"Metric": one} for one in METRICS],
            "Granularities": [{"Granularity": "1Minute"}],
        }

    def describe_scaling_process_types(self, sent: Members) -> Members:
        return {"Processes": [{"ProcessName": one} for one in PROCESSES]}

    def describe_termination_policy_types(self, sent: Members) -> Members:
        return {"TerminationPolicyTypes": [*POLICIES]}
