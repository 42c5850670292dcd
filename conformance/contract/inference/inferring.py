"""The lifecycles of a service's resources, read off its operations where no overlay states them.

The names and paths of operations say which one makes, shows and deletes what (``nouns``), and the
names and places of members say what identifies it (``identities``) and which requests must name it
(``binding``). What is uncertain is left out: no requirement rests on it, and a guess that turns out
wrong counts against no target.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from msgspec.structs import replace

from conformance.contract.inference.answered import AnsweredMembers
from conformance.contract.inference.binding import Binding, Bound
from conformance.contract.inference.contents import held_by
from conformance.contract.inference.filter_rules import filter_rules
from conformance.contract.inference.identities import Identity, template
from conformance.contract.inference.list_rules import ends_shown, is_final, list_rules, lists_all
from conformance.contract.inference.listings import listings, lists_of
from conformance.contract.inference.naming import plain
from conformance.contract.inference.narrowing_rules import independent, narrowing_rules
from conformance.contract.inference.nouns import Noun
from conformance.contract.inference.switch_rules import switch_rules, token_rules
from conformance.contract.inference.tag_rules import tag_rules
from conformance.contract.levels import Level, Source
from conformance.contract.member_roles import TOKENS, names_it
from conformance.contract.model import Contract, Operation
from conformance.contract.observed import empty_for_unknown
from conformance.contract.vocabulary.overlay_model import (
    Identifier,
    OperationWords,
    Overlay,
    Resource,
    Unique,
)
from conformance.contract.vocabulary.overlay_rules import AnyRule, GoneRule, StepsRule
from conformance.contract.vocabulary.overlay_steps import Step
from conformance.documents.sdk.prose import SHOWS_SOME
from conformance.error_identity import says_exists

SURE, LIKELY = "sure", "likely"
_REPEATABLE = ("Put", "Set", "Start", "Enable")
"""The verbs of creations that may be sent again for the same parent, if no error speaks of it."""


@dataclass(slots=True)
class Inferred:
    """One kind of resource as an overlay would state it, and how sure each part of it is."""

    name: str
    label: str
    path: str
    resource: Resource = field(default_factory=Resource)
    why: dict[str, str] = field(default_factory=dict)

    def add(self, part: str, sure: str = "", **stated: Any) -> None:
        """State a part of the resource."""
        self.resource = replace(self.resource, **stated)
        if sure:
            self.why[part] = sure


def inferred_overlay(contract: Contract) -> Overlay:
    """What an overlay would say, marked as inferred; the main kind first.

    The main kind is the one that most operations are about and that is part of nothing else.
    """
    found, bound, binding = _inferred(contract)
    every = [one.resource for one in found]
    made = {name for one in every for name in (one.create or "", *one.also_created_by)}
    answered = AnsweredMembers(contract, bound, made)
    words = {
        name: OperationWords(
            resource=bound[name].about,
            binds={**bound[name].members, **answered.binds.get(name, {})},
            empty_object_allowed=operation.content_type is None,
        )
        for name, operation in contract.operations.items()
    }
    if not found:
        return Overlay(inferred=True, operations=words, answers=answered.answers)
    rules = {address: rule for one in found for address, rule in _rules(contract, one, bound)}
    kinds = {one.name: one.resource for one in found}
    about = {name: one.about for name, one in bound.items()
             if names_it(contract.operations[name], one.members)}  # fmt: skip
    rules |= switch_rules(contract, about, kinds)
    rules |= narrowing_rules(contract, kinds, bound, binding.token)
    rules |= filter_rules(contract, kinds)
    rules |= token_rules(contract, kinds)
    rules |= tag_rules(contract, bound, kinds, partial(binding.token, own=True))
    main, *others = found
    return Overlay(
        inferred=True,
        operations=words,
        answers=answered.answers,
        resource=replace(main.resource, alias=main.name),
        resources={one.name: one.resource for one in others},
        rules=rules,
    )


def _rules(
    contract: Contract, one: Inferred, bound: Mapping[str, Bound]
) -> Iterator[tuple[str, AnyRule]]:
    """What resources do everywhere: what rests on a guess is reported, without failing anything."""
    about = one.resource
    delete = contract.operations.get(about.delete or "")
    listed = about.read is None and about.listing is not None
    listed = listed and delete is not None and names_it(delete, bound[delete.name].members)
    if delete is not None and (about.not_found is not None or (listed and is_final(delete))):
        yield f"{about.delete}/behavior/gone-after-deletion", _gone(delete, about, bound)
    for name in about.lists():
        own = about.as_listed_by(name)
        stated = _of_list(contract.operations[name], own, bound[name].members)
        yield from independent(contract, own, contract.operations[name], stated)
        by_list = about.read is None and name == about.list
        some = SHOWS_SOME in (contract.operations[name].said or ())
        if delete is None or by_list or some:
            continue
        if ends_shown(contract, own, delete):
            statement = f"the list lacks a deleted {about.name}"
            if names_it(delete, bound[delete.name].members):
                yield f"{name}/behavior/gone-after-deletion", _is_gone(statement, delete)


def _of_list(
    listing: Operation, about: Resource, named: Mapping[str, Any]
) -> Iterator[tuple[str, AnyRule]]:
    """The rules of one list of a kind, and that it has what is new."""
    yield from list_rules(listing, about, named)
    if about.listing is None:
        return
    some = SHOWS_SOME in (listing.said or ())
    sure = lists_all(listing, named) and not some and not _is_ambiguous(about)
    level = Level.EXPECTED if sure else Level.INFORMATIONAL
    if about.page is not None or level is Level.EXPECTED:
        there = (Step(make={}), Step(send="list", entry=True))
        statement = f"the list contains a new {about.name}"
        yield f"{listing.name}/behavior/lists-what-was-made", _rule(statement, there, level)


def _is_ambiguous(about: Resource) -> bool:
    """Whether an identifier may be given as a name, and listed as an ARN."""
    given = about.identifier.given if about.identifier is not None else None
    return given is not None and re.search(r".(identifier|arn)$", given, re.IGNORECASE) is not None


def _gone(delete: Operation, about: Resource, bound: Mapping[str, Bound]) -> AnyRule:
    """That what is deleted is gone; whether it may be there for a while, deletions tell."""
    statement = f"a deleted {about.name} is not found"
    if is_final(delete) and names_it(delete, bound[delete.name].members):
        return _is_gone(statement, delete)
    steps = (Step(make={}), Step(send="read"), Step(send="delete"),
             Step(send="read", gives="not-found"))  # fmt: skip
    return _rule(statement, steps)


def _is_gone(statement: str, delete: Operation) -> GoneRule:
    return GoneRule(level=Level.EXPECTED, statement=statement, source=delete.source)


def _rule(statement: str, steps: tuple[Step, ...], level: Level = Level.INFORMATIONAL) -> StepsRule:
    source = Source(observation="inferred from the operations' names, paths and members")
    return StepsRule(level=level, statement=statement, source=source, steps=steps)


def infer(contract: Contract) -> list[Inferred]:
    """The kinds whose creation and identifier are certain, the main one first."""
    return _inferred(contract)[0]


def _inferred(contract: Contract) -> tuple[list[Inferred], dict[str, Bound], Binding]:
    binding = Binding(contract)
    while True:
        bound = {name: binding.of(one) for name, one in contract.operations.items()}
        needs = {kind: bound[noun.create.name].needs for kind, noun in binding.nouns.items()}
        order = list(ordered(needs))
        if len(order) == len(needs):
            break
        for kind in needs.keys() - {*order}:
            binding.leave_out(kind)
    kinds = [_kind(contract, binding, kind, needs[kind]) for kind in order]
    about = [one.about for one in bound.values()]

    def weight(one: Inferred) -> tuple[int, int, int]:
        return len(one.resource.needs), -len(one.resource.roles()), -about.count(one.name)

    return sorted(kinds, key=weight), bound, binding


def _kind(contract: Contract, binding: Binding, name: str, needs: tuple[str, ...]) -> Inferred:
    noun, identity = binding.nouns[name], binding.identities[name]
    one = Inferred(name, identity.label, noun.create.path)
    one.add("name", name=name.replace("-", " "))
    for role, operation in noun.roles().items():
        one.add(role, SURE, **{role: operation.name})
    _identify(one, identity)
    _add_unique(noun, one)
    also = binding.also_made_by(name)
    if also:
        one.add("also-created-by", LIKELY, also_created_by=also)
    if needs:
        once = identity.of_parent and not _is_repeatable(noun.create)
        how: Literal["shared", "fresh"] = "fresh" if once else "shared"
        one.add("needs", SURE, needs=dict.fromkeys(needs, how))
    _add_errors(contract, one, [kind for kind in binding.nouns if kind != name])
    roles = {role.name for other in binding.nouns.values() for role in other.roles().values()}
    lists = [
        other for other in lists_of(contract, noun)
        if other.name not in roles and binding.of(other).about == name
    ]  # fmt: skip
    _add_listings(one, noun, lists)
    one.add("also-holds", also_holds=tuple(held_by(contract, one.resource)))
    return one


def _is_repeatable(create: Operation) -> bool:
    """Whether a creation may be sent again for the same parent: no error says otherwise."""
    once = any("already" in name.lower() for name in create.errors)
    return create.name.startswith(_REPEATABLE) and not once


def _identify(one: Inferred, identity: Identity) -> None:
    """Where a new one's identifier is: chosen by the request, or shown by the answer."""
    known, label = identity.known, identity.label
    if not known.given:
        sure = SURE if plain(known.name) == plain(label) else LIKELY
        unknown = f"${{unknown.{one.name}}}"
        identifier = Identifier(label=label, created=known.place, unknown=unknown)
        one.add("identifier", sure, identifier=identifier)
        return
    made = identity.template
    unknown = "${alnum:10}" if made is None else f"${{{made}}}"
    identifier = Identifier(label=label, given=known.place, unknown=unknown)
    one.add("identifier", SURE, identifier=identifier)
    if made is not None and not known.place.endswith("[]"):
        one.add("unique", unique=Unique(member=known.place, template=made))


def _add_unique(noun: Noun, one: Inferred) -> None:
    """The name that no two may share, where the service chooses what identifies one.

    It is the noun's own (``PolicyName`` of a policy), and an error says that there is one already.
    """
    if one.resource.unique is not None:
        return
    for name, member in noun.create.input.items():
        own = name != "Name" and plain(name) == f"{plain(noun.name)}name"
        made = template(member.shape) if own and member.required else None
        if made is not None and any(says_exists(error) for error in noun.create.errors):
            one.add("unique", unique=Unique(member=name, template=made))


def _add_errors(contract: Contract, one: Inferred, others: list[str]) -> None:
    """The error of a read of what is not there, where the page of it declares just one.

    A read that pages is a list, too, and may be empty, unless the error says what is not there.
    An error that says so of another kind is that of what this one is in: an item of a domain.
    """
    read = contract.operations.get(one.resource.read or "")
    missing = [error.name for error in read.missing] if read else []
    paged = read is not None and any(name.lower() in TOKENS for name in read.output)
    text = plain("".join(missing))
    own = plain(one.name) in text
    elsewhere = not own and any(plain(other) in text for other in others)
    empty = read is not None and read.name in empty_for_unknown(contract.service)
    if read is not None and len(missing) == 1 and (own or not paged) and not (elsewhere or empty):
        one.add("not-found", SURE, not_found=missing[0], not_found_by=(read.name,))


def _add_listings(one: Inferred, noun: Noun, others: list[Operation]) -> None:
    """Where its lists have their entries; a list that is not known to show it is none of its."""
    identifier = one.resource.identifier
    found = {} if identifier is None else listings(noun, identifier, others)
    own = found.pop(one.resource.list or "", None)
    if own is None:
        one.add("list", list=None)
    else:
        one.add("listing", SURE, listing=own)
    if found:
        one.add("also-listed-by", SURE, also_listed_by=found)


def ordered(needs: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The kinds, each after those that it needs; those in a circle are left out."""
    done: set[str] = set()
    while True:
        ready = [kind for kind in needs if kind not in done and {*needs[kind]} <= done]
        if not ready:
            return
        done.update(ready)
        yield from ready
