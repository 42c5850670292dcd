"""What is attached, added or associated is shown by readers that are called after both sides.

``AdminAddUserToGroup`` shows in ``AdminListGroupsForUser`` and in ``ListUsersInGroup``, each asked
for one side; ``AttachInternetGateway`` in the attachments of the gateway's own entry; what is put
in a reader that is called after just that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from conformance.contract.inference.naming import (
    BARE,
    noun_forms,
    part,
    plain,
    plurals,
    same,
    thing,
)
from conformance.contract.inference.undoing import PAIRS as ALL
from conformance.contract.listing.changes import UndoneChanges, prompt
from conformance.contract.listing.shown_members import DEEPEST, OTHERS, is_bare, is_name
from conformance.contract.listing.switches import rule
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import ITEM, Place, show
from conformance.contract.vocabulary.overlay_rules import ReflectedRule

PAIRS = (
    *(one for one in ALL if one[0] not in {"Start", "Activate"}),
    ("AdminAdd", "AdminRemove"), ("Assign", "Unassign"), ("Subscribe", "Unsubscribe"),
)  # fmt: skip
_JOINED = re.compile(r"attach|associat|assign|member|regist", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(for|in|by|with|of|to|from|attached|associated|entitled|registered|assigned"
    r"|associations?|attachments?|memberships?)*"
)
"""Words of readers besides those of the two sides."""
_TABLES = ("associations", "attachments", "memberships")
_SIDES = re.compile(r"(?<=[a-z])(To|From|With|For|In|Of|By)(?=[A-Z])")
_SETTERS = ("Put", "Set", "Enable", "Authorize")
_SHORTEST = 3
_MOST = 3
"""Readers that are looked at."""


@dataclass(frozen=True, slots=True)
class _Side:
    """What a change names besides the one that is looked at, and the nouns of that."""

    member: str
    nouns: frozenset[str]


def relations(contract: Contract) -> Iterator[tuple[str, ReflectedRule]]:
    """The rules of a contract without an overlay."""
    changes = UndoneChanges(contract)
    for do, undo, named in changes.undone(PAIRS):
        judged = [] if OTHERS.search(thing(do.name)) else prompt(do, undo)
        if not judged:
            continue
        for kind in sorted({*named.values()}):
            by, member = _shown_by(changes, do, named, kind)
            if by:
                for one in judged:
                    yield (
                        f"{one.name}/behavior/takes-effect",
                        rule(one, do.name, undo.name, kind, by, member),
                    )
                break


def _shown_by(
    changes: UndoneChanges, do: Operation, named: Mapping[str, str], kind: str
) -> tuple[dict[str, str], str | None]:
    """The readers of one of a kind that have to tell, each with the place, and of which member."""
    readers = [
        one for one in changes.readers
        if kind in changes.asked_of(one, {kind}) and _is_asked_alike(changes, do, one)
    ]  # fmt: skip
    for side in _sides(changes, do, named, kind):
        found: list[tuple[int, str, Place]] = []
        for reader in readers:
            for place, one in changes.leaves_of(reader):
                rank = (
                    _rank(changes, do, kind, reader, place, side) if _is_of(side, place, one) else 0
                )
                found += [(rank, reader.name, place)] if rank else []
        by = {name: show(place) for _, name, place in sorted(found, reverse=True)}
        if by:
            return dict([*by.items()][-_MOST:]), side.member
    given = {name for name, one in do.input.items() if one.required} - {*named}
    if not (given or do.name.startswith(_SETTERS)):
        return {}, None  # it may join nothing
    wanted = plain(_SIDES.sub("", _noun(do)))
    alike = [one for one in readers if same(plain(_SIDES.sub("", _noun(one))), wanted)
             and not _is_role(changes, kind, one)]  # fmt: skip
    own = [one for name, one in changes.contract.overlay.kinds().items() if same(name, wanted)]
    if any(one.create != do.name for one in own):
        return {}, None  # what is shown there is made otherwise
    return {one.name: "" for one in alike[:1] if changes.names.of(one)}, None


def _is_asked_alike(changes: UndoneChanges, do: Operation, reader: Operation) -> bool:
    """Whether a reader is asked for what the change names, by members that are called alike."""
    given = {plain(name).removesuffix("s"): kind for name, kind in changes.names.of(do).items()}
    asked = changes.names.of(reader).items()
    return all(given.get(plain(name).removesuffix("s")) == kind for name, kind in asked)


def _noun(operation: Operation) -> str:
    return re.sub(r"^(Admin)?[A-Z][a-z]+", "", operation.name)


def _is_role(changes: UndoneChanges, kind: str, reader: Operation) -> bool:
    life = changes.contract.overlay.kinds()[kind]
    return reader.name in {life.read, life.list}


def _sides(
    changes: UndoneChanges, do: Operation, named: Mapping[str, str], kind: str
) -> Iterator[_Side]:
    """What a change names besides one of a kind and what that is part of."""
    own = {kind, *changes.names.needs(kind)}
    made_with = changes.contract.operations.get(changes.contract.overlay.kinds()[kind].create or "")
    for name, member in do.input.items():
        other = named.get(name)
        born = made_with is not None and name in made_with.input
        within = other in own or (other is not None and kind in changes.names.needs(other))
        given = other is not None or (member.required and _is_text(member.shape))
        if within or born or not given or OTHERS.search(name) or is_bare(member):
            continue
        said = part(name)
        nouns = {said.of.removesuffix("s"), said.of.removeprefix(plain(kind)), plain(other or "")}
        long = frozenset(one for one in nouns if len(one) >= _SHORTEST)
        listed = member.shape.limit("enum")
        named_so = other is not None or is_name(member) or not do.name.startswith(_SETTERS)
        if long and not listed and named_so and _is_of_both(do, kind, long):
            yield _Side(name, long)


def _is_of_both(do: Operation, kind: str, nouns: Collection[str]) -> bool:
    """Whether a change is called after one of the two sides or both, and nothing else."""
    known = [form for noun in (plain(kind), *nouns) for form in _forms(noun)]
    either = "|".join(sorted(known, key=len, reverse=True))
    return re.fullmatch(f"({either}|to|from|with|for|in|of)+", thing(do.name)) is not None


def _is_text(shape: Shape) -> bool:
    inner = shape.element if shape.element is not None else shape
    return inner.kind is Kind.STRING


def _is_of(side: _Side, place: Place, member: Member) -> bool:
    """Whether a place has the other side: it is called so, or is in what is called so."""
    if not _is_text(member.shape) or member.shape.limit("enum"):
        return False
    said = part(member.name)
    if plain(member.name).removesuffix("s") == plain(side.member).removesuffix("s"):
        return True
    if said.kind == BARE:
        return any(same(said.of, one) for one in side.nouns) and member.shape.element is not None
    outer = [one for one in place[:-1] if one != ITEM]
    of = said.of or (plain(outer[-1]) if outer else "")
    return any(same(of, one) for one in side.nouns)


def _rank(
    changes: UndoneChanges, do: Operation, kind: str, reader: Operation, place: Place, side: _Side
) -> int:
    """How sure it is that a reader tells of it there, the least first; 0 where it is not."""
    if _is_role(changes, kind, reader):
        return 2 if _is_joined(changes, do, kind, reader, place, side) else 0
    asked = bool(changes.names.of(reader)) and _is_between(kind, reader, side)
    joined = thing(reader.name) in {f"{one}{word}" for one in (thing(do.name), plain(kind))
                                    for word in _TABLES}  # fmt: skip
    return 1 if (asked or joined) and len(place) - place.count(ITEM) <= DEEPEST else 0


def _is_between(kind: str, reader: Operation, side: _Side) -> bool:
    """Whether a reader is called after the other side, this one and nothing else."""
    told, between = thing(reader.name), _BETWEEN.pattern
    own = "|".join(_forms(kind))
    for noun in side.nouns:
        other = "|".join(_forms(noun))
        both = f"{between}({other}){between}(({own}){between})?|({own}){between}({other}){between}"
        if re.fullmatch(both, told) and not same(told, noun):
            return True
    return False


def _forms(noun: str) -> list[str]:
    """A noun and its plurals, the longest first."""
    forms = {one for form in noun_forms(noun) for one in (*plurals(form), f"{form}s")}
    return sorted(map(re.escape, forms), key=len, reverse=True)


def _is_joined(
    changes: UndoneChanges, do: Operation, kind: str, reader: Operation, place: Place, side: _Side
) -> bool:
    """Whether the entry of one has a place for what is joined with it, and for nothing else."""
    life = changes.contract.overlay.kinds()[kind]
    if life.read is not None and reader.name != life.read:
        return False
    cut = place.index(ITEM) + 1 if ITEM in place and reader.name == life.list else 0
    cut = cut or (1 if len(reader.output) == 1 else 0)
    inner = [one for one in place[cut:-1] if one != ITEM]
    leaf = part(place[-1])
    if not inner:
        return any(same(leaf.of, one) and same(thing(do.name), one) for one in side.nouns)
    if len(inner) > 1:
        return False
    named = any(plain(inner[0]).startswith(one) for one in side.nouns)
    return bool(_JOINED.search(inner[0])) or (
        named and any(one in thing(do.name) for one in side.nouns)
    )
