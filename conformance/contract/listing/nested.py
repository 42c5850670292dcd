"""What a request gives within structures, and what an update leaves alone: several members at once.

Where a request and what shows the resource have a structure of one name, each part that was given
is shown there as it was given. A structure that a request is made of (the ``DatabaseInput`` of a
database) is shown as the resource itself. What an update does not name stays as it was, where it
has no such member, where a creation has to have it, and where the update is of parts by its verb
or method. Which differences are certain, ``plan.sequences.parts`` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.contract.inference.naming import plain
from conformance.contract.levels import Level
from conformance.contract.listing.certain import is_later, is_named_by, is_part, is_right
from conformance.contract.listing.readback import (
    ReadBack,
    alike,
    changing,
    given_members,
    identity_of,
    shared,
    source_of,
)
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import ITEM, Place, parse
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.documents.sdk.prose import REPLACES

PARTS_OF_CREATE, PARTS_OF_UPDATE = "parts-stored-by-create", "parts-stored-by-update"
KEPT = "kept-by-update"
_MADE_OF = re.compile(r"(input|config|configuration|specification|definition|request|detail|data)$")
"""Endings of names of structures that say what one is made of."""
_WHOLE = ("Put", "Set", "Import", "Restore", "Reset", "Replace")
"""The verbs of what puts one thing in the place of another."""
_MOVES = re.compile(
    r"version|revision|status|state|capacity|count|size|etag|token|policy|tags?$|date|time$",
    re.IGNORECASE,
)
"""Names of members that may change with others, or are no settings."""
_TAGS = re.compile(r"tags?(list|set|map)?$", re.IGNORECASE)
"""What has rules of its own, and is often shown by another operation."""
_DEEPEST = 2
"""Levels below a request in which a member of the same name is looked for."""
_MOST = 16
"""Structures of one request that are looked at."""
_PLAIN = {Kind.STRING, Kind.BOOLEAN, Kind.INTEGER, Kind.NUMBER, Kind.STRUCTURE}


def of_several(contract: Contract) -> Iterator[ReadBack]:
    """Every rule of that kind; none where an overlay states the lifecycles."""
    for life in contract.overlay.kinds().values() if contract.overlay.inferred else ():
        create = contract.operations.get(life.create or "")
        if create is None or life.identifier is None:
            continue
        for view in _views(contract, life):
            for role, operation in changing(contract, life):
                sure = role == "create" or not is_later(operation, view.read)
                if not sure or operation.name == view.read.name:
                    continue
                yield from _of_parts(view, role, operation)
                if role == "update":
                    yield from _of_others(view, operation, create)


@dataclass(frozen=True, slots=True)
class _View:
    """What shows a resource: its read, or the entries of a list."""

    contract: Contract
    life: Resource
    read: Operation
    entry: Shape | None = None

    def of(self, operation: Operation) -> Iterator[tuple[Member, Place, Shape]]:
        """The members of a request that are shown, and where."""
        if self.entry is None:
            yield from shared(self.contract, operation, self.read)
            return
        for member in given_members(self.contract, operation):
            shown = self.entry.members.get(member.name)
            if shown is not None and alike(member.shape, shown):
                yield member, (member.name,), shown.shape

    def structures(self, operation: Operation) -> Iterator[tuple[Member, Place, Shape]]:
        """The structures of a request, those too that are the resource, or called otherwise."""
        found = {member.name: (member, place, shape) for member, place, shape in self.of(operation)}
        yield from found.values()
        shape, at = self._whole()
        for member in given_members(self.contract, operation):
            if member.name in found or member.shape.kind is not Kind.STRUCTURE:
                continue
            inner = [
                one for one in shape.members.values()
                if one.shape.name is not None and one.shape.name == member.shape.name
            ]  # fmt: skip
            if len(inner) == 1:
                yield member, (*at, inner[0].name), inner[0].shape
            elif _is_made_of(member, self.life) and shape.members.keys() & member.shape.members:
                yield member, at, shape

    def _whole(self) -> tuple[Shape, Place]:
        """The structure that is the resource, and where it is."""
        if self.entry is not None:
            return self.entry, ()
        own = [one for one in self.read.output.values() if one.shape.kind is Kind.STRUCTURE]
        if len(own) > 1:
            own = [one for one in own if plain(one.name) == plain(self.life.name or "")]
        return (own[0].shape, (own[0].name,)) if len(own) == 1 else (Shape(Kind.STRUCTURE), ())

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that its rules need."""
        return ("create", "read" if self.entry is None else "list")


def _views(contract: Contract, life: Resource) -> Iterator[_View]:
    if life.read is not None:
        yield _View(contract, life, contract.operations[life.read])
        return
    for name, listing in life.lists().items():
        operation = contract.operations[name]
        entry = operation.output[parse(listing.items)[0]].shape.element
        yield _View(contract, life, operation, entry)


def _is_made_of(member: Member, life: Resource) -> bool:
    """Whether a structure is called as the resource is, or as what one is made of."""
    name, own = plain(member.name), plain(life.name or "")
    return name == own or _MADE_OF.sub("", name) == own


def _of_parts(view: _View, role: str, operation: Operation) -> Iterator[ReadBack]:
    """What is given within structures, and lists and maps of what has parts."""
    rule = PARTS_OF_CREATE if role == "create" else PARTS_OF_UPDATE
    found = []
    for member, place, shape in view.structures(operation):
        inner = shape.element if shape.kind is Kind.LIST else shape
        wanted = inner is not None and (inner.members or inner.kind is Kind.MAP)
        right = is_right(view.contract, operation, role, member)
        if wanted and right and not _TAGS.search(member.name):
            made = _made(view, rule, operation, member, place, shape)
            must = role == "create" and bool(place) and is_part(operation, view.read, member, shape)
            found.append(replace(made, must_show=must))
    yield from found[:_MOST]


def _made(
    view: _View, rule: str, operation: Operation, member: Member, place: Place, shape: Shape
) -> ReadBack:
    return ReadBack(
        operation, rule, member, place, shape, Level.EXPECTED,
        f"{operation.name}/behavior/{member.name}-parts-are-stored",
        f"what {operation.name} was given within {member.name} is shown by {view.read.name}",
        source_of(shape, member, operation), view.roles, by=view.read.name,
    )  # fmt: skip


def _of_others(view: _View, update: Operation, create: Operation) -> Iterator[ReadBack]:
    """That an update keeps what it cannot name, or may only put another value in the place of."""
    named = {*update.input, *view.contract.overlay.words_of(update.name).binds}
    within = {*_names_in(update.input)}
    in_parts = update.method == "PATCH" or update.name.startswith("Modify")
    replaces = update.name.startswith(_WHOLE) or REPLACES in (update.said or ())
    if replaces or any(_is_made_of(one, view.life) for one in
                                             update.input.values()):  # fmt: skip
        return
    found = []
    for member, place, shape in view.of(create):
        own = member.name in identity_of(view.life) | {
            *view.contract.overlay.words_of(create.name).binds
        }
        given = update.input.get(member.name)
        kept = (given is None and member.name not in within) or (
            given is not None and not given.required and (member.required or in_parts)
        )
        fits = member.shape.kind in _PLAIN and not _MOVES.search(member.name)
        if kept and fits and not own and ITEM not in place and not _is_named(member, named):
            found.append(_made(view, KEPT, update, member, place, shape))
    if found and is_named_by(view.contract, update, found[0].member):
        first, *others = found
        yield replace(
            first, others=tuple(others), address=f"{update.name}/behavior/others-are-kept",
            statement=f"{update.name} changes nothing that a request does not name",
        )  # fmt: skip


def _names_in(members: Mapping[str, Member], depth: int = _DEEPEST) -> Iterator[str]:
    """The names of members, and of those within them: one may be left out there, too."""
    for name, one in members.items():
        yield name
        inner = one.shape.element or one.shape
        if depth and inner.members:
            yield from (found for found in _names_in(inner.members, depth - 1))


def _is_named(member: Member, named: set[str]) -> bool:
    """Whether an update speaks of a member under a longer or a shorter name."""
    name = plain(member.name)
    others = {plain(one.partition(".")[0]) for one in named} - {name}
    return any(name.startswith(one) or one.startswith(name) or one.endswith(name) for one in others)
