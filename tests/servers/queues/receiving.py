"""Receiving messages: which, in which order, for how long, and where dead letters go."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from typing import Any

from tests.servers.testbed.wire import Refusal

from .queue import INVALID, Message, Queue, Store
from .sending import attributes_digest, digest

Body = dict[str, Any]
SYSTEM = {
    "All",
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
    "SqsManagedSseEnabled",
}
LIMITS = {
    "MaxNumberOfMessages": (1, 10),
    "VisibilityTimeout": (0, 43200),
    "WaitTimeSeconds": (0, 20),
}


def receive(store: Store, queue: Queue, body: Body) -> Body:
    """Wait as long as is asked for, and take what there is."""
    for name, (low, high) in LIMITS.items():
        if name in body and not low <= body[name] <= high:
            raise Refusal(400, INVALID, f"{name} is from {low} to {high}.")
    asked = [*body.get("AttributeNames", []), *body.get("MessageSystemAttributeNames", [])]
    if store.readings.on("strict-names") and not set(asked) <= SYSTEM:
        raise Refusal(400, "InvalidAttributeName", "There is no such attribute of messages.")
    attempt = body.get("ReceiveRequestAttemptId")
    if attempt is not None:
        if not queue.fifo or not re.fullmatch(r"[!-~]{1,128}", attempt):
            raise Refusal(400, INVALID, "This is no id of an attempt at a FIFO queue.")
        again = _again(queue, attempt, body)
        if again:
            return _answer(store, again, body, asked)
    wait = body.get("WaitTimeSeconds", queue.seconds("ReceiveMessageWaitTimeSeconds", 0))
    until = time.time() + wait
    taken = _take(store, queue, body, short=wait == 0)
    while not taken and (left := until - time.time()) > 0:
        store.changed.wait(min(left, 0.1))
        if queue.deleted is not None and time.time() >= queue.deleted:
            raise Refusal(400, "QueueDoesNotExist", "The queue was deleted.")
        queue.settle(time.time())
        taken = _take(store, queue, body, short=False)
    if attempt is not None and taken:
        held = [(message, message.handle, message.visible) for message in taken]
        queue.attempts[attempt] = (time.time(), held)
    return _answer(store, taken, body, asked)


def _again(queue: Queue, attempt: str, body: Body) -> list[Message]:
    """What the same attempt took before, if nobody touched it."""
    at, held = queue.attempts.get(attempt, (0.0, []))
    now = time.time()
    for message, handle, visible in held:
        if message not in queue.messages or (message.handle, message.visible) != (handle, visible):
            return []
    if at < now - 300 or any(visible <= now for _, _, visible in held):
        return []
    timeout = body.get("VisibilityTimeout", queue.seconds("VisibilityTimeout", 30))
    for message, _, _ in held:
        message.visible = now + timeout
    again = [(message, message.handle, message.visible) for message, _, _ in held]
    queue.attempts[attempt] = (at, again)
    return [message for message, _, _ in held]


def _take(store: Store, queue: Queue, body: Body, *, short: bool) -> list[Message]:
    now = time.time()
    most = body.get("MaxNumberOfMessages", 1)
    if short and not queue.fifo and store.readings.on("shy"):
        queue.polls += 1
        most = 1 if queue.polls % 3 else 0
    ready = _in_order(queue, now) if queue.fifo else _in_any(store, queue, now)
    ready = _without_dead(store, queue, ready)
    if most > 1 and len(ready) > 1 and not queue.fifo and short:
        most = store.random.randint(1, most)
    taken = ready[:most]
    timeout = body.get("VisibilityTimeout", queue.seconds("VisibilityTimeout", 30))
    for message in taken:
        message.receives += 1
        message.first = message.first or now
        message.received = now
        message.handle = queue.handle(message)
        message.visible = now + timeout
        again = not queue.fifo and store.readings.on("twice") and message.receives == 1
        if again and store.random.random() < 0.05:
            # A copy that another machine has, under the same number.
            queue.messages.append(replace(message, handle="", visible=now))
    return taken


def _in_any(store: Store, queue: Queue, now: float) -> list[Message]:
    ready = [message for message in queue.messages if message.visible <= now]
    store.random.shuffle(ready)
    return ready


def _in_order(queue: Queue, now: float) -> list[Message]:
    """The messages of each group up to the first that is hidden."""
    delay = queue.seconds("DelaySeconds", 0)
    blocked: set[str | None] = {message.group for message in queue.messages if message.in_flight}
    ready = []
    for message in sorted(queue.messages, key=lambda one: one.sequence):
        hidden = message.visible > now or (not message.receives and message.sent + delay > now)
        if hidden:
            blocked.add(message.group)
        if message.group not in blocked:
            ready.append(message)
    return ready


def _without_dead(store: Store, queue: Queue, ready: list[Message]) -> list[Message]:
    """What was not received too often; the rest goes to the dead-letter queue."""
    policy = json.loads(queue.now.get("RedrivePolicy") or "{}")
    if not policy:
        return ready
    target = store.of_arn(policy["deadLetterTargetArn"])
    dead = [message for message in ready if message.receives >= policy["maxReceiveCount"]]
    if target is None:
        return ready
    for message in dead:
        queue.messages.remove(message)
        move(message, queue, target)
    if dead:
        store.changed.notify_all()
    return [message for message in ready if message not in dead]


def move(message: Message, origin: Queue, target: Queue) -> None:
    """The message in another queue, with its id and the count of how often it was received."""
    message.handle = ""
    message.visible = time.time()
    message.sequence = 0
    message.source = message.source or origin.arn
    target.add(message)


def _answer(store: Store, taken: list[Message], body: Body, asked: list[str]) -> Body:
    if not taken:
        return {"Messages": []} if store.readings.on("nulls") else {}
    names = body.get("MessageAttributeNames", [])
    shown = [_shown(message, names, asked) for message in taken]
    if store.readings.on("more"):
        for message in shown:
            message["Priority"] = 1
            if "All" in asked:
                message["Attributes"]["Priority"] = "1"
    return {"Messages": shown}


def _shown(message: Message, names: list[str], asked: list[str]) -> Body:
    found: Body = {
        "Body": message.body,
        "MD5OfBody": digest(message.body),
        "ReceiptHandle": message.handle,
        "MessageId": message.number,
    }
    attributes = {
        name: one for name, one in message.attributes.items() if any(_asks(n, name) for n in names)
    }
    if attributes:
        found["MessageAttributes"] = dict(reversed(attributes.items()))
        found["MD5OfMessageAttributes"] = attributes_digest(attributes)
    system = {
        "SenderId": "AIDAQ6GZ3EXAMPLEZJ4T7",
        "SentTimestamp": str(int(message.sent * 1000)),
        "ApproximateReceiveCount": str(message.receives),
        "ApproximateFirstReceiveTimestamp": str(int(message.first * 1000)),
        "SequenceNumber": str(message.sequence or ""),
        "MessageDeduplicationId": message.token,
        "MessageGroupId": message.group,
        "AWSTraceHeader": message.traced,
        "DeadLetterQueueSourceArn": message.source,
    }
    shown = {n: v for n, v in system.items() if v and ("All" in asked or n in asked)}
    return {**found, "Attributes": shown} if shown else found


def _asks(pattern: str, name: str) -> bool:
    if pattern in {"All", ".*"}:
        return True
    return name.startswith(pattern[:-1]) if pattern.endswith(".*") else name == pattern
