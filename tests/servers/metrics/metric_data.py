"""CloudWatch: metrics and what was measured."""

from __future__ import annotations

import math
import re
from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .alarms import Shelf, bad_value, moment

STATISTICS = {"SampleCount", "Average", "Sum", "Minimum", "Maximum"}
EXTENDED = re.compile(r"(p|tm|tc|ts|wm)(\d{1,2}(\.\d+)?|100)|IQM|(PR|TM|TC|TS|WM)\(.*:.*\)")


def combination(text: str) -> Refused:
    return Refused("InvalidParameterCombinationException", text)


def missing(text: str) -> Refused:
    return Refused("MissingRequiredParameterException", text)


class MetricData:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("cloudwatch", self)

    def _checked(self, one: Members) -> Members:
        given = [name for name in ("Value", "StatisticValues", "Values") if name in one]
        if len(given) != 1:
            raise combination("One of Value, Values and StatisticValues must be specified.")
        if one.get("StorageResolution", 60) not in {1, 60}:
            raise bad_value("StorageResolution is 1 or 60.")
        values, counts = one.get("Values", []), one.get("Counts")
        if counts is not None and len(counts) != len(values):
            raise bad_value("Values and Counts have the same length.")
        if len(values) > 150:
            raise bad_value("At most 150 values.")
        all_values = [*values, *one.get("StatisticValues", {}).values(), one.get("Value", 0)]
        if not all(math.isfinite(value) for value in all_values):
            raise bad_value("A value must be a number.")
        now = self.world.now()
        at = moment(one.get("Timestamp", now))
        if not now - 14 * 86400 < at < now + 2 * 3600:
            raise bad_value("The timestamp must be within two weeks past and two hours future.")
        names = [dimension["Name"] for dimension in one.get("Dimensions", [])]
        if len({*names}) < len(names):
            raise bad_value("No two dimensions have the same name.")
        if any(name.startswith(":") for name in names):
            raise bad_value("The name of a dimension cannot begin with a colon.")
        return {"at": at, "seen": now, **one}

    def put_metric_data(self, sent: Members) -> None:
        space = sent["Namespace"]
        if space.startswith("AWS/"):
            raise bad_value("The value AWS/ for parameter Namespace is invalid.")
        if not {"MetricData", "EntityMetricData"} & sent.keys():
            raise Refused(
                "MissingRequiredParameterException", "The parameter MetricData is required."
            )
        data = list(sent.get("MetricData", []))
        for one in sent.get("EntityMetricData", []):
            data += one.get("MetricData", [])
        if not data:
            raise Refused(
                "MissingRequiredParameterException", "The parameter MetricData is required."
            )
        if len(data) > 1000:
            raise bad_value("At most 1000 metrics.")
        self.shelf.data += [{**self._checked(one), "Namespace": space} for one in data]

    def _measured(self) -> list[Members]:
        before = self.world.now() - (1.0 if self.world.on("lagging") else 0.0)
        return [one for one in self.shelf.data if one["seen"] <= before]

    def list_metrics(self, sent: Members) -> Members:
        if sent.get("OwningAccount") and not sent.get("IncludeLinkedAccounts"):
            raise bad_value("OwningAccount needs IncludeLinkedAccounts.")
        found: dict[str, Members] = {}
        for one in self._measured():
            dimensions = one.get("Dimensions", [])
            shown = {"Namespace": one["Namespace"], "MetricName": one["MetricName"],
                     "Dimensions": dimensions}  # fmt: skip
            if (
                sent.get("Namespace") in {None, one["Namespace"]}
                and sent.get("MetricName") in {None, one["MetricName"]}
                and all(any(of["Name"] == given["Name"]
                            and given.get("Value") in {None, of["Value"]} for of in dimensions)
                        for given in sent.get("Dimensions", []))
            ):  # fmt: skip
                found[str(shown)] = shown
        refuse = bad_value("The token is not valid.")
        try:
            shown_page, token = self.shelf.paged([*found.values()], sent, 500)
        except Refused as refused:
            raise refuse from refused
        return {"Metrics": shown_page, "NextToken": token}

    def _points(self, of: Members, start: float, end: float, period: int) -> dict[float, list[Any]]:
        dimensions = sorted(str(one) for one in of.get("Dimensions", []))
        found: dict[float, list[Any]] = {}
        for one in self._measured():
            same = (one["Namespace"], one["MetricName"]) == (of["Namespace"], of["MetricName"])
            same = same and sorted(str(dim) for dim in one.get("Dimensions", [])) == dimensions
            if same and start <= one["at"] < end:
                found.setdefault(one["at"] // period * period, []).append(one)
        return found

    def _reckoned(self, points: list[Members]) -> dict[str, float]:
        count = total = 0.0
        low, high = math.inf, -math.inf
        for one in points:
            sets = one.get("StatisticValues")
            if sets:
                count, total = count + sets["SampleCount"], total + sets["Sum"]
                low, high = min(low, sets["Minimum"]), max(high, sets["Maximum"])
                continue
            values = one.get("Values") or [one.get("Value", 0.0)]
            counts = one.get("Counts") or [1.0] * len(values)
            count += sum(counts)
            total += sum(value * times for value, times in zip(values, counts, strict=True))
            low, high = min(low, *values), max(high, *values)
        average = total / count if count else 0.0
        return {"SampleCount": count, "Sum": total, "Minimum": low, "Maximum": high,
                "Average": average}  # fmt: skip

    def _period(self, period: int) -> None:
        if period not in {1, 5, 10, 20, 30} and period % 60:
            raise bad_value("Period must be 1, 5, 10, 20, 30 or a multiple of 60.")

    def get_metric_statistics(self, sent: Members) -> Members:
        start, end, period = moment(sent["StartTime"]), moment(sent["EndTime"]), sent["Period"]
        plain, extended = sent.get("Statistics", []), sent.get("ExtendedStatistics", [])
        if not plain and not extended:
            text = "At least one of Statistics and ExtendedStatistics must be specified."
            raise Refused("MissingRequiredParameterException", text)
        if plain and extended:
            raise combination("Statistics and ExtendedStatistics exclude each other.")
        self._period(period)
        if start >= end:
            raise combination("The parameter StartTime must be less than the parameter EndTime.")
        if (end - start) / period > 1440:
            raise combination("You have requested more than 1440 datapoints.")
        if not all(EXTENDED.fullmatch(one) for one in extended):
            raise bad_value("The extended statistic is not valid.")
        points = []
        for at, measured in self._points(sent, start, end, period).items():
            unit = measured[0].get("Unit", "None")
            if sent.get("Unit") in {None, unit}:
                reckoned = self._reckoned(measured)
                point: Members = {name: reckoned[name] for name in plain}
                if extended:
                    point["ExtendedStatistics"] = dict.fromkeys(extended, reckoned["Average"])
                points.append({**point, "Timestamp": at, "Unit": unit})
        return {"Label": sent["MetricName"], "Datapoints": points}

    def get_metric_data(self, sent: Members) -> Members:
        start, end = moment(sent["StartTime"]), moment(sent["EndTime"])
        queries = sent["MetricDataQueries"]
        ids = [one["Id"] for one in queries]
        if start >= end:
            raise Refused("ValidationException", "The StartTime must be less than the EndTime.")
        if not queries or len({*ids}) < len(ids) or len(ids) > 500:
            raise Refused("ValidationException", "From 1 to 500 queries, each with its own id.")
        results = []
        for one in queries:
            if not re.fullmatch(r"[a-z][a-zA-Z0-9_]*", one["Id"]):
                raise Refused("ValidationException", "An id begins with a lowercase letter.")
            if ("MetricStat" in one) is ("Expression" in one):
                text = "Either MetricStat or Expression must be specified."
                raise Refused("ValidationException", text)
            if "Expression" in one:
                raise Refused("ValidationException", "Error in expression.")
            results.append(self._result(one, start, end))
        if not any(one.get("ReturnData", True) for one in queries):
            raise Refused("ValidationException", "At least one query returns data.")
        shown = [
            one for one, of in zip(results, queries, strict=True) if of.get("ReturnData", True)
        ]
        if sent.get("ScanBy") == "TimestampAscending":
            for one in shown:
                one["Timestamps"], one["Values"] = one["Timestamps"][::-1], one["Values"][::-1]
        return {"MetricDataResults": shown, "Messages": []}

    def _result(self, query: Members, start: float, end: float) -> Members:
        of = query["MetricStat"]
        self._period(of["Period"])
        if of["Stat"] not in STATISTICS and not EXTENDED.fullmatch(of["Stat"]):
            raise Refused("ValidationException", "The statistic is not valid.")
        metric = of["Metric"]
        if not {"Namespace", "MetricName"} <= metric.keys():
            raise Refused("ValidationException", "A metric has a namespace and a name.")
        points = sorted(self._points(metric, start, end, of["Period"]).items(), reverse=True)
        stat = of["Stat"] if of["Stat"] in STATISTICS else "Average"
        return {
            "Id": query["Id"],
            "Label": query.get("Label", metric["MetricName"]),
            "Timestamps": [at for at, _ in points],
            "Values": [self._reckoned(measured)[stat] for _, measured in points],
            "StatusCode": "Complete",
        }
