"""Faults in UpdateApiKey."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.apigateway.state import ApiKey, as_answered
from conformance.reference.faults import Around, Handler, ServiceState
from conformance.reference.mutations.wrapping import (
    API_KEYS,
    Members,
    answering,
    compared,
    faults,
    hidden,
    on_input,
    storing,
    though_refused,
    upserting,
    wrapping,
)
from conformance.reference.outcome import OperationOutcome

_UPDATE = "UpdateApiKey"
_FIELDS = {
    "name": "name",
    "description": "description",
    "customerId": "customer_id",
    "enabled": "enabled",
}
"""Fields of a stored key by the member's name."""
_PATHS = {f"/{name}".lower(): f"/{name}" for name in _FIELDS}
_SWAPPED = {"/name": "/description", "/description": "/name"}
_DAY = 86_400


def _operations(change: Callable[[list[Any]], list[Any]]) -> Around:
    """Other patch operations than were sent."""
    return on_input(
        lambda members: {**members, "patchOperations": change(members.get("patchOperations") or [])}
    )


def _each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Around:
    return _operations(lambda operations: [change(dict(one)) for one in operations])


def _paths(change: Callable[[str], str]) -> Around:
    return _each(lambda one: {**one, "path": change(one["path"])} if one.get("path") else one)


def _enabling(change: Callable[[Any], str]) -> Around:
    def changed(operation: dict[str, Any]) -> dict[str, Any]:
        if operation.get("path") != "/enabled":
            return operation
        return {**operation, "value": change(operation.get("value"))}

    return _each(changed)


def _stale(member: str) -> Around:
    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        before = world.gateway.keys.get(members["api_Key"])
        outcome = handler(members)
        old = {} if before is None else as_answered(before, empty_texts=False)
        rest = {name: item for name, item in (outcome.body or {}).items() if name != member}
        known = {member: old[member]} if member in old else {}
        return replace(outcome, body={**rest, **known})

    return around


def _reset(member: str, field: str) -> Around:
    def reset(_before: ApiKey | None, after: ApiKey, members: Members) -> ApiKey:
        touched = {one.get("path") for one in members.get("patchOperations") or ()}
        empty: Any = False if member == "enabled" else None
        return after if f"/{member}" in touched else replace(after, **{field: empty})

    return compared(API_KEYS, reset)


def _kept(field: str) -> Around:
    """The stored key has the field as it was before."""
    return compared(
        API_KEYS, lambda before, after, _: replace(after, **{field: getattr(before, field)})
    )


@wrapping
def _wrong_key(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """The newest key is changed, whichever was named; the answer shows the one that was named."""
    keys, name = world.gateway.keys, members["api_Key"]
    meant, newest = keys.get(name), next(reversed(keys.values()), None)
    outcome = handler(members)
    if meant is not None and newest is not None:
        changed = keys[name]
        keys[newest.id] = replace(newest, name=changed.name, description=changed.description)
        if newest.id != name:
            keys[name] = meant
    return outcome


def _new_key(world: ServiceState, key_id: str) -> ApiKey:
    return ApiKey(key_id, key_id * 4, next(world.gateway.sequence), created=1, updated=1)


def _any_path(operation: dict[str, Any]) -> dict[str, Any]:
    if operation.get("path") in _PATHS.values() or operation.get("op") != "replace":
        return operation
    return {"op": "add", "path": "/labels", "value": "x"}


FAULTS = (
    *faults(_UPDATE, "storage", {
        f"{member}:unsaved": (f"The new {member} is answered, and not stored.", _kept(field))
        for member, field in _FIELDS.items()
    }, "update"),
    *faults(_UPDATE, "visibility", {
        f"{member}:stale": (f"The old {member} is answered.", _stale(member)) for member in _FIELDS
    }, "update"),
    *faults(_UPDATE, "storage", {
        f"{member}:reset": (f"An update of others resets {member}.", _reset(member, field))
        for member, field in _FIELDS.items()
    }, "update"),
    *hidden(_UPDATE, "id", *_FIELDS, "createdDate", "lastUpdatedDate", "stageKeys"),
    *faults(_UPDATE, "storage", {
        "lost": ("Nothing of an update is stored.",
                 compared(API_KEYS, lambda before, after, _: before or after)),
        "value": ("An update changes the value.", storing(
            API_KEYS, lambda key: replace(key, value=key.value[1:] + key.value[0]))),
        "untagged": ("An update removes the tags.",
                     storing(API_KEYS, lambda key: replace(key, tags={}))),
    }, "update"),
    *faults(_UPDATE, "time", {
        "frozen-date": ("lastUpdatedDate is not stored.", _kept("updated")),
        "created-date": ("createdDate is set anew.",
                         storing(API_KEYS, lambda key: replace(key, created=key.updated))),
        "date-before": ("lastUpdatedDate is before createdDate.", answering(
            lambda body: {**body, "lastUpdatedDate": body["createdDate"] - _DAY})),
    }, "update"),
    *faults(_UPDATE, "wrong resource", {
        "wrong-key": ("The newest key is updated.", _wrong_key),
        "upsert": ("An unknown key is made.", upserting(API_KEYS, _new_key)),
    }, "update"),
    *faults(_UPDATE, "visibility", {
        "other-id": ("The answer has another id.",
                     answering(lambda body: {**body, "id": body["id"][::-1]})),
    }, "update"),
    *faults(_UPDATE, "refusal", {
        "refusal-touches": ("A refused update is dated.", though_refused(
            API_KEYS, lambda key, _: replace(key, updated=key.updated + 1))),
        "refusal-spoils": ("A refused update empties texts.", though_refused(
            API_KEYS, lambda key, _: replace(key, name=None, description=None))),
        "refusal-switches": ("A refused update toggles.", though_refused(
            API_KEYS, lambda key, _: replace(key, enabled=not key.enabled))),
    }, "update"),
    *faults(_UPDATE, "patch operations", {
        "first-only": ("Only the first operation counts.", _operations(lambda given: given[:1])),
        "last-only": ("Only the last operation counts.", _operations(lambda given: given[-1:])),
        "reversed": ("Operations are applied in reverse.", _operations(lambda given: given[::-1])),
        "ignored": ("No operation is looked at.", _operations(lambda _given: [])),
        "path-case": ("Paths have no case.", _paths(lambda path: _PATHS.get(path.lower(), path))),
        "path-contained": ("A path only needs to contain a known one.", _paths(
            lambda path: next((one for one in _PATHS.values() if one in path), path))),
        "path-bare": ("Paths need no slash.",
                      _paths(lambda path: f"/{path}" if path in _FIELDS else path)),
        "path-any": ("Any path can be replaced.", _each(_any_path)),
        "op-any": ("Any op replaces.", _each(lambda one: {**one, "op": "replace"})),
        "truth": ("Any text but false enables.",
                  _enabling(lambda value: str(value not in {"", "false", None}).lower())),
        "inverted": ("enabled becomes its opposite.",
                     _enabling(lambda value: "false" if value == "true" else "true")),
        "swapped": ("name and description are mixed up.",
                    _paths(lambda path: _SWAPPED.get(path, path))),
        "cut": ("New values end after 64 characters.", _each(
            lambda one: {**one, "value": one["value"][:64]} if one.get("value") else one)),
    }, "update"),
)  # fmt: skip
