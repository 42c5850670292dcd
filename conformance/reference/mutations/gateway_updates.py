"""Faults in UpdateApiKey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.apigateway.state import ApiKey, shown
from conformance.reference.faults import Around, Handler, InjectedFault
from conformance.reference.mutations.rewriting import successes, without
from conformance.reference.mutations.wrapping import (
    Members,
    on_api_key,
    on_body,
    on_input,
    on_refusal,
)
from conformance.reference.outcome import OperationOutcome
from conformance.reference.service_state import ServiceState

_FIELDS = {
    "name": "name",
    "description": "description",
    "customerId": "customer_id",
    "enabled": "enabled",
}
"""Fields of a stored key by the member's name."""


def _fault(name: str, kind: str, summary: str, around: Around) -> InjectedFault:
    return InjectedFault(f"update:{name}", kind, summary, around={"UpdateApiKey": around})


def _operations(name: str, summary: str, change: Callable[[list[Any]], list[Any]]) -> InjectedFault:
    def changed(members: dict[str, Any]) -> Members:
        return {**members, "patchOperations": change(members.get("patchOperations") or [])}

    return _fault(name, "patch operations", summary, on_input(changed))


def _each(
    name: str, summary: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> InjectedFault:
    return _operations(name, summary, lambda operations: [change(dict(one)) for one in operations])


def _unsaved(member: str, field: str) -> InjectedFault:
    def keep(before: ApiKey | None, after: ApiKey, _members: Members) -> ApiKey:
        return replace(after, **{field: getattr(before, field)})

    return _fault(
        f"{member}:unsaved",
        "storage",
        f"The new {member} is answered, and not stored.",
        on_api_key(keep),
    )


def _stale(member: str) -> InjectedFault:
    def around(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            before = world.gateway.keys.get(members["api_Key"])
            outcome = handler(members)
            old = {} if before is None else shown(before, empty_texts=False)
            rest = {name: item for name, item in (outcome.body or {}).items() if name != member}
            known = {member: old[member]} if member in old else {}
            return replace(outcome, body={**rest, **known})

        return handle

    return _fault(f"{member}:stale", "visibility", f"The old {member} is answered.", around)


def _hidden(member: str) -> InjectedFault:
    return InjectedFault(
        id=f"show:UpdateApiKey:{member}:missing",
        kind="visibility",
        summary=f"UpdateApiKey does not show {member}.",
        answer=successes(without(member), "UpdateApiKey"),
    )


def _reset(member: str, field: str) -> InjectedFault:
    def reset(_before: ApiKey | None, after: ApiKey, members: Members) -> ApiKey:
        touched = {one.get("path") for one in members.get("patchOperations") or ()}
        empty: Any = False if member == "enabled" else None
        return after if f"/{member}" in touched else replace(after, **{field: empty})

    return _fault(
        f"{member}:reset", "storage", f"An update of others resets {member}.", on_api_key(reset)
    )


def _kept(**fields: str) -> Around:
    def keep(before: ApiKey | None, after: ApiKey, _members: Members) -> ApiKey:
        return replace(after, **{name: getattr(before, old) for name, old in fields.items()})

    return on_api_key(keep)


def _lost(before: ApiKey | None, after: ApiKey, _members: Members) -> ApiKey:
    return before or after


def _renumbered(before: ApiKey | None, after: ApiKey, _members: Members) -> ApiKey:
    del before
    return replace(after, created=after.updated)


def _rotated(before: ApiKey | None, after: ApiKey, _members: Members) -> ApiKey:
    del before
    return replace(after, value=after.value[1:] + after.value[0])


def _untagged(before: ApiKey | None, after: ApiKey, _members: Members) -> ApiKey:
    del before
    return replace(after, tags={})


def _wrong_key(world: ServiceState, handler: Handler) -> Handler:
    """The newest key is changed, whichever was named; the answer shows the one that was named."""

    def handle(members: Members) -> OperationOutcome:
        keys = world.gateway.keys
        meant, newest = keys.get(members["api_Key"]), next(keys.newest_first(), None)
        outcome = handler(members)
        changed = keys.get(members["api_Key"])
        if meant is not None and newest is not None and changed is not None:
            keys.put(replace(newest, name=changed.name, description=changed.description))
            if newest.id != meant.id:
                keys.put(meant)
        return outcome

    return handle


def _upsert(world: ServiceState, handler: Handler) -> Handler:
    """An unknown key is made, not refused."""

    def handle(members: Members) -> OperationOutcome:
        key_id, keys = members["api_Key"], world.gateway.keys
        if keys.get(key_id) is None:
            keys.put(ApiKey(key_id, key_id * 4, keys.next_sequence(), created=1, updated=1))
        return handler(members)

    return handle


def _touched(world: ServiceState, members: Members) -> None:
    key = world.gateway.keys.get(members["api_Key"])
    if key is not None:
        world.gateway.keys.put(replace(key, updated=key.updated + 1))


def _spoiled(world: ServiceState, members: Members) -> None:
    key = world.gateway.keys.get(members["api_Key"])
    if key is not None:
        world.gateway.keys.put(replace(key, name=None, description=None))


def _switched(world: ServiceState, members: Members) -> None:
    key = world.gateway.keys.get(members["api_Key"])
    if key is not None:
        world.gateway.keys.put(replace(key, enabled=not key.enabled))


def _other_id(_members: Members, body: dict[str, Any]) -> Members:
    return {**body, "id": body["id"][::-1]}


def _day_before(_members: Members, body: dict[str, Any]) -> Members:
    return {**body, "lastUpdatedDate": body["createdDate"] - 86_400}


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


def _any_op(operation: dict[str, Any]) -> dict[str, Any]:
    return {**operation, "op": "replace"}


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
    *(_unsaved(member, field) for member, field in _FIELDS.items()),
    *(_stale(member) for member in _FIELDS),
    *(_reset(member, field) for member, field in _FIELDS.items()),
    *(_hidden(one) for one in ("id", *_FIELDS, "createdDate", "lastUpdatedDate", "stageKeys")),
    _fault("lost", "storage", "Nothing of an update is stored.", on_api_key(_lost)),
    _fault("frozen-date", "time", "lastUpdatedDate is not stored.", _kept(updated="updated")),
    _fault("created-date", "time", "createdDate is set anew.", on_api_key(_renumbered)),
    _fault("date-before", "time", "lastUpdatedDate is before createdDate.", on_body(_day_before)),
    _fault("value", "storage", "An update changes the value.", on_api_key(_rotated)),
    _fault("untagged", "storage", "An update removes the tags.", on_api_key(_untagged)),
    _fault("wrong-key", "wrong resource", "The newest key is updated.", _wrong_key),
    _fault("other-id", "visibility", "The answer has another id.", on_body(_other_id)),
    _fault("upsert", "wrong resource", "An unknown key is made.", _upsert),
    _fault("refusal-touches", "refusal", "A refused update is dated.", on_refusal(_touched)),
    _fault("refusal-spoils", "refusal", "A refused update empties texts.", on_refusal(_spoiled)),
    _fault("refusal-switches", "refusal", "A refused update toggles.", on_refusal(_switched)),
    _operations("first-only", "Only the first operation counts.", lambda given: given[:1]),
    _operations("last-only", "Only the last operation counts.", lambda given: given[-1:]),
    _operations("reversed", "Operations are applied in reverse.", lambda given: given[::-1]),
    _operations("ignored", "No operation is looked at.", lambda _given: []),
    _each("path-case", "Paths have no case.", _lower_path),
    _each("path-contained", "A path only needs to contain a known one.", _contained_path),
    _each("path-bare", "Paths need no slash.", _bare_path),
    _each("path-any", "Any path can be replaced.", _any_path),
    _each("op-any", "Any op replaces.", _any_op),
    _each("truth", "Any text but false enables.", _true_words),
    _each("inverted", "enabled becomes its opposite.", _inverted),
    _each("swapped", "name and description are mixed up.", _swapped),
    _each("cut", "New values end after 64 characters.", _cut),
)
