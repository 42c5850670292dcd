"""Faults in what an API key remembers of its creation, and in what answers show of it."""

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.faults import Around, Handler, InjectedFault, ServiceState
from conformance.reference.mutations.wrapping import (
    API_KEYS,
    Members,
    answering,
    faults,
    hidden,
    ignoring,
    on_input,
    repeated,
    storing,
    successes,
    unchanged,
    values,
    wrapping,
)
from conformance.reference.outcome import OperationOutcome

_CREATE, _READ, _DELETE = "CreateApiKey", "GetApiKey", "DeleteApiKey"
_STORED = ("name", "description", "customerId", "enabled", "tags", "value")
"""Not stageKeys: a stage that exists is made by operations of other resources alone."""
_SHOWN = ("id", "name", "description", "customerId", "enabled", "createdDate", "lastUpdatedDate")


def _texts(change: Callable[[str], str]) -> Around:
    def changed(members: dict[str, Any]) -> Members:
        return {**members, **{name: change(members[name])
                              for name in {"name", "description"} & members.keys()}}  # fmt: skip

    return on_input(changed)


@wrapping
def _always_valued(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    outcome = handler(members)
    value = world.gateway.keys[members["api_Key"]].value
    return replace(outcome, body={**(outcome.body or {}), "value": value})


@wrapping
def _neighbour_deleted(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """DeleteApiKey takes another key with it."""
    outcome = handler(members)
    if world.gateway.keys:
        world.gateway.keys.popitem()
    return outcome


_YESTERDAY = answering(lambda body: {**body, "lastUpdatedDate": body["createdDate"] - 86_400})
_SHOW_TAGS = (_CREATE, _READ, "GetApiKeys", "UpdateApiKey")

FAULTS = (
    *faults(_CREATE, "storage", {
        f"{one}:dropped": (f"CreateApiKey forgets {one}.", ignoring(one)) for one in _STORED
    }, f"store:{_CREATE}"),
    *hidden(_READ, *_SHOWN, "stageKeys"),
    *hidden("GetApiKeys", "name", "enabled", "createdDate"),
    *(fault for operation in _SHOW_TAGS for fault in hidden(operation, "tags")),
    *hidden(_CREATE, *_SHOWN, "stageKeys", "value"),
    *faults(_CREATE, "storage", {
        "names-lower-case": ("CreateApiKey makes texts lower-case.", _texts(str.lower)),
        "texts-trimmed": ("CreateApiKey trims texts.", _texts(str.strip)),
        "texts-cut": ("CreateApiKey cuts texts after 64 characters.", _texts(lambda one: one[:64])),
        "texts-escaped": ("CreateApiKey escapes texts for HTML.", _texts(html.escape)),
        "texts-latin": ("CreateApiKey stores UTF-8 as if it were Latin-1.",
                        _texts(lambda one: one.encode("utf-8", "replace").decode("latin-1"))),
        "enabled-default": ("A key is enabled unless said otherwise.",
                            on_input(lambda members: {"enabled": True, **members})),
        "other-value": ("Another value is stored than was answered.",
                        storing(API_KEYS, lambda key: replace(key, value=key.value[::-1]))),
    }, "store"),
    *faults(_CREATE, "time", {
        "updated-before-created": ("CreateApiKey's lastUpdatedDate is the day before.", _YESTERDAY),
    }, "time"),
    *faults(_READ, "visibility", {
        "value:always": ("GetApiKey shows the value without being asked.", _always_valued),
    }, f"show:{_READ}"),
    *faults(_READ, "visibility", {
        "includeValue": ("GetApiKey never shows the value.", ignoring("includeValue")),
    }, f"ignore:{_READ}"),
    InjectedFault("show:enabled-inverted", "visibility", "GetApiKey shows the opposite of enabled.",
                  answer=successes(values(("enabled",), lambda flag: not flag), _READ)),
    *faults(_DELETE, "deletion", {
        "still-there": ("DeleteApiKey deletes nothing.", unchanged(API_KEYS)),
        "again": ("A second DeleteApiKey of a key is a success, too.", repeated(API_KEYS)),
        "neighbour": ("DeleteApiKey deletes the newest other key too.", _neighbour_deleted),
    }, "delete"),
)  # fmt: skip
