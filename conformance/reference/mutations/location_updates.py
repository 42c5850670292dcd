"""Faults in UpdateKey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.faults import Around, Handler, InjectedFault
from conformance.reference.location import wording
from conformance.reference.location.state import LocationKey
from conformance.reference.mutations.rewriting import successes, without
from conformance.reference.mutations.wrapping import (
    Members,
    on_body,
    on_input,
    on_location_key,
    on_refusal,
)
from conformance.reference.outcome import OperationOutcome, Refused
from conformance.reference.service_state import ServiceState

_DAY = 86_400_000
_FIELDS = {"Description": "description", "ExpireTime": "expires", "Restrictions": "restrictions"}
"""Fields of a stored key by the member's name."""


def _fault(name: str, kind: str, summary: str, around: Around) -> InjectedFault:
    return InjectedFault(f"UpdateKey:{name}", kind, summary, around={"UpdateKey": around})


def _stored(
    name: str,
    kind: str,
    summary: str,
    change: Callable[[LocationKey, LocationKey, Members], LocationKey],
) -> InjectedFault:
    def changed(before: LocationKey | None, after: LocationKey, members: Members) -> LocationKey:
        return after if before is None else change(before, after, members)

    return _fault(name, kind, summary, on_location_key(changed))


def _unsaved(member: str, field: str) -> InjectedFault:
    def keep(before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
        return replace(after, **{field: getattr(before, field)}) if member in members else after

    return _stored(f"{member}:unsaved", "storage", f"The new {member} is not stored.", keep)


def _reset(member: str, field: str) -> InjectedFault:
    def reset(_before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
        empty: Any = {} if member == "Restrictions" else None
        return after if member in members else replace(after, **{field: empty})

    return _stored(f"{member}:reset", "storage", f"An update of others resets {member}.", reset)


def _hidden(member: str) -> InjectedFault:
    return InjectedFault(
        id=f"show:UpdateKey:{member}:missing",
        kind="visibility",
        summary=f"UpdateKey does not show {member}.",
        answer=successes(without(member), "UpdateKey"),
    )


def _merged(before: LocationKey, after: LocationKey, _members: Members) -> LocationKey:
    return replace(after, restrictions={**before.restrictions, **after.restrictions})


def _appended(before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
    if "Restrictions" not in members:
        return after
    old = before.restrictions.get("AllowActions", [])
    new = [*old, *(one for one in after.restrictions["AllowActions"] if one not in old)]
    return replace(after, restrictions={**after.restrictions, "AllowActions": new})


def _still_expiring(before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
    return replace(after, expires=before.expires) if members.get("NoExpiry") else after


def _frozen(before: LocationKey, after: LocationKey, _members: Members) -> LocationKey:
    return replace(after, updated=before.updated)


def _created_anew(_before: LocationKey, after: LocationKey, _members: Members) -> LocationKey:
    return replace(after, created=after.updated + 1)


def _rotated(_before: LocationKey, after: LocationKey, _members: Members) -> LocationKey:
    return replace(after, value=after.value[:-1] + ("a" if after.value[-1] != "a" else "b"))


def _later(_before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
    moved = after.expires + _DAY if after.expires is not None else None
    return replace(after, expires=moved) if "ExpireTime" in members else after


def _untagged(_before: LocationKey, after: LocationKey, _members: Members) -> LocationKey:
    return replace(after, tags={})


def _first_only(before: LocationKey, after: LocationKey, members: Members) -> LocationKey:
    """Of Description, ExpireTime and Restrictions in one request only the first is stored."""
    asked = [field for member, field in _FIELDS.items() if member in members]
    return replace(after, **{field: getattr(before, field) for field in asked[1:]})


def _lost(before: LocationKey, _after: LocationKey, _members: Members) -> LocationKey:
    return before


def _trimmed(_before: LocationKey, after: LocationKey, _members: Members) -> LocationKey:
    return replace(after, description=after.description and after.description.strip())


def _cut(_before: LocationKey, after: LocationKey, _members: Members) -> LocationKey:
    return replace(after, description=after.description and after.description[:255])


def _spoiled(world: ServiceState, members: Members) -> None:
    key = world.location.keys.get(members["KeyName"])
    if key is not None:
        described = members.get("Description", "refused")
        world.location.keys[key.name] = replace(key, description=described)


def _touched(world: ServiceState, members: Members) -> None:
    key = world.location.keys.get(members["KeyName"])
    if key is not None:
        world.location.keys[key.name] = replace(key, updated=key.updated + 1)


def _upsert(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        name, keys = members["KeyName"], world.location.keys
        keys.setdefault(
            name, LocationKey(name, "v1.public.new", 0, created=0, updated=0, restrictions={})
        )
        return handler(members)

    return handle


def _neighbour(world: ServiceState, handler: Handler) -> Handler:
    """The newest key gets the change too."""

    def handle(members: Members) -> OperationOutcome:
        outcome = handler(members)
        keys = world.location.keys
        newest = max(keys.values(), key=lambda key: key.sequence)
        changed = keys[members["KeyName"]]
        keys[newest.name] = replace(
            newest, description=changed.description, expires=changed.expires
        )
        return outcome

    return handle


def _needs_force(_world: ServiceState, handler: Handler) -> Handler:
    """ForceUpdate is wanted whatever is updated, used or not."""

    def handle(members: Members) -> OperationOutcome:
        if not members.get("ForceUpdate"):
            raise Refused(wording.invalid("You must set 'ForceUpdate' to true."))
        return handler(members)

    return handle


def _force_refused(_world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        if "ForceUpdate" in members:
            raise Refused(wording.invalid("'ForceUpdate' is not supported."))
        return handler(members)

    return handle


def _force_counts(members: dict[str, Any]) -> Members:
    """Only ForceUpdate is as good as a change."""
    if members.get("ForceUpdate") is None or len(members) > len(("KeyName", "ForceUpdate")):
        return members
    return {**members, "Restrictions": {}}


def _without_no_expiry(members: dict[str, Any]) -> Members:
    return {name: value for name, value in members.items() if name != "NoExpiry"}


def _upper(_members: Members, body: dict[str, Any]) -> Members:
    return {**body, "KeyName": body["KeyName"].upper()}


def _old_arn(_members: Members, body: dict[str, Any]) -> Members:
    return {**body, "KeyArn": body["KeyArn"] + "-old"}


def _described(_members: Members, body: dict[str, Any]) -> Members:
    return {**body, "UpdateTime": "2001-01-01T00:00:00.000Z"}


FAULTS = (
    *(_unsaved(member, field) for member, field in _FIELDS.items()),
    *(_reset(member, field) for member, field in _FIELDS.items()),
    *(_hidden(member) for member in ("KeyArn", "KeyName", "UpdateTime")),
    _stored("lost", "storage", "Nothing of an update is stored.", _lost),
    _stored("first-only", "storage", "Of several members one is stored.", _first_only),
    _stored("restrictions-merged", "storage", "Restrictions are merged.", _merged),
    _stored("actions-appended", "storage", "AllowActions are appended.", _appended),
    _stored("no-expiry-unsaved", "storage", "NoExpiry does not end an expiry.", _still_expiring),
    _stored("frozen-time", "time", "UpdateTime is not stored.", _frozen),
    _stored("create-time", "time", "CreateTime is set anew.", _created_anew),
    _stored("value", "storage", "An update changes the key's value.", _rotated),
    _stored("expiry-later", "storage", "ExpireTime is stored a day later.", _later),
    _stored("untagged", "storage", "An update removes the tags.", _untagged),
    _stored("description-trimmed", "storage", "Description is trimmed.", _trimmed),
    _stored("description-cut", "storage", "Description ends after 255 characters.", _cut),
    _fault("refusal-spoils", "refusal", "A refused update sets Description.", on_refusal(_spoiled)),
    _fault("refusal-touches", "refusal", "A refused update is dated.", on_refusal(_touched)),
    _fault("upsert", "wrong resource", "An unknown key is made.", _upsert),
    _fault("neighbour", "wrong resource", "The newest key is updated too.", _neighbour),
    _fault("needs-force", "rule across members", "ForceUpdate is always wanted.", _needs_force),
    _fault("force-refused", "rule across members", "ForceUpdate is refused.", _force_refused),
    _fault(
        "force-counts",
        "rule across members",
        "ForceUpdate alone is enough.",
        on_input(_force_counts),
    ),
    _fault(
        "no-expiry-ignored",
        "rule across members",
        "NoExpiry is ignored.",
        on_input(_without_no_expiry),
    ),
    _fault("other-name", "visibility", "KeyName is answered in upper case.", on_body(_upper)),
    _fault("other-arn", "visibility", "KeyArn is another key's.", on_body(_old_arn)),
    _fault("old-time", "time", "UpdateTime is answered years ago.", on_body(_described)),
)
