"""Faults in UpdateKey."""

from dataclasses import replace
from typing import Any

from conformance.reference.faults import Around, Handler, ServiceState
from conformance.reference.location import wording
from conformance.reference.location.state import LocationKey
from conformance.reference.mutations.wrapping import (
    LOCATION_KEYS,
    Members,
    answering,
    compared,
    faults,
    hidden,
    ignoring,
    on_input,
    storing,
    though_refused,
    upserting,
    wrapping,
)
from conformance.reference.outcome import OperationOutcome, Refused

_UPDATE = "UpdateKey"
_DAY = 86_400_000
_FIELDS = {"Description": "description", "ExpireTime": "expires", "Restrictions": "restrictions"}
"""Fields of a stored key by the member's name."""


def _unsaved(member: str, field: str) -> Around:
    def keep(before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
        return replace(after, **{field: getattr(before, field)}) if member in members else after

    return compared(LOCATION_KEYS, keep)


def _reset(member: str, field: str) -> Around:
    def reset(_before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
        empty: Any = {} if member == "Restrictions" else None
        return after if member in members else replace(after, **{field: empty})

    return compared(LOCATION_KEYS, reset)


def _appended(before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
    if "Restrictions" not in members:
        return after
    old = before.restrictions.get("AllowActions", [])
    new = [*old, *(one for one in after.restrictions["AllowActions"] if one not in old)]
    return replace(after, restrictions={**after.restrictions, "AllowActions": new})


def _first_only(before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
    """Of Description, ExpireTime and Restrictions in one request only the first is stored."""
    updated = [field for member, field in _FIELDS.items() if member in members]
    return replace(after, **{field: getattr(before, field) for field in updated[1:]})


def _new_key(_world: ServiceState, name: str) -> LocationKey:
    return LocationKey(name, "v1.public.new", 0, created=0, updated=0, restrictions={})


@wrapping
def _neighbour(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """The newest key gets the change too."""
    outcome = handler(members)
    keys = world.location.keys
    newest = max(keys.values(), key=lambda key: key.sequence)
    changed = keys[members["KeyName"]]
    keys[newest.name] = replace(newest, description=changed.description, expires=changed.expires)
    return outcome


@wrapping
def _needs_force(_world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """ForceUpdate is wanted whatever is updated, used or not."""
    if not members.get("ForceUpdate"):
        raise Refused(wording.invalid("You must set 'ForceUpdate' to true."))
    return handler(members)


@wrapping
def _force_refused(_world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    if "ForceUpdate" in members:
        raise Refused(wording.invalid("'ForceUpdate' is not supported."))
    return handler(members)


def _force_counts(members: dict[str, Any]) -> Members:
    """Only ForceUpdate is as good as a change."""
    if members.get("ForceUpdate") is None or len(members) > len(("KeyName", "ForceUpdate")):
        return members
    return {**members, "Restrictions": {}}


FAULTS = (
    *faults(_UPDATE, "storage", {
        f"{member}:unsaved": (f"The new {member} is not stored.", _unsaved(member, field))
        for member, field in _FIELDS.items()
    }),
    *faults(_UPDATE, "storage", {
        f"{member}:reset": (f"An update of others resets {member}.", _reset(member, field))
        for member, field in _FIELDS.items()
    }),
    *hidden(_UPDATE, "KeyArn", "KeyName", "UpdateTime"),
    *faults(_UPDATE, "storage", {
        "lost": ("Nothing of an update is stored.",
                 compared(LOCATION_KEYS, lambda before, *_: before)),
        "first-only": ("Of several members one is stored.", compared(LOCATION_KEYS, _first_only)),
        "restrictions-merged": ("Restrictions are merged.", compared(
            LOCATION_KEYS, lambda before, after, _: replace(
                after, restrictions={**before.restrictions, **after.restrictions}))),
        "actions-appended": ("AllowActions are appended.", compared(LOCATION_KEYS, _appended)),
        "no-expiry-unsaved": ("NoExpiry does not end an expiry.", compared(
            LOCATION_KEYS, lambda before, after, members: replace(
                after, expires=before.expires if members.get("NoExpiry") else after.expires))),
        "value": ("An update changes the key's value.", storing(
            LOCATION_KEYS, lambda key: replace(
                key, value=key.value[:-1] + ("b" if key.value[-1] == "a" else "a")))),
        "expiry-later": ("ExpireTime is stored a day later.", compared(
            LOCATION_KEYS, lambda _, after, members: replace(
                after, expires=after.expires + _DAY) if "ExpireTime" in members else after)),
        "untagged": ("An update removes the tags.",
                     storing(LOCATION_KEYS, lambda key: replace(key, tags={}))),
        "description-trimmed": ("Description is trimmed.", storing(
            LOCATION_KEYS, lambda key: replace(
                key, description=key.description and key.description.strip()))),
        "description-cut": ("Description ends after 255 characters.", storing(
            LOCATION_KEYS, lambda key: replace(
                key, description=key.description and key.description[:255]))),
    }),
    *faults(_UPDATE, "time", {
        "frozen-time": ("UpdateTime is not stored.", compared(
            LOCATION_KEYS, lambda before, after, _: replace(after, updated=before.updated))),
        "create-time": ("CreateTime is set anew.", storing(
            LOCATION_KEYS, lambda key: replace(key, created=key.updated + 1))),
        "old-time": ("UpdateTime is answered years ago.",
                     answering(lambda body: {**body, "UpdateTime": "2001-01-01T00:00:00.000Z"})),
    }),
    *faults(_UPDATE, "refusal", {
        "refusal-spoils": ("A refused update sets Description.", though_refused(
            LOCATION_KEYS, lambda key, members: replace(
                key, description=members.get("Description", "refused")))),
        "refusal-touches": ("A refused update is dated.", though_refused(
            LOCATION_KEYS, lambda key, _: replace(key, updated=key.updated + 1))),
    }),
    *faults(_UPDATE, "wrong resource", {
        "upsert": ("An unknown key is made.", upserting(LOCATION_KEYS, _new_key)),
        "neighbour": ("The newest key is updated too.", _neighbour),
    }),
    *faults(_UPDATE, "rule across members", {
        "needs-force": ("ForceUpdate is always wanted.", _needs_force),
        "force-refused": ("ForceUpdate is refused.", _force_refused),
        "force-counts": ("ForceUpdate alone is enough.", on_input(_force_counts)),
        "no-expiry-ignored": ("NoExpiry is ignored.", ignoring("NoExpiry")),
    }),
    *faults(_UPDATE, "visibility", {
        "other-name": ("KeyName is answered in upper case.",
                       answering(lambda body: {**body, "KeyName": body["KeyName"].upper()})),
        "other-arn": ("KeyArn is another key's.",
                      answering(lambda body: {**body, "KeyArn": body["KeyArn"] + "-old"})),
    }),
)  # fmt: skip
