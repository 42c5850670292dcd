"""Faults in UpdateApiKey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.apigateway.state import ApiKey, shown
from conformance.reference.faults import Around, Handler, ServiceState
from conformance.reference.mutations.wrapping import (
    Members,
    faults,
    hidden,
    on_api_key,
    on_body,
    on_input,
    on_refusal,
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
_DAY = 86_400


def _operations(change: Callable[[list[Any]], list[Any]]) -> Around:
    """Other patch operations than were sent."""
    return on_input(
        lambda members: {**members, "patchOperations": change(members.get("patchOperations") or [])}
    )


def _each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Around:
    return _operations(lambda operations: [change(dict(one)) for one in operations])


def _stale(member: str) -> Around:
    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        before = world.gateway.keys.get(members["api_Key"])
        outcome = handler(members)
        old = {} if before is None else shown(before, empty_texts=False)
        rest = {name: item for name, item in (outcome.body or {}).items() if name != member}
        known = {member: old[member]} if member in old else {}
        return replace(outcome, body={**rest, **known})

    return around


def _reset(member: str, field: str) -> Around:
    def reset(_before: ApiKey | None, after: ApiKey, members: Members) -> ApiKey:
        touched = {one.get("path") for one in members.get("patchOperations") or ()}
        empty: Any = False if member == "enabled" else None
        return after if f"/{member}" in touched else replace(after, **{field: empty})

    return on_api_key(reset)


def _kept(field: str) -> Around:
    """The stored key has the field as it was before."""
    return on_api_key(lambda before, after, _: replace(after, **{field: getattr(before, field)}))


def _stored(change: Callable[[ApiKey], ApiKey]) -> Around:
    """The key is stored otherwise than it is answered."""
    return on_api_key(lambda _before, after, _members: change(after))


def _though_refused(change: Callable[[ApiKey], ApiKey]) -> Around:
    """A refused update changes the key all the same."""

    def act(world: ServiceState, members: Members) -> None:
        key = world.gateway.keys.get(members["api_Key"])
        if key is not None:
            world.gateway.keys.put(change(key))

    return on_refusal(act)


@wrapping
def _wrong_key(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """The newest key is changed, whichever was named; the answer shows the one that was named."""
    keys = world.gateway.keys
    meant, newest = keys.get(members["api_Key"]), next(keys.newest_first(), None)
    outcome = handler(members)
    changed = keys.get(members["api_Key"])
    if meant is not None and newest is not None and changed is not None:
        keys.put(replace(newest, name=changed.name, description=changed.description))
        if newest.id != meant.id:
            keys.put(meant)
    return outcome


@wrapping
def _upsert(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """An unknown key is made, not refused."""
    key_id, keys = members["api_Key"], world.gateway.keys
    if keys.get(key_id) is None:
        keys.put(ApiKey(key_id, key_id * 4, keys.next_sequence(), created=1, updated=1))
    return handler(members)


def _lower_path(operation: dict[str, Any]) -> dict[str, Any]:
    path = operation.get("path")
    if path is None:
        return operation
    known = {f"/{name}".lower(): f"/{name}" for name in _FIELDS}
    return {**operation, "path": known.get(path.lower(), path)}


def _contained_path(operation: dict[str, Any]) -> dict[str, Any]:
    path = operation.get("path") or ""
    found = next((f"/{name}" for name in _FIELDS if f"/{name}" in path), operation.get("path"))
    return {**operation, "path": found}


def _bare_path(operation: dict[str, Any]) -> dict[str, Any]:
    path = operation.get("path")
    return {**operation, "path": f"/{path}" if path in _FIELDS else path}


def _true_words(operation: dict[str, Any]) -> dict[str, Any]:
    if operation.get("path") != "/enabled":
        return operation
    truth = operation.get("value", "") not in ("", "false", None)
    return {**operation, "value": str(truth).lower()}


def _inverted(operation: dict[str, Any]) -> dict[str, Any]:
    if operation.get("path") != "/enabled":
        return operation
    return {**operation, "value": "false" if operation.get("value") == "true" else "true"}


def _any_path(operation: dict[str, Any]) -> dict[str, Any]:
    known = operation.get("path") in {f"/{name}" for name in _FIELDS}
    if known or operation.get("op") != "replace":
        return operation
    return {"op": "add", "path": "/labels", "value": "x"}


def _swapped(operation: dict[str, Any]) -> dict[str, Any]:
    paths = {"/name": "/description", "/description": "/name"}
    path = operation.get("path")
    return {**operation, "path": paths.get(path, path) if path else path}


def _cut(operation: dict[str, Any]) -> dict[str, Any]:
    value = operation.get("value")
    return {**operation, "value": value[:64] if value else value}


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
                 on_api_key(lambda before, after, _: before or after)),
        "value": ("An update changes the value.",
                  _stored(lambda key: replace(key, value=key.value[1:] + key.value[0]))),
        "untagged": ("An update removes the tags.", _stored(lambda key: replace(key, tags={}))),
    }, "update"),
    *faults(_UPDATE, "time", {
        "frozen-date": ("lastUpdatedDate is not stored.", _kept("updated")),
        "created-date": ("createdDate is set anew.",
                         _stored(lambda key: replace(key, created=key.updated))),
        "date-before": ("lastUpdatedDate is before createdDate.", on_body(
            lambda _, body: {**body, "lastUpdatedDate": body["createdDate"] - _DAY})),
    }, "update"),
    *faults(_UPDATE, "wrong resource", {
        "wrong-key": ("The newest key is updated.", _wrong_key),
        "upsert": ("An unknown key is made.", _upsert),
    }, "update"),
    *faults(_UPDATE, "visibility", {
        "other-id": ("The answer has another id.",
                     on_body(lambda _, body: {**body, "id": body["id"][::-1]})),
    }, "update"),
    *faults(_UPDATE, "refusal", {
        "refusal-touches": ("A refused update is dated.",
                            _though_refused(lambda key: replace(key, updated=key.updated + 1))),
        "refusal-spoils": ("A refused update empties texts.",
                           _though_refused(lambda key: replace(key, name=None, description=None))),
        "refusal-switches": ("A refused update toggles.",
                             _though_refused(lambda key: replace(key, enabled=not key.enabled))),
    }, "update"),
    *faults(_UPDATE, "patch operations", {
        "first-only": ("Only the first operation counts.", _operations(lambda given: given[:1])),
        "last-only": ("Only the last operation counts.", _operations(lambda given: given[-1:])),
        "reversed": ("Operations are applied in reverse.", _operations(lambda given: given[::-1])),
        "ignored": ("No operation is looked at.", _operations(lambda _given: [])),
        "path-case": ("Paths have no case.", _each(_lower_path)),
        "path-contained": ("A path only needs to contain a known one.", _each(_contained_path)),
        "path-bare": ("Paths need no slash.", _each(_bare_path)),
        "path-any": ("Any path can be replaced.", _each(_any_path)),
        "op-any": ("Any op replaces.", _each(lambda one: {**one, "op": "replace"})),
        "truth": ("Any text but false enables.", _each(_true_words)),
        "inverted": ("enabled becomes its opposite.", _each(_inverted)),
        "swapped": ("name and description are mixed up.", _each(_swapped)),
        "cut": ("New values end after 64 characters.", _each(_cut)),
    }, "update"),
)  # fmt: skip
