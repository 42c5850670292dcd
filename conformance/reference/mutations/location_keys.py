"""Faults in CreateKey, DescribeKey, ListKeys and DeleteKey."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.reference.faults import Around, Handler, InjectedFault, ServiceState
from conformance.reference.mutations.wrapping import (
    LOCATION_KEYS,
    Members,
    answering,
    faults,
    hidden,
    ignoring,
    on_body,
    on_input,
    repeated,
    storing,
    unchanged,
    wrapping,
)
from conformance.reference.outcome import OperationOutcome, Refused

_CREATE, _READ, _LIST, _DELETE = "CreateKey", "DescribeKey", "ListKeys", "DeleteKey"
HOUR = 3_600_000
"""Milliseconds."""


def _restricted(change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Around:
    return storing(LOCATION_KEYS, lambda key: replace(key, restrictions=change(key.restrictions)))


def _entries(change: Callable[[list[Any]], list[Any]]) -> Around:
    return answering(lambda body: {**body, "Entries": change(body["Entries"])})


def _swapped_status(members: dict[str, Any]) -> Members:
    other = {"Active": "Expired", "Expired": "Active"}
    status = members.get("Filter", {}).get("KeyStatus")
    return {**members, "Filter": {"KeyStatus": other.get(status, status)}}


@wrapping
def _any_token(_world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """An invalid token begins at the first page."""
    try:
        return handler(members)
    except Refused:
        return handler({name: value for name, value in members.items() if name != "NextToken"})


def _stale() -> InjectedFault:
    made: dict[str, Any] = {}

    def remember(members: Members, body: dict[str, Any]) -> Members:
        made[body["KeyName"]] = members.get("Description", "")
        return body

    def as_made(entry: Members) -> Members:
        if "Description" not in entry:
            return entry
        return {**entry, "Description": made.get(entry["KeyName"], "")}

    around = {_CREATE: on_body(remember), _LIST: _entries(lambda all_: [*map(as_made, all_)])}
    summary = "Descriptions are listed as created."
    return InjectedFault("ListKeys:stale", "visibility", summary, around=around)


def _heirs() -> InjectedFault:
    """A new key has the tags of the one that had its name before."""
    tags: dict[str, Any] = {}

    @wrapping
    def inherit(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        outcome = handler(members)
        keys, name = world.location.keys, members["KeyName"]
        keys[name] = replace(keys[name], tags={**tags.get(name, {}), **keys[name].tags})
        tags[name] = keys[name].tags
        return outcome

    summary = "A key has the tags of a deleted one of its name."
    return InjectedFault("CreateKey:heirs", "storage", summary, around={_CREATE: inherit})


@wrapping
def _all_deleted(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    outcome = handler(members)
    world.location.keys.clear()
    return outcome


@wrapping
def _caseless(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    wanted = members["KeyName"]
    names = (name for name in world.location.keys if name.lower() == wanted.lower())
    return handler({**members, "KeyName": next(names, wanted)})


_SHOWN = ("Key", "KeyArn", "KeyName", "CreateTime", "UpdateTime", "Restrictions", "Description")

FAULTS = (
    *hidden(_READ, *_SHOWN, "ExpireTime", "Tags"),
    *hidden(_CREATE, "Key", "KeyArn", "KeyName", "CreateTime"),
    *hidden(_LIST, "KeyName", "CreateTime", "UpdateTime", "Description", "ExpireTime"),
    InjectedFault("names:caseless", "wrong resource", "Names of Location keys have no case.",
                  around=dict.fromkeys((_CREATE, _READ, "UpdateKey", _DELETE), _caseless)),
    _stale(),
    *faults(_CREATE, "storage", {
        "description-dropped": ("Description is forgotten.", storing(
            LOCATION_KEYS, lambda key: replace(key, description=None))),
        "tags-dropped": ("Tags are forgotten.",
                         storing(LOCATION_KEYS, lambda key: replace(key, tags={}))),
        "expiry-dropped": ("ExpireTime is forgotten.",
                           storing(LOCATION_KEYS, lambda key: replace(key, expires=None))),
        "expiry-local": ("ExpireTime is stored an hour later.", storing(
            LOCATION_KEYS, lambda key: replace(key, expires=key.expires and key.expires + HOUR))),
        "actions-cut": ("Only the first of AllowActions is stored.", _restricted(
            lambda given: {**given, "AllowActions": given["AllowActions"][:1]})),
        "referers-dropped": ("AllowReferers are forgotten.", _restricted(
            lambda given: {name: one for name, one in given.items() if name != "AllowReferers"})),
        "other-value": ("Another value is stored than answered.",
                        storing(LOCATION_KEYS, lambda key: replace(key, value=key.value[::-1]))),
    }),
    *faults(_LIST, "listing", {
        "max-results-ignored": ("MaxResults is ignored.", ignoring("MaxResults")),
        "filter-ignored": ("Filter is ignored.", ignoring("Filter")),
        "filter-swapped": ("Active is Expired.", on_input(_swapped_status)),
        "token-ignored": ("NextToken is ignored.", ignoring("NextToken")),
        "token-any": ("Any NextToken is taken.", _any_token),
        "token-missing": ("No NextToken is answered.",
                          answering(lambda body: {"Entries": body["Entries"]})),
        "first-lost": ("The first entry is missing.", _entries(lambda all_: all_[1:])),
        "twice": ("Entries are listed twice.", _entries(lambda all_: all_ * 2)),
        "empty": ("The list is empty.", _entries(lambda _all: [])),
    }),
    *faults(_LIST, "visibility", {
        "no-restrictions": ("Restrictions are listed empty.",
                            _entries(lambda all_: [{**one, "Restrictions": {}} for one in all_])),
    }),
    *faults(_DELETE, "deletion", {
        "still-there": ("DeleteKey deletes nothing.", unchanged(LOCATION_KEYS)),
        "again": ("A key may be deleted twice.", repeated(LOCATION_KEYS)),
    }),
    _heirs(),
    *faults(_DELETE, "deletion", {
        "always-forced": ("DeleteKey needs no force.",
                          on_input(lambda members: {**members, "forceDelete": True})),
        "force-ignored": ("forceDelete is ignored.", ignoring("forceDelete")),
        "everything": ("DeleteKey deletes every key.", _all_deleted),
    }),
)  # fmt: skip
