"""Tags of log groups, by the operations of today and by those of before."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.servers.keys.wire import Members, Refused

from .log_destinations import Destination
from .log_store import Group, LogStore, invalid, missing
from .service import Operation
from .shelf import Shelf


class LogTags:
    """The six operations."""

    def __init__(self, store: LogStore, destinations: Shelf[Destination]) -> None:
        self.store = store
        self.destinations = destinations
        self.operations: dict[str, Operation] = {
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.tags,
            "TagLogGroup": self.tag_group,
            "UntagLogGroup": self.untag_group,
            "ListTagsLogGroup": self.tags_of_group,
        }

    def _at(self, arn: str) -> Group | Destination:
        known = re.fullmatch(r"arn:[^:]+:logs:[^:]+:\d{12}:(log-group|destination):([^:]+)", arn)
        if not known:
            raise invalid("This is no ARN of a log group or a destination.")
        own = self.store.world.arn("logs", f"{known[1]}:{known[2]}") == arn
        shelf = self.store.groups if known[1] == "log-group" else self.destinations
        found: Group | Destination | None = shelf.get(known[2]) if own else None
        if found is None:
            raise missing("The specified resource does not exist.")
        return found

    def _keep(self, one: Group | Destination) -> None:
        if isinstance(one, Group):
            self.store.groups.put(one.name, one)
        else:
            self.destinations.put(one.name, one)

    def tag(self, sent: Members) -> None:
        self._tagged(self._at(sent["resourceArn"]), sent["tags"], "TooManyTagsException")

    def tag_group(self, sent: Members) -> None:
        self._tagged(self.store.group(sent), sent["tags"], "InvalidParameterException")

    def _tagged(self, group: Group | Destination, tags: dict[str, str], too_many: str) -> None:
        if any(key.lower().startswith("aws:") for key in tags):
            raise invalid("Tags of this name are those of AWS.")
        if len(group.tags | tags) > 50:
            raise Refused(too_many, "A resource has at most 50 tags.")
        group.tags |= tags
        self._keep(group)

    def untag(self, sent: Members) -> None:
        self._untagged(self._at(sent["resourceArn"]), sent["tagKeys"])

    def untag_group(self, sent: Members) -> None:
        self._untagged(self.store.group(sent), sent["tags"])

    def _untagged(self, group: Group | Destination, keys: Iterable[str]) -> None:
        for key in keys:
            group.tags.pop(key, None)
        self._keep(group)

    def tags(self, sent: Members) -> Members:
        return {"tags": self._at(sent["resourceArn"]).tags}

    def tags_of_group(self, sent: Members) -> Members:
        return {"tags": self.store.group(sent).tags}
