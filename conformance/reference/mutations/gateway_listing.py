"""Faults in GetApiKeys and ImportApiKeys, and in the tags of API keys."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.apigateway import wording
from conformance.reference.apigateway.service import position
from conformance.reference.apigateway.state import ApiKey
from conformance.reference.faults import Around, Handler, InjectedFault, ServiceState
from conformance.reference.mutations.wrapping import (
    API_KEYS,
    Members,
    answering,
    faults,
    ignoring,
    on_body,
    on_input,
    unchanged,
    wrapping,
)
from conformance.reference.outcome import OperationOutcome, Refused

_TAG, _UNTAG = "TagResource", "UntagResource"


def _key_of(members: Members) -> str:
    return str(members["resource_arn"]).rpartition("/")[2]


@wrapping
def _untagged_before(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
    """The tags that were there are gone before the operation begins."""
    keys, name = world.gateway.keys, _key_of(members)
    if name in keys:
        keys[name] = replace(keys[name], tags={})
    return handler(members)


def _two_stores() -> InjectedFault:
    """What TagResource sets is kept beside the key: GetTags alone shows it."""
    stored: dict[str, dict[str, str]] = {}

    @wrapping
    def add(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        outcome = unchanged(API_KEYS)(world, handler)(members)
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
        outcome = unchanged(API_KEYS)(world, handler)(members)
        removed.setdefault(_key_of(members), set()).update(members.get("tagKeys", ()))
        return outcome

    def show(members: Members, body: dict[str, Any]) -> Members:
        gone = removed.get(_key_of(members), set())
        return {"tags": {name: value for name, value in body["tags"].items() if name not in gone}}

    around = {_UNTAG: remove, "GetTags": on_body(show)}
    summary = "What UntagResource removes is still shown by the key itself."
    return InjectedFault("tags:kept-by-the-key", "visibility", summary, around=around)


_TAG_FAULTS = (
    _two_stores(),
    _kept_by_the_key(),
    *faults(_TAG, "listing", {
        "replacing": ("New tags replace all others.", _untagged_before),
        "unstored": ("Tags are not stored.", unchanged(API_KEYS)),
    }),
    *faults(_UNTAG, "listing", {
        "unstored": ("Tags are not removed.", unchanged(API_KEYS)),
        "all": ("All tags are removed.", _untagged_before),
    }),
    *faults("GetTags", "listing", {
        "empty": ("No tags are shown.", answering(lambda _body: {"tags": {}})),
    }),
)  # fmt: skip


_LIST, _IMPORT, _READ = "GetApiKeys", "ImportApiKeys", "GetApiKey"
_COLUMNS = {"name", "key", "description", "enabled", "usageplanids"}
_CHANGEABLE = ("name", "description", "customerId", "enabled")


def _items(change: Callable[[list[Any]], list[Any]]) -> Around:
    return answering(lambda body: {**body, "item": change(body["item"])})


def _named(
    fits: Callable[[str, str], bool],
    name_of: Callable[[dict[str, Any]], str] = lambda item: item.get("name", ""),
) -> Around:
    """The name filter is another one, and pages are not kept."""

    @wrapping
    def around(_world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        wanted = members.get("name")
        if wanted is None:
            return handler(members)
        others = {name: value for name, value in members.items() if name != "name"}
        outcome = handler({**others, "limit": 500})
        items = (outcome.body or {}).get("item", [])
        return replace(outcome, body={"item": [one for one in items if fits(name_of(one), wanted)]})

    return around


def _moved(by: int) -> Around:
    """A position leads to a key too early or too late."""

    def move(members: dict[str, Any]) -> Members:
        try:
            sequence = int(members.get("position", "")[1:], 16)
        except ValueError:
            return members
        return {**members, "position": position(max(sequence + by, 0))}

    return on_input(move)


def _found_by(fits: Callable[[ApiKey, str], bool]) -> Around:
    """GetApiKey finds keys by more than their id."""

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        wanted = members["api_Key"]
        newest_first = reversed(world.gateway.keys.values())
        found = (key.id for key in newest_first if fits(key, wanted))
        return handler({**members, "api_Key": next(found, wanted)})

    return around


def _imported(change: Callable[[dict[str, ApiKey], str], object]) -> Around:
    """What becomes of each key that was imported."""

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        outcome = handler(members)
        for key_id in (outcome.body or {})["ids"]:
            change(world.gateway.keys, key_id)
        return outcome

    return around


def _since_creation(
    name: str, kind: str, summary: str, listed: Callable[[dict[str, Members]], Around]
) -> InjectedFault:
    """A fault of GetApiKeys that goes by what each key was created with, by its id."""
    made: dict[str, Members] = {}

    def remember(body: dict[str, Any]) -> Members:
        made[body["id"]] = {member: body[member] for member in _CHANGEABLE if member in body}
        return body

    around = {"CreateApiKey": answering(remember), _LIST: listed(made)}
    return InjectedFault(f"{_LIST}:{name}", kind, summary, around=around)


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


@wrapping
def _known_columns_only(
    _world: ServiceState, handler: Handler, members: Members
) -> OperationOutcome:
    header = members.get("body", b"").split(b"\n")[0].decode("utf-8", "replace")
    unknown = [one for one in header.split(",") if one.strip().lower() not in _COLUMNS]
    if unknown:
        raise Refused(wording.bad_request(f"Unknown column: {unknown[0]}"))
    return handler(members)


FAULTS = (
    *faults(_LIST, "listing", {
        "limit-ignored": ("limit is ignored.", ignoring("limit")),
        "position-ignored": ("position is ignored.", ignoring("position")),
        "position-missing": ("No position is answered.",
                             answering(lambda body: {"item": body["item"]})),
        "position-endless": ("There is always a position.",
                             answering(lambda body: {"position": "p1", **body})),
        "limit-none": ("Without limit all keys are on one page.",
                       on_input(lambda members: {"limit": 500, **members})),
        "overlap": ("A page repeats the last key.", _moved(1)),
        "gap": ("A page leaves out the next key.", _moved(-1)),
        "last-lost": ("The last key of a page is missing.", _items(lambda all_: all_[:-1])),
        "newest-lost": ("The newest key is missing.", _items(lambda all_: all_[1:])),
        "twice": ("Every key is listed twice.", _items(lambda all_: all_ * 2)),
    }),
    _since_creation("stale", "visibility", "Keys are listed as created.",
                    lambda made: _items(lambda items: [_as_made(one, made) for one in items])),
    _since_creation("old-name", "listing", "name is compared with the name at creation.",
                    lambda made: _named(
                        str.startswith, lambda item: made.get(item["id"], {}).get("name", ""))),
    *faults(_LIST, "listing", {
        "empty": ("The list is empty.", _items(lambda _all: [])),
        "name-ignored": ("name is ignored.", ignoring("name")),
        "name-caseless": ("name has no case.",
                          _named(lambda name, wanted: name.lower().startswith(wanted.lower()))),
        "name-infix": ("name is found anywhere.", _named(lambda name, wanted: wanted in name)),
        "name-exact": ("name must be whole.", _named(lambda name, wanted: name == wanted)),
        "values-always": ("Values are always listed.",
                          on_input(lambda members: {**members, "includeValues": True})),
        "values-flagged": ("includeValues=false lists values.", on_input(
            lambda members: {**members, "includeValues": "includeValues" in members})),
    }),
    *faults(_READ, "wrong resource", {
        "by-name": ("The name finds the key, too.",
                    _found_by(lambda key, wanted: key.name == wanted)),
        "by-value": ("The value finds the key, too.",
                     _found_by(lambda key, wanted: key.value == wanted)),
        "any-case": ("Ids have no case.", _found_by(lambda key, wanted: key.id == wanted.lower())),
    }),
    *faults(_LIST, "listing", {
        "values-never": ("Values are never listed.", ignoring("includeValues")),
    }),
    *faults(_IMPORT, "listing", {
        "disabled": ("Imported keys are disabled.", _imported(
            lambda keys, key: keys.update({key: replace(keys[key], enabled=False)}))),
        "unstored": ("Nothing is imported.", _imported(lambda keys, key: keys.pop(key, None))),
        "first-row-only": ("Only the first row is imported.", _first_rows(1)),
        "page-of-rows": ("At most 25 rows are imported.", _first_rows(25)),
        "no-quotes": ("Quotes are not known.", _reading(_split_at_commas)),
        "known-columns": ("Other columns are refused.", _known_columns_only),
        "true-in-lower-case": ("TRUE is false.", _reading(
            lambda body: body.replace(b"TRUE", b"false").replace(b"True", b"false"))),
        "false-in-lower-case": ("FALSE is true.", _reading(
            lambda body: body.replace(b"FALSE", b"true").replace(b"False", b"true"))),
        "tolerant": ("failonwarnings is ignored.", ignoring("failonwarnings")),
    }),
    *_TAG_FAULTS,
)  # fmt: skip
