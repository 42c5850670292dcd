"""Auto Scaling: policies, scheduled actions, lifecycle hooks and notifications of groups."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .group_tags import invalid
from .groups import Shelf
from .launches import TRANSITIONS

KINDS = ("SimpleScaling", "StepScaling", "TargetTrackingScaling", "PredictiveScaling")
ADJUSTMENTS = {"ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"}
FIELD = r"(\*(/\d+)?|[0-9A-Za-z]+(-[0-9A-Za-z]+)?(/\d+)?(,[0-9A-Za-z]+(-[0-9A-Za-z]+)?)*)"
ZONE = re.compile(r"UTC|[A-Z]\w+/\w+")
CRON = re.compile(rf"\s*{FIELD}(\s+{FIELD}){{4}}\s*")
TIMES, SIZES = ("Time", "StartTime", "EndTime"), ("MinSize", "MaxSize", "DesiredCapacity")
KEPT = ("kind", "group", "name")


def moment(text: str) -> float:
    """A point in time as requests have it."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise invalid(f"{text} is not a valid time.") from error


class Scaling:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("autoscaling", self)

    def _group(self, sent: Members) -> str:
        return str(self.shelf.group(sent["AutoScalingGroupName"])["AutoScalingGroupName"])

    def _shown(self, kind: str, one: Members) -> Members:
        shown = {name: of for name, of in one.items() if name not in KEPT}
        return {**shown, "AutoScalingGroupName": one["group"], kind: one["name"]}

    def _checked_policy(self, sent: Members, kind: str) -> None:
        tracking = kind == "TargetTrackingScaling"
        if kind not in KINDS:
            raise invalid(f"Unknown policy type: {kind}")
        if kind in KINDS[:2] and sent.get("AdjustmentType") not in ADJUSTMENTS:
            raise invalid("Invalid adjustment type.")
        self._fitting(sent, kind)
        if kind == "StepScaling":
            self._steps(sent["StepAdjustments"])
        if tracking:
            self._tracking(sent["TargetTrackingConfiguration"])
        if kind == "PredictiveScaling" and not self.world.on("unchecked"):
            raise invalid("The metric specifications are not valid.")

    def _fitting(self, sent: Members, kind: str) -> None:
        """Refused where something is missing for the type of policy, or is not for it."""
        simple, tracking = kind == "SimpleScaling", kind == "TargetTrackingScaling"
        if simple is not ("ScalingAdjustment" in sent):
            raise invalid("ScalingAdjustment must be specified for SimpleScaling alone.")
        if (kind == "StepScaling") is not bool(sent.get("StepAdjustments")):
            raise invalid("StepAdjustments must be specified for StepScaling alone.")
        if tracking is not ("TargetTrackingConfiguration" in sent):
            raise invalid("TargetTrackingConfiguration must be specified for its type.")
        if (kind == "PredictiveScaling") is not ("PredictiveScalingConfiguration" in sent):
            raise invalid("PredictiveScalingConfiguration must be specified for its type.")
        if not simple and "Cooldown" in sent:
            raise invalid("Cooldown is for SimpleScaling.")
        if simple and {"EstimatedInstanceWarmup", "MetricAggregationType"} & sent.keys():
            raise invalid("These parameters are not for SimpleScaling.")
        if not simple and kind != "StepScaling" and "AdjustmentType" in sent:
            raise invalid("AdjustmentType is not for this type of policy.")
        least = {"MinAdjustmentMagnitude", "MinAdjustmentStep"} & sent.keys()
        if least and sent.get("AdjustmentType") != "PercentChangeInCapacity":
            raise invalid("A least adjustment is for PercentChangeInCapacity.")
        if sent.get("MetricAggregationType", "Average") not in {"Average", "Minimum", "Maximum"}:
            raise invalid("Unsupported aggregation type.")

    def _steps(self, steps: list[Members]) -> None:
        whole = [one for one in steps if not {"MetricIntervalLowerBound",
                                              "MetricIntervalUpperBound"} & one.keys()]  # fmt: skip
        if whole and len(steps) > 1:
            raise invalid("The step adjustments overlap.")
        for one in steps:
            low = one.get("MetricIntervalLowerBound", float("-inf"))
            if low >= one.get("MetricIntervalUpperBound", float("inf")):
                raise invalid("The lower bound must be less than the upper bound.")

    def _tracking(self, given: Members) -> None:
        named = {"PredefinedMetricSpecification", "CustomizedMetricSpecification"} & given.keys()
        if len(named) != 1:
            raise invalid("Specify one metric specification.")
        of = given.get("PredefinedMetricSpecification", {})
        by_target = of.get("PredefinedMetricType") == "ALBRequestCountPerTarget"
        if by_target is not ("ResourceLabel" in of) or by_target:
            raise invalid("The resource label is not valid.")
        custom = given.get("CustomizedMetricSpecification", {})
        whole = custom.get("Metrics") or {"MetricName", "Namespace", "Statistic"} <= custom.keys()
        if custom and not whole:
            raise invalid("A customized metric has a name, a namespace and a statistic.")

    def put_scaling_policy(self, sent: Members) -> Members:
        group, name = self._group(sent), sent["PolicyName"]
        kind = sent.get("PolicyType", "SimpleScaling")
        self._checked_policy(sent, kind)
        known = self.shelf.part("policy", group, name)
        if known and known["PolicyType"] != kind:
            raise invalid("The type of a policy cannot be changed.")
        identity = f"scalingPolicy:{uuid.uuid4()}:autoScalingGroupName/{group}:policyName/{name}"
        arn = known["PolicyARN"] if known else self.world.arn("autoscaling", identity)
        alarms = []
        if kind == "TargetTrackingScaling":
            for level in ("High", "Low"):
                of = f"TargetTracking-{group}-Alarm{level}-{uuid.uuid4()}"
                by = self.world.arn("cloudwatch", f"alarm:{of}")
                alarms.append({"AlarmName": of, "AlarmARN": by})
            tracking = sent["TargetTrackingConfiguration"]
            tracking = {"DisableScaleIn": False, **tracking}
            sent = {**sent, "TargetTrackingConfiguration": tracking}
        usual: Members = {"StepAdjustments": [], "Enabled": True, "Alarms": alarms}
        if kind == "StepScaling":
            usual["MetricAggregationType"] = "Average"
        made = {name: of for name, of in sent.items()
                if name not in {"AutoScalingGroupName", "PolicyName"}}  # fmt: skip
        self.shelf.put(
            "policy", group, name, {**usual, **made, "PolicyType": kind, "PolicyARN": arn}
        )
        return {"PolicyARN": arn, "Alarms": alarms}

    def describe_policies(self, sent: Members) -> Members:
        names, kinds = sent.get("PolicyNames"), sent.get("PolicyTypes")
        group = sent.get("AutoScalingGroupName")
        if group is not None and not self.world.on("lenient"):
            self.shelf.group(group, seen=True)
        if kinds and not {*kinds} <= {*KINDS}:
            raise invalid("Unknown policy type.")
        found = [one for one in self.shelf.there("policy", group)
                 if (not names or one["name"] in names or one["PolicyARN"] in names)
                 and (not kinds or one["PolicyType"] in kinds)]  # fmt: skip
        shown = [self._shown("PolicyName", one) for one in found]
        return self.shelf.paged("ScalingPolicies", shown, sent)

    def _policy(self, sent: Members) -> Members | None:
        name, group = sent["PolicyName"], sent.get("AutoScalingGroupName")
        if group is None and not name.startswith("arn:"):
            raise invalid("AutoScalingGroupName must be specified with the name of a policy.")
        if group is not None:
            self.shelf.group(group)
        found = [one for one in self.shelf.there("policy", group, seen=False)
                 if name in {one["name"], one["PolicyARN"]}]  # fmt: skip
        return found[0] if found else None

    def delete_policy(self, sent: Members) -> None:
        found = self._policy(sent)
        if found is not None:
            self.shelf.drop(found)
        elif not self.world.on("lenient"):
            raise invalid("PolicyName not found.")

    def execute_policy(self, sent: Members) -> None:
        found = self._policy(sent)
        if found is None:
            raise invalid("PolicyName not found.")
        if found["PolicyType"] not in KINDS[:2]:
            raise invalid("This policy cannot be executed.")
        step = found["PolicyType"] == "StepScaling"
        given = {"MetricValue", "BreachThreshold"} & sent.keys()
        if (step and len(given) < 2) or (not step and given):
            raise invalid("MetricValue and BreachThreshold are for StepScaling, which needs them.")

    def _checked_action(self, sent: Members) -> Members:
        times: Members = {one: moment(sent[one]) for one in TIMES if one in sent}
        if not {*SIZES} & sent.keys():
            raise invalid("At least one of MinSize, MaxSize and DesiredCapacity must be specified.")
        if sent.get("MinSize", 0) > sent.get("MaxSize", 100000):
            raise invalid("Min is greater than max.")
        if any(sent.get(one, 0) < 0 for one in SIZES):
            raise invalid("A size is from 0 on.")
        start = times.get("StartTime", times.get("Time"))
        if start is None and "Recurrence" not in sent:
            raise invalid("Either StartTime or Recurrence must be specified.")
        if start is not None and start < self.world.now():
            raise invalid("Given start time is in the past.")
        if times.get("EndTime", 1e12) <= (start or self.world.now()):
            raise invalid("The end is not after the start.")
        if "Recurrence" in sent and not CRON.fullmatch(sent["Recurrence"]):
            raise invalid("Given recurrence string is not valid.")
        zone = sent.get("TimeZone", "UTC")
        if not ZONE.fullmatch(zone) or ("TimeZone" in sent and "Recurrence" not in sent):
            raise invalid("The time zone is not valid.")
        if start is None:
            start = float(int(self.world.now() / 3600 + 1) * 3600)
        sizes = {one: sent[one] for one in (*SIZES, "Recurrence", "TimeZone") if one in sent}
        return {**times, **sizes, "StartTime": start, "Time": start}

    def put_scheduled_update_group_action(self, sent: Members) -> None:
        group, name = self._group(sent), sent["ScheduledActionName"]
        made = self._checked_action(sent)
        for one in self.shelf.there("action", group, seen=False):
            once = "Recurrence" not in {**made, **one}
            if once and one["name"] != name and one["StartTime"] == made["StartTime"]:
                raise Refused("AlreadyExists", "An action is scheduled for this time.")
        known = self.shelf.part("action", group, name)
        identity = f"scheduledUpdateGroupAction:{uuid.uuid4()}:autoScalingGroupName/{group}"
        arn = self.world.arn("autoscaling", f"{identity}:scheduledActionName/{name}")
        made["ScheduledActionARN"] = known["ScheduledActionARN"] if known else arn
        self.shelf.put("action", group, name, made)

    def batch_put_scheduled_update_group_action(self, sent: Members) -> Members:
        return self._batch(sent, "ScheduledUpdateGroupActions")

    def batch_delete_scheduled_action(self, sent: Members) -> Members:
        return self._batch(sent, "ScheduledActionNames")

    def _batch(self, sent: Members, of: str) -> Members:
        group: Any = {"AutoScalingGroupName": self._group(sent)}
        failed = []
        for one in sent[of]:
            given = one if isinstance(one, dict) else {"ScheduledActionName": one}
            try:
                if isinstance(one, dict):
                    self.put_scheduled_update_group_action(group | given)
                else:
                    self.delete_scheduled_action(group | given)
            except Refused as refused:
                told = {"ErrorCode": refused.code, "ErrorMessage": str(refused)}
                failed.append({"ScheduledActionName": given["ScheduledActionName"], **told})
        put = of == "ScheduledUpdateGroupActions"
        return {"FailedScheduledUpdateGroupActions" if put else "FailedScheduledActions": failed}

    def describe_scheduled_actions(self, sent: Members) -> Members:
        names, group = sent.get("ScheduledActionNames"), sent.get("AutoScalingGroupName")
        if group is not None and not self.world.on("lenient"):
            self.shelf.group(group, seen=True)
        found = self.shelf.there("action", group)
        if names:
            found = [one for one in found if one["name"] in names]
        else:
            low, high = moment(sent.get("StartTime", "1970-01-01")), sent.get("EndTime")
            top = moment(high) if high else 1e12
            found = [one for one in found if low <= one["StartTime"] <= top]
        shown = [self._shown("ScheduledActionName", one) for one in found]
        return self.shelf.paged("ScheduledUpdateGroupActions", shown, sent)

    def delete_scheduled_action(self, sent: Members) -> None:
        self._drop("action", sent, sent["ScheduledActionName"])

    def _drop(self, kind: str, sent: Members, name: str) -> None:
        found = self.shelf.part(kind, self._group(sent), name)
        if found is not None:
            self.shelf.drop(found)
        elif not self.world.on("lenient"):
            raise invalid(f"No {kind} found with the name {name}")

    def put_lifecycle_hook(self, sent: Members) -> None:
        group, name = self._group(sent), sent["LifecycleHookName"]
        known = self.shelf.part("hook", group, name)
        if known is None and "LifecycleTransition" not in sent:
            raise invalid("A new lifecycle hook needs a transition.")
        given = {one: of for one, of in sent.items()
                 if one not in {"LifecycleHookName", "AutoScalingGroupName"}}  # fmt: skip
        made = {"DefaultResult": "ABANDON", "HeartbeatTimeout": 3600, **(known or {}), **given}
        if made["LifecycleTransition"] not in TRANSITIONS:
            raise invalid("The lifecycle transition is not valid.")
        if made["DefaultResult"] not in {"CONTINUE", "ABANDON"}:
            raise invalid("The default result is CONTINUE or ABANDON.")
        if not 30 <= made["HeartbeatTimeout"] <= 7200:
            raise invalid("HeartbeatTimeout is from 30 to 7200.")
        target = given.get("NotificationTargetARN") or ""
        right = re.match(r"arn:[\w-]+:(sns|sqs):", target) and "RoleARN" in given
        if target and not right and not self.world.on("unchecked"):
            raise invalid("Unable to publish test message to notification target.")
        if known is None and len(self.shelf.there("hook", group, seen=False)) >= 50:
            raise Refused("LimitExceeded", "A group has at most 50 hooks.")
        made["GlobalTimeout"] = min(172800, 100 * made["HeartbeatTimeout"])
        self.shelf.put("hook", group, name, made)

    def describe_lifecycle_hooks(self, sent: Members) -> Members:
        group = self.shelf.group(sent["AutoScalingGroupName"], seen=True)
        names = sent.get("LifecycleHookNames")
        found = [one for one in self.shelf.there("hook", group["AutoScalingGroupName"])
                 if not names or one["name"] in names]  # fmt: skip
        return {"LifecycleHooks": [self._shown("LifecycleHookName", one) for one in found]}

    def delete_lifecycle_hook(self, sent: Members) -> None:
        self._drop("hook", sent, sent["LifecycleHookName"])
