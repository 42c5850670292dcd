"""CloudWatch: dashboards, rules of Contributor Insights, and metric streams."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .alarms import Shelf, bad_value, checked_tags
from .metric_data import combination

KINDS = {"metric", "text", "log", "alarm", "explorer", "custom"}


class Dashboards:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("cloudwatch", self)

    def _body(self, text: str) -> None:
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused("DashboardInvalidInputError", "The body is not JSON.") from error
        widgets = body.get("widgets") if isinstance(body, dict) else None
        if not isinstance(widgets, list):
            text = "The dashboard body is invalid: should have property widgets"
            raise Refused("DashboardInvalidInputError", text)
        for one in widgets:
            if not isinstance(one, dict) or one.get("type") not in KINDS:
                raise Refused("DashboardInvalidInputError", "A widget has a type.")
            if not isinstance(one.get("properties"), dict) and one["type"] != "text":
                raise Refused("DashboardInvalidInputError", "A widget has properties.")

    def put_dashboard(self, sent: Members) -> Members:
        name, body = sent["DashboardName"], sent["DashboardBody"]
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
            text = f"The value {name} for field DashboardName contains invalid characters."
            raise Refused("DashboardInvalidInputError", text)
        self._body(body)
        tags = checked_tags(sent.get("Tags", []), {})
        one = {"body": body, "changed": self.world.now(), "tags": tags}
        self.shelf.put("dashboard", name, one)
        return {"DashboardValidationMessages": []}

    def get_dashboard(self, sent: Members) -> Members:
        name = sent["DashboardName"]
        found = self.shelf.get("dashboard", name, seen=True)
        if found is None:
            raise self._missing(name)
        body = found["body"]
        if self.world.on("reserialised"):
            body = json.dumps(json.loads(body), indent=1)
        arn = self.shelf.arn("dashboard", name)
        return {"DashboardName": name, "DashboardArn": arn, "DashboardBody": body}

    def _missing(self, name: str) -> Refused:
        return Refused("DashboardNotFoundError", f"Dashboard {name} does not exist")

    def list_dashboards(self, sent: Members) -> Members:
        prefix = sent.get("DashboardNamePrefix", "")
        found = [
            {"DashboardName": one["name"], "DashboardArn": self.shelf.arn("dashboard", one["name"]),
             "LastModified": one["changed"], "Size": len(one["body"].encode("utf-8", "replace"))}
            for one in self.shelf.all("dashboard") if one["name"].startswith(prefix)
        ]  # fmt: skip
        try:
            shown, token = self.shelf.paged(found, sent, 1000)
        except Refused as refused:
            raise bad_value("The token is not valid.") from refused
        return {"DashboardEntries": shown, "NextToken": token}

    def delete_dashboards(self, sent: Members) -> Members:
        names = sent["DashboardNames"]
        for name in names:
            if self.shelf.get("dashboard", name) is None and not self.world.on("lenient"):
                raise self._missing(name)
        for name in names:
            self.shelf.drop("dashboard", name)
        return {}

    def put_insight_rule(self, sent: Members) -> Members:
        name, state = sent["RuleName"], sent.get("RuleState", "ENABLED")
        if state not in {"ENABLED", "DISABLED"}:
            raise bad_value("The state of a rule is ENABLED or DISABLED.")
        try:
            schema = json.loads(sent["RuleDefinition"])["Schema"]
            right = schema["Name"] in {"CloudWatchLogRule", "ManagedCloudWatchLogRule"}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise bad_value("The definition of the rule is not valid.") from error
        if not right:
            raise bad_value("The schema of the rule is not valid.")
        known = self.shelf.get("insight-rule", name)
        tags = known["tags"] if known else checked_tags(sent.get("Tags", []), {})
        self.shelf.put("insight-rule", name, {
            "Name": name, "State": state, "Definition": sent["RuleDefinition"], "tags": tags,
            "Schema": json.dumps(schema), "ManagedRule": False,
            "ApplyOnTransformedLogs": sent.get("ApplyOnTransformedLogs", False),
        })  # fmt: skip
        return {}

    def describe_insight_rules(self, sent: Members) -> Members:
        found = self.shelf.all("insight-rule")
        shown, token = self.shelf.paged(found, sent, sent.get("MaxResults", 500))
        hidden = {"tags", "kind", "name"}
        rules = [{key: of for key, of in one.items() if key not in hidden} for one in shown]
        return {"InsightRules": rules, "NextToken": token}

    def _each(self, names: list[str], state: str | None) -> Members:
        failures = []
        for name in names:
            one = self.shelf.get("insight-rule", name)
            if one is None:
                failures.append({
                    "FailureResource": name, "ExceptionType": "ResourceNotFoundException",
                    "FailureCode": "404", "FailureDescription": "The rule does not exist.",
                })  # fmt: skip
            elif state is None:
                self.shelf.drop("insight-rule", name)
            else:
                self.shelf.put("insight-rule", name, {**one, "State": state})
        return {"Failures": failures}

    def delete_insight_rules(self, sent: Members) -> Members:
        return self._each(sent["RuleNames"], None)

    def enable_insight_rules(self, sent: Members) -> Members:
        return self._each(sent["RuleNames"], "ENABLED")

    def disable_insight_rules(self, sent: Members) -> Members:
        return self._each(sent["RuleNames"], "DISABLED")

    def put_metric_stream(self, sent: Members) -> Members:
        name = sent["Name"]
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise bad_value("The name of the stream has invalid characters.")
        if sent.get("IncludeFilters") and sent.get("ExcludeFilters"):
            raise combination("IncludeFilters and ExcludeFilters exclude each other.")
        if ":firehose:" not in sent["FirehoseArn"] or ":role/" not in sent["RoleArn"]:
            raise bad_value("The delivery stream or the role is not valid.")
        for one in sent.get("StatisticsConfigurations", ()):
            if not one["IncludeMetrics"] or not one["AdditionalStatistics"]:
                raise bad_value("A configuration has metrics and statistics.")
        known: Members = self.shelf.get("metric-stream", name) or {}
        tags = known.get("tags") or checked_tags(sent.get("Tags", []), {})
        now = self.world.now()
        kept = {key: of for key, of in sent.items() if key != "Tags"}
        made: Any = {
            "IncludeFilters": [], "ExcludeFilters": [], "StatisticsConfigurations": [],
            "IncludeLinkedAccountsMetrics": False, **kept, "tags": tags,
            "State": known.get("State", "running"), "CreationDate": known.get("CreationDate", now),
            "LastUpdateDate": now, "Arn": self.shelf.arn("metric-stream", name),
        }  # fmt: skip
        return {"Arn": self.shelf.put("metric-stream", name, made)["Arn"]}

    def get_metric_stream(self, sent: Members) -> Members:
        found = self.shelf.get("metric-stream", sent["Name"], seen=True)
        if found is None:
            raise Refused("ResourceNotFoundException", "The metric stream does not exist.")
        return {key: of for key, of in found.items() if key not in {"tags", "kind", "name"}}

    def list_metric_streams(self, sent: Members) -> Members:
        names = ("Arn", "CreationDate", "LastUpdateDate", "Name", "FirehoseArn", "State",
                 "OutputFormat")  # fmt: skip
        found = [{name: one[name] for name in names} for one in self.shelf.all("metric-stream")]
        shown, token = self.shelf.paged(found, sent, sent.get("MaxResults", 500))
        return {"Entries": shown, "NextToken": token}

    def delete_metric_stream(self, sent: Members) -> Members:
        self.shelf.drop("metric-stream", sent["Name"])
        return {}

    def _streams(self, names: list[str], state: str) -> Members:
        for name in names:
            one = self.shelf.get("metric-stream", name)
            if one is not None:
                self.shelf.put("metric-stream", name, {**one, "State": state})
        return {}

    def start_metric_streams(self, sent: Members) -> Members:
        return self._streams(sent["Names"], "running")

    def stop_metric_streams(self, sent: Members) -> Members:
        return self._streams(sent["Names"], "stopped")
