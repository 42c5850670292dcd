"""Queues and messages as values that change with time."""

from __future__ import annotations

import base64
import binascii
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.servers.testbed.wire import Refusal

from .readings import Readings

ACCOUNT = "486219053371"
INVALID = "InvalidParameterValue"
NO_QUEUE = "QueueDoesNotExist"


def moment() -> float:
    """The time of day, by whatever clock this module goes."""
    return time.time()


def partition(region: str) -> str:
    parts = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
    return parts.get(region.rpartition("-")[0].rpartition("-")[0], "aws")


@dataclass
class Message:
    """One message of one queue; `visible` is the time from which it may be received."""

    body: str
    sent: float
    visible: float
    attributes: dict[str, Any] = field(default_factory=dict)
    traced: str | None = None
    group: str | None = None
    token: str | None = None
    sequence: int = 0
    source: str | None = None
    number: str = field(default_factory=lambda: str(uuid4()))
    receives: int = 0
    first: float = 0.0
    received: float = 0.0
    handle: str = ""

    @property
    def in_flight(self) -> bool:
        return bool(self.handle) and self.visible > time.time()


@dataclass
class Queue:
    """A queue, with every state of its attributes and the moment from which it held."""

    name: str
    region: str
    states: list[tuple[float, dict[str, str]]]
    tags: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    made: float = field(default_factory=moment)
    deleted: float | None = None
    purged: float = 0.0
    purging: float | None = None
    tokens: dict[tuple[str, str], tuple[float, str, int]] = field(default_factory=dict)
    attempts: dict[str, tuple[float, list[tuple[Message, str, float]]]] = field(
        default_factory=dict
    )
    tasks: list[Any] = field(default_factory=list)
    unit: str = field(default_factory=lambda: uuid4().hex)
    polls: int = 0

    @property
    def fifo(self) -> bool:
        return self.name.endswith(".fifo")

    @property
    def arn(self) -> str:
        return f"arn:{partition(self.region)}:sqs:{self.region}:{ACCOUNT}:{self.name}"

    @property
    def now(self) -> dict[str, str]:
        return self.states[-1][1]

    def seconds(self, name: str, default: int) -> int:
        return int(self.now.get(name, default))

    def handle(self, message: Message) -> str:
        text = f"{self.unit}:{message.number}:{message.receives}:{uuid4().hex}"
        return base64.b64encode(text.encode()).decode()

    def found(self, handle: str) -> Message | None:
        """The message of a receipt handle; None for one that is gone, a refusal for no handle."""
        try:
            text = base64.b64decode(handle, validate=True).decode()
        except (binascii.Error, ValueError):
            text = ""
        unit, _, rest = text.partition(":")
        if unit != self.unit or rest.count(":") != 2:
            raise Refusal(400, "ReceiptHandleIsInvalid", "The handle is not one of this queue.")
        number = rest.partition(":")[0]
        found = [message for message in self.messages if message.number == number]
        own = (message for message in found if message.handle == handle)
        return next(own, found[0] if found else None)

    def add(self, message: Message) -> None:
        self.messages.append(message)
        if self.fifo and not message.sequence:
            message.sequence = Store.sequence()

    def settle(self, now: float) -> None:
        """Forget what is too old, and what a purge reaches by now."""
        if self.purging is not None and now >= self.purging:
            self.messages.clear()
            self.purging = None
        kept = self.seconds("MessageRetentionPeriod", 345600)
        self.messages = [message for message in self.messages if message.sent + kept > now]


class Store:
    """All queues of all regions, and the lock that guards them."""

    _sequence = 18_870_000_000_000_000_000

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        self.queues: dict[tuple[str, str], Queue] = {}
        self.gone: dict[tuple[str, str], float] = {}
        self.changed = threading.Condition()
        self.random = random.Random()

    @classmethod
    def sequence(cls) -> int:
        """Numbers that grow and do not follow each other."""
        cls._sequence += random.randint(200, 300)
        return cls._sequence

    def url(self, queue: Queue, host: str) -> str:
        if self.readings.on("old-queues"):
            return f"https://{queue.region}.queue.amazonaws.com/{ACCOUNT}/{queue.name}"
        return f"http://{host}/{ACCOUNT}/{queue.name}"

    def alive(self, region: str) -> list[Queue]:
        """The queues of a region that are there at this moment."""
        now = time.time()
        for key, queue in list(self.queues.items()):
            if queue.deleted is not None and now >= queue.deleted:
                del self.queues[key]
        return [queue for (at, _), queue in self.queues.items() if at == region]

    def at(self, url: str, region: str) -> Queue:
        """The queue of a URL."""
        parts = urlsplit(url)
        path = parts.path.strip("/").split("/")
        if parts.scheme not in {"http", "https"} or len(path) < 2:
            raise Refusal(400, "InvalidAddress", f"The address {url} is not valid.")
        if path[-2] != ACCOUNT:
            raise Refusal(400, NO_QUEUE, "There is no such queue for you.")
        return self.named(path[-1], region)

    def named(self, name: str, region: str) -> Queue:
        self.alive(region)
        queue = self.queues.get((region, name))
        if queue is None:
            raise Refusal(400, NO_QUEUE, "There is no queue of this name, or it is not yours.")
        if self.readings.on("newborn") and time.time() < queue.made + 1:
            raise Refusal(400, NO_QUEUE, "There is no queue of this name yet.")
        queue.settle(time.time())
        return queue

    def of_arn(self, arn: str) -> Queue | None:
        parts = arn.split(":")
        if len(parts) != 6 or parts[2] != "sqs" or parts[4] != ACCOUNT:
            return None
        self.alive(parts[3])
        queue = self.queues.get((parts[3], parts[5]))
        return queue if queue and queue.arn == arn and queue.deleted is None else None

    def sources(self, queue: Queue) -> list[Queue]:
        """The queues whose dead letters go to this one."""
        return [
            source
            for source in self.alive(queue.region)
            if queue.arn in source.now.get("RedrivePolicy", "") and source.deleted is None
        ]
