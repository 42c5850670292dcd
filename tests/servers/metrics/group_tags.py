"""Auto Scaling: the tags of groups, and the filters by them."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.cloud.world import Members
from tests.servers.keys.wire import Refused


def invalid(text: str) -> Refused:
    return Refused("ValidationError", text)


def checked_tags(tags: list[Members], name: str, known: dict[str, Any]) -> dict[str, Any]:
    """What is known, with these."""
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise invalid("Duplicate tag keys are not allowed.")
    for tag in tags:
        if re.match("aws:", tag["Key"], re.IGNORECASE):
            raise invalid("Tag keys that begin with aws: are reserved.")
        if tag.get("ResourceId", name) != name:
            raise invalid("The tag is of another group.")
        if tag.get("ResourceType", "auto-scaling-group") != "auto-scaling-group":
            raise invalid("The resource type is not valid.")
    found = known | {
        tag["Key"]: (tag.get("Value", ""), tag.get("PropagateAtLaunch", False)) for tag in tags
    }
    if len(found) > 50:
        raise Refused("LimitExceeded", "A group has at most 50 tags.")
    return found


def shown_tags(group: Members) -> list[Members]:
    return [
        {"ResourceId": group["AutoScalingGroupName"], "ResourceType": "auto-scaling-group",
         "Key": key, "Value": value, "PropagateAtLaunch": at_launch}
        for key, (value, at_launch) in group["tags"].items()
    ]  # fmt: skip


def fits(group: Members, given: Members) -> bool:
    name, values = given.get("Name", ""), given.get("Values", [])
    if name == "tag-key":
        return any(key in values for key in group["tags"])
    if name == "tag-value":
        return any(value in values for value, _ in group["tags"].values())
    if name.startswith("tag:"):
        return group["tags"].get(name[4:], (None,))[0] in values
    raise invalid(f"Filter {name} is not valid.")
