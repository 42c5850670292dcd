"""Topics and subscriptions as values, and what their attributes may be."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from .policy import checked, invalid
from .queue import ACCOUNT, moment, partition

Body = dict[str, Any]
PENDING = {"http", "https", "email", "email-json"}
ENDPOINTS = {
    "http": r"http://.+",
    "https": r"https://.+",
    "email": r"[^@\s]+@[^@\s]+",
    "email-json": r"[^@\s]+@[^@\s]+",
    "sms": r"[+0-9. /()-]{5,}",
    "sqs": r"arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?",
    "lambda": r"arn:aws[a-z-]*:lambda:[^:]+:\d{12}:function:.+",
    "application": r"arn:aws[a-z-]*:sns:[^:]+:\d{12}:endpoint/.+",
    "firehose": r"arn:aws[a-z-]*:firehose:[^:]+:\d{12}:deliverystream/.+",
}
TOPIC_WORDS = {
    "TracingConfig": {"PassThrough", "Active"},
    "SignatureVersion": {"1", "2"},
    "FifoTopic": {"true", "false"},
    "ContentBasedDeduplication": {"true", "false"},
    "FifoThroughputScope": {"Topic", "MessageGroup"},
}
FIFO_ONLY = {"FifoTopic", "ContentBasedDeduplication", "FifoThroughputScope"}
DOCUMENTS = {"Policy", "DeliveryPolicy", "ArchivePolicy", "RedrivePolicy", "ReplayPolicy"}
FEEDBACK = re.compile(r"(HTTP|Firehose|Lambda|Application|SQS)(Success|Failure)Feedback\w+")


@dataclass
class Subscription:
    """A subscription of a topic."""

    arn: str
    protocol: str
    endpoint: str
    attributes: dict[str, str]
    pending: bool
    made: float = field(default_factory=moment)

    def passed(self) -> Body | None:
        """The filter policy, if there is one."""
        policy: Body = json.loads(self.attributes.get("FilterPolicy") or "{}")
        return policy or None


@dataclass
class Topic:
    """A topic with its subscriptions."""

    name: str
    region: str
    attributes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    removed: int = 0
    made: float = field(default_factory=moment)
    tokens: dict[tuple[str, str], tuple[float, str, str]] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:{partition(self.region)}:sns:{self.region}:{ACCOUNT}:{self.name}"

    @property
    def fifo(self) -> bool:
        return self.name.endswith(".fifo")

    def policy(self) -> str:
        """What holds where nobody set a policy: the owner alone."""
        actions = ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes", "SNS:DeleteTopic"]
        statement = {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": actions,
            "Resource": self.arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
        }
        document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
        return self.attributes.get("Policy") or json.dumps(document)

    def shown(self) -> dict[str, str]:
        delivery = {"http": {"defaultHealthyRetryPolicy": {"numRetries": 3}}}
        waiting = sum(one.pending for one in self.subscriptions)
        return {
            **{key: value for key, value in self.attributes.items() if value},
            "TopicArn": self.arn,
            "Owner": ACCOUNT,
            "Policy": self.policy(),
            "DisplayName": self.attributes.get("DisplayName", ""),
            "SubscriptionsPending": str(waiting),
            "SubscriptionsConfirmed": str(len(self.subscriptions) - waiting),
            "SubscriptionsDeleted": str(self.removed),
            "EffectiveDeliveryPolicy": json.dumps(delivery),
        }


def _document(name: str, value: str) -> None:
    try:
        right = value == "" or isinstance(json.loads(value), dict)
    except ValueError:
        right = False
    if not right:
        raise invalid(f"{name} is no JSON object")


def topic_attribute(name: str, value: str, *, fifo: bool) -> None:
    """Refuse what a topic cannot have."""
    if name in FIFO_ONLY and not fifo and value != "false":
        raise invalid(f"{name} is for FIFO topics")
    if name in TOPIC_WORDS:
        if value not in TOPIC_WORDS[name]:
            raise invalid(f"{name} has no such value")
    elif name in DOCUMENTS - {"RedrivePolicy", "ReplayPolicy"}:
        _document(name, value)
    elif name == "DisplayName":
        if len(value) > 100 or any(ord(one) < 32 for one in value):
            raise invalid("DisplayName")
    elif name == "MaximumMessageSize":
        if not re.fullmatch(r"\d{4,7}", value) or not 1024 <= int(value) <= 1048576:
            raise invalid("MaximumMessageSize is from 1024 to 1048576")
    elif name != "KmsMasterKeyId" and not FEEDBACK.fullmatch(name):
        raise invalid(f"AttributeName: {name}")


def subscription_attribute(name: str, value: str, scope: str) -> None:
    """Refuse what a subscription cannot have."""
    if name == "FilterPolicy":
        checked(value, scope)
    elif name == "FilterPolicyScope":
        if value not in {"MessageAttributes", "MessageBody"}:
            raise invalid("FilterPolicyScope")
    elif name == "RawMessageDelivery":
        if value.lower() not in {"true", "false"}:
            raise invalid("RawMessageDelivery")
    elif name == "RedrivePolicy":
        _document(name, value)
        target = json.loads(value or "{}").get("deadLetterTargetArn", "")
        if value and not re.fullmatch(ENDPOINTS["sqs"], str(target)):
            raise invalid("RedrivePolicy: deadLetterTargetArn is no ARN of a queue")
    elif name in DOCUMENTS - {"Policy", "ArchivePolicy"}:
        _document(name, value)
    elif name != "SubscriptionRoleArn":
        raise invalid(f"AttributeName: {name}")


def subscribe(topic: Topic, protocol: str, endpoint: str | None, given: Body) -> Subscription:
    """The subscription that a request makes, or finds."""
    if protocol not in ENDPOINTS:
        raise invalid("Protocol: there is no such protocol")
    own = endpoint is not None and endpoint.startswith(f"arn:{partition(topic.region)}:")
    if endpoint is None or not re.fullmatch(ENDPOINTS[protocol], endpoint):
        raise invalid("Endpoint: not one of the protocol")
    if endpoint.startswith("arn:") and not own:
        raise invalid("Endpoint: of another partition")
    if topic.fifo and protocol != "sqs":
        raise invalid("Protocol: not for FIFO topics")
    if endpoint.endswith(".fifo") and protocol == "sqs" and not topic.fifo:
        raise invalid("Endpoint: a FIFO queue is for FIFO topics")
    scope = given.get("FilterPolicyScope", "MessageAttributes")
    for name, value in given.items():
        subscription_attribute(name, value, scope)
    for known in topic.subscriptions:
        if (known.protocol, known.endpoint) == (protocol, endpoint):
            if any(known.attributes.get(name) != value for name, value in given.items()):
                raise invalid("Attributes: the subscription has others")
            return known
    arn = f"{topic.arn}:{uuid4()}"
    made = Subscription(arn, protocol, endpoint, dict(given), protocol in PENDING)
    topic.subscriptions.append(made)
    return made
