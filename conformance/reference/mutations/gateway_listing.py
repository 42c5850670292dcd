"""Faults in GetApiKeys and ImportApiKeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.apigateway import paging, wording
from conformance.reference.apigateway.state import ApiKey
from conformance.reference.faults import Around, Handler, InjectedFault
from conformance.reference.mutations.wrapping import Members, listing_fault, on_body, on_input
from conformance.reference.outcome import OperationOutcome, Refused
from conformance.reference.service_state import ServiceState


def _ignoring(*names: str) -> Around:
    def ignore(members: dict[str, Any]) -> Members:
        return {name: value for name, value in members.items() if name not in names}

    return on_input(ignore)


def _items(change: Callable[[list[Any]], list[Any]]) -> Around:
    return on_body(lambda _members, body: {**body, "item": change(body["item"])})


def _named(matches: Callable[[str, str], bool]) -> Around:
    """The name filter is another one; pages are not kept."""
    return _filtered(lambda item, wanted: matches(item.get("name", ""), wanted))


def _filtered(fits: Callable[[dict[str, Any], str], bool]) -> Around:
    """What the name filter leaves of all keys."""

    def around(_world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            wanted = members.get("name")
            if wanted is None:
                return handler(members)
            outcome = handler({**_without_name(members), "limit": 500})
            items = (outcome.body or {}).get("item", [])
            found = [item for item in items if fits(item, wanted)]
            return replace(outcome, body={"item": found})

        return handle

    return around


def _moved(by: int) -> Around:
    """A position leads to a key too early or too late."""

    def move(members: dict[str, Any]) -> Members:
        try:
            sequence = int(members.get("position", "")[1:], 16)
        except ValueError:
            return members
        return {**members, "position": paging.position(max(sequence + by, 0))}

    return on_input(move)


def _endless(_members: Members, body: dict[str, Any]) -> Members:
    return {"position": "p1", **body}


def _valued(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        return handler({**members, "includeValues": True})

    del world
    return handle


def _flagged(members: dict[str, Any]) -> Members:
    return {**members, "includeValues": True} if "includeValues" in members else members


def _found_by(fits: Callable[[ApiKey, str], bool]) -> Around:
    """GetApiKey finds keys by more than their id."""

    def around(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            wanted = members["api_Key"]
            found = (key.id for key in world.gateway.keys.newest_first() if fits(key, wanted))
            return handler({**members, "api_Key": next(found, wanted)})

        return handle

    return around


def _lookup(name: str, summary: str, fits: Callable[[ApiKey, str], bool]) -> InjectedFault:
    around = {"GetApiKey": _found_by(fits)}
    return InjectedFault(f"GetApiKey:{name}", "wrong resource", summary, around=around)


def _without_position(_members: Members, body: dict[str, Any]) -> Members:
    return {"item": body["item"]}


def _disabled(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        outcome = handler(members)
        for key_id in (outcome.body or {})["ids"]:
            key = world.gateway.keys.get(key_id)
            if key is not None:
                world.gateway.keys.put(replace(key, enabled=False))
        return outcome

    return handle


def _unimported(world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        outcome = handler(members)
        for key_id in (outcome.body or {})["ids"]:
            world.gateway.keys.remove(key_id)
        return outcome

    return handle


def _by_old_name() -> InjectedFault:
    """The name filter goes by the name at creation."""
    first: dict[str, str] = {}

    def remember(_members: Members, body: dict[str, Any]) -> Members:
        first[body["id"]] = body.get("name", "")
        return body

    listed = _filtered(lambda item, wanted: first.get(item["id"], "").startswith(wanted))
    around = {"CreateApiKey": on_body(remember), _LIST: listed}
    summary = "name is compared with the name at creation."
    return InjectedFault("GetApiKeys:old-name", "listing", summary, around=around)


def _without_name(members: Members) -> Members:
    return {name: value for name, value in members.items() if name != "name"}


def _stale() -> InjectedFault:
    made: dict[str, Members] = {}

    def remember(_members: Members, body: dict[str, Any]) -> Members:
        made[body["id"]] = {name: body[name] for name in _CHANGEABLE if name in body}
        return body

    def show(_members: Members, body: dict[str, Any]) -> Members:
        return {**body, "item": [_as_made(one, made) for one in body["item"]]}

    around = {"CreateApiKey": on_body(remember), "GetApiKeys": on_body(show)}
    return InjectedFault(
        "GetApiKeys:stale", "visibility", "Keys are listed as created.", around=around
    )


def _as_made(item: dict[str, Any], made: dict[str, Members]) -> Members:
    if item["id"] not in made:
        return item
    rest = {name: value for name, value in item.items() if name not in _CHANGEABLE}
    return {**rest, **made[item["id"]]}


def _reading(change: Callable[[bytes], bytes]) -> Around:
    """The file is read as if it were another one."""
    return on_input(lambda members: {**members, "body": change(members.get("body", b""))})


def _first_rows(count: int) -> Around:
    return _reading(lambda body: b"\n".join(body.split(b"\n")[: count + 1]))


def _split_at_commas(body: bytes) -> bytes:
    """The file as one that a reader sees who knows no quotes."""
    lines = [line.replace(b'"', b'""').split(b",") for line in body.split(b"\n")]
    quoted = (b",".join(b'"' + cell + b'"' for cell in line[: len(lines[0])]) for line in lines)
    return b"\n".join(quoted)


def _known_columns_only(_world: ServiceState, handler: Handler) -> Handler:
    def handle(members: Members) -> OperationOutcome:
        header = members.get("body", b"").split(b"\n")[0].decode("utf-8", "replace")
        unknown = [one for one in header.split(",") if one.strip().lower() not in _COLUMNS]
        if unknown:
            raise Refused(wording.bad_request(f"Unknown column: {unknown[0]}"))
        return handler(members)

    return handle


_COLUMNS = {"name", "key", "description", "enabled", "usageplanids"}
_CHANGEABLE = ("name", "description", "customerId", "enabled")
_LIST, _IMPORT = "GetApiKeys", "ImportApiKeys"

FAULTS = (
    listing_fault(_LIST, "limit-ignored", "limit is ignored.", _ignoring("limit")),
    listing_fault(_LIST, "position-ignored", "position is ignored.", _ignoring("position")),
    listing_fault(
        _LIST, "position-missing", "No position is answered.", on_body(_without_position)
    ),
    listing_fault(_LIST, "position-endless", "There is always a position.", on_body(_endless)),
    listing_fault(
        _LIST,
        "limit-none",
        "Without limit all keys are on one page.",
        on_input(lambda members: {"limit": 500, **members}),
    ),
    listing_fault(_LIST, "overlap", "A page repeats the last key.", _moved(1)),
    listing_fault(_LIST, "gap", "A page leaves out the next key.", _moved(-1)),
    listing_fault(
        _LIST, "last-lost", "The last key of a page is missing.", _items(lambda all_: all_[:-1])
    ),
    listing_fault(
        _LIST, "newest-lost", "The newest key is missing.", _items(lambda all_: all_[1:])
    ),
    listing_fault(_LIST, "twice", "Every key is listed twice.", _items(lambda all_: all_ * 2)),
    _stale(),
    _by_old_name(),
    listing_fault(_LIST, "empty", "The list is empty.", _items(lambda _all: [])),
    listing_fault(_LIST, "name-ignored", "name is ignored.", _ignoring("name")),
    listing_fault(
        _LIST,
        "name-caseless",
        "name has no case.",
        _named(lambda name, wanted: name.lower().startswith(wanted.lower())),
    ),
    listing_fault(
        _LIST, "name-infix", "name is found anywhere.", _named(lambda name, wanted: wanted in name)
    ),
    listing_fault(
        _LIST, "name-exact", "name must be whole.", _named(lambda name, wanted: name == wanted)
    ),
    listing_fault(_LIST, "values-always", "Values are always listed.", _valued),
    listing_fault(_LIST, "values-flagged", "includeValues=false lists values.", on_input(_flagged)),
    _lookup("by-name", "The name finds the key, too.", lambda key, wanted: key.name == wanted),
    _lookup("by-value", "The value finds the key, too.", lambda key, wanted: key.value == wanted),
    _lookup("any-case", "Ids have no case.", lambda key, wanted: key.id == wanted.lower()),
    listing_fault(_LIST, "values-never", "Values are never listed.", _ignoring("includeValues")),
    listing_fault(_IMPORT, "disabled", "Imported keys are disabled.", _disabled),
    listing_fault(_IMPORT, "unstored", "Nothing is imported.", _unimported),
    listing_fault(_IMPORT, "first-row-only", "Only the first row is imported.", _first_rows(1)),
    listing_fault(_IMPORT, "page-of-rows", "At most 25 rows are imported.", _first_rows(25)),
    listing_fault(_IMPORT, "no-quotes", "Quotes are not known.", _reading(_split_at_commas)),
    listing_fault(_IMPORT, "known-columns", "Other columns are refused.", _known_columns_only),
    listing_fault(
        _IMPORT,
        "true-in-lower-case",
        "TRUE is false.",
        _reading(lambda body: body.replace(b"TRUE", b"false").replace(b"True", b"false")),
    ),
    listing_fault(
        _IMPORT,
        "false-in-lower-case",
        "FALSE is true.",
        _reading(lambda body: body.replace(b"FALSE", b"true").replace(b"False", b"true")),
    ),
    listing_fault(_IMPORT, "tolerant", "failonwarnings is ignored.", _ignoring("failonwarnings")),
)
