"""Filters that a list takes by their names: which member of an entry each of them looks at.

The names stand in the prose of the member (``vpc-id`` of EC2), or they are listed. A name is of the
member of an entry that has the same letters; a kind before it may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.inference.naming import plain
from conformance.contract.levels import Level
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.vocabulary.overlay_list_rules import NamedFilterRule
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule

MOST = 4
"""Filters of one list that are looked at: a service that knows one by its name knows the others."""
_PLAIN = frozenset({Kind.STRING, Kind.BOOLEAN, Kind.INTEGER})
_KEYS, _VALUES = frozenset({"name", "key"}), "values"


def filter_rules(
    contract: Contract, kinds: Mapping[str, Resource]
) -> Iterator[tuple[str, AnyRule]]:
    """The rules of every read or list that takes filters by their names."""
    for kind, one in kinds.items():
        for role in (one.read, one.list):
            operation = contract.operations.get(role or "")
            entries = None if operation is None else _entries(operation, one)
            if operation is None or entries is None:
                continue
            at, own, shape = entries
            for name, member in operation.input.items():
                keys = _keys(member)
                found = [*_matching(member, keys, kind, shape)] if keys else []
                found.sort(key=lambda one: one[1] == own)  # which one it is, others ask, too
                for filtered, shown in found[:MOST]:
                    if keys is not None:
                        yield (
                            f"{operation.name}/behavior/{name}-{filtered}",
                            NamedFilterRule(
                                level=Level.EXPECTED, source=member.source, filter=name, keys=keys,
                                name=filtered, shown=shown, at=at, id=own,
                                statement=f"with the filter {filtered}, what is listed has that "
                                f"{shown}, and what has it is listed",
                            ),
                        )  # fmt: skip


def _entries(operation: Operation, one: Resource) -> tuple[str, str, Shape] | None:
    """The one list of an answer whose entries show which one each is, and where they do."""
    created = "" if one.identifier is None else one.identifier.created or ""
    names = {one.label, created.rpartition(".")[2]} - {None, ""}
    found = [
        (f"{name}[]", known, member.shape.element)
        for name, member in operation.output.items()
        if member.shape.kind is Kind.LIST and member.shape.element is not None
        for known in sorted(names & member.shape.element.members.keys(), key=str)
    ]
    if len(found) != 1 or any(
        member.required for name, member in operation.input.items() if name not in names
    ):
        return None
    at, own, shape = found[0]
    return at, str(own), shape


def _keys(member: Member) -> tuple[str, str] | None:
    """What a filter calls its name and its values."""
    entry = member.shape.element
    if member.shape.kind is not Kind.LIST or entry is None:
        return None
    name = [one for one in entry.members if one.lower() in _KEYS]
    values = [one for one, about in entry.members.items()
              if one.lower() == _VALUES and about.shape.kind is Kind.LIST]  # fmt: skip
    return (name[0], values[0]) if len(name) == len(values) == 1 else None


def _matching(
    member: Member, keys: tuple[str, str] | None, kind: str, entry: Shape
) -> Iterator[tuple[str, str]]:
    """The names of filters, each with the member of an entry that it looks at."""
    element = member.shape.element
    named = element.members[keys[0]].shape if element is not None and keys else None
    listed = () if named is None else named.limit("enum") or ()
    shown = {_letters(name): name for name, one in entry.members.items()
             if one.shape.kind in _PLAIN}  # fmt: skip
    for filtered in (*member.shape.filters, *map(str, listed)):
        text = _letters(filtered)
        found = shown.get(text) or shown.get(text.removeprefix(plain(kind)))
        if found is not None:
            yield filtered, found


def _letters(name: str) -> str:
    """A name without its gaps, an ``id`` as what it stands for."""
    return plain(name).replace("identifier", "id")
