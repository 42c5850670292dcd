"""Destinations: what other accounts send their log events to."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from tests.servers.keys.policies import checked_policy
from tests.servers.keys.wire import Members, Refused

from .log_filters import ROLE
from .log_store import LogStore, invalid, millis, missing
from .service import Operation
from .shelf import Shelf

TARGET = re.compile(
    r"arn:[a-z-]+:(kinesis|firehose):[a-z0-9-]+:\d{12}:(stream|deliverystream)/[\w.-]+"
)


@dataclass
class Destination:
    name: str
    arn: str
    made: float
    target: str
    role: str
    policy: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


class LogDestinations:
    """The operations on destinations."""

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self.all: Shelf[Destination] = Shelf(store.world)
        self.operations: dict[str, Operation] = {
            "PutDestination": self.put,
            "PutDestinationPolicy": self.put_policy,
            "DeleteDestination": self.delete,
            "DescribeDestinations": self.describe,
        }

    def put(self, sent: Members) -> Members:
        name, target, role = sent["destinationName"], sent["targetArn"], sent["roleArn"]
        if not TARGET.fullmatch(target) or not ROLE.fullmatch(role):
            raise invalid("These are no ARNs of a stream and a role.")
        if self.store.world.on("unreachable"):
            raise invalid("Could not deliver a test message to the specified destination.")
        known = self.all.get(name)
        if known is None:
            arn = self.store.world.arn("logs", f"destination:{name}")
            tags = dict(sent.get("tags", {}))
            known = Destination(name, arn, time.time(), target, role, tags=tags)
        known.target, known.role = target, role
        self.all.put(name, known)
        return {"destination": self._shown(known)}

    def _shown(self, one: Destination) -> Members:
        return {
            "destinationName": one.name,
            "targetArn": one.target,
            "roleArn": one.role,
            "accessPolicy": one.policy,
            "arn": one.arn,
            "creationTime": millis(one.made),
        }

    def put_policy(self, sent: Members) -> None:
        try:
            checked_policy(sent["accessPolicy"], resource=False)
        except Refused as refused:
            raise invalid("The access policy is not valid.") from refused
        known = self.all.get(sent["destinationName"])
        if known is None:
            raise invalid("The specified destination does not exist.")
        known.policy = sent["accessPolicy"]
        self.all.put(known.name, known)

    def delete(self, sent: Members) -> None:
        if self.all.pop(sent["destinationName"]) is None:
            raise missing("The specified destination does not exist.")

    def describe(self, sent: Members) -> Members:
        prefix = sent.get("DestinationNamePrefix", "")
        found = [one for one in self.all.listed() if one.name.startswith(prefix)]
        found.sort(key=lambda one: one.name)
        page, token = self.store.paged(found, sent)
        return {"destinations": [self._shown(one) for one in page], "nextToken": token}
