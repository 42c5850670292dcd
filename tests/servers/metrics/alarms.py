"""CloudWatch: what its parts share, and alarms."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page
from tests.servers.keys.wire import Refused

TAGGED = {"alarm": "alarm:", "insight-rule": "insight-rule/", "metric-stream": "metric-stream/"}
STATE = re.compile(r'(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*("[^"]+"|[^()"\s]+)\s*\)')
BASE = ("AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions",
        "InsufficientDataActions", "ActionConfiguration")  # fmt: skip


def invalid(text: str) -> Refused:
    return Refused("ValidationException", text)


def bad_value(text: str) -> Refused:
    return Refused("InvalidParameterValueException", text)


def moment(given: Any) -> float:
    """A point in time as the protocol has it."""
    if isinstance(given, int | float):
        return float(given)
    try:
        return datetime.fromisoformat(given).timestamp()
    except ValueError as error:
        raise Refused("MalformedInput", f"{given[:40]} is not a time") from error


def checked_tags(tags: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise bad_value("Tag keys are there once.")
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise bad_value("Tag keys that begin with aws: are reserved.")
    found = known | {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) > 50:
        raise bad_value("A resource has at most 50 tags.")
    return found


class Shelf:
    """What is kept of the service: each thing with its kind and its tags."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Store(world)
        self.history: list[Members] = []
        self.data: list[Members] = []

    def arn(self, kind: str, name: str) -> str:
        if kind == "dashboard":
            account = f"{self.world.partition}:cloudwatch::{self.world.account}"
            return f"arn:{account}:dashboard/{name}"
        return self.world.arn("cloudwatch", f"{TAGGED[kind]}{name}")

    def get(self, kind: str, name: str, *, seen: bool = False) -> Members | None:
        found: Members | None = self.store.found(f"{kind}/{name}", seen=seen)
        return found

    def put(self, kind: str, name: str, one: Members) -> Members:
        kept = {**one, "kind": kind, "name": name}
        self.store.put(f"{kind}/{name}", kept)
        return kept

    def drop(self, kind: str, name: str) -> None:
        self.store.drop(f"{kind}/{name}")

    def all(self, kind: str) -> list[Members]:
        """What lists show, by name."""
        found = [one for one in self.store.listed() if one["kind"] == kind]
        return sorted(found, key=lambda one: str(one["name"]))

    def paged(self, items: list[Any], sent: Members, size: int) -> tuple[list[Any], str | None]:
        refuse = Refused("InvalidNextToken", "The token is not valid.")
        return page(self.world, items, size, sent.get("NextToken"), refuse)


class Alarms:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("cloudwatch", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.put_metric_alarm({
                "AlarmName": f"busy-{number}", "MetricName": "CPUUtilization", "Period": 300,
                "Namespace": "AWS/EC2", "Statistic": "Average", "Threshold": 90.0,
                "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 2,
            })  # fmt: skip

    def _actions(self, sent: Members) -> None:
        for name in ("OKActions", "AlarmActions", "InsufficientDataActions"):
            for one in sent.get(name, ()):
                if not re.match(
                    r"arn:[\w-]+:(sns|ssm|swf|automate|autoscaling|lambda|aiops):", one
                ):
                    raise invalid(f"Invalid arn syntax: {one}")

    def _metric(self, sent: Members) -> None:
        sources = {"MetricName", "Metrics", "EvaluationCriteria"} & sent.keys()
        if not sources:
            raise invalid("Either MetricName or Metrics must be specified.")
        if len(sources) > 1:
            raise invalid("Only one of MetricName, Metrics and EvaluationCriteria is allowed.")
        if {"EvaluationCriteria", "EvaluationInterval", "WarmUpConfiguration"} & sent.keys():
            raise invalid("PromQL alarms are not supported here.")
        for name in ("EvaluationPeriods", "ComparisonOperator"):
            if name not in sent:
                raise invalid(f"The parameter {name} is required.")
        if "Threshold" not in sent and "ThresholdMetricId" not in sent:
            raise invalid("The parameter Threshold is required.")
        if "Threshold" in sent and "ThresholdMetricId" in sent:
            raise invalid("Threshold and ThresholdMetricId are mutually exclusive.")
        between = "LowerOrGreater" in sent["ComparisonOperator"] or sent["ComparisonOperator"] in {
            "LessThanLowerThreshold", "GreaterThanUpperThreshold"}  # fmt: skip
        if between is not ("ThresholdMetricId" in sent):
            raise invalid("This operator is for anomaly detection.")
        if sent.get("DatapointsToAlarm", 0) > sent["EvaluationPeriods"]:
            raise invalid("DatapointsToAlarm is not greater than EvaluationPeriods.")
        if "Metrics" in sent:
            self._queries(sent["Metrics"], sent.get("ThresholdMetricId"))
            if {"Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions",
                "Unit"} & sent.keys():  # fmt: skip
                raise invalid("Metrics excludes the parameters of a single metric.")
        else:
            self._single(sent)

    def _single(self, sent: Members) -> None:
        if "ThresholdMetricId" in sent:
            raise invalid("ThresholdMetricId is for Metrics.")
        for name in ("Namespace", "Period"):
            if name not in sent:
                raise invalid(f"The parameter {name} is required.")
        if "Statistic" not in sent and "ExtendedStatistic" not in sent:
            raise invalid("Either Statistic or ExtendedStatistic must be specified.")
        if "Statistic" in sent and "ExtendedStatistic" in sent:
            raise invalid("Statistic and ExtendedStatistic are mutually exclusive.")
        extended = sent.get("ExtendedStatistic")
        if extended and not re.fullmatch(r"(p|tm|tc|ts|wm)\d{1,2}(\.\d+)?|p100|IQM", extended):
            raise invalid(f"The value {extended} for parameter ExtendedStatistic is not supported.")
        period = sent["Period"]
        if period not in {10, 20, 30} and period % 60:
            raise invalid("Valid values for Period: 10, 20, 30 or a multiple of 60.")
        if period * sent["EvaluationPeriods"] > 604800:
            raise invalid("Metrics cannot be checked across more than seven days.")
        if "EvaluateLowSampleCountPercentile" in sent and not extended:
            raise invalid("EvaluateLowSampleCountPercentile is for percentiles.")

    def _queries(self, queries: list[Members], threshold: str | None) -> None:
        ids = [one["Id"] for one in queries]
        if not ids or len({*ids}) < len(ids):
            raise invalid("Each query has an id of its own.")
        if any(not re.fullmatch(r"[a-z][a-zA-Z0-9_]*", one) for one in ids):
            raise invalid("An id begins with a lowercase letter.")
        if any(("MetricStat" in one) is ("Expression" in one) for one in queries):
            raise invalid("Either MetricStat or Expression must be specified.")
        returned = [one for one in queries if one.get("ReturnData", True)]
        if threshold is None and len(returned) != 1:
            raise invalid("Exactly one element of the metrics list should return data.")
        if threshold is not None and threshold not in ids:
            raise invalid("ThresholdMetricId is the id of a query.")

    def put_metric_alarm(self, sent: Members) -> None:
        self._metric(sent)
        self._actions(sent)
        missing = sent.get("TreatMissingData", "missing")
        if missing not in {"breaching", "notBreaching", "ignore", "missing"}:
            raise invalid(f"Option {missing} is not supported.")
        if sent.get("EvaluateLowSampleCountPercentile", "ignore") not in {"evaluate", "ignore"}:
            raise invalid("The option is not supported.")
        usual: Members = {"Dimensions": []} if "MetricName" in sent else {"Metrics": []}
        self._put(sent, "MetricAlarm", usual)

    def put_composite_alarm(self, sent: Members) -> None:
        self._actions(sent)
        rule = sent["AlarmRule"]
        plain = re.sub(
            r'(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*("[^"]+"|[^()"\s]+)\s*\)', "TRUE", rule
        )
        word = r"\(*\s*(NOT\s+\(*)*\s*(TRUE|FALSE)\s*\)*"
        if not re.fullmatch(rf"\s*{word}(\s+(AND|OR)\s+{word})*\s*", plain):
            raise invalid("AlarmRule is not valid.")
        for one in (found[1].strip('"') for found in STATE.findall(rule)):
            if self.shelf.get("alarm", one.rpartition(":alarm:")[2]) is None:
                raise invalid(f"Could not save the composite alarm as {one} does not exist")
        suppressed = {"ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"}
        if "ActionsSuppressor" in sent:
            if not suppressed <= sent.keys():
                raise invalid("A suppressor has a wait period and an extension period.")
            of = sent["ActionsSuppressor"].rpartition(":alarm:")[2]
            if self.shelf.get("alarm", of) is None:
                raise invalid("The suppressor does not exist.")
        elif suppressed & sent.keys():
            raise invalid("The periods are those of a suppressor.")
        self._put(sent, "CompositeAlarm", {})

    def _put(self, sent: Members, kind: str, usual: Members) -> None:
        name, now = sent["AlarmName"], self.world.now()
        known = self.shelf.get("alarm", name)
        if known and known["type"] != kind:
            raise invalid(f"An alarm of another type has the name {name}.")
        tags = known["tags"] if known else checked_tags(sent.get("Tags", []), {})
        if known is None and self.world.on("quotas") and len(self.shelf.all("alarm")) >= 5000:
            raise Refused("LimitExceededFault", "There are 5000 alarms.")
        state = known or {
            "StateValue": "INSUFFICIENT_DATA",
            "StateReason": "Unchecked: Initial alarm creation",
            "StateUpdatedTimestamp": now,
            "StateTransitionedTimestamp": now,
        }
        of = ("StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp",
              "StateTransitionedTimestamp")  # fmt: skip
        given = {one: value for one, value in sent.items() if one != "Tags"}
        actions: Members = {one: [] for one in BASE[3:6]}
        self.shelf.put("alarm", name, {
            "ActionsEnabled": True, **actions, **usual, **given, "type": kind, "tags": tags,
            **{one: state[one] for one in of if one in state},
            "AlarmArn": self.shelf.arn("alarm", name), "AlarmConfigurationUpdatedTimestamp": now,
        })  # fmt: skip
        text = f'Alarm "{name}" {"updated" if known else "created"}'
        self.noted(name, kind, "ConfigurationUpdate", text)

    def noted(self, name: str, kind: str, what: str, text: str) -> None:
        self.shelf.history.append({
            "AlarmName": name, "AlarmType": kind, "Timestamp": self.world.now(),
            "HistoryItemType": what, "HistorySummary": text[:255], "HistoryData": "{}",
        })  # fmt: skip

    def _shown(self, one: Members) -> Members:
        return {key: of for key, of in one.items() if key not in {"kind", "name", "tags", "type"}}

    def describe_alarms(self, sent: Members) -> Members:
        names, prefix = sent.get("AlarmNames"), sent.get("AlarmNamePrefix")
        if names and prefix:
            raise invalid("AlarmNamePrefix and AlarmNames exclude each other.")
        if {"ChildrenOfAlarmName", "ParentsOfAlarmName"} & sent.keys():
            raise invalid("There are no such composite alarms.")
        kinds = sent.get("AlarmTypes") or ["MetricAlarm"]
        found = [one for one in self.shelf.all("alarm") if one["type"] in kinds
                 and (not names or one["name"] in names) and one["name"].startswith(prefix or "")
                 and sent.get("StateValue") in {None, one["StateValue"]}
                 and ("ActionPrefix" not in sent or any(
                     action.startswith(sent["ActionPrefix"]) for name in BASE[3:6]
                     for action in one[name]))]  # fmt: skip
        shown, token = self.shelf.paged(found, sent, sent.get("MaxRecords", 50))
        of = {f"{kind}s": [self._shown(one) for one in shown if one["type"] == kind]
              for kind in ("MetricAlarm", "CompositeAlarm")}  # fmt: skip
        return {**of, "NextToken": token}

    def describe_alarms_for_metric(self, sent: Members) -> Members:
        wanted = {name: sent.get(name) for name in ("MetricName", "Namespace")}
        wanted |= {name: sent[name] for name in ("Statistic", "ExtendedStatistic", "Period",
                                                 "Unit") if name in sent}  # fmt: skip
        found = [one for one in self.shelf.all("alarm")
                 if all(one.get(name) == value for name, value in wanted.items())
                 and one.get("Dimensions", []) == sent.get("Dimensions", [])]  # fmt: skip
        return {"MetricAlarms": [self._shown(one) for one in found]}

    def describe_alarm_history(self, sent: Members) -> Members:
        found = [one for one in self.shelf.history
                 if sent.get("AlarmName") in {None, one["AlarmName"]}
                 and sent.get("HistoryItemType") in {None, one["HistoryItemType"]}
                 and one["AlarmType"] in (sent.get("AlarmTypes") or ["MetricAlarm"])
                 and moment(sent.get("StartDate", 0)) <= one["Timestamp"]
                 and one["Timestamp"] <= moment(sent.get("EndDate", 1e12))]  # fmt: skip
        if sent.get("ScanBy") != "TimestampAscending":
            found.reverse()
        shown, token = self.shelf.paged(found, sent, sent.get("MaxRecords", 100))
        return {"AlarmHistoryItems": shown, "NextToken": token}
