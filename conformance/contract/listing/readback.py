"""What a creation or an update takes and a read shows: read off the members of the operations.

Where a request and the answer of the resource's own read have a member of one name and kind, the
read shows what was given. Documents do not state that: it is the member's purpose. What rests
on an inferred lifecycle, and what only an entry of a list or the answer to the request itself
shows, is reported and fails nothing; but that a creation's description is there to be read is sure:
nothing about a free text depends on anything else. So is that a flag or a listed value is not shown
as another one, and that an update which was accepted does not leave the former value: unless
something may be pending, or be of one version of the whole. What is not shown at all is lost where
it does not depend on the sort of the whole, and a read shows everything without being asked to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.contract.levels import Level, Source
from conformance.contract.listing.certain import is_conditional, is_right, is_shown, is_sure
from conformance.contract.listing.shown_places import called, places
from conformance.contract.listing.stated_reads import said
from conformance.contract.model import Contract, Kind, Location, Member, Operation, Shape
from conformance.contract.places import ITEM, Place, parse
from conformance.contract.vocabulary.overlay_model import Resource

ECHOED = "echoed"
"""Not a sequence: looked for in every answer to a creation or an update."""
FREE_TEXT = re.compile(
    r"(?!version|revision)\w*description|comment|notes?|title|\w*displayname|friendlyname",
    re.IGNORECASE,
)
SETTERS = ("Update", "Modify", "Put", "Set", "Patch", "Increase", "Decrease")
"""The verbs of operations that change what is there: none of them makes something or runs."""
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
    other_alone: bool = False
    """Broken only by another value: that of before the update, or another one that is listed."""
    must_show: bool = False
    """Or by none, where not every value of it may be the default."""
    by: str = ""
    """The operation that shows it."""
    others: tuple["ReadBack", ...] = ()
    """Of a rule about several members, the rest."""


def is_hidden(name: str, shape: Shape) -> bool:
    """True for a member whose value need not come back as it was sent."""
    rules = shape.kind is Kind.STRUCTURE and name.lower().endswith("policy")  # about passwords
    named = HIDDEN.search(name) is not None and not rules
    return shape.secret or shape.unkept or shape.kind in OPAQUE or named


def read_backs(contract: Contract) -> Iterator[ReadBack]:
    """Every one of a service, but for those that a rule of its overlay states already."""
    for life in (contract.overlay.main, *contract.overlay.resources.values()):
        if life.create is None or life.identifier is None:
            continue
        create = contract.operations[life.create]
        if life.read is not None:
            yield from _of_kind(contract, life, create, contract.operations[life.read])
        for name in life.lists() if contract.overlay.inferred and life.read is None else ():
            own = life.as_listed_by(name)
            yield from _of_entries(contract, life, own, contract.operations[name])
    if contract.overlay.inferred:
        yield from _echoes(contract)


def _echoes(contract: Contract) -> Iterator[ReadBack]:
    """What an answer shows of the very request that it answers."""
    for operation in contract.operations.values():
        if operation.method == "GET" or not operation.name.startswith(CHANGING):
            continue
        for member, place, shape in shared(contract, operation, operation):
            if ITEM in place:
                continue
            yield _make(
                operation, ECHOED, member, place, shape, Level.INFORMATIONAL, operation
            )  # fmt: skip


def _of_kind(
    contract: Contract, life: Resource, create: Operation, read: Operation
) -> Iterator[ReadBack]:
    inferred = contract.overlay.inferred
    level = Level.INFORMATIONAL if inferred else Level.EXPECTED
    identity = identity_of(life)
    for role, operation in changing(contract, life):
        told = said(contract, operation, role, "read")
        for member, place, shape in shared(contract, operation, read):
            bound = contract.overlay.words_of(operation.name).binds if inferred else ()
            if member.name not in identity | told | {*bound}:
                free = role == "create" and _is_free_text(member)
                held = Level.EXPECTED if free else level
                alone = is_conditional(member, shape) if free else (
                    is_sure(operation, read, member, shape, role)
                    and is_right(contract, operation, role, member)
                )  # fmt: skip
                alone = inferred and alone
                one = ITEM not in place or (inferred and free)
                if alone or (one and operation.name in life.roles().values()):
                    held = Level.EXPECTED if alone else held
                    made = _make(operation, f"stored-by-{role}", member, place, shape, held, read)
                    must = alone and _must_show(operation, read, member, shape)
                    yield replace(made, other_alone=alone, must_show=must)
            if role == "update" and _is_reset(life, contract, operation, member, create):
                yield _make(operation, "reset-by-update", member, place, shape, level, read)
    if life.listing is not None and life.listing.page is not None and life.list is not None:
        listing = contract.operations[life.list]
        yield from _listed(contract, listing, life.listing.items, create, identity)


def _of_entries(
    contract: Contract, life: Resource, own: Resource, listing: Operation
) -> Iterator[ReadBack]:
    """Of what has no read of its own, and is shown as an entry of a list alone."""
    where = own.listing.items if own.listing is not None else ""
    entry = listing.output[parse(where)[0]].shape.element
    for role, operation in changing(contract, life):
        named = identity_of(life) | {*contract.overlay.words_of(operation.name).binds}
        for member in given_members(contract, operation):
            kind = _kind(contract, operation)
            shown = called(entry.members, member, kind) if entry is not None else None
            if member.name in named or shown is None or not alike(member.shape, shown):
                continue
            free = role == "create" and _is_free_text(member)
            alone = not free or is_conditional(member, shown.shape)
            right = is_right(contract, operation, role, member)
            if free or (right and is_sure(operation, listing, member, shown.shape, role)):
                made = _make(
                    operation, f"stored-by-{role}", member, (shown.name,), shown.shape,
                    Level.EXPECTED, listing,
                )  # fmt: skip
                must = alone and _must_show(operation, listing, member, shown.shape)
                yield replace(made, other_alone=alone, must_show=must, roles=("create", "list"))


def changing(contract: Contract, life: Resource) -> Iterator[tuple[str, Operation]]:
    """The operations that set members of a kind; one that only sets a part of it, too."""
    roles = life.roles()
    for role in ("create", "update"):
        if roles.get(role) in contract.operations:
            yield role, contract.operations[roles[role]]
    kinds = contract.overlay.kinds()
    for name, operation in contract.operations.items() if contract.overlay.inferred else ():
        own = kinds.get(contract.overlay.words_of(name).resource or "") is life
        if own and name.startswith(SETTERS) and name not in roles.values():
            yield "update", operation


def _must_show(operation: Operation, read: Operation, member: Member, shown: Shape) -> bool:
    free = _is_free_text(member) and not is_conditional(member, shown)
    return free or is_shown(operation, read, member, shown)


def _is_free_text(member: Member) -> bool:
    is_text = member.shape.kind is Kind.STRING and member.shape.limit("enum") is None
    return is_text and bool(FREE_TEXT.fullmatch(member.name))


def _listed(
    contract: Contract, listing: Operation, where: str, create: Operation, identity: set[str]
) -> Iterator[ReadBack]:
    items = listing.output.get(parse(where)[0])
    entry = items.shape.element if items is not None else None
    told = identity | said(contract, create, "create", "list") | _not_shown(contract, listing)
    for member in given_members(contract, create):
        shown = entry.members.get(member.name) if entry is not None else None
        if shown is not None and member.name not in told and alike(member.shape, shown):
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
            "is-stored", f"{other.name} returns the {name} that {operation.name} was given",
        ),
        "stored-by-update": (
            "is-stored", f"{other.name} returns the {name} that {operation.name} was given",
        ),
        "reset-by-update": (
            "left-out-is-reset", f"{operation.name} resets {name} if it is left out",
        ),
        "listed": (
            "is-listed", f"{operation.name} returns the {name} that {other.name} was given",
        ),
        ECHOED: (
            "is-echoed", f"the answer of {operation.name} returns the {name} that it was given",
        ),
    }[rule]  # fmt: skip
    roles = ("create", "list") if rule == "listed" else ("create", "read")  # and its own
    return ReadBack(
        operation, rule, member, place, shape, level,
        f"{operation.name}/behavior/{name}-{ending}", statement,
        source_of(shape, member, operation), roles, by=other.name,
    )  # fmt: skip


def source_of(shape: Shape, member: Member, operation: Operation) -> Source:
    """The first known of: where the answer's member is stated, the request's, the operation."""
    stated = (shape.source, member.shape.source, member.source, operation.source)
    return next((one for one in stated if one != Source()), operation.status_source)


def shared(
    contract: Contract, operation: Operation, read: Operation
) -> Iterator[tuple[Member, Place, Shape]]:
    """The members that a request has in common with the answer of the read, and where there."""
    hidden, kind = _not_shown(contract, read), _kind(contract, operation)
    for member in given_members(contract, operation):
        for place, shown in places(read, member, kind):
            if member.name not in hidden and alike(member.shape, shown):
                yield member, place, shown.shape


def _kind(contract: Contract, operation: Operation) -> str:
    """The kind that an operation is about, where nothing states where what it sets is shown."""
    if not contract.overlay.inferred:
        return ""
    about = contract.overlay.words_of(operation.name).resource or ""
    return contract.overlay.kinds().get(about, contract.overlay.main).name or ""


def given_members(contract: Contract, operation: Operation) -> Iterator[Member]:
    """The members of a request whose values need not be hidden, and that no state decides."""
    stateful = {*contract.overlay.words_of(operation.name).stateful}
    for member in operation.input.values():
        free = member.location is Location.BODY and not is_hidden(member.name, member.shape)
        if free and member.name not in stateful:
            yield member


def alike(given: Shape, shown: Member) -> bool:
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


def identity_of(life: Resource) -> set[str]:
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
