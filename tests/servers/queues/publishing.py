"""Publishing: what a message may hold, whom it reaches, and in which form."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import threading
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tests.servers.testbed.wire import Refusal

from .policy import invalid, passes
from .queue import Queue, Store
from .sending import NUMBER, TOKEN, send
from .topic import Subscription, Topic

Body = dict[str, Any]


def size(entry: Body) -> int:
    total = len(entry.get("Message", "").encode())
    for name, one in entry.get("MessageAttributes", {}).items():
        total += len(name.encode()) + len(one.get("DataType", "").encode())
        total += len(one.get("StringValue", "").encode()) + len(one.get("BinaryValue", "")) * 3 // 4
    return total


def _attribute(name: str, one: Body) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,255}", name) or ".." in name:
        raise Refusal(400, "ParameterValueInvalid", "No message attribute can have this name.")
    if name.lower().startswith(("aws.", "amazon.")) or name.endswith("."):
        raise Refusal(400, "ParameterValueInvalid", "No message attribute can have this name.")
    kind = one.get("DataType", "")
    logical = kind.partition(".")[0]
    if logical not in {"String", "Number", "Binary"}:
        raise Refusal(400, "ParameterValueInvalid", f"{name} has no such type.")
    value = one.get("BinaryValue" if logical == "Binary" else "StringValue")
    if not value:
        raise Refusal(400, "ParameterValueInvalid", f"{name} has no value of its type.")
    if logical == "Number" and not NUMBER.fullmatch(value):
        raise Refusal(400, "ParameterValueInvalid", f"{name} is no number.")
    if logical == "Binary":
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise Refusal(400, "ParameterValueInvalid", f"{name} is not base64.") from error
    if kind == "String.Array":
        try:
            listed = isinstance(json.loads(value), list)
        except ValueError:
            listed = False
        if not listed:
            raise Refusal(400, "ParameterValueInvalid", f"{name} is no array.")


def check(topic: Topic, entry: Body) -> tuple[str | None, str | None]:
    """Refuse what no message can be; the group and the deduplication id."""
    message = entry.get("Message")
    if not message:
        raise invalid("Empty message")
    subject = entry.get("Subject")
    if subject is not None and (
        not 1 <= len(subject) <= 100 or any(ord(one) < 32 or ord(one) == 127 for one in subject)
    ):
        raise invalid("Subject")
    structure = entry.get("MessageStructure")
    if structure == "json":
        _structured(message)
    elif structure:
        raise invalid("MessageStructure is json or nothing")
    for name, one in entry.get("MessageAttributes", {}).items():
        _attribute(name, one)
    if size(entry) > int(topic.attributes.get("MaximumMessageSize") or 262144):
        raise invalid("Message too long")
    return _ordered(topic, entry, message)


def _structured(message: str) -> None:
    try:
        forms = json.loads(message)
    except ValueError as error:
        raise invalid("Message Structure - JSON message body failed to parse") from error
    if not isinstance(forms, dict) or not isinstance(forms.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")


def _ordered(topic: Topic, entry: Body, message: str) -> tuple[str | None, str | None]:
    group, token = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    for text in (group, token):
        if text is not None and not TOKEN.fullmatch(text):
            raise invalid("Ids have 1 to 128 printable characters")
    if not topic.fifo:
        if token is not None:
            raise invalid("MessageDeduplicationId is for FIFO topics")
        return group, None
    if group is None:
        raise invalid("MessageGroupId is needed")
    if token is None:
        if topic.attributes.get("ContentBasedDeduplication") != "true":
            raise invalid("MessageDeduplicationId is needed")
        token = hashlib.sha256(message.encode()).hexdigest()
    return group, token


def publish(store: Store, topic: Topic, entry: Body) -> Body:
    """Take one message and deliver it a moment later; the answer to its publisher."""
    group, token = check(topic, entry)
    number = str(uuid4())
    answer: Body = {"MessageId": number}
    if topic.fifo:
        by_group = topic.attributes.get("FifoThroughputScope") == "MessageGroup"
        key = ((group or "") if by_group else "", token or "")
        known = topic.tokens.get(key)
        if known and known[0] > time.time() - 300:
            return {"MessageId": known[1], "SequenceNumber": known[2]}
        answer["SequenceNumber"] = f"1{store.sequence()}"
        topic.tokens[key] = (time.time(), number, answer["SequenceNumber"])
    reached = [one for one in topic.subscriptions if not one.pending and _wanted(one, entry)]
    sent = {**entry, "MessageGroupId": group, "MessageDeduplicationId": token, **answer}
    timer = threading.Timer(0.15, _deliver, [store, topic, reached, sent])
    timer.daemon = True
    timer.start()
    return answer


def _wanted(subscription: Subscription, entry: Body) -> bool:
    policy = subscription.passed()
    if policy is None:
        return True
    if subscription.attributes.get("FilterPolicyScope") == "MessageBody":
        try:
            body = json.loads(entry["Message"])
        except ValueError:
            return False
        return isinstance(body, dict) and passes(policy, body)
    values: Body = {}
    for name, one in entry.get("MessageAttributes", {}).items():
        if one["DataType"] == "String.Array":
            values[name] = json.loads(one["StringValue"])
        elif one["DataType"].startswith("Number"):
            values[name] = float(one["StringValue"])
        elif one["DataType"].startswith("String"):
            values[name] = one["StringValue"]
    return passes(policy, values)


def _deliver(store: Store, topic: Topic, reached: list[Subscription], sent: Body) -> None:
    for subscription in reached:
        if subscription.protocol != "sqs":
            continue
        with store.changed:
            queue = store.of_arn(subscription.endpoint)
            if queue is None or not _open(store, queue):
                continue
            entry = _entry(topic, subscription, sent)
            for name in ("MessageGroupId", "MessageDeduplicationId"):
                if sent[name] is not None and (queue.fifo or name == "MessageGroupId"):
                    entry[name] = sent[name]
            try:
                send(store, queue, entry)
            except Refusal:
                continue


def _open(store: Store, queue: Queue) -> bool:
    """Whether the queue lets topics send, where this server asks that."""
    if not store.readings.on("policed"):
        return True
    policy = json.loads(queue.now.get("Policy") or "{}")
    statements = policy.get("Statement", [])
    allowed = [one for one in statements if one.get("Effect") == "Allow"]
    return any(re.search(r"SendMessage|\*", json.dumps(one.get("Action", ""))) for one in allowed)


def _entry(topic: Topic, subscription: Subscription, sent: Body) -> Body:
    text = sent["Message"]
    if sent.get("MessageStructure") == "json":
        forms = json.loads(text)
        text = forms.get("sqs", forms["default"])
    attributes = sent.get("MessageAttributes", {})
    if subscription.attributes.get("RawMessageDelivery", "").lower() == "true":
        return {"MessageBody": text, "MessageAttributes": attributes}
    shown = {
        name: {"Value": one.get("StringValue", one.get("BinaryValue")), "Type": one["DataType"]}
        for name, one in attributes.items()
    }
    host = f"https://sns.{topic.region}.amazonaws.com"
    envelope = {
        "UnsubscribeURL": f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}",
        "SigningCertURL": f"{host}/SimpleNotificationService-0123456789abcdef.pem",
        "Signature": base64.b64encode(uuid4().bytes).decode(),
        "SignatureVersion": topic.attributes.get("SignatureVersion", "1"),
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "Message": text,
        "TopicArn": topic.arn,
        "MessageId": sent["MessageId"],
        "Type": "Notification",
    }
    more = {"SequenceNumber": sent.get("SequenceNumber"), "Subject": sent.get("Subject")}
    envelope |= {name: value for name, value in more.items() if value}
    if shown:
        envelope["MessageAttributes"] = shown
    return {"MessageBody": json.dumps(envelope, indent=1)}
