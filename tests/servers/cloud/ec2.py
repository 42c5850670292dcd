"""EC2: what its parts share. Descriptions with filters, tags, ids that are checked."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

from tests.servers.keys.wire import Refused

from .world import Members, Operation, Store, World, hexadecimal, page

NAMES = {
    "vpc": "VpcID",
    "subnet": "SubnetID",
    "sg": "Group",
    "sgr": "SecurityGroupRuleId",
    "key": "KeyPair",
    "eipalloc": "AllocationID",
}
TYPES = {
    "vpc": "vpc",
    "subnet": "subnet",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "key": "key-pair",
    "eipalloc": "elastic-ip",
}


def invalid(parameter: str, value: Any, why: str = "") -> Refused:
    text = f"Value ({value}) for parameter {parameter} is invalid. {why}"
    return Refused("InvalidParameterValue", text.strip())


class Shelf:
    """The resources of all kinds by id, each with its tags."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Store(world)

    def new(self, prefix: str, members: Members, tags: list[Members]) -> Members:
        made = {**members, "id": f"{prefix}-0{hexadecimal(16)}", "tags": tags}
        made["born"] = self.world.now()
        self.keep(made)
        return made

    def keep(self, resource: Members) -> None:
        self.store.put(resource["id"], resource)

    def drop(self, resource: Members) -> None:
        self.store.drop(resource["id"])

    def arn(self, kind: str, identity: str) -> str:
        world = self.world
        return f"arn:{world.partition}:ec2:{world.region}:{world.account}:{kind}/{identity}"

    def get(self, prefix: str, identity: str, *, seen: bool = False) -> Members:
        """One resource, as it is or as descriptions show it."""
        check_id(prefix, identity)
        found: Members | None = self.store.seen(identity) if seen else self.store.get(identity)
        if found is None or self.store.read(identity) is None:
            code = f"Invalid{NAMES[prefix]}.NotFound"
            raise Refused(code, f"The {TYPES[prefix]} ID '{identity}' does not exist")
        return found

    def all(self, prefix: str) -> list[Members]:
        return [one for one in self.store.all() if one["id"].startswith(f"{prefix}-")]

    def listed(self, prefix: str) -> list[Members]:
        return [one for one in self.store.listed() if one["id"].startswith(f"{prefix}-")]

    def described(
        self, prefix: str, ids: list[str], sent: Members, filters: dict[str, Any]
    ) -> tuple[list[Members], str | None]:
        """The page of what is asked for; `filters` says what each filter compares with."""
        if ids and "MaxResults" in sent:
            text = "The parameter ids cannot be used with the parameter maxResults"
            raise Refused("InvalidParameterCombination", text)
        return self.paged(self.unpaged(prefix, ids, sent, filters), sent)

    def unpaged(
        self, prefix: str, ids: list[str], sent: Members, filters: dict[str, Any]
    ) -> list[Members]:
        """All that is asked for."""
        for identity in ids:
            check_id(prefix, identity)
        found = [self.get(prefix, one, seen=True) for one in ids] if ids else self.listed(prefix)
        for given in sent.get("Filters", []):
            check_filter(given, filters)
        return [one for one in found if self.fits(one, sent, filters)]

    def paged(self, items: list[Any], sent: Members) -> tuple[list[Any], str | None]:
        refuse = invalid("nextToken", sent.get("NextToken"))
        return page(self.world, items, sent.get("MaxResults", 1000), sent.get("NextToken"), refuse)

    def fits(self, one: Members, sent: Members, filters: dict[str, Any]) -> bool:
        return all(self._holds(one, given, filters) for given in sent.get("Filters", []))

    def _holds(self, one: Members, given: Members, filters: dict[str, Any]) -> bool:
        name, wanted = given["Name"], given.get("Values", [])
        if name.startswith("tag:"):
            values = [tag["Value"] for tag in one["tags"] if tag["Key"] == name[4:]]
        elif name == "tag-key":
            values = [tag["Key"] for tag in one["tags"]]
        else:
            found = filters[name](one)
            values = found if isinstance(found, list) else [found]
        texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
        return any(matches(text, pattern) for text in texts for pattern in wanted)


def check_filter(given: Members, filters: dict[str, Any]) -> None:
    name = given.get("Name", "")
    if name not in {*filters, "tag-key"} and not name.startswith("tag:"):
        raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")


def matches(text: str, pattern: str) -> bool:
    """Whether a value fits one of a filter, in which stars and question marks are wild."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def check_id(prefix: str, identity: str) -> None:
    if not re.fullmatch(rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", identity):
        code = "InvalidGroupId" if prefix == "sg" else f"Invalid{NAMES[prefix]}"
        text = f'Invalid id: "{identity}" (expecting "{prefix}-...")'
        raise Refused(f"{code}.Malformed", text)


def checked_tags(tags: list[Members], held: list[Members] | None = None) -> list[Members]:
    """The tags of a resource once these are added; an absent value is the empty one."""
    new = [{"Key": one.get("Key", ""), "Value": one.get("Value", "")} for one in tags]
    if len({one["Key"] for one in new}) < len(new):
        raise Refused("InvalidParameterValue", "Duplicate tag key specified.")
    for one in new:
        key, value = one["Key"], one["Value"]
        if not key or len(key) > 128:
            raise Refused("InvalidParameterValue", "Tag key length must be from 1 to 128.")
        if len(value) > 256:
            raise Refused("InvalidParameterValue", "Tag value exceeds the maximum length of 256.")
        if key.lower().startswith("aws:"):
            raise Refused("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved")
    keys = {one["Key"] for one in new}
    tagged = [one for one in held or [] if one["Key"] not in keys] + new
    if len(tagged) > 50:
        raise Refused("TagLimitExceeded", "The maximum number of Tags for a resource is 50.")
    return tagged


def tags_of(sent: Members, kind: str) -> list[Members]:
    """What TagSpecifications give a new resource of this kind."""
    found: list[Members] = []
    for one in sent.get("TagSpecifications", []):
        if one.get("ResourceType") != kind:
            text = f"'{one.get('ResourceType')}' is not a valid taggable resource type here."
            raise Refused("InvalidParameterValue", text)
        found += one.get("Tags", [])
    return checked_tags(found)


class Tagging:
    """CreateTags, DeleteTags and DescribeTags."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.operations: dict[str, Operation] = {
            "CreateTags": self.create,
            "DeleteTags": self.delete,
            "DescribeTags": self.describe,
        }

    def _resources(self, sent: Members) -> list[Members]:
        found = []
        for identity in sent["Resources"]:
            prefix = identity.partition("-")[0]
            if prefix not in NAMES:
                raise Refused("InvalidID", f"The ID '{identity}' is not valid")
            found.append(self.shelf.get(prefix, identity))
        if not found:
            raise Refused("MissingParameter", "The request must contain resources")
        return found

    def create(self, sent: Members) -> None:
        if not sent["Tags"]:
            raise Refused("MissingParameter", "The request must contain the parameter tag")
        for one in self._resources(sent):
            checked_tags(sent["Tags"], one["tags"])
        dry(sent)
        for one in self._resources(sent):
            self.shelf.keep({**one, "tags": checked_tags(sent["Tags"], one["tags"])})

    def delete(self, sent: Members) -> None:
        found = self._resources(sent)
        dry(sent)
        for one in found:
            self.shelf.keep({**one, "tags": [t for t in one["tags"] if not _goes(t, sent)]})

    def describe(self, sent: Members) -> Members:
        if not 5 <= sent.get("MaxResults", 1000) <= 1000:
            raise invalid("maxResults", sent["MaxResults"])
        dry(sent)
        tags = [
            {**tag, "ResourceId": one["id"], "ResourceType": TYPES[one["id"].partition("-")[0]]}
            for one in self.shelf.store.listed()
            for tag in one["tags"]
        ]
        filters = {
            "key": lambda tag: tag["Key"],
            "value": lambda tag: tag["Value"],
            "resource-id": lambda tag: tag["ResourceId"],
            "resource-type": lambda tag: tag["ResourceType"],
        }
        for given in sent.get("Filters", []):
            check_filter(given, filters)
        found = []
        for tag in tags:
            one = {**tag, "tags": [{"Key": tag["Key"], "Value": tag["Value"]}]}
            if self.shelf.fits(one, sent, filters):
                found.append(tag)
        some, token = self.shelf.paged(found, sent)
        return {"Tags": some, "NextToken": token}


def _goes(tag: Members, sent: Members) -> bool:
    """Whether a tag is one of those to delete; without a value, any value is meant."""
    if "Tags" not in sent:
        return True
    return any(
        tag["Key"] == one.get("Key") and one.get("Value") in {None, tag["Value"]}
        for one in sent["Tags"]
    )


def dry(sent: Members) -> None:
    if sent.get("DryRun"):
        text = "Request would have succeeded, but DryRun flag is set."
        raise Refused("DryRunOperation", text, 412)
