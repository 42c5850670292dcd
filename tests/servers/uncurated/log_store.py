"""What CloudWatch Logs keeps, and how requests speak of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.servers.keys.wire import Members, Refused

from .readings import World
from .shelf import Shelf, paged

T = TypeVar("T")


@dataclass
class Event:
    """A line of a log; times in milliseconds."""

    at: int
    message: str
    taken: int
    id: str


@dataclass
class Stream:
    """A stream of a group."""

    name: str
    made: float
    events: list[Event] = field(default_factory=list)


@dataclass
class Group:
    """A log group with all that is in it."""

    name: str
    made: float
    tags: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    kind: str = "STANDARD"
    protected: bool = False
    retention: int | None = None
    metric_filters: dict[str, Members] = field(default_factory=dict)
    subscriptions: dict[str, Members] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)


class LogStore:
    """All groups, and whatever else there is."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.groups: Shelf[Group] = Shelf(world)

    def arn(self, name: str) -> str:
        return self.world.arn("logs", f"log-group:{name}")

    def group(self, sent: Members, *, changes: bool = False) -> Group:
        """The group that a request names; one that was changed just now may not be again."""
        group = self._found(sent["logGroupName"])
        if changes and self.groups.is_fresh(group.name):
            text = "A conflicting operation is currently in progress against this resource."
            raise Refused("OperationAbortedException", f"{text} Please try again.")
        return group

    def _found(self, name: str) -> Group:
        group = self.groups.get(name)
        if group is None:
            raise missing("The specified log group does not exist.")
        return group

    def named(self, identifier: str) -> str:
        """The name in an identifier, which is a name or an ARN."""
        if not identifier.startswith("arn:"):
            return identifier
        found = re.fullmatch(r"arn:[^:]+:logs:[^:]+:\d{12}:log-group:([^:]+)(:\*)?", identifier)
        if not found:
            raise invalid("This is no ARN of a log group.")
        return found[1] if self.arn(found[1]) in identifier else ""

    def identified(self, identifier: str) -> Group:
        return self._found(self.named(identifier))

    def asked(self, sent: Members) -> Group:
        """The group of a request that has its name or its identifier."""
        if ("logGroupName" in sent) == ("logGroupIdentifier" in sent):
            raise invalid("Either logGroupName or logGroupIdentifier.")
        if "logGroupName" in sent:
            return self.group(sent)
        return self.identified(sent["logGroupIdentifier"])

    def paged(
        self, things: Sequence[T], sent: Members, size: int = 50, member: str = "limit"
    ) -> tuple[list[T], str | None]:
        def refuse() -> None:
            raise invalid("The specified nextToken is invalid.")

        return paged(self.world, things, sent.get("nextToken"), sent.get(member, size), refuse)


def invalid(why: str) -> Refused:
    return Refused("InvalidParameterException", why)


def missing(why: str) -> Refused:
    return Refused("ResourceNotFoundException", why)


def millis(moment: float) -> int:
    return int(moment * 1000)
