"""The operations of SNS topics and subscriptions."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

from tests.servers.testbed.wire import Refusal

from . import batch
from .policy import invalid
from .publishing import check, publish, size
from .queue import ACCOUNT, Store, partition
from .topic import Subscription, Topic, subscribe, subscription_attribute, topic_attribute

Body = dict[str, Any]
ACTIONS = {
    "Publish",
    "Subscribe",
    "Receive",
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "ListSubscriptionsByTopic",
}


class Topics:
    """Operations by name; `region` is of the request."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.all: dict[str, Topic] = {}

    def _at(self, arn: str) -> Topic:
        if not re.fullmatch(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?", arn):
            raise invalid("TopicArn")
        if arn not in self.all:
            raise Refusal(404, "NotFound", "There is no such topic.")
        return self.all[arn]

    def _subscription(self, arn: str) -> tuple[Topic, Subscription]:
        if not re.fullmatch(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+:.+", arn):
            raise invalid("SubscriptionArn")
        for topic in self.all.values():
            for one in topic.subscriptions:
                if one.arn == arn:
                    return topic, one
        raise Refusal(404, "NotFound", "There is no such subscription.")

    def create_topic(self, body: Body, region: str, _host: str) -> Body:
        name, given = body["Name"], body.get("Attributes", {})
        stem = name.removesuffix(".fifo")
        fifo = given.get("FifoTopic") == "true"
        if not re.fullmatch(r"[A-Za-z0-9_-]+", stem) or len(name) > 256 or fifo == (stem == name):
            raise invalid("Topic Name")
        for key, value in given.items():
            topic_attribute(key, value, fifo=fifo)
        tags = _tags(body.get("Tags", []))
        topic = Topic(name, region, dict(given), tags)
        known = self.all.get(topic.arn)
        if known:
            same = all(known.attributes.get(key, "") == value for key, value in given.items())
            if not same or (tags and tags != known.tags):
                raise invalid("The topic is there with other attributes or tags")
            return {"TopicArn": known.arn}
        self.all[topic.arn] = topic
        return {"TopicArn": topic.arn}

    def delete_topic(self, body: Body, _region: str, _host: str) -> Body:
        try:
            del self.all[self._at(body["TopicArn"]).arn]
        except Refusal as refusal:
            if refusal.code != "NotFound":
                raise
        return {}

    def get_topic_attributes(self, body: Body, _region: str, _host: str) -> Body:
        return {"Attributes": self._at(body["TopicArn"]).shown()}

    def set_topic_attributes(self, body: Body, _region: str, _host: str) -> Body:
        topic = self._at(body["TopicArn"])
        name, value = body["AttributeName"], body.get("AttributeValue", "")
        if name == "FifoTopic":
            raise invalid("AttributeName: FifoTopic is for new topics")
        topic_attribute(name, value, fifo=topic.fifo)
        topic.attributes[name] = value
        return {}

    def list_topics(self, body: Body, region: str, _host: str) -> Body:
        arns = [one.arn for one in self._seen() if one.region == region]
        return self._page("Topics", [{"TopicArn": arn} for arn in sorted(arns)[::-1]], body)

    def _before(self) -> float:
        """The moment from which lists have nothing yet."""
        return time.time() - (1.0 if self.store.readings.on("lagging") else 0.0)

    def _seen(self) -> list[Topic]:
        return [one for one in self.all.values() if one.made <= self._before()]

    def _page(self, name: str, items: list[Body], body: Body) -> Body:
        size = 20 if self.store.readings.on("pages") else 100
        try:
            text = base64.b64decode(body.get("NextToken") or "MA==", validate=True).decode()
            start = int(text)
        except ValueError as error:
            raise invalid("NextToken") from error
        page: Body = {name: items[start : start + size]}
        if start + size < len(items):
            page["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
        return page

    def subscribe(self, body: Body, _region: str, _host: str) -> Body:
        topic = self._at(body["TopicArn"])
        attributes = body.get("Attributes", {})
        made = subscribe(topic, body["Protocol"], body.get("Endpoint"), attributes)
        if made.pending and not body.get("ReturnSubscriptionArn", False):
            return {"SubscriptionArn": "pending confirmation"}
        return {"SubscriptionArn": made.arn}

    def unsubscribe(self, body: Body, _region: str, _host: str) -> Body:
        try:
            topic, one = self._subscription(body["SubscriptionArn"])
        except Refusal as refusal:
            if refusal.code == "NotFound":
                return {}
            raise
        topic.subscriptions.remove(one)
        topic.removed += 1
        return {}

    def confirm_subscription(self, body: Body, _region: str, _host: str) -> Body:
        self._at(body["TopicArn"])
        raise invalid("Token")

    def get_subscription_attributes(self, body: Body, _region: str, _host: str) -> Body:
        topic, one = self._subscription(body["SubscriptionArn"])
        shown = {
            "RawMessageDelivery": "false",
            **{key: value for key, value in one.attributes.items() if value},
            "SubscriptionArn": one.arn,
            "TopicArn": topic.arn,
            "Owner": ACCOUNT,
            "Protocol": one.protocol,
            "Endpoint": one.endpoint,
            "PendingConfirmation": str(one.pending).lower(),
            "ConfirmationWasAuthenticated": str(not one.pending).lower(),
            "SubscriptionPrincipal": f"arn:{partition(topic.region)}:iam::{ACCOUNT}:user/somebody",
        }
        if one.passed():
            shown.setdefault("FilterPolicyScope", "MessageAttributes")
        return {"Attributes": shown}

    def set_subscription_attributes(self, body: Body, _region: str, _host: str) -> Body:
        _, one = self._subscription(body["SubscriptionArn"])
        name, value = body["AttributeName"], body.get("AttributeValue", "")
        scope = one.attributes.get("FilterPolicyScope", "MessageAttributes")
        subscription_attribute(name, value, scope)
        one.attributes[name] = value
        return {}

    def _listed(self, topic: Topic) -> list[Body]:
        before = self._before()
        return [
            {
                "SubscriptionArn": "PendingConfirmation" if one.pending else one.arn,
                "Owner": ACCOUNT,
                "Protocol": one.protocol,
                "Endpoint": one.endpoint,
                "TopicArn": topic.arn,
            }
            for one in topic.subscriptions[::-1]
            if one.made <= before
        ]

    def list_subscriptions(self, body: Body, region: str, _host: str) -> Body:
        found = [
            one for topic in self._seen() if topic.region == region for one in self._listed(topic)
        ]
        return self._page("Subscriptions", found, body)

    def list_subscriptions_by_topic(self, body: Body, _region: str, _host: str) -> Body:
        return self._page("Subscriptions", self._listed(self._at(body["TopicArn"])), body)

    def publish(self, body: Body, _region: str, _host: str) -> Body:
        targets = [body[name] for name in ("TopicArn", "TargetArn", "PhoneNumber") if name in body]
        if len(targets) != 1:
            raise invalid("One of TopicArn, TargetArn and PhoneNumber")
        if "PhoneNumber" in body:
            if not re.fullmatch(r"\+[0-9]{5,15}", body["PhoneNumber"]):
                raise invalid("PhoneNumber")
            check(Topic("none", "none"), body)
            return publish(self.store, Topic("none", "none"), body)
        return publish(self.store, self._at(targets[0]), body)

    def publish_batch(self, body: Body, _region: str, _host: str) -> Body:
        topic = self._at(body["TopicArn"])
        entries = body["PublishBatchRequestEntries"]
        batch.check(entries)
        largest = int(topic.attributes.get("MaximumMessageSize") or 262144)
        if sum(size(entry) for entry in entries) > largest:
            raise Refusal(400, "BatchRequestTooLong", "The batch is too long.")
        return batch.each(entries, lambda entry: publish(self.store, topic, entry))

    def add_permission(self, body: Body, _region: str, _host: str) -> Body:
        topic = self._at(body["TopicArn"])
        label, actions, accounts = body["Label"], body["ActionName"], body["AWSAccountId"]
        if not actions or not set(actions) <= ACTIONS:
            raise invalid("ActionName: out of service scope")
        if not accounts or not all(re.fullmatch(r"\d{12}", one) for one in accounts):
            raise invalid("AWSAccountId")
        policy = json.loads(topic.policy())
        if any(one.get("Sid") == label for one in policy["Statement"]):
            raise invalid("Statement already exists")
        users = [f"arn:{partition(topic.region)}:iam::{one}:root" for one in accounts]
        named = [f"SNS:{one}" for one in actions]
        statement = {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": users if len(users) > 1 else users[0]},
            "Action": named if len(named) > 1 else named[0],
            "Resource": topic.arn,
        }
        policy["Statement"].insert(0, statement)
        topic.attributes["Policy"] = json.dumps(policy)
        return {}

    def remove_permission(self, body: Body, _region: str, _host: str) -> Body:
        topic = self._at(body["TopicArn"])
        policy = json.loads(topic.policy())
        left = [one for one in policy["Statement"] if one.get("Sid") != body["Label"]]
        policy["Statement"] = left
        topic.attributes["Policy"] = json.dumps(policy)
        return {}

    def _tagged(self, arn: str) -> Topic:
        try:
            return self._at(arn)
        except Refusal as refusal:
            if refusal.code == "NotFound":
                raise Refusal(404, "ResourceNotFound", "There is no such resource.") from refusal
            raise

    def tag_resource(self, body: Body, _region: str, _host: str) -> Body:
        topic = self._tagged(body["ResourceArn"])
        tags = topic.tags | _tags(body["Tags"])
        if len(tags) > 50:
            raise Refusal(400, "TagLimitExceeded", "Fifty tags at most.")
        topic.tags = tags
        return {}

    def untag_resource(self, body: Body, _region: str, _host: str) -> Body:
        topic = self._tagged(body["ResourceArn"])
        for key in body["TagKeys"]:
            topic.tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, body: Body, _region: str, _host: str) -> Body:
        tags = self._tagged(body["ResourceArn"]).tags
        shown = [{"Key": key, "Value": value} for key, value in reversed(tags.items())]
        return {"Tags": shown}


def _tags(tags: list[Body]) -> dict[str, str]:
    keys = [tag.get("Key", "") for tag in tags]
    if len(set(keys)) < len(keys) or any(key.lower().startswith("aws:") for key in keys):
        raise invalid("Tags")
    return {tag["Key"]: tag.get("Value", "") for tag in tags}
