"""What a creation or an update takes and a read shows: read off the members of the operations.

Where a request and the answer of the resource's own read have a member of one name and kind, the
read shows what was given. Documents do not state that: it is the member's purpose. What rests
on an inferred lifecycle, and what only an entry of a list or the answer to the request itself
shows, is reported and fails nothing; but that a creation's description is there to be read is sure:
nothing about a free text depends on anything else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from conformance.contract.levels import Level, Source
from conformance.contract.model import Contract, Kind, Location, Member, Operation, Shape
from conformance.contract.places import Place, parse
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, StepsRule

RULES = ("stored-by-create", "stored-by-update", "reset-by-update", "listed")
ECHOED = "echoed"
"""Not a sequence: looked for in every answer to a creation or an update."""
FREE_TEXT = re.compile(r"description|comment|notes?|title", re.IGNORECASE)
CHANGING = ("Create", "Update", "Modify", "Put", "Register", "Add")
HIDDEN = re.compile(r"passw|secret|credential|token|private.?key|creator.?request", re.IGNORECASE)
"""Names of what is written and not shown, or shown masked, and of what makes a request unique."""
OPAQUE = {Kind.BLOB, Kind.ANY}


@dataclass(frozen=True, slots=True)
class ReadBack:
    """One member that a request sets and another answer shows, at ``place`` of it."""

    operation: Operation
    rule: str
    member: Member
    place: Place
    shape: Shape
    """How the answer has it."""
    level: Level
    address: str
    statement: str
    source: Source
    roles: tuple[str, ...]


def is_hidden(name: str, shape: Shape) -> bool:
    """True for a member whose value need not come back as it was sent."""
    return shape.secret or shape.kind in OPAQUE or HIDDEN.search(name) is not None


def read_backs(contract: Contract) -> Iterator[ReadBack]:
    """Every one of a service, but for those that a rule of its overlay states already."""
    for life in (contract.overlay.main, *contract.overlay.resources.values()):
        if life.create is not None and life.read is not None and life.identifier is not None:
            create, read = contract.operations[life.create], contract.operations[life.read]
            yield from _of_kind(contract, life, create, read)
    if contract.overlay.inferred:
        yield from _echoes(contract)


def _echoes(contract: Contract) -> Iterator[ReadBack]:
    """What an answer shows of the very request that it answers."""
    for operation in contract.operations.values():
        if operation.method == "GET" or not operation.name.startswith(CHANGING):
            continue
        for member, place, shape in _shared(contract, operation, operation):
            yield _make(
                operation, ECHOED, member, place, shape, Level.INFORMATIONAL, operation
            )  # fmt: skip


def _of_kind(
    contract: Contract, life: Resource, create: Operation, read: Operation
) -> Iterator[ReadBack]:
    level = Level.INFORMATIONAL if contract.overlay.inferred else Level.EXPECTED
    identity = _identity(life)
    for role in ("create", "update"):
        operation = contract.operations.get(life.roles().get(role, ""))
        if operation is None:
            continue
        said = _said(contract, operation, role, "read")
        for member, place, shape in _shared(contract, operation, read):
            if member.name not in identity | said:
                # An update may be of a revision, while the read shows the whole.
                sure = role == "create" and _is_free_text(member)
                held = Level.EXPECTED if sure else level
                yield _make(operation, f"stored-by-{role}", member, place, shape, held, read)
            if role == "update" and _is_reset(life, contract, operation, member, create):
                yield _make(operation, "reset-by-update", member, place, shape, level, read)
    if life.listing is not None and life.listing.page is not None and life.list is not None:
        listing = contract.operations[life.list]
        yield from _listed(contract, listing, life.listing.items, create, identity)


def _is_free_text(member: Member) -> bool:
    free = member.shape.limit("enum") is None and member.shape.limit("pattern") is None
    return free and member.shape.kind is Kind.STRING and bool(FREE_TEXT.fullmatch(member.name))


def _listed(
    contract: Contract, listing: Operation, where: str, create: Operation, identity: set[str]
) -> Iterator[ReadBack]:
    items = listing.output.get(parse(where)[0])
    entry = items.shape.element if items is not None else None
    said = identity | _said(contract, create, "create", "list") | _not_shown(contract, listing)
    for member in _given(contract, create):
        shown = entry.members.get(member.name) if entry is not None else None
        if shown is not None and member.name not in said and _alike(member.shape, shown):
            level = Level.INFORMATIONAL
            yield _make(listing, "listed", member, (member.name,), shown.shape, level, create)


def _make(
    operation: Operation,
    rule: str,
    member: Member,
    place: Place,
    shape: Shape,
    level: Level,
    other: Operation,
) -> ReadBack:
    name = member.name
    ending, statement = {
        "stored-by-create": (
            "is-stored", f"{name} that {operation.name} was given is shown by {other.name}",
        ),
        "stored-by-update": (
            "is-stored", f"{name} that {operation.name} was given is shown by {other.name}",
        ),
        "reset-by-update": (
            "left-out-is-reset", f"{name} that {operation.name} leaves out is not kept",
        ),
        "listed": (
            "is-listed", f"{name} that {other.name} was given is shown by {operation.name}",
        ),
        ECHOED: (
            "is-echoed", f"{name} that {operation.name} was given is shown by its answer",
        ),
    }[rule]  # fmt: skip
    roles = ("create", "list") if rule == "listed" else ("create", "read")
    return ReadBack(
        operation, rule, member, place, shape, level,
        f"{operation.name}/behavior/{name}-{ending}", statement, _source(shape, member, operation),
        (*roles, "update") if rule.endswith("update") else roles,
    )  # fmt: skip


def _source(shape: Shape, member: Member, operation: Operation) -> Source:
    """The first known of: where the answer's member is stated, the request's, the operation."""
    stated = (shape.source, member.shape.source, member.source, operation.source)
    return next((one for one in stated if one != Source()), operation.status_source)


def _shared(
    contract: Contract, operation: Operation, read: Operation
) -> Iterator[tuple[Member, Place, Shape]]:
    """The members that a request has in common with the answer of the read, and where there."""
    hidden = _not_shown(contract, read)
    for member in _given(contract, operation):
        for place, shown in _places(read, member.name):
            if member.name not in hidden and _alike(member.shape, shown):
                yield member, place, shown.shape


def _given(contract: Contract, operation: Operation) -> Iterator[Member]:
    stateful = {*contract.overlay.words_of(operation.name).stateful}
    for member in operation.input.values():
        free = member.location is Location.BODY and not is_hidden(member.name, member.shape)
        if free and member.name not in stateful:
            yield member


def _places(read: Operation, name: str) -> list[tuple[Place, Member]]:
    """Where the answer has the member: at its top, or in the one structure that it consists of."""
    if name in read.output:
        return [((name,), read.output[name])]
    wrapped = [one for one in read.output.values() if one.shape.kind is Kind.STRUCTURE]
    if len(wrapped) != 1 or name not in wrapped[0].shape.members:
        return []
    return [((wrapped[0].name, name), wrapped[0].shape.members[name])]


def _alike(given: Shape, shown: Member) -> bool:
    """True where both sides have the same kind of value, down to what lists and maps hold."""
    if is_hidden(shown.name, shown.shape) or given.kind is not shown.shape.kind:
        return False
    one, other = given.element, shown.shape.element
    if one is None or other is None:
        return bool(given.members) == bool(shown.shape.members)
    return one.kind is other.kind and one.kind not in OPAQUE


def _not_shown(contract: Contract, operation: Operation) -> set[str]:
    """What the overlay says that an operation is not known to show."""
    return {*contract.overlay.words_of(operation.name).not_shown}


def _identity(life: Resource) -> set[str]:
    """The members that say which resource it is."""
    given = None if life.identifier is None else life.identifier.given
    named = (life.label, given, life.unique_member)
    return {name for name in named if name}


def _is_reset(
    life: Resource, contract: Contract, update: Operation, member: Member, create: Operation
) -> bool:
    """Where the overlay says that updates replace: a member that may be left out of one."""
    base = contract.overlay.words_of(update.name).base or {}
    given = create.input.get(member.name)
    optional = not member.required and member.name not in base and given is not None
    return optional and life.update_replaces


def _said(contract: Contract, operation: Operation, role: str, by: str) -> set[str]:
    """The members that the overlay's own rules read back, by another one, after this operation."""
    found = set()
    for address, rule in contract.overlay.rules.items():
        name, _, rest = address.partition("/behavior/")
        if name != operation.name:
            continue
        for ending in ("-is-stored", "-are-stored"):
            found |= {rest.removesuffix(ending)} if rest.endswith(ending) else set()
        found |= {*_read_in(rule, role, by, operation)}
    return found


def _read_in(rule: AnyRule, role: str, by: str, operation: Operation) -> Iterator[str]:
    """The members that the steps of a rule give and then look at as a whole in the answer."""
    given: dict[str, Any] = {}
    for step in rule.every() if isinstance(rule, StepsRule) else ():
        if role == "create" and step.make is not UNSET:
            given = _stated(step.make)
        elif role == step.send:
            given = _stated(step.with_)
        elif step.send == by:
            looked = {**step.shows, **step.shows_instant}
            yield from (name for name in given if _is_whole(name, looked, operation))


def _stated(members: Any) -> dict[str, Any]:
    """The members of a step; none where it takes them from elsewhere."""
    return dict(members) if isinstance(members, Mapping) else {}


def _is_whole(name: str, looked: Mapping[str, Any], operation: Operation) -> bool:
    if name in looked:
        return True
    members = operation.input[name].shape.members if name in operation.input else {}
    return bool(members) and all(f"{name}.{inner}" in looked for inner in members)
