"""What the attributes of a queue may be, and how they are shown."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from tests.servers.testbed.wire import Refusal

from .queue import INVALID, Queue, Store

RANGES = {
    "DelaySeconds": (0, 900, 0),
    "MaximumMessageSize": (1024, 1048576, 1048576),
    "MessageRetentionPeriod": (60, 1209600, 345600),
    "ReceiveMessageWaitTimeSeconds": (0, 20, 0),
    "VisibilityTimeout": (0, 43200, 30),
    "KmsDataKeyReusePeriodSeconds": (60, 86400, 300),
}
WORDS = {
    "FifoQueue": ("true",),
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
FIFO_ONLY = {"FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"}
TEXTS = {"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"}
COUNTS = {
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
}
SHOWN = {*RANGES, *WORDS, *TEXTS, *COUNTS, "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn"}


def bad(name: str, text: str = "") -> Refusal:
    return Refusal(400, "InvalidAttributeValue", f"Invalid value for {name}. {text}")


def checked(store: Store, queue: Queue, given: dict[str, str], *, new: bool) -> dict[str, str]:
    """The attributes as they are kept, or a refusal."""
    kept = {}
    for name, value in given.items():
        if name in FIFO_ONLY and not queue.fifo:
            raise Refusal(400, "InvalidAttributeName", f"Unknown Attribute {name}.")
        if name in RANGES:
            low, high, _ = RANGES[name]
            if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not low <= int(value) <= high:
                raise bad(name)
            kept[name] = str(int(value))
        elif name in WORDS:
            if value.lower() not in {word.lower() for word in WORDS[name]}:
                raise bad(name)
            kept[name] = next(word for word in WORDS[name] if word.lower() == value.lower())
        elif name in TEXTS:
            kept[name] = _text(store, queue, name, value)
        else:
            raise Refusal(400, "InvalidAttributeName", f"There is no attribute {name} to set.")
    _together(queue, kept, new=new)
    return kept


def _text(store: Store, queue: Queue, name: str, value: str) -> str:
    if value == "" or name == "KmsMasterKeyId":
        return value
    try:
        document = json.loads(value)
    except ValueError as error:
        raise bad(name) from error
    if not isinstance(document, dict):
        raise bad(name)
    if name == "Policy":
        if "Statement" not in document:
            raise bad(name)
        return value
    if name == "RedriveAllowPolicy":
        return _allow(document)
    return _redrive(store, queue, document)


def _allow(document: dict[str, Any]) -> str:
    permission = document.get("redrivePermission", "allowAll")
    sources = document.get("sourceQueueArns")
    if permission not in {"allowAll", "denyAll", "byQueue"}:
        raise bad("RedriveAllowPolicy", "There is no such permission.")
    listed = isinstance(sources, list) and 1 <= len(sources) <= 10
    if listed != (permission == "byQueue") or (sources is not None and not listed):
        raise bad("RedriveAllowPolicy", "Sources go with byQueue alone, one to ten.")
    return json.dumps(document)


def _redrive(store: Store, queue: Queue, document: dict[str, Any]) -> str:
    arn = document.get("deadLetterTargetArn")
    count = str(document.get("maxReceiveCount", 10))
    if not isinstance(arn, str) or not re.fullmatch(r"\d{1,5}", count, re.ASCII):
        raise Refusal(400, INVALID, "The redrive policy lacks a target or a count.")
    if not 1 <= int(count) <= 1000 or document.keys() - {"deadLetterTargetArn", "maxReceiveCount"}:
        raise Refusal(400, INVALID, "The redrive policy has a count out of range or more members.")
    target = store.of_arn(arn)
    if target is None or target.region != queue.region:
        raise Refusal(400, INVALID, "The dead-letter queue does not exist.")
    if target.fifo != queue.fifo:
        raise Refusal(400, INVALID, "A dead-letter queue is of the type of its source.")
    allowed = json.loads(target.now.get("RedriveAllowPolicy") or "{}")
    permission = allowed.get("redrivePermission", "allowAll")
    if permission == "denyAll" or (
        permission == "byQueue" and queue.arn not in allowed.get("sourceQueueArns", [])
    ):
        raise Refusal(400, INVALID, "The dead-letter queue does not allow this source.")
    return json.dumps({"maxReceiveCount": int(count), "deadLetterTargetArn": arn}, indent=1)


def _together(queue: Queue, kept: dict[str, str], *, new: bool) -> None:
    if not new and "FifoQueue" in kept:
        raise Refusal(400, "InvalidAttributeName", "FifoQueue is for new queues.")
    if kept.get("KmsMasterKeyId") and kept.get("SqsManagedSseEnabled") == "true":
        raise bad("SqsManagedSseEnabled", "One kind of encryption at a time.")
    before = {} if new else queue.now
    scope = {"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue", **before, **kept}
    if (
        scope["FifoThroughputLimit"] == "perMessageGroupId"
        and scope["DeduplicationScope"] != "messageGroup"
    ):
        raise bad("FifoThroughputLimit", "It is for deduplication in message groups.")
    if kept.get("KmsMasterKeyId"):
        kept["SqsManagedSseEnabled"] = "false"
    elif kept.get("SqsManagedSseEnabled") == "true":
        kept["KmsMasterKeyId"] = ""


def shown(queue: Queue, names: list[str], lag: float = 0.0) -> dict[str, str]:
    """The attributes that are asked for and there."""
    for name in names:
        if name != "All" and name not in SHOWN:
            raise Refusal(400, "InvalidAttributeName", f"There is no attribute {name}.")
    now = time.time()
    state = next((kept for since, kept in reversed(queue.states) if since <= now - lag), None)
    state = queue.states[0][1] if state is None else state
    every = {name: str(default) for name, (_, _, default) in RANGES.items()}
    every["SqsManagedSseEnabled"] = "true"
    if queue.fifo:
        every |= {"FifoQueue": "true", "ContentBasedDeduplication": "false"}
        every |= {"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}
    every |= state
    if not every.get("KmsMasterKeyId"):
        del every["KmsDataKeyReusePeriodSeconds"]
    every |= {
        "QueueArn": queue.arn,
        "CreatedTimestamp": str(int(queue.made)),
        "LastModifiedTimestamp": str(int(queue.states[-1][0])),
        **_counts(queue, now - lag),
    }
    asked = SHOWN if "All" in names else set(names)
    return {name: every[name] for name in sorted(asked, reverse=True) if every.get(name)}


def _counts(queue: Queue, at: float) -> dict[str, str]:
    there = [message for message in queue.messages if message.sent <= at]
    flying = sum(1 for message in there if message.in_flight)
    late = sum(1 for message in there if not message.in_flight and message.visible > at)
    numbers = (len(there) - flying - late, late, flying)
    return dict(zip(sorted(COUNTS), map(str, numbers), strict=True))
