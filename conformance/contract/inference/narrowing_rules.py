"""Lists that are asked for one thing, or for what is in one thing: the list has that alone.

``DescribeAccessPoints`` with a ``FileSystemId`` has the access points of that file system, where
making one takes a file system; ``DescribeTargetGroups`` with ``Names`` has those of these names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.inference.binding import Bound
from conformance.contract.inference.naming import (
    ARN,
    ID,
    NAME,
    is_plural,
    noun_forms,
    part,
    plain,
    split,
)
from conformance.contract.levels import Level
from conformance.contract.member_roles import names_it
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import parse
from conformance.contract.vocabulary.overlay_list_rules import FilteredRule, NarrowedRule
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule

_VERBS = ("List", "Get", "Describe", "BatchGet", "BatchDescribe")
_IDENTIFIES = frozenset({NAME, ID, ARN})
_OF_PARENTS = re.compile(r"(For|By|In|Of)(?=[A-Z])")
"""What stands before the parent in the name of a list: ``ListBuildsForProject``."""
_ONE = re.compile(r"\$\{(?:id|made)(?:\.[\w-]+){0,2}\}")
"""A placeholder that is all of a text."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list of one kind; ``at`` is the place of its entries, ``id`` says which one each is."""

    operation: Operation
    kind: str
    at: str
    id: str | None


def narrowing_rules(
    contract: Contract,
    kinds: Mapping[str, Resource],
    bound: Mapping[str, Bound],
    token: Callable[..., str | None],
) -> Iterator[tuple[str, AnyRule]]:
    """The rules of every list whose entries show which one of a kind each is."""
    for kind, one in kinds.items():
        create = bound[one.create].members if one.create is not None else {}
        if _is_of_parent(one, create):
            continue
        for listed in _lists(contract, kind, one):
            own = bound[listed.operation.name]
            if own.about == kind and _is_of_one(listed.operation, own.members):
                continue
            binds = {name: value for name, value in create.items() if "${id." in str(value)}
            if names_it(listed.operation, own.members) and own.about in {kind, *one.needs}:
                for member in listed.operation.input.values():
                    if member.shape.unkept:
                        continue
                    rule = _rule(listed, one, member, {**binds, **own.members}, token)
                    named = None if rule is None else kinds[rule.named]
                    apart = named and not _is_a_part(contract, named, listed.operation, member)
                    if rule is not None and apart:
                        yield f"{listed.operation.name}/behavior/{member.name}", rule


def _rule(
    listed: _Listed,
    one: Resource,
    member: Member,
    binds: Mapping[str, Any],
    token: Callable[..., str | None],
) -> NarrowedRule | None:
    named = _named(listed.kind, one, member, binds)
    if named is None or _is_said_already(listed, member, named, binds):
        return None
    shown = _shown(listed, member)
    if named == listed.kind and (shown is None or _is_read_of_one(member)):
        return None
    given = binds.get(member.name) or token(named, member, own=named == listed.kind)
    text = given[0] if isinstance(given, list) else given
    if text is None or _is_of_another_sort(listed, member.name, text, shown):
        return None
    whose = "others" if named == listed.kind else f"what is in another {named.replace('-', ' ')}"
    return NarrowedRule(
        level=Level.EXPECTED, source=member.source, of=listed.kind, named=named,
        member=member.name, value=[text] if member.shape.kind is Kind.LIST else text,
        at=listed.at, id=listed.id, shown=shown,
        statement=f"with {member.name}, the list leaves out {whose}",
    )  # fmt: skip


def _is_read_of_one(member: Member) -> bool:
    """Whether a request has to name the one thing that it is about: it is no list of it."""
    return member.required and member.shape.kind is not Kind.LIST


def _is_of_one(operation: Operation, binds: Mapping[str, Any]) -> bool:
    """Whether a request has to name one of what seems to be listed: the list is of its parts."""
    return any(
        one.required and one.shape.kind is not Kind.LIST and binds.get(name) == "${id}"
        for name, one in operation.input.items()
    )


def independent(
    contract: Contract, one: Resource, listing: Operation, rules: Iterable[tuple[str, AnyRule]]
) -> Iterator[tuple[str, AnyRule]]:
    """The rules of a list without those of filters that count only with another one."""
    for address, rule in rules:
        asked = listing.input[rule.filter] if isinstance(rule, FilteredRule) else None
        named = asked is not None and part(asked.name).kind in _IDENTIFIES
        if not (asked and named and _is_a_part(contract, one, listing, asked)):
            yield address, rule


def _is_a_part(contract: Contract, named: Resource, asked: Operation, member: Member) -> bool:
    """Whether a member identifies something only with another one, which a request may lack."""
    own = {"", part(member.name).of, *noun_forms(named.name or "")}
    optional = {plain(one.name) for one in asked.input.values()
                if not one.required and part(one.name).of not in own}  # fmt: skip
    roles = () if member.shape.kind is Kind.LIST else (named.read, named.delete)
    return any(
        one.required and plain(one.name) in optional
        for role in filter(None, roles)
        for one in contract.operations[role].input.values()
    )


def _is_of_another_sort(listed: _Listed, name: str, text: str, shown: str | None) -> bool:
    """Whether a member is given what it does not look at: an ARN for a name, an id for another."""
    if text == "${id}" and shown is not None:
        return shown != listed.id
    given = part(text.rstrip("}").rpartition(".")[2]).kind
    return part(name).kind == NAME and given == ARN


def _is_said_already(listed: _Listed, member: Member, named: str, binds: Mapping[str, Any]) -> bool:
    """Whether another member, which every request has, names the same."""
    others = (name for name, one in listed.operation.input.items()
              if one.required and name != member.name)  # fmt: skip
    return any(f".{named}}}" in str(binds.get(name)) for name in others)


def _shown(listed: _Listed, member: Member) -> str | None:
    """The member of an entry that shows what a request names."""
    output = listed.operation.output[parse(listed.at)[0]].shape.element
    names = noun_forms(member.name)
    if output is None or listed.id is None:
        return None
    return next((name for name in output.members if plain(name) in names), None)


def _is_of_parent(one: Resource, create: Mapping[str, Any]) -> bool:
    """Whether what identifies one is the identifier of what it is in."""
    given = None if one.identifier is None else one.identifier.given
    return "${id." in str(create.get(given or "", ""))


def _lists(contract: Contract, kind: str, one: Resource) -> Iterator[_Listed]:
    known = {one.read, *one.lists()}
    parents = {form for parent in one.needs for form in noun_forms(parent)}
    for operation in contract.operations.values():
        found = split(operation.name, _VERBS)
        noun, *of = _OF_PARENTS.split(found[1], maxsplit=1) if found else ("",)
        listed = is_plural(noun, plain(kind)) and (not of or plain(of[1]) in parents)
        entries = _entries(operation, kind, one) if listed or operation.name in known else None
        if entries is not None and found is not None:
            yield _Listed(operation, kind, *entries)


def _entries(operation: Operation, kind: str, one: Resource) -> tuple[str, str | None] | None:
    """The place of the only entries of a list, and their member that identifies one."""
    lists = {name: member.shape.element for name, member in operation.output.items()
             if member.shape.kind is Kind.LIST and member.shape.element is not None}  # fmt: skip
    stated = one.lists().get(operation.name)
    if stated is not None:
        return stated.items, stated.id
    created = None if one.identifier is None else one.identifier.created
    names = {one.label, (created or "").rpartition(".")[2]} - {None, ""}
    found = [(f"{name}[]", known) for name, shape in lists.items()
             for known in sorted(map(str, names & shape.members.keys()))]  # fmt: skip
    if len(found) == 1:
        return found[0]
    if len(lists) != 1:
        return None
    ((name, shape),) = lists.items()
    named = part(name)
    own = named.of in {"", *noun_forms(kind)} and named.kind in _IDENTIFIES
    own = own or plain(kind) in noun_forms(name)
    return (f"{name}[]", None) if own and _is_free_text(shape) else None


def _named(kind: str, one: Resource, member: Member, binds: Mapping[str, Any]) -> str | None:
    """The kind that a member names: the one that is listed, or one that it is in."""
    shape = member.shape.element if member.shape.kind is Kind.LIST else member.shape
    if shape is None or not _is_free_text(shape):
        return None
    given = binds.get(member.name)
    text = given[0] if isinstance(given, list) and len(given) == 1 else given
    if isinstance(text, str) and _ONE.fullmatch(text):
        for parent in one.needs:
            if f".{parent}" in text:
                return parent
    said = part(member.name)
    if said.kind not in _IDENTIFIES:
        return None
    if said.of in {"", *noun_forms(kind)}:
        return kind
    return next((parent for parent in one.needs if said.of in noun_forms(parent)), None)


def _is_free_text(shape: Shape) -> bool:
    return shape.kind is Kind.STRING and not shape.limit("enum")
