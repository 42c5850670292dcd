"""Faults in the tags of API keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.faults import Handler, InjectedFault
from conformance.reference.mutations.wrapping import Members, listing_fault, on_body, on_input
from conformance.reference.outcome import OperationOutcome
from conformance.reference.service_state import ServiceState


def _replacing(world: ServiceState, handler: Handler) -> Handler:
    """TagResource forgets the tags that were there."""

    def handle(members: Members) -> OperationOutcome:
        key = world.gateway.keys.get(members["resource_arn"].rpartition("/")[2])
        if key is not None:
            world.gateway.keys.put(replace(key, tags={}))
        return handler(members)

    return handle


def _unchanged(world: ServiceState, handler: Handler) -> Handler:
    """The tags stay as they were."""

    def handle(members: Members) -> OperationOutcome:
        key = world.gateway.keys.get(members["resource_arn"].rpartition("/")[2])
        outcome = handler(members)
        if key is not None:
            world.gateway.keys.put(key)
        return outcome

    return handle


def _two_stores() -> InjectedFault:
    """What TagResource sets is kept beside the key: GetTags alone shows it."""
    stored: dict[str, dict[str, str]] = {}

    def add(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            key = world.gateway.keys.get(_key_of(members))
            outcome = handler(members)
            if key is not None:
                stored.setdefault(key.id, {}).update(members.get("tags", {}))
                world.gateway.keys.put(key)
            return outcome

        return handle

    def remove(members: dict[str, Any]) -> Members:
        for name in members.get("tagKeys", ()):
            stored.get(_key_of(members), {}).pop(name, None)
        return members

    def show(members: Members, body: dict[str, Any]) -> Members:
        return {"tags": {**body["tags"], **stored.get(_key_of(members), {})}}

    around = {_TAG: add, _UNTAG: on_input(remove), "GetTags": on_body(show)}
    summary = "What TagResource sets is not shown by the key itself."
    return InjectedFault("tags:two-stores", "visibility", summary, around=around)


def _kept_by_the_key() -> InjectedFault:
    """What UntagResource removes is still shown by the key itself."""
    removed: dict[str, set[str]] = {}

    def remove(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            key = world.gateway.keys.get(_key_of(members))
            outcome = handler(members)
            if key is not None:
                removed.setdefault(key.id, set()).update(members.get("tagKeys", ()))
                world.gateway.keys.put(key)
            return outcome

        return handle

    def show(members: Members, body: dict[str, Any]) -> Members:
        gone = removed.get(_key_of(members), set())
        return {"tags": {name: value for name, value in body["tags"].items() if name not in gone}}

    around = {_UNTAG: remove, "GetTags": on_body(show)}
    summary = "What UntagResource removes is still shown by the key itself."
    return InjectedFault("tags:kept-by-the-key", "visibility", summary, around=around)


def _key_of(members: Members) -> str:
    return str(members["resource_arn"]).rpartition("/")[2]


_TAG, _UNTAG = "TagResource", "UntagResource"
FAULTS = (
    _two_stores(),
    _kept_by_the_key(),
    listing_fault(_TAG, "replacing", "New tags replace all others.", _replacing),
    listing_fault(_TAG, "unstored", "Tags are not stored.", _unchanged),
    listing_fault(_UNTAG, "unstored", "Tags are not removed.", _unchanged),
    listing_fault(_UNTAG, "all", "All tags are removed.", _replacing),
    listing_fault(
        "GetTags", "empty", "No tags are shown.", on_body(lambda _members, _body: {"tags": {}})
    ),
)
