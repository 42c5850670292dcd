"""Tags of log groups, by the operations of today and by those of before."""

from __future__ import annotations

from collections.abc import Iterable

from tests.servers.keys.wire import Members, Refused

from .log_store import Group, LogStore, invalid, missing
from .service import Operation


class LogTags:
    """The six operations."""

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self.operations: dict[str, Operation] = {
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.tags,
            "TagLogGroup": self.tag_group,
            "UntagLogGroup": self.untag_group,
            "ListTagsLogGroup": self.tags_of_group,
        }

    def _at(self, arn: str) -> Group:
        if ":log-group:" not in arn:
            raise invalid("This is no ARN of a log group.")
        group = self.store.groups.get(arn.split(":log-group:", 1)[1])
        if group is None or self.store.arn(group.name) != arn:
            raise missing("The specified resource does not exist.")
        return group

    def tag(self, sent: Members) -> None:
        self._tagged(self._at(sent["resourceArn"]), sent["tags"], "TooManyTagsException")

    def tag_group(self, sent: Members) -> None:
        self._tagged(self.store.group(sent), sent["tags"], "InvalidParameterException")

    def _tagged(self, group: Group, tags: dict[str, str], too_many: str) -> None:
        if any(key.lower().startswith("aws:") for key in tags):
            raise invalid("Tags of this name are those of AWS.")
        if len(group.tags | tags) > 50:
            raise Refused(too_many, "A resource has at most 50 tags.")
        group.tags |= tags
        self.store.groups.put(group.name, group)

    def untag(self, sent: Members) -> None:
        self._untagged(self._at(sent["resourceArn"]), sent["tagKeys"])

    def untag_group(self, sent: Members) -> None:
        self._untagged(self.store.group(sent), sent["tags"])

    def _untagged(self, group: Group, keys: Iterable[str]) -> None:
        for key in keys:
            group.tags.pop(key, None)
        self.store.groups.put(group.name, group)

    def tags(self, sent: Members) -> Members:
        return {"tags": self._at(sent["resourceArn"]).tags}

    def tags_of_group(self, sent: Members) -> Members:
        return {"tags": self.store.group(sent).tags}
