"""What is made of log events: metric filters, subscriptions, and saved queries."""

from __future__ import annotations

import re
import time
import uuid

from tests.servers.keys.wire import Members, Refused

from .log_patterns import matching
from .log_store import Group, LogStore, invalid, millis, missing
from .service import Operation
from .shelf import Shelf, in_any_order

DESTINATION = re.compile(
    r"arn:[a-z-]+:(lambda|kinesis|firehose|logs):[a-z0-9-]+:\d{12}:"
    r"(function:|stream/|deliverystream/|destination:).+"
)
ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/.+")


class LogFilters:
    """The operations of filters and queries."""

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self.world = store.world
        self.queries: Shelf[Members] = Shelf(store.world)
        self._tokens: dict[str, str] = {}
        self.operations: dict[str, Operation] = {
            "PutMetricFilter": self.put_metric,
            "DeleteMetricFilter": self.delete_metric,
            "DescribeMetricFilters": self.metrics,
            "TestMetricFilter": self.test,
            "PutSubscriptionFilter": self.subscribe,
            "DeleteSubscriptionFilter": self.unsubscribe,
            "DescribeSubscriptionFilters": self.subscriptions,
            "PutQueryDefinition": self.put_query,
            "DeleteQueryDefinition": self.delete_query,
            "DescribeQueryDefinitions": self.saved_queries,
        }

    def _of_class(self, sent: Members) -> Group:
        group = self.store.group(sent, changes=True)
        if group.kind != "STANDARD":
            raise Refused("InvalidOperationException", "Not for log groups of this class.")
        return group

    def put_metric(self, sent: Members) -> None:
        matching(sent["filterPattern"])
        for one in sent["metricTransformations"]:
            if len(one.get("dimensions", {})) > 3:
                raise invalid("A metric filter has at most three dimensions.")
            if one.get("dimensions") and "defaultValue" in one:
                raise invalid("Either dimensions or a default value.")
        group = self._of_class(sent)
        if len({*group.metric_filters, sent["filterName"]}) > 100:
            raise Refused("LimitExceededException", "Resource limit exceeded.")
        kept = {name: value for name, value in sent.items() if name != "logGroupName"}
        if self.world.on("defaults-shown"):
            kept = {"applyOnTransformedLogs": False, **kept}
            kept["metricTransformations"] = [
                {"unit": "None", **one} for one in sent["metricTransformations"]
            ]
        made = group.metric_filters.get(sent["filterName"], {}).get("creationTime")
        kept["creationTime"] = made or millis(time.time())
        group.metric_filters[sent["filterName"]] = kept
        self.store.groups.put(group.name, group)

    def delete_metric(self, sent: Members) -> None:
        group = self.store.group(sent, changes=True)
        if group.metric_filters.pop(sent["filterName"], None) is None:
            raise missing("The specified metric filter does not exist.")
        self.store.groups.put(group.name, group)

    def metrics(self, sent: Members) -> Members:
        if ("metricName" in sent) != ("metricNamespace" in sent):
            raise invalid("A metric has a name and a namespace.")
        name = self.store.group(sent).name if "logGroupName" in sent else None
        prefix = sent.get("filterNamePrefix", "") if name else ""
        found = [
            {**one, "logGroupName": group.name}
            for group in self.store.groups.listed()
            if name in {None, group.name}
            for one in group.metric_filters.values()
            if one["filterName"].startswith(prefix) and self._counts(one, sent)
        ]
        found.sort(key=lambda one: str(one["filterName"]))
        page, token = self.store.paged(found, sent)
        return {"metricFilters": page, "nextToken": token}

    def _counts(self, filtering: Members, sent: Members) -> bool:
        return all(
            sent.get(name, one[name]) == one[name]
            for one in filtering["metricTransformations"]
            for name in ("metricName", "metricNamespace")
        )

    def test(self, sent: Members) -> Members:
        fits = matching(sent["filterPattern"])
        return {
            "matches": [
                {"eventNumber": number, "eventMessage": text, "extractedValues": {}}
                for number, text in enumerate(sent["logEventMessages"], 1)
                if fits(text)
            ]
        }

    def subscribe(self, sent: Members) -> None:
        matching(sent["filterPattern"])
        if not DESTINATION.fullmatch(sent["destinationArn"]):
            raise invalid("This is no ARN of a destination.")
        if "roleArn" in sent and not ROLE.fullmatch(sent["roleArn"]):
            raise invalid("This is no ARN of a role.")
        if ":lambda:" not in sent["destinationArn"] and "roleArn" not in sent:
            raise invalid("A role is needed for this destination.")
        group = self._of_class(sent)
        if self.world.on("unreachable"):
            raise invalid("Could not deliver a test message to the specified destination.")
        if len({*group.subscriptions, sent["filterName"]}) > 2:
            raise Refused("LimitExceededException", "Resource limit exceeded.")
        kept = {"distribution": "ByLogStream", **sent}
        if self.world.on("defaults-shown"):
            kept = {"applyOnTransformedLogs": False, **kept}
        if ":lambda:" in sent["destinationArn"] and self.world.on("pointless"):
            kept.pop("roleArn", None)
        made = group.subscriptions.get(sent["filterName"], {}).get("creationTime")
        kept["creationTime"] = made or millis(time.time())
        group.subscriptions[sent["filterName"]] = kept
        self.store.groups.put(group.name, group)

    def unsubscribe(self, sent: Members) -> None:
        group = self.store.group(sent, changes=True)
        if group.subscriptions.pop(sent["filterName"], None) is None:
            raise missing("The specified subscription filter does not exist.")
        self.store.groups.put(group.name, group)

    def subscriptions(self, sent: Members) -> Members:
        name = self.store.group(sent).name
        prefix = sent.get("filterNamePrefix", "")
        found = [
            one
            for group in self.store.groups.listed()
            if group.name == name
            for one in group.subscriptions.values()
            if one["filterName"].startswith(prefix)
        ]
        found.sort(key=lambda one: str(one["filterName"]))
        page, token = self.store.paged(found, sent)
        return {"subscriptionFilters": page, "nextToken": token}

    def put_query(self, sent: Members) -> Members:
        known = sent.get("queryDefinitionId")
        if known is not None and known not in self.queries:
            raise missing("The specified query definition does not exist.")
        kept = {name: value for name, value in sent.items() if name != "clientToken"}
        token = sent.get("clientToken", str(uuid.uuid4()))
        known = known or self._tokens.setdefault(token, str(uuid.uuid4()))
        kept["queryDefinitionId"] = known
        kept["lastModified"] = millis(time.time())
        if self.world.on("defaults-shown"):
            kept = {"queryLanguage": "CWLI", "logGroupNames": [], "parameters": [], **kept}
        self.queries.put(kept["queryDefinitionId"], kept)
        return {"queryDefinitionId": kept["queryDefinitionId"]}

    def delete_query(self, sent: Members) -> Members:
        if self.queries.pop(sent["queryDefinitionId"]) is None:
            raise missing("The specified query definition does not exist.")
        return {"success": True}

    def saved_queries(self, sent: Members) -> Members:
        prefix = sent.get("queryDefinitionNamePrefix", "")
        language = sent.get("queryLanguage")
        found = [
            one
            for one in self.queries.listed()
            if one["name"].startswith(prefix)
            and language in {None, one.get("queryLanguage", "CWLI")}
        ]
        page, token = self.store.paged(in_any_order(self.world, found), sent, 1000, "maxResults")
        return {"queryDefinitions": page, "nextToken": token}
