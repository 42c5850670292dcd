"""Faults in CreateKey, DescribeKey, ListKeys and DeleteKey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.faults import Around, Handler, InjectedFault
from conformance.reference.location.state import LocationKey
from conformance.reference.mutations.rewriting import successes, without
from conformance.reference.mutations.wrapping import (
    Members,
    on_body,
    on_input,
    on_location_key,
    repeated,
)
from conformance.reference.outcome import OperationOutcome, Refused
from conformance.reference.service_state import ServiceState

HOUR = 3_600_000
"""Milliseconds."""


def _fault(operation: str, name: str, kind: str, summary: str, around: Around) -> InjectedFault:
    return InjectedFault(f"{operation}:{name}", kind, summary, around={operation: around})


def _stored(name: str, summary: str, change: Callable[[LocationKey], LocationKey]) -> InjectedFault:
    around = on_location_key(lambda _before, after, _members: change(after))
    return _fault("CreateKey", name, "storage", summary, around)


def _hidden(operation: str, member: str) -> InjectedFault:
    return InjectedFault(
        id=f"show:{operation}:{member}:missing",
        kind="visibility",
        summary=f"{operation} does not show {member}.",
        answer=successes(without(member), operation),
    )


def _ignoring(*names: str) -> Around:
    def ignore(members: dict[str, Any]) -> Members:
        return {name: value for name, value in members.items() if name not in names}

    return on_input(ignore)


def _entries(change: Callable[[list[Any]], list[Any]]) -> Around:
    return on_body(lambda _members, body: {**body, "Entries": change(body["Entries"])})


def _swapped_status(members: dict[str, Any]) -> Members:
    other = {"Active": "Expired", "Expired": "Active"}
    status = members.get("Filter", {}).get("KeyStatus")
    return {**members, "Filter": {"KeyStatus": other.get(status, status)}}


def _any_token(_world: ServiceState, handler: Handler) -> Handler:
    """An invalid token begins at the first page."""

    def handle(members: Members) -> OperationOutcome:
        try:
            return handler(members)
        except Refused:
            return handler({k: v for k, v in members.items() if k != "NextToken"})

    return handle


def _without_token(_members: Members, body: dict[str, Any]) -> Members:
    return {"Entries": body["Entries"]}


def _keyed(_members: Members, body: dict[str, Any]) -> Members:
    return {**body, "Entries": [{**one, "Restrictions": {}} for one in body["Entries"]]}


def _stale() -> InjectedFault:
    made: dict[str, Any] = {}

    def remember(members: Members, body: dict[str, Any]) -> Members:
        made[body["KeyName"]] = members.get("Description", "")
        return body

    def show(_members: Members, body: dict[str, Any]) -> Members:
        entries = (
            {**one, "Description": made.get(one["KeyName"], "")} if "Description" in one else one
            for one in body["Entries"]
        )
        return {**body, "Entries": list(entries)}

    around = {"CreateKey": on_body(remember), "ListKeys": on_body(show)}
    return InjectedFault(
        "ListKeys:stale", "visibility", "Descriptions are listed as created.", around=around
    )


def _undeleted(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        key = world.location.keys.get(members["KeyName"])
        outcome = handler(members)
        if key is not None:
            world.location.keys[key.name] = key
        return outcome

    return handle


def _heirs() -> InjectedFault:
    """A new key has the tags of the one that had its name before."""
    tags: dict[str, Any] = {}

    def inherit(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            outcome = handler(members)
            keys, name = world.location.keys, members["KeyName"]
            keys[name] = replace(keys[name], tags={**tags.get(name, {}), **keys[name].tags})
            tags[name] = keys[name].tags
            return outcome

        return handle

    summary = "A key has the tags of a deleted one of its name."
    return InjectedFault("CreateKey:heirs", "storage", summary, around={"CreateKey": inherit})


def _forced(members: dict[str, Any]) -> Members:
    return {**members, "forceDelete": True}


def _all_deleted(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        outcome = handler(members)
        world.location.keys.clear()
        return outcome

    return handle


def _caseless(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        wanted = members["KeyName"]
        names = (name for name in world.location.keys if name.lower() == wanted.lower())
        return handler({**members, "KeyName": next(names, wanted)})

    return handle


_CASELESS = InjectedFault(
    "names:caseless",
    "wrong resource",
    "Names of Location keys have no case.",
    around=dict.fromkeys(("CreateKey", "DescribeKey", "UpdateKey", "DeleteKey"), _caseless),
)
_SHOWN = ("Key", "KeyArn", "KeyName", "CreateTime", "UpdateTime", "Restrictions", "Description")

FAULTS = (
    *(_hidden("DescribeKey", member) for member in (*_SHOWN, "ExpireTime", "Tags")),
    *(_hidden("CreateKey", member) for member in ("Key", "KeyArn", "KeyName", "CreateTime")),
    *(_hidden("ListKeys", member) for member in ("KeyName", "CreateTime", "UpdateTime")),
    *(_hidden("ListKeys", member) for member in ("Description", "ExpireTime")),
    _CASELESS,
    _stale(),
    _stored(
        "description-dropped",
        "Description is forgotten.",
        lambda key: replace(key, description=None),
    ),
    _stored("tags-dropped", "Tags are forgotten.", lambda key: replace(key, tags={})),
    _stored("expiry-dropped", "ExpireTime is forgotten.", lambda key: replace(key, expires=None)),
    _stored(
        "expiry-local",
        "ExpireTime is stored an hour later.",
        lambda key: replace(key, expires=key.expires and key.expires + HOUR),
    ),
    _stored(
        "actions-cut",
        "Only the first of AllowActions is stored.",
        lambda key: replace(
            key,
            restrictions={**key.restrictions, "AllowActions": key.restrictions["AllowActions"][:1]},
        ),
    ),
    _stored(
        "referers-dropped",
        "AllowReferers are forgotten.",
        lambda key: replace(
            key,
            restrictions={n: v for n, v in key.restrictions.items() if n != "AllowReferers"},
        ),
    ),
    _stored(
        "other-value",
        "Another value is stored than answered.",
        lambda key: replace(key, value=key.value[::-1]),
    ),
    _fault(
        "ListKeys",
        "max-results-ignored",
        "listing",
        "MaxResults is ignored.",
        _ignoring("MaxResults"),
    ),
    _fault("ListKeys", "filter-ignored", "listing", "Filter is ignored.", _ignoring("Filter")),
    _fault(
        "ListKeys", "filter-swapped", "listing", "Active is Expired.", on_input(_swapped_status)
    ),
    _fault("ListKeys", "token-ignored", "listing", "NextToken is ignored.", _ignoring("NextToken")),
    _fault("ListKeys", "token-any", "listing", "Any NextToken is taken.", _any_token),
    _fault(
        "ListKeys", "token-missing", "listing", "No NextToken is answered.", on_body(_without_token)
    ),
    _fault(
        "ListKeys",
        "first-lost",
        "listing",
        "The first entry is missing.",
        _entries(lambda all_: all_[1:]),
    ),
    _fault(
        "ListKeys", "twice", "listing", "Entries are listed twice.", _entries(lambda all_: all_ * 2)
    ),
    _fault("ListKeys", "empty", "listing", "The list is empty.", _entries(lambda _all: [])),
    _fault(
        "ListKeys",
        "no-restrictions",
        "visibility",
        "Restrictions are listed empty.",
        on_body(_keyed),
    ),
    _fault("DeleteKey", "still-there", "deletion", "DeleteKey deletes nothing.", _undeleted),
    _fault("DeleteKey", "again", "deletion", "A key may be deleted twice.", repeated("KeyName")),
    _heirs(),
    _fault(
        "DeleteKey", "always-forced", "deletion", "DeleteKey needs no force.", on_input(_forced)
    ),
    _fault(
        "DeleteKey",
        "force-ignored",
        "deletion",
        "forceDelete is ignored.",
        _ignoring("forceDelete"),
    ),
    _fault("DeleteKey", "everything", "deletion", "DeleteKey deletes every key.", _all_deleted),
)
