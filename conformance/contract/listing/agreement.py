"""What two answers show of the same resource, and which times an update moves.

The answer to a creation, the resource's own read and its entries in lists have members of one name
and type: names, identifiers and ARNs, the time of the creation, and settings that nothing but an
update changes. An update leaves the time of the creation and moves that of the last change on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from conformance.contract.inference.naming import NAMING, part, plain, same, thing
from conformance.contract.levels import Level
from conformance.contract.listing.certain import SEARCH, WRAPS, is_later, is_named_by
from conformance.contract.listing.changes import ends_later
from conformance.contract.listing.readback import (
    FREE_TEXT,
    ReadBack,
    changing,
    is_hidden,
    source_of,
)
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.places import ITEM, Place, parse
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.documents.sdk.prose import SHOWS_SOME

AGREES, TIMES = "shows-the-same", "moves-times"
Shown = Mapping[str, tuple[Place, Member]]
"""The members of a resource in an answer, each with its place."""
CREATED = re.compile(r"creat(ed|ion)_?(at|on|date|time|timestamp|datetime)?|create_?(date|time)",
                     re.IGNORECASE)  # fmt: skip
CHANGED = re.compile(
    r"last_?(updated?|modified|changed?)_?(at|on|date|time|timestamp|datetime)?"
    r"|(updated?|modified)_?(at|on|date|time|timestamp|datetime)"
    r"|(modification|update)_?(date|time|timestamp)",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"version|revision|stat(e|us)|lifecycle|health|reason|message|error|fail|count|size|number|total|usage"
    r"|progress|percent|last|latest|current|active|available|effective|default|pending|next|url"
    r"|endpoint|address|owner|created|updated|modified|by$|policy|document|metadata|template|tag"
    r"|token|request|operation|execution|change|job|task|key|phase|stage|step|result|protect"
    r"|attach|associat|in_?use|running|enabled_?by|requester|account|user|principal",
    re.IGNORECASE,
)
"""Names of members that change by themselves, that depend on who asks, or have their own rules."""
_REFERS = re.compile(r"(arn|id)$", re.IGNORECASE)
"""Names of members that name something else in one way: an identifier may be a name or an ARN."""
_VERSION = re.compile(r"(version|revision)s?$")
"""Names of kinds of which one answer has the time of the whole, and another one their own."""
_SETTERS = ("Update", "Modify")
"""The verbs of updates that put nothing new in the place of the former."""
_TIMES = {Kind.TIMESTAMP, Kind.STRING, Kind.NUMBER, Kind.INTEGER}
_MOST = 2
"""Lists of one kind that are compared with its read."""


def agreements(contract: Contract) -> Iterator[ReadBack]:
    """Every rule of that kind; none where an overlay states the lifecycles."""
    for life in contract.overlay.kinds().values() if contract.overlay.inferred else ():
        create = contract.operations.get(life.create or "")
        if create is None or life.identifier is None:
            continue
        read = contract.operations.get(life.read or "")
        if read is not None and read.name != create.name:
            yield from _between(life, create, read, ("create", "read"))
        for name in [*life.lists()][:_MOST]:
            listing = contract.operations[name]
            own = read is not None and read.name == name
            some = SHOWS_SOME in (listing.said or ()) or name.startswith(SEARCH)
            if not own and not some:
                roles = ("create", "list") if read is None else ("create", "read", "list")
                yield from _between(life, read or create, listing, roles)
        shows = read or contract.operations.get(life.list or "")
        for role, update in changing(contract, life):
            if role == "update" and shows is not None and update.name.startswith(_SETTERS):
                yield from _of_times(contract, life, update, shows)


def shown_by(life: Resource, operation: Operation) -> Shown:
    """What an answer has of a resource: as it is, in its entry, or in the structure that it is."""
    listing = life.lists().get(operation.name)
    if listing is not None and operation.name != life.read:
        entry = operation.output[parse(listing.items)[0]].shape.element
        return (
            {} if entry is None else {name: ((name,), one) for name, one in entry.members.items()}
        )
    found = {name: ((name,), one) for name, one in operation.output.items()}
    wrapped = [one for one in operation.output.values() if one.shape.kind is Kind.STRUCTURE]
    listed = [one for one in operation.output.values() if one.shape.kind is Kind.LIST]
    if len(wrapped) == 1 and _is_whole(wrapped[0], life):
        inner = {name: ((wrapped[0].name, name), one)
                 for name, one in wrapped[0].shape.members.items()}  # fmt: skip
        both = inner.keys() & found.keys()
        return {name: one for name, one in {**found, **inner}.items() if name not in both}
    if len(listed) == 1 and not wrapped and same(listed[0].name, life.name or ""):
        entry = listed[0].shape.element
        members = {} if entry is None else entry.members
        return {name: ((listed[0].name, ITEM, name), one) for name, one in members.items()}
    return found


def _is_whole(member: Member, life: Resource) -> bool:
    """Whether a structure is called as the resource is, or as what says nothing of it."""
    about, own = WRAPS.sub("", plain(member.name)), plain(life.name or "")
    return about in {"", own} or plain(member.name) == own


def _between(
    life: Resource, other: Operation, reader: Operation, roles: tuple[str, ...]
) -> Iterator[ReadBack]:
    """That a reader shows of a resource what another answer shows of it."""
    theirs, settled = shown_by(life, other), other.name != life.create
    found = [
        ReadBack(
            reader, AGREES, one, place, one.shape, Level.EXPECTED,
            f"{reader.name}/behavior/agrees-with-{other.name}",
            f"{reader.name} shows a {life.name} as the answer of {other.name} does",
            source_of(one.shape, one, reader), roles, by=reader.name,
        )
        for name, (place, one) in shown_by(life, reader).items()
        if name in theirs and _is_compared(life, one, theirs[name][1], settled=settled)
    ]  # fmt: skip
    if found:
        first, *others = found
        yield replace(first, others=tuple(others))


def _is_compared(life: Resource, one: Member, other: Member, *, settled: bool) -> bool:
    """Whether two members of one name are of the same, and stand for nothing that goes on.

    What the answer to a creation has of settings may not be ``settled`` yet, and it may call
    other things by the names that the request has for them.
    """
    shape = one.shape
    unsure = shape.conditional or other.shape.conditional or is_hidden(one.name, shape)
    if shape.kind is not other.shape.kind or unsure or is_hidden(one.name, other.shape):
        return False
    if CREATED.fullmatch(one.name):
        return shape.kind in _TIMES and not _VERSION.search(plain(life.name or ""))
    own = part(one.name).of in {"", plain(life.name or "")} and NAMING.search(one.name)
    if shape.kind is Kind.STRING and own:
        return True
    if _MOVES.search(one.name):
        return False
    named = (NAMING if settled else _REFERS).search(one.name) or FREE_TEXT.fullmatch(one.name)
    listed = shape.limit("enum") and shape.limit("enum") == other.shape.limit("enum")
    if shape.kind is Kind.BOOLEAN:
        return settled
    return shape.kind is Kind.STRING and bool(named or (listed and settled))


def _of_times(
    contract: Contract, life: Resource, update: Operation, shows: Operation
) -> Iterator[ReadBack]:
    """That an update leaves the time of the creation, and moves that of the last change."""
    times = [
        (place, one) for name, (place, one) in shown_by(life, shows).items()
        if one.shape.kind in _TIMES and not one.shape.conditional
        and ((CREATED.fullmatch(name) and not is_later(update, shows))
             or (_is_time_of_change(name, life) and same(thing(update.name), life.name or "")
                 and not ends_later(update)))
    ]  # fmt: skip
    if not times or not is_named_by(contract, update, times[0][1]):
        return
    found = [
        ReadBack(
            update, TIMES, one, place, one.shape, Level.EXPECTED,
            f"{update.name}/behavior/moves-times",
            f"{update.name} moves the time of the last change on, and no other",
            source_of(one.shape, one, update),
            ("create", "read" if life.read is not None else "list"), by=shows.name,
        )
        for place, one in times
    ]  # fmt: skip
    first, *others = found
    yield replace(first, others=tuple(others))


def _is_time_of_change(name: str, life: Resource) -> bool:
    """Whether a member has the time at which the resource as a whole was last changed."""
    own = plain(name).removeprefix(plain(life.name or ""))
    return CHANGED.fullmatch(own) is not None
