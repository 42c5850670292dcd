"""Sending messages: what they may hold, digests, duplicates."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from typing import Any

from tests.servers.testbed.wire import Refusal

from .queue import INVALID, Message, Queue, Store

Body = dict[str, Any]
OUTSIDE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TOKEN = re.compile(r"[!-~]{1,128}")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
MISSING = "MissingParameter"
TRACE = re.compile(r"(?:(?:Root|Parent|Sampled|Self|Lineage)=[^;=]+;?)+")


def digest(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def attributes_digest(attributes: dict[str, Any]) -> str:
    """Names, types and values, each with its length before it, in order of the names."""
    found = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        one = attributes[name]
        parts = [name.encode(), one["DataType"].encode()]
        text = one["DataType"].partition(".")[0] != "Binary"
        value = one["StringValue"].encode() if text else base64.b64decode(one["BinaryValue"])
        for part in parts:
            found.update(len(part).to_bytes(4, "big") + part)
        found.update((b"\1" if text else b"\2") + len(value).to_bytes(4, "big") + value)
    return found.hexdigest()


def size(entry: Body) -> int:
    total = len(entry.get("MessageBody", "").encode("utf-8", "surrogatepass"))
    for name, one in entry.get("MessageAttributes", {}).items():
        value = one.get("StringValue", "").encode("utf-8", "surrogatepass")
        total += len(name.encode()) + len(one.get("DataType", "").encode()) + len(value)
        total += len(base64.b64decode(one.get("BinaryValue", "")))
    return total


def _attribute(name: str, one: Body) -> None:
    bad_name = (
        not re.fullmatch(r"[A-Za-z0-9_.-]{1,256}", name)
        or name.lower().startswith(("aws.", "amazon."))
        or name.startswith(".")
        or name.endswith(".")
        or ".." in name
    )
    if bad_name:
        raise Refusal(400, INVALID, "No message attribute can have this name.")
    kind = one.get("DataType", "")
    logical = kind.partition(".")[0]
    if logical not in {"String", "Number", "Binary"} or len(kind) > 256:
        raise Refusal(400, INVALID, f"The type of the message attribute {name} is unknown.")
    if one.get("StringListValues") or one.get("BinaryListValues"):
        raise Refusal(400, INVALID, "Lists in message attributes are not supported.")
    used = "BinaryValue" if logical == "Binary" else "StringValue"
    other = "StringValue" if logical == "Binary" else "BinaryValue"
    if not one.get(used) or one.get(other):
        raise Refusal(400, INVALID, f"The message attribute {name} has no value of its type.")
    if logical != "Binary" and OUTSIDE.search(one["StringValue"]):
        raise Refusal(400, "InvalidMessageContents", "Characters outside of the allowed set.")
    if logical == "Number" and not NUMBER.fullmatch(one["StringValue"]):
        raise Refusal(400, INVALID, f"The message attribute {name} is no number.")


def _contents(queue: Queue, entry: Body) -> None:
    body = entry["MessageBody"]
    if not body:
        raise Refusal(400, MISSING, "The request must contain a body of a message.")
    if OUTSIDE.search(body):
        raise Refusal(400, "InvalidMessageContents", "Characters outside of the allowed set.")
    attributes = entry.get("MessageAttributes", {})
    if len(attributes) > 10:
        raise Refusal(400, INVALID, "Ten message attributes at most.")
    for name, one in attributes.items():
        _attribute(name, one)
    for name, one in entry.get("MessageSystemAttributes", {}).items():
        text = one.get("StringValue", "")
        right = name == "AWSTraceHeader" and one.get("DataType") == "String"
        if not right or not TRACE.fullmatch(text):
            raise Refusal(400, INVALID, "The system attribute is no trace header.")
    if size(entry) > queue.seconds("MaximumMessageSize", 1048576):
        raise Refusal(400, INVALID, "The message is larger than this queue takes.")


def _ordered(queue: Queue, entry: Body) -> tuple[str | None, str | None]:
    """The group and the deduplication id of a message."""
    group, token = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    for text in (group, token):
        if text is not None and not TOKEN.fullmatch(text):
            raise Refusal(400, INVALID, "Ids have 1 to 128 printable characters.")
    if not queue.fifo:
        if token is not None:
            raise Refusal(400, INVALID, "Duplicates are for FIFO queues.")
        return group, None
    if entry.get("DelaySeconds"):
        raise Refusal(400, INVALID, "A message of a FIFO queue has no delay of its own.")
    if group is None:
        raise Refusal(400, MISSING, "The request must contain a group.")
    if token is None:
        if queue.now.get("ContentBasedDeduplication") != "true":
            raise Refusal(400, INVALID, "The queue needs a deduplication id.")
        token = hashlib.sha256(entry["MessageBody"].encode()).hexdigest()
    return group, token


def _delay(entry: Body) -> None:
    if not 0 <= entry.get("DelaySeconds", 0) <= 900:
        raise Refusal(400, INVALID, "DelaySeconds is from 0 to 900.")


def send(store: Store, queue: Queue, entry: Body) -> Body:
    """Put one message into a queue, unless it is a duplicate; the answer to its sender."""
    _contents(queue, entry)
    _delay(entry)
    group, token = _ordered(queue, entry)
    now = time.time()
    attributes = entry.get("MessageAttributes", {})
    system = entry.get("MessageSystemAttributes", {})
    answer: Body = {"MD5OfMessageBody": digest(entry["MessageBody"])}
    if attributes:
        answer["MD5OfMessageAttributes"] = attributes_digest(attributes)
    if system:
        answer["MD5OfMessageSystemAttributes"] = attributes_digest(system)
    scope = group if queue.now.get("DeduplicationScope") == "messageGroup" else ""
    key = (scope or "", token or "")
    known = queue.tokens.get(key) if token else None
    if known and known[0] > now - 300:
        return {**answer, "MessageId": known[1], "SequenceNumber": str(known[2])}
    delay = entry.get("DelaySeconds", queue.seconds("DelaySeconds", 0))
    if queue.fifo:
        delay = 0
    traced = system.get("AWSTraceHeader", {}).get("StringValue")
    message = Message(
        entry["MessageBody"], now, now + delay, dict(attributes), traced, group, token
    )
    queue.add(message)
    if token:
        queue.tokens[key] = (now, message.number, message.sequence)
        answer["SequenceNumber"] = str(message.sequence)
    store.changed.notify_all()
    return {**answer, "MessageId": message.number}
