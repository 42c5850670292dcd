"""EventBridge: archives of what buses receive."""

from __future__ import annotations

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .buses import MANAGED_BY, Shelf, invalid
from .patterns import checked_pattern

FILTERS = ("NamePrefix", "EventSourceArn", "State")


class Archives:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("events", self)

    def _archive(self, sent: Members, *, seen: bool = False) -> Members:
        name, archives = sent["ArchiveName"], self.shelf.archives
        found: Members | None = archives.found(name, seen=seen)
        if found is None:
            raise self.shelf.missing(f"Archive {name}")
        return found

    def _state(self, archive: Members) -> str:
        return self.world.state(archive["since"], archive["passing"], "ENABLED")

    def _answer(self, archive: Members) -> Members:
        return {
            "ArchiveArn": self.shelf.arn(f"archive/{archive['ArchiveName']}"),
            "State": self._state(archive),
            "CreationTime": archive["made"],
        }

    def create_archive(self, sent: Members) -> Members:
        name = sent["ArchiveName"]
        bus = self.shelf.bus(sent["EventSourceArn"])["Name"]
        if self.shelf.archives.get(name):
            text = f"Archive {name} already exists."
            raise Refused("ResourceAlreadyExistsException", text)
        if "EventPattern" in sent:
            checked_pattern(sent["EventPattern"])
        now = self.world.now()
        made = {"RetentionDays": 0, **sent, "made": now, "since": now, "passing": "CREATING"}
        self.shelf.archives.put(name, made)
        rule = f"Events-Archive-{name}"
        under = rule if bus == "default" else f"{bus}/{rule}"
        managed = {
            "Name": rule,
            "Arn": self.shelf.arn(f"rule/{under}"),
            "EventBusName": bus,
            "EventPattern": sent.get("EventPattern", '{"replay-name":[{"exists":false}]}'),
            "State": "ENABLED",
            "ManagedBy": MANAGED_BY,
            "tags": {},
            "targets": {},
        }
        self.shelf.rules.put(f"{bus}/{rule}", managed)
        return self._answer(made)

    def describe_archive(self, sent: Members) -> Members:
        archive = self._archive(sent, seen=True)
        shown = {**archive, **self._answer(archive), "SizeBytes": 0, "EventCount": 0}
        for name in ("made", "since", "passing"):
            shown.pop(name)
        return shown

    def list_archives(self, sent: Members) -> Members:
        if len([one for one in FILTERS if one in sent]) > 1:
            raise invalid("At most one filter is allowed for ListArchives.")
        found = []
        for one in self.shelf.archives.listed():
            shown = {**self._answer(one), "SizeBytes": 0, "EventCount": 0}
            shown |= {name: one[name] for name in ("ArchiveName", "EventSourceArn")}
            shown["RetentionDays"] = one["RetentionDays"]
            del shown["ArchiveArn"]
            fits = one["ArchiveName"].startswith(sent.get("NamePrefix", ""))
            if fits and all(sent.get(name, shown[name]) == shown[name] for name in FILTERS[1:]):
                found.append(shown)
        return self.shelf.paged("Archives", found, sent)

    def update_archive(self, sent: Members) -> Members:
        archive = self._archive(sent)
        if "EventPattern" in sent:
            checked_pattern(sent["EventPattern"])
        changed = {**archive, **sent, "since": self.world.now(), "passing": "UPDATING"}
        self.shelf.archives.put(archive["ArchiveName"], changed)
        return self._answer(changed)

    def delete_archive(self, sent: Members) -> Members:
        archive = self._archive(sent)
        bus = archive["EventSourceArn"].rpartition("event-bus/")[2]
        self.shelf.rules.drop(f"{bus}/Events-Archive-{archive['ArchiveName']}")
        self.shelf.archives.drop(archive["ArchiveName"])
        return {}
