"""API Gateway API keys as they are kept and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from .switches import Switches
from .wire import Json, Members


@dataclass
class ApiKey:
    """One key.  Times are whole seconds since 1970; `serial` counts creations."""

    id: str
    value: str
    serial: int
    created: int
    updated: int
    name: str = ""
    description: str = ""
    customer: str = ""
    enabled: bool = False
    stages: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    kept_empty: set[str] = field(default_factory=set)


def show(key: ApiKey, operation: str, with_value: bool, sw: Switches) -> Members:
    """The body that describes a key in the answer to create, get, list or update."""
    body: Members = {
        "createdDate": _time(key.created, sw),
        "enabled": _enabled(key, operation, sw),
        "id": sw.pick(key.id, {"gw-id-lost-in-answers": ""}),
        "lastUpdatedDate": _time(key.updated, sw),
        "stageKeys": list(key.stages),
    }
    for member, text in (
        ("name", key.name),
        ("description", key.description),
        ("customerId", key.customer),
    ):
        if text or member in key.kept_empty:
            body[member] = text
        elif sw.on("gw-null-for-unset"):
            body[member] = None
        elif sw.on("gw-empty-for-unset") and member != "customerId":
            body[member] = ""
    if with_value:
        body["value"] = key.value
    if _tags_shown(key, operation, sw):
        body["tags"] = dict(key.tags)
    elif sw.on("gw-null-for-unset"):
        body["tags"] = None
    _lose(body, operation, sw)
    if sw.on("extra-members"):
        body["createdBy"] = "111122223333"
    return body


def _tags_shown(key: ApiKey, operation: str, sw: Switches) -> bool:
    if key.tags:
        return not sw.on(f"gw-{operation}-hides-tags")
    if operation == "list":
        return sw.on("gw-list-shows-empty-tags")
    absent = {"update": "gw-update-omits-empty-tags", "get": "gw-get-omits-empty-tags"}
    if operation == "create":
        return sw.on("gw-create-shows-empty-tags")
    return not sw.on(absent[operation])


def _lose(body: Members, operation: str, sw: Switches) -> None:
    for member in ("id", "enabled", "createdDate", "lastUpdatedDate", "stageKeys"):
        if sw.on(f"gw-{member}-missing"):
            del body[member]
    if operation == "get":
        for member in ("description", "customerId", "name"):
            if sw.on(f"gw-get-hides-{member}"):
                body.pop(member, None)
    if operation == "list" and sw.on("gw-list-hides-description"):
        body.pop("description", None)
    if sw.on("gw-stage-keys-null"):
        body["stageKeys"] = None
    if sw.on("gw-name-capitalised") and "name" in body:
        body["Name"] = body.pop("name")


def _enabled(key: ApiKey, operation: str, sw: Switches) -> Json:
    if operation == "get" and sw.on("gw-get-enabled-always-true"):
        return True
    if sw.on("gw-enabled-as-string"):
        return "true" if key.enabled else "false"
    return int(key.enabled) if sw.on("gw-enabled-as-number") else key.enabled


def _time(seconds: int, sw: Switches) -> Json:
    moment = datetime.fromtimestamp(seconds, UTC)
    shapes: dict[str, Json] = {
        "gw-dates-iso": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "gw-dates-milliseconds": seconds * 1000,
        "gw-dates-as-strings": str(seconds),
        "gw-dates-http": moment.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    return sw.pick(seconds, shapes)
