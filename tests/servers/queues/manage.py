"""The operations of queues themselves: making, finding, changing, tagging, permissions."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

from tests.servers.testbed.wire import Refusal

from .attributes import checked, shown
from .queue import ACCOUNT, INVALID, Queue, Store, partition

Body = dict[str, Any]
ACTIONS = {
    "*",
    "SendMessage",
    "ReceiveMessage",
    "DeleteMessage",
    "ChangeMessageVisibility",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ListQueueTags",
}


class Managing:
    """Operations by name; `host` and `region` are of the request."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def create_queue(self, body: Body, region: str, host: str) -> Body:
        name = body["QueueName"]
        given = body.get("Attributes", {})
        fifo = given.get("FifoQueue", "").lower() == "true"
        stem = name.removesuffix(".fifo")
        if len(name) > 80 or not re.fullmatch(r"[A-Za-z0-9_-]+", stem) or fifo == (stem == name):
            raise Refusal(400, INVALID, "A queue cannot have this name.")
        _tags(body.get("tags", {}))
        self.store.alive(region)
        queue = self.store.queues.get((region, name))
        if queue is not None and queue.deleted is None:
            return self._again(queue, given, host)
        if queue is not None or self.store.gone.get((region, name), 0.0) > time.time() - 60:
            raise Refusal(400, "QueueDeletedRecently", "A queue of this name was just deleted.")
        queue = Queue(name, region, [])
        kept = checked(self.store, queue, given, new=True)
        queue.states.append((queue.made, kept))
        queue.tags = dict(body.get("tags", {}))
        self.store.queues[region, name] = queue
        return {"QueueUrl": self.store.url(queue, host)}

    def _again(self, queue: Queue, given: dict[str, str], host: str) -> Body:
        kept = checked(self.store, queue, given, new=True)
        names = list(given)
        if {name: kept[name] for name in names} != shown(queue, names):
            raise Refusal(400, "QueueNameExists", "The queue is there with other attributes.")
        return {"QueueUrl": self.store.url(queue, host)}

    def delete_queue(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        if queue.deleted is None:
            now = time.time()
            queue.deleted = now + (8.0 if self.store.readings.on("lasting") else 0.7)
            self.store.gone[region, queue.name] = now
        return {}

    def get_queue_url(self, body: Body, region: str, host: str) -> Body:
        owner = body.get("QueueOwnerAWSAccountId", ACCOUNT)
        name = body["QueueName"] if owner == ACCOUNT else ""
        return {"QueueUrl": self.store.url(self.store.named(name, region), host)}

    def list_queues(self, body: Body, region: str, host: str) -> Body:
        prefix = body.get("QueueNamePrefix", "")
        before = time.time() - (1.0 if self.store.readings.on("lagging") else 0.0)
        names = [
            queue.name
            for queue in self.store.alive(region)
            if queue.name.startswith(prefix) and queue.made <= before
        ]
        page, token = self._page(names, body)
        urls = [self.store.url(self.store.queues[region, name], host) for name in page]
        found: Body = {"QueueUrls": urls} if urls or self.store.readings.on("nulls") else {}
        return found | self._next(token)

    def list_dead_letter_source_queues(self, body: Body, region: str, host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        page, token = self._page([source.name for source in self.store.sources(queue)], body)
        urls = [self.store.url(self.store.queues[region, name], host) for name in page]
        return {"queueUrls": urls} | self._next(token)

    def _page(self, names: list[str], body: Body) -> tuple[list[str], str | None]:
        limit = body.get("MaxResults")
        if limit is not None and not 1 <= limit <= 1000:
            raise Refusal(400, INVALID, "MaxResults is from 1 to 1000.")
        names = sorted(names, reverse=True)
        if "NextToken" in body:
            try:
                after = base64.b64decode(body["NextToken"], validate=True).decode()
            except ValueError as error:
                raise Refusal(400, INVALID, "The token is no token.") from error
            names = [name for name in names if name < after]
        size = limit or 1000
        if limit and self.store.readings.on("pages"):
            size = max(1, limit - 1)
        page = names[:size]
        more = limit is not None and len(names) > size
        return page, base64.b64encode(page[-1].encode()).decode() if more else None

    def _next(self, token: str | None) -> Body:
        return {"NextToken": token} if token or self.store.readings.on("nulls") else {}

    def purge_queue(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        now = time.time()
        if queue.purged > now - 60:
            raise Refusal(400, "PurgeQueueInProgress", "One purge in 60 seconds.")
        queue.purged = now
        queue.purging = now + (8.0 if self.store.readings.on("lasting") else 0.4)
        return {}

    def get_queue_attributes(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        lag = 1.0 if self.store.readings.on("lagging") else 0.0
        names = body.get("AttributeNames", [])
        found = shown(queue, names, lag)
        if "All" in names and self.store.readings.on("more"):
            found["FifoPriorities"] = "false"
        return {"Attributes": found} if found or self.store.readings.on("nulls") else {}

    def set_queue_attributes(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        if "FifoQueue" in body["Attributes"]:
            raise Refusal(400, "InvalidAttributeName", "FifoQueue is for new queues.")
        kept = checked(self.store, queue, body["Attributes"], new=False)
        queue.states.append((time.time(), {**queue.now, **kept}))
        return {}

    def tag_queue(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        _tags(body["Tags"])
        queue.tags |= body["Tags"]
        return {}

    def untag_queue(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        for key in body["TagKeys"]:
            queue.tags.pop(key, None)
        return {}

    def list_queue_tags(self, body: Body, region: str, _host: str) -> Body:
        tags = self.store.at(body["QueueUrl"], region).tags
        return {"Tags": tags} if tags or self.store.readings.on("nulls") else {}

    def add_permission(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        label, actions, accounts = body["Label"], body["Actions"], body["AWSAccountIds"]
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", label):
            raise Refusal(400, INVALID, "The label is no label.")
        if not actions or not accounts:
            raise Refusal(400, "MissingParameter", "Actions and accounts have to be given.")
        if len(actions) > 7:
            raise Refusal(403, "OverLimit", "Seven actions at most.")
        if not set(actions) <= ACTIONS:
            raise Refusal(400, INVALID, "Only the owner may do this, or nobody.")
        if not all(re.fullmatch(r"\d{12}", account) for account in accounts):
            raise Refusal(400, INVALID, "There is no such account.")
        policy = json.loads(queue.now.get("Policy") or "{}")
        statements = policy.setdefault("Statement", [])
        if any(statement.get("Sid") == label for statement in statements):
            raise Refusal(400, INVALID, "The label is taken.")
        users = [f"arn:{partition(region)}:iam::{account}:root" for account in accounts]
        named = [f"SQS:{action}" for action in actions]
        listed = len(named) > 1 or self.store.readings.on("old-queues")
        statement = {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": users if len(users) > 1 else users[0]},
            "Action": named if listed else named[0],
            "Resource": queue.arn,
        }
        policy = {"Version": "2008-10-17", "Id": f"{queue.arn}/SQSDefaultPolicy", **policy}
        policy["Statement"] = [*statements, statement]
        self._policy(queue, policy)
        return {}

    def remove_permission(self, body: Body, region: str, _host: str) -> Body:
        queue = self.store.at(body["QueueUrl"], region)
        policy = json.loads(queue.now.get("Policy") or "{}")
        statements = policy.get("Statement", [])
        left = [statement for statement in statements if statement.get("Sid") != body["Label"]]
        if len(left) == len(statements):
            raise Refusal(400, INVALID, "No statement has this label.")
        self._policy(queue, {**policy, "Statement": left} if left else None)
        return {}

    def _policy(self, queue: Queue, policy: Body | None) -> None:
        text = json.dumps(policy) if policy else ""
        queue.states.append((time.time(), {**queue.now, "Policy": text}))


def _tags(tags: dict[str, str]) -> None:
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            raise Refusal(400, INVALID, "A tag cannot be so.")
