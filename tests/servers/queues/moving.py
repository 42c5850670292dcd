"""Tasks that move the messages of a dead-letter queue."""

from __future__ import annotations

import base64
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.servers.testbed.wire import Refusal

from .queue import INVALID, Message, Queue, Store

Body = dict[str, Any]
ABSENT = "ResourceNotFoundException"


@dataclass
class Task:
    """One task; a thread of its own moves the messages."""

    source: Queue
    target: Queue | None
    rate: int | None
    total: int
    status: str = "RUNNING"
    moved: int = 0
    started: int = field(default_factory=lambda: int(time.time() * 1000))
    number: str = field(default_factory=lambda: str(uuid4()))

    @property
    def handle(self) -> str:
        text = f'{{"taskId":"{self.number}","sourceArn":"{self.source.arn}"}}'
        return base64.b64encode(text.encode()).decode()


class Moving:
    """Operations by name; `host` and `region` are of the request."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def start_message_move_task(self, body: Body, _region: str, _host: str) -> Body:
        source = self._source(body)
        rate = body.get("MaxNumberOfMessagesPerSecond")
        if rate is not None and not 1 <= rate <= 500:
            raise Refusal(400, INVALID, "The rate is from 1 to 500.")
        target = None
        if "DestinationArn" in body:
            target = self.store.of_arn(body["DestinationArn"])
            if target is None:
                raise Refusal(400, ABSENT, "There is no such destination.")
            if target is source or target.fifo != source.fifo:
                raise Refusal(400, INVALID, "The destination is another queue of the same type.")
        if not self.store.sources(source):
            raise Refusal(400, INVALID, "The source is no dead-letter queue.")
        if any(task.status in {"RUNNING", "CANCELLING"} for task in source.tasks):
            raise Refusal(400, "UnsupportedOperation", "One task at a time.")
        task = Task(source, target, rate, len(source.messages))
        source.tasks.append(task)
        threading.Thread(target=self._run, args=[task], daemon=True).start()
        return {"TaskHandle": task.handle}

    def _source(self, body: Body) -> Queue:
        arn = body["SourceArn"]
        parts = arn.split(":")
        if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sqs":
            raise Refusal(400, INVALID, "This is no ARN of a queue.")
        source = self.store.of_arn(arn)
        if source is None:
            raise Refusal(400, ABSENT, "There is no such source.")
        return source

    def list_message_move_tasks(self, body: Body, _region: str, _host: str) -> Body:
        source = self._source(body)
        most = body.get("MaxResults", 1)
        if not 1 <= most <= 10:
            raise Refusal(400, INVALID, "MaxResults is from 1 to 10.")
        tasks = source.tasks[::-1][:most]
        shown = [self._shown(task) for task in tasks]
        return {"Results": shown} if shown or self.store.readings.on("nulls") else {}

    def _shown(self, task: Task) -> Body:
        found: Body = {
            "Status": task.status,
            "SourceArn": task.source.arn,
            "ApproximateNumberOfMessagesMoved": task.moved,
            "ApproximateNumberOfMessagesToMove": task.total,
            "StartedTimestamp": task.started,
            "TaskHandle": task.handle if task.status == "RUNNING" else None,
            "DestinationArn": task.target.arn if task.target else None,
            "MaxNumberOfMessagesPerSecond": task.rate,
        }
        nulls = self.store.readings.on("nulls")
        return {name: value for name, value in found.items() if value is not None or nulls}

    def cancel_message_move_task(self, body: Body, _region: str, _host: str) -> Body:
        handle = body["TaskHandle"]
        for queue in self.store.queues.values():
            for task in queue.tasks:
                if task.handle == handle:
                    if task.status != "RUNNING":
                        raise Refusal(400, ABSENT, "The task is not running.")
                    task.status = "CANCELLING"
                    return {"ApproximateNumberOfMessagesMoved": task.moved}
        try:
            named = b"taskId" in base64.b64decode(handle, validate=True)
        except ValueError:
            named = False
        raise Refusal(400, ABSENT if named else INVALID, "There is no such task.")

    def _run(self, task: Task) -> None:
        """Begin after a moment, then move one message after the other at the rate."""
        time.sleep(0.2)
        while task.status == "RUNNING":
            with self.store.changed:
                if not self._one(task):
                    break
            time.sleep(1 / (task.rate or 50))
        with self.store.changed:
            cancelled = task.status == "CANCELLING"
            task.status = "CANCELLED" if cancelled else task.status.replace("RUNNING", "COMPLETED")

    def _one(self, task: Task) -> bool:
        if task.moved >= task.total or not task.source.messages:
            return False
        waiting = [one for one in task.source.messages if not one.in_flight]
        if not waiting:
            return False
        message = waiting[0]
        target = task.target or self.store.of_arn(message.source or "")
        if target is None:
            task.status = "FAILED"
            return False
        task.source.messages.remove(message)
        now = time.time()
        kept = (message.attributes, message.traced, message.group, message.token)
        target.add(Message(message.body, now, now, *kept, number=message.number))
        task.moved += 1
        self.store.changed.notify_all()
        return True
