"""Auto Scaling: the instances of groups, and notifications."""

from __future__ import annotations

import uuid

from tests.servers.cloud.world import Members, Operation, operations_of

from .group_tags import invalid
from .groups import Groups, Shelf
from .launches import NOTIFICATIONS


class Instances:
    """The operations by name."""

    def __init__(self, shelf: Shelf, groups: Groups) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.groups = groups
        self.operations: dict[str, Operation] = operations_of("autoscaling", self)

    def put_notification_configuration(self, sent: Members) -> None:
        group = self.shelf.group(sent["AutoScalingGroupName"])["AutoScalingGroupName"]
        topic, kinds = sent["TopicARN"], sent["NotificationTypes"]
        if not kinds or not {*kinds} <= {*NOTIFICATIONS}:
            raise invalid("The notification types are not valid.")
        if topic.split(":")[2:3] != ["sns"]:
            raise invalid("Unable to publish to notification topic.")
        self.shelf.put("notification", group, topic, {"types": kinds})

    def describe_notification_configurations(self, sent: Members) -> Members:
        names = sent.get("AutoScalingGroupNames")
        found = [
            {"AutoScalingGroupName": one["group"], "TopicARN": one["name"], "NotificationType": of}
            for one in self.shelf.there("notification")
            for of in one["types"]
            if not names or one["group"] in names
        ]
        return self.shelf.paged("NotificationConfigurations", found, sent)

    def delete_notification_configuration(self, sent: Members) -> None:
        group = self.shelf.group(sent["AutoScalingGroupName"])["AutoScalingGroupName"]
        found = self.shelf.part("notification", group, sent["TopicARN"])
        if found is not None:
            self.shelf.drop(found)

    def describe_auto_scaling_instances(self, sent: Members) -> Members:
        wanted = sent.get("InstanceIds")
        found = []
        for group in self.shelf.groups.listed():
            for identity, one in group["instances"].items():
                if not wanted or identity in wanted:
                    shown = self.groups.instance(identity, one)
                    health = shown["HealthStatus"].upper()
                    name = group["AutoScalingGroupName"]
                    found.append({**shown, "HealthStatus": health, "AutoScalingGroupName": name})
        return self.shelf.paged("AutoScalingInstances", found, sent, 50)

    def _of(self, identity: str) -> Members:
        for group in self.shelf.groups.all():
            if identity in group["instances"]:
                return dict(group)
        raise invalid(f"Instance Id not found - No managed instance found for {identity}")

    def _in(self, sent: Members) -> tuple[Members, list[str]]:
        group = self.shelf.group(sent["AutoScalingGroupName"])
        wanted = sent.get("InstanceIds", [])
        for one in wanted:
            if one not in group["instances"]:
                raise invalid(f"The instance {one} is not part of the group.")
        return group, wanted

    def set_instance_health(self, sent: Members) -> None:
        group = self._of(sent["InstanceId"])
        if sent["HealthStatus"] not in {"Healthy", "Unhealthy"}:
            raise invalid("Valid instance health states are: [Healthy, Unhealthy].")
        one = group["instances"][sent["InstanceId"]]
        changed = {sent["InstanceId"]: {**one, "HealthStatus": sent["HealthStatus"]}}
        self.shelf.change(group, instances=group["instances"] | changed)

    def set_instance_protection(self, sent: Members) -> None:
        group, wanted = self._in(sent)
        switch = {"ProtectedFromScaleIn": sent["ProtectedFromScaleIn"]}
        changed = {one: {**group["instances"][one], **switch} for one in wanted}
        self.shelf.change(group, instances=group["instances"] | changed)

    def terminate_instance_in_auto_scaling_group(self, sent: Members) -> Members:
        if "InstanceId" not in sent:
            raise invalid("InstanceId must be specified.")
        group = self._of(sent["InstanceId"])
        wanted = group["DesiredCapacity"] - sent["ShouldDecrementDesiredCapacity"]
        if wanted < group["MinSize"]:
            raise invalid("The desired capacity cannot be below the minimum.")
        left = {one: of for one, of in group["instances"].items() if one != sent["InstanceId"]}
        self.groups.scaled({**group, "instances": left, "DesiredCapacity": wanted})
        return {
            "Activity": self._activity(group, f"Terminating EC2 instance: {sent['InstanceId']}")
        }

    def _activity(self, group: Members, text: str) -> Members:
        return {
            "ActivityId": str(uuid.uuid4()),
            "AutoScalingGroupName": group["AutoScalingGroupName"],
            "Description": text,
            "Cause": "The instance was taken out of service in response to a user request.",
            "StartTime": self.world.now(),
            "StatusCode": "InProgress",
            "Progress": 0,
        }

    def _moved(self, sent: Members, state: str) -> Members:
        group, wanted = self._in(sent)
        if not wanted:
            raise invalid("InstanceIds must be specified.")
        there = group["instances"]
        if any(there[one]["LifecycleState"] == state for one in wanted):
            raise invalid(f"The instance is already {state}.")
        changed = {one: {**there[one], "LifecycleState": state} for one in wanted}
        step = len(wanted) if state == "InService" else -len(wanted)
        down = sent.get("ShouldDecrementDesiredCapacity", True)
        capacity = group["DesiredCapacity"] + (step if down else 0)
        if not group["MinSize"] <= capacity <= group["MaxSize"]:
            raise invalid("The desired capacity would be out of bounds.")
        self.shelf.change(group, instances=there | changed, DesiredCapacity=capacity)
        return {"Activities": [self._activity(group, f"Moving {one}") for one in wanted]}

    def enter_standby(self, sent: Members) -> Members:
        return self._moved(sent, "Standby")

    def exit_standby(self, sent: Members) -> Members:
        return self._moved(sent, "InService")

    def describe_scaling_activities(self, sent: Members) -> Members:
        if "AutoScalingGroupName" in sent:
            self.shelf.group(sent["AutoScalingGroupName"], seen=True)
        return self.shelf.paged("Activities", [], sent)

    def attach_instances(self, sent: Members) -> None:
        self.shelf.group(sent["AutoScalingGroupName"])
        raise invalid("Invalid Instance ID(s) for attachment.")

    def describe_load_balancer_target_groups(self, sent: Members) -> Members:
        self.shelf.group(sent["AutoScalingGroupName"], seen=True)
        return self.shelf.paged("LoadBalancerTargetGroups", [], sent)
