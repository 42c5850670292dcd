"""Faults in the tags of API keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.faults import Handler, InjectedFault
from conformance.reference.mutations.wrapping import Members, faults, on_body, on_input, wrapping
from conformance.reference.outcome import OperationOutcome
from conformance.reference.service_state import ServiceState

_TAG, _UNTAG = "TagResource", "UntagResource"


def _key_of(members: Members) -> str:
    return str(members["resource_arn"]).rpartition("/")[2]


@wrapping
def _replacing(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """TagResource forgets the tags that were there."""
    key = world.gateway.keys.get(_key_of(members))
    if key is not None:
        world.gateway.keys.put(replace(key, tags={}))
    return handler(members)


@wrapping
def _unchanged(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """The tags stay as they were."""
    key = world.gateway.keys.get(_key_of(members))
    outcome = handler(members)
    if key is not None:
        world.gateway.keys.put(key)
    return outcome


def _two_stores() -> InjectedFault:
    """What TagResource sets is kept beside the key: GetTags alone shows it."""
    stored: dict[str, dict[str, str]] = {}

    @wrapping
    def add(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        outcome = _unchanged(world, handler)(members)
        stored.setdefault(_key_of(members), {}).update(members.get("tags", {}))
        return outcome

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

    @wrapping
    def remove(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        outcome = _unchanged(world, handler)(members)
        removed.setdefault(_key_of(members), set()).update(members.get("tagKeys", ()))
        return outcome

    def show(members: Members, body: dict[str, Any]) -> Members:
        gone = removed.get(_key_of(members), set())
        return {"tags": {name: value for name, value in body["tags"].items() if name not in gone}}

    around = {_UNTAG: remove, "GetTags": on_body(show)}
    summary = "What UntagResource removes is still shown by the key itself."
    return InjectedFault("tags:kept-by-the-key", "visibility", summary, around=around)


FAULTS = (
    _two_stores(),
    _kept_by_the_key(),
    *faults(_TAG, "listing", {
        "replacing": ("New tags replace all others.", _replacing),
        "unstored": ("Tags are not stored.", _unchanged),
    }),
    *faults(_UNTAG, "listing", {
        "unstored": ("Tags are not removed.", _unchanged),
        "all": ("All tags are removed.", _replacing),
    }),
    *faults("GetTags", "listing", {
        "empty": ("No tags are shown.", on_body(lambda _members, _body: {"tags": {}})),
    }),
)  # fmt: skip
