"""Tags of IAM: three operations for each kind that can have some."""

from __future__ import annotations

from collections.abc import Callable

from tests.servers.keys.wire import Refused

from .world import Members, Operation, World, page

Tags = list[dict[str, str]]


def checked_tags(tags: Tags) -> None:
    """Refused where two keys are the same but for their case, or one is AWS's own."""
    keys = [one["Key"].lower() for one in tags]
    if len({*keys}) < len(keys):
        raise Refused("InvalidInput", "Duplicate tag keys found. Keys are case insensitive.")
    if any(one.startswith("aws:") for one in keys):
        raise Refused("InvalidInput", "Tag keys with the prefix aws: are reserved.")


def tag_operations(
    world: World,
    kind: str,
    key: str,
    find: Callable[[str], Members],
    keep: Callable[[Members], None],
) -> dict[str, Operation]:
    """TagX, UntagX and ListXTags."""

    def tag(sent: Members) -> None:
        entity = find(sent[key])
        checked_tags(sent["Tags"])
        new = {one["Key"].lower() for one in sent["Tags"]}
        kept = [one for one in entity.get("Tags", []) if one["Key"].lower() not in new]
        if len(kept) + len(new) > 50:
            raise Refused("LimitExceeded", "The number of tags has reached the maximum.", 409)
        keep({**entity, "Tags": kept + sent["Tags"]})

    def untag(sent: Members) -> None:
        entity = find(sent[key])
        gone = {one.lower() for one in sent["TagKeys"]}
        kept = [one for one in entity.get("Tags", []) if one["Key"].lower() not in gone]
        keep({**entity, "Tags": kept})

    def listed(sent: Members) -> Members:
        tags = find(sent[key]).get("Tags", [])
        refuse = Refused("ValidationError", "Invalid Marker.")
        ordered = tags[::-1] if world.on("other-order") else tags
        some, marker = page(world, ordered, sent.get("MaxItems", 100), sent.get("Marker"), refuse)
        return {"Tags": some, "IsTruncated": marker is not None, "Marker": marker}

    return {f"Tag{kind}": tag, f"Untag{kind}": untag, f"List{kind}Tags": listed}
