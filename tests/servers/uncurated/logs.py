"""CloudWatch Logs: which operations it has; groups, their retention and their tags."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from tests.servers.keys.wire import Members, Refused

from .log_destinations import LogDestinations
from .log_events import LogEvents
from .log_filters import LogFilters
from .log_store import Group, LogStore, invalid, millis
from .log_tags import LogTags
from .readings import World
from .service import Service
from .shelf import in_any_order

RETENTIONS = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
}  # fmt: skip

KINDS = {
    "STANDARD": {"STANDARD"},
    "DELIVERY": {"DELIVERY"},
    "INFREQUENT_ACCESS": {"INFREQUENT_ACCESS", "ESSENTIALS"},
    "ESSENTIALS": {"INFREQUENT_ACCESS", "ESSENTIALS"},
}
"""Which groups a description shows that is asked for those of a class."""


class Logs(Service):
    """The operations on groups, and those of the other parts."""

    name = "logs"
    target = "Logs_20140328"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.store = LogStore(world)
        destinations = LogDestinations(self.store)
        self.operations = {
            "CreateLogGroup": self.create,
            "DeleteLogGroup": self.delete,
            "DescribeLogGroups": self.describe,
            "PutRetentionPolicy": self.put_retention,
            "DeleteRetentionPolicy": self.delete_retention,
            "PutLogGroupDeletionProtection": self.protect,
            "AssociateKmsKey": self.associate,
            "DisassociateKmsKey": self.disassociate,
            **LogEvents(self.store).operations,
            **LogFilters(self.store).operations,
            "ListLogGroups": self.summaries,
            **destinations.operations,
            **LogTags(self.store, destinations.all).operations,
        }
        for number in range(60 if world.on("populated") else 0):
            name = f"/aws/lambda/{number:03}-nightly"
            self.store.groups.put(name, Group(name, 1.6e9 + number), long_ago=True)

    def invalid(self, operation: str, why: str) -> str:
        del operation, why
        other = self.world.on("other-codes")
        return "ValidationException" if other else "InvalidParameterException"

    def create(self, sent: Members) -> None:
        name = sent["logGroupName"]
        tags = sent.get("tags", {})
        if name.startswith("aws/"):
            raise invalid("Log groups of this name are those of AWS.")
        if any(key.lower().startswith("aws:") for key in tags):
            raise invalid("Tags of this name are those of AWS.")
        self._key_is_there(sent.get("kmsKeyId"))
        if name in self.store.groups:
            raise Refused(
                "ResourceAlreadyExistsException", "The specified log group already exists"
            )
        group = Group(name, time.time(), tags=dict(tags), key=sent.get("kmsKeyId"))
        group.kind = sent.get("logGroupClass", "STANDARD")
        group.protected = sent.get("deletionProtectionEnabled", False)
        self.store.groups.put(name, group)

    def _key_is_there(self, key: str | None) -> None:
        if key is None:
            return
        right = re.fullmatch(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/.+", key)
        if not right or self.world.on("unreachable"):
            raise invalid("The specified KMS key does not exist or is not allowed to be used.")

    def delete(self, sent: Members) -> None:
        group = self.store.group(sent, changes=True)
        if group.protected:
            raise Refused("ValidationException", "The log group is protected from deletion.")
        self.store.groups.pop(group.name)

    def describe(self, sent: Members) -> Members:
        prefix, pattern = sent.get("logGroupNamePrefix"), sent.get("logGroupNamePattern")
        wanted = sent.get("logGroupIdentifiers")
        if prefix is not None and pattern is not None:
            raise invalid("Either a prefix or a pattern.")
        if wanted and (prefix or pattern or "logGroupClass" in sent):
            raise invalid("Names of log groups, and no other filter.")
        names = {self.store.named(one) for one in wanted or ()}
        groups = [
            group
            for group in sorted(self.store.groups.listed(), key=lambda one: one.name)
            if group.name.startswith(prefix or "")
            and (pattern or "") in group.name
            and group.kind in KINDS.get(sent.get("logGroupClass", ""), {group.kind})
            and (not wanted or group.name in names)
        ]
        if "accountIdentifiers" in sent and sent.get("includeLinkedAccounts"):
            own = not sent["accountIdentifiers"] or self.world.account in sent["accountIdentifiers"]
            groups = groups if own else []
        page, token = self.store.paged(groups, sent)
        return {"logGroups": [self._shown(one, brief=bool(pattern)) for one in page],
                "nextToken": token}  # fmt: skip

    def _shown(self, group: Group, *, brief: bool) -> Members:
        arn = self.store.arn(group.name)
        shown: Members = {
            "logGroupName": group.name,
            "creationTime": millis(group.made),
            "arn": f"{arn}:*",
        }
        if brief:
            return shown
        counts = {"metricFilterCount": len(group.metric_filters), "storedBytes": 0}
        shown |= {**counts, "logGroupClass": group.kind, "logGroupArn": arn}
        if group.protected or self.world.on("defaults-shown"):
            shown["deletionProtectionEnabled"] = group.protected
        return shown | {"retentionInDays": group.retention, "kmsKeyId": group.key}

    def summaries(self, sent: Members) -> Members:
        parts = sent.get("logGroupNamePattern", "").split("|")
        groups = [
            group
            for group in self.store.groups.listed()
            if any(
                group.name.startswith(part[1:]) if part[:1] == "^" else part in group.name
                for part in parts
            )
            and sent.get("logGroupClass", group.kind) == group.kind
            and not {"dataSources", "fieldIndexNames"} & sent.keys()
            and all(_tagged(group, one) for one in sent.get("logGroupTags", ()))
        ]
        page, token = self.store.paged(in_any_order(self.world, groups), sent)
        shown = [
            {"logGroupName": one.name, "logGroupArn": self.store.arn(one.name),
             "logGroupClass": one.kind}
            for one in page
        ]  # fmt: skip
        return {"logGroups": shown, "nextToken": token}

    def put_retention(self, sent: Members) -> None:
        days = sent["retentionInDays"]
        self._in_order(
            sent, days in RETENTIONS, "The retention is none of the days that are possible."
        )
        group = self.store.group(sent, changes=True)
        group.retention = days
        self.store.groups.put(group.name, group)

    def _in_order(self, sent: Members, right: bool, why: str) -> None:
        """Refuse a wrong member, before or after the group is looked up."""
        if self.world.on("early-look-up"):
            self.store.group(sent)
        if not right:
            raise invalid(why)

    def delete_retention(self, sent: Members) -> None:
        group = self.store.group(sent, changes=True)
        group.retention = None
        self.store.groups.put(group.name, group)

    def protect(self, sent: Members) -> None:
        group = self.store.identified(sent["logGroupIdentifier"])
        group.protected = sent["deletionProtectionEnabled"]
        self.store.groups.put(group.name, group)

    def associate(self, sent: Members) -> None:
        self._key_is_there(sent["kmsKeyId"])
        self._keyed(sent, sent["kmsKeyId"])

    def disassociate(self, sent: Members) -> None:
        self._keyed(sent, None)

    def _keyed(self, sent: Members, key: str | None) -> None:
        if ("logGroupName" in sent) == ("resourceIdentifier" in sent):
            raise invalid("Either a log group or a resource.")
        find: Callable[[], Group] = lambda: (  # noqa: E731
            self.store.group(sent)
            if "logGroupName" in sent
            else self.store.identified(sent["resourceIdentifier"])
        )
        group = find()
        group.key = key
        self.store.groups.put(group.name, group)


def _tagged(group: Group, wanted: Members) -> bool:
    """Whether a group has a tag with one of the wanted values, or any where none is wanted."""
    has = group.tags.get(wanted["key"])
    values = wanted.get("values") or ["*"]
    patterns = [re.escape(one).replace(r"\*", ".*") for one in values]
    return has is not None and any(re.fullmatch(one, has) for one in patterns)
