"""The operations of messages, one at a time and in batches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.servers.testbed.wire import Refusal

from . import batch
from .queue import INVALID, Queue, Store
from .receiving import receive
from .sending import MISSING, send, size

Body = dict[str, Any]


class Messaging:
    """Operations by name; `host` and `region` are of the request."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def send_message(self, body: Body, region: str, _host: str) -> Body:
        return send(self.store, self.store.at(body["QueueUrl"], region), body)

    def receive_message(self, body: Body, region: str, _host: str) -> Body:
        return receive(self.store, self.store.at(body["QueueUrl"], region), body)

    def delete_message(self, body: Body, region: str, _host: str) -> Body:
        return self._delete(self.store.at(body["QueueUrl"], region), body)

    def change_message_visibility(self, body: Body, region: str, _host: str) -> Body:
        return self._change(self.store.at(body["QueueUrl"], region), body)

    def send_message_batch(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        if sum(size(entry) for entry in body["Entries"]) > 1048576:
            raise Refusal(400, "BatchRequestTooLong", "The batch is larger than 1 MiB.")
        return self._each(body, lambda entry: send(self.store, queue, entry))

    def delete_message_batch(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        return self._each(body, lambda entry: self._delete(queue, entry))

    def change_message_visibility_batch(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        return self._each(body, lambda entry: self._change(queue, entry))

    def _each(self, body: Body, act: Callable[[Body], Body]) -> Body:
        batch.check(body["Entries"])
        return batch.each(body["Entries"], act)

    def _delete(self, queue: Queue, body: Body) -> Body:
        message = queue.found(body["ReceiptHandle"])
        if message is None or message.handle != body["ReceiptHandle"]:
            return {}
        if queue.fifo and message.visible <= time.time():
            raise Refusal(400, INVALID, "The receipt handle has expired.")
        queue.messages = [one for one in queue.messages if one.number != message.number]
        self.store.changed.notify_all()
        return {}

    def _change(self, queue: Queue, body: Body) -> Body:
        if "VisibilityTimeout" not in body:
            raise Refusal(400, MISSING, "The request must contain a timeout.")
        timeout = body["VisibilityTimeout"]
        if not 0 <= timeout <= 43200:
            raise Refusal(400, INVALID, "VisibilityTimeout is from 0 to 43200.")
        message = queue.found(body["ReceiptHandle"])
        now = time.time()
        if message is None:
            raise Refusal(400, INVALID, "The message does not exist.")
        if message.handle != body["ReceiptHandle"] or message.visible <= now:
            raise Refusal(400, "MessageNotInflight", "The message is not in flight.")
        if timeout and now + timeout > message.received + 43200:
            raise Refusal(400, INVALID, "Twelve hours from when it was received, at most.")
        message.visible = now + timeout
        self.store.changed.notify_all()
        return {}
