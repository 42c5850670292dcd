"""Faults in what an API key remembers of its creation, and in what answers show of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.apigateway.state import ApiKey
from conformance.reference.faults import Handler, InjectedFault
from conformance.reference.mutations.rewriting import successes, values, without
from conformance.reference.mutations.wrapping import (
    Members,
    on_api_key,
    on_body,
    on_input,
    repeated,
)
from conformance.reference.outcome import OperationOutcome
from conformance.reference.service_state import ServiceState

_STORED = ("name", "description", "customerId", "enabled", "tags", "value")
"""Not stageKeys: a stage that exists is made by operations of other resources alone."""
_SHOWN = ("id", "name", "description", "customerId", "enabled", "createdDate", "lastUpdatedDate")


def _dropped(member: str) -> InjectedFault:
    def forget(members: dict[str, Any]) -> Members:
        members.pop(member, None)
        return members

    return InjectedFault(
        id=f"store:CreateApiKey:{member}:dropped",
        kind="storage",
        summary=f"CreateApiKey forgets {member}.",
        around={"CreateApiKey": on_input(forget)},
    )


def _hidden(operation: str, member: str) -> InjectedFault:
    return InjectedFault(
        id=f"show:{operation}:{member}:missing",
        kind="visibility",
        summary=f"{operation} does not show {member}.",
        answer=successes(without(member), operation),
    )


def _text(name: str, summary: str, change: Any) -> InjectedFault:
    def changed(members: dict[str, Any]) -> Members:
        for key in {"name", "description"} & members.keys():
            members[key] = change(members[key])
        return members

    return InjectedFault(
        f"store:{name}", "storage", summary, around={"CreateApiKey": on_input(changed)}
    )


def _stored(name: str, summary: str, change: Any, *operations: str) -> InjectedFault:
    wrap = on_api_key(change)
    return InjectedFault(
        f"store:{name}", "storage", summary, around=dict.fromkeys(operations, wrap)
    )


def _with_default(members: dict[str, Any]) -> Members:
    return {"enabled": True, **members}


def _other_value(_before: ApiKey | None, after: ApiKey, _members: Members) -> ApiKey:
    return replace(after, value=after.value[::-1])


def _tomorrow(_members: Members, body: dict[str, Any]) -> Members:
    return {**body, "lastUpdatedDate": body["createdDate"] - 86_400}


def _always_valued(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        outcome = handler(members)
        key = world.gateway.keys.get(members["api_Key"])
        value = key.value if key is not None else None
        return replace(outcome, body={**(outcome.body or {}), "value": value})

    return handle


def _undeleted(world: ServiceState, handler: Handler) -> Handler:
    """DeleteApiKey answers as ever, and keeps the key."""

    def handle(members: Members) -> OperationOutcome:
        key = world.gateway.keys.get(members["api_Key"])
        outcome = handler(members)
        if key is not None:
            world.gateway.keys.put(key)
        return outcome

    return handle


def _neighbour_deleted(world: ServiceState, handler: Handler) -> Handler:
    """DeleteApiKey takes another key with it."""

    def handle(members: Members) -> OperationOutcome:
        outcome = handler(members)
        other = next(world.gateway.keys.newest_first(), None)
        if other is not None:
            world.gateway.keys.remove(other.id)
        return outcome

    return handle


def _fault(name: str, kind: str, summary: str, **seams: Any) -> InjectedFault:
    return InjectedFault(name, kind, summary, **seams)


def _ignored(member: str, operation: str, summary: str) -> InjectedFault:
    def ignore(members: dict[str, Any]) -> Members:
        return {name: value for name, value in members.items() if name != member}

    around = {operation: on_input(ignore)}
    return InjectedFault(f"ignore:{operation}:{member}", "visibility", summary, around=around)


FAULTS = (
    *map(_dropped, _STORED),
    *(_hidden("GetApiKey", member) for member in (*_SHOWN, "stageKeys")),
    *(_hidden("GetApiKeys", member) for member in ("name", "enabled", "createdDate")),
    *(_hidden(one, "tags") for one in ("CreateApiKey", "GetApiKey", "GetApiKeys", "UpdateApiKey")),
    *(_hidden("CreateApiKey", member) for member in (*_SHOWN, "stageKeys", "value")),
    _text("names-lower-case", "CreateApiKey makes texts lower-case.", str.lower),
    _text("texts-trimmed", "CreateApiKey trims texts.", str.strip),
    _text("texts-cut", "CreateApiKey cuts texts after 64 characters.", lambda text: text[:64]),
    _text(
        "texts-escaped",
        "CreateApiKey escapes texts for HTML.",
        lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"),
    ),
    _text(
        "texts-latin",
        "CreateApiKey stores UTF-8 as if it were Latin-1.",
        lambda text: text.encode("utf-8", "replace").decode("latin-1"),
    ),
    _fault(
        "store:enabled-default",
        "storage",
        "A key is enabled unless said otherwise.",
        around={"CreateApiKey": on_input(_with_default)},
    ),
    _stored(
        "other-value", "Another value is stored than was answered.", _other_value, "CreateApiKey"
    ),
    _fault(
        "time:updated-before-created",
        "time",
        "CreateApiKey's lastUpdatedDate is the day before.",
        around={"CreateApiKey": on_body(_tomorrow)},
    ),
    _fault(
        "show:GetApiKey:value:always",
        "visibility",
        "GetApiKey shows the value without being asked.",
        around={"GetApiKey": _always_valued},
    ),
    _ignored("includeValue", "GetApiKey", "GetApiKey never shows the value."),
    _fault(
        "show:enabled-inverted",
        "visibility",
        "GetApiKey shows the opposite of enabled.",
        answer=successes(values(("enabled",), lambda flag: not flag), "GetApiKey"),
    ),
    _fault(
        "delete:still-there",
        "deletion",
        "DeleteApiKey deletes nothing.",
        around={"DeleteApiKey": _undeleted},
    ),
    _fault(
        "delete:again",
        "deletion",
        "A second DeleteApiKey of a key is a success, too.",
        around={"DeleteApiKey": repeated("api_Key")},
    ),
    _fault(
        "delete:neighbour",
        "deletion",
        "DeleteApiKey deletes the newest other key too.",
        around={"DeleteApiKey": _neighbour_deleted},
    ),
)
