"""Members that a request has besides those that name a resource, and that follow from these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from conformance.contract.aws_values import suggested
from conformance.contract.inference.identifier_sources import (
    IF_MATCH,
    chosen,
    is_needed,
    shown_as,
    texts_of,
)
from conformance.contract.inference.identities import Identity, template
from conformance.contract.inference.naming import NAME, part, plain
from conformance.contract.inference.nouns import Noun
from conformance.contract.model import Kind, Location, Member, Operation

PARENT = "parent"
_WRITTEN = frozenset({Location.PATH, Location.QUERY, Location.HEADER})
"""Where numbers travel as texts."""


def of_existing(
    operation: Operation, noun: Noun, about: Identity, named: Mapping[str, object]
) -> dict[str, str]:
    """What else a request about an existing resource has, by place; ``named`` it has already."""
    found = dict(_shown(operation, noun, named))
    found.update(_inner(operation, noun, about, {**named, **found}))
    found.update(_scope(operation, noun, {**named, **found}))
    return found


def of_new(
    operation: Operation,
    noun: Noun,
    about: Identity,
    named: Mapping[str, object],
    parents: Mapping[str, Noun],
    service: str,
) -> dict[str, str]:
    """What else a creation has, by place."""
    found = dict(_of_others(operation, about, named, service))
    found.update(_inner_names(operation, noun, about))
    found.update(_root(operation, noun, {**named, **found}, parents))
    return found


def _of_others(
    operation: Operation, about: Identity, named: Iterable[str], service: str
) -> Iterator[tuple[str, str]]:
    """What identifies a new one and is of another service: the directory that is registered."""
    member = operation.input.get(about.label)
    if member is None or about.label in named or member.shape.kind is not Kind.STRING:
        return
    usual = suggested(about.label, "", "string", member.shape.limit("pattern"), service)
    yield from ((about.label, str(one)) for one in usual[:1] if str(one).startswith("${aws."))


def _shown(operation: Operation, noun: Noun, named: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What else a request must have that the creation's answer shows: a version, say."""
    for member in operation.input.values():
        shape = member.shape
        texts = shape.kind is Kind.STRING and not shape.limit("enum")
        numbers = shape.kind is Kind.INTEGER and member.location in _WRITTEN
        version = plain(member.name) == IF_MATCH and operation.method not in {"GET", "HEAD"}
        meant = is_needed(member) or version
        if member.name in named or not meant or not (texts or numbers):
            continue
        known = shown_as(noun, member.name)
        if known is not None:
            yield member.name, f"${{made.{known.name}}}"


def _inner(
    operation: Operation, noun: Noun, about: Identity, named: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """The identifier within the one structure of a request that names nothing outside it."""
    if named or noun.update is None or noun.update.name != operation.name:
        return
    for name, member in operation.input.items():
        inner = member.shape.members.get(about.label)
        if member.required and inner is not None and inner.shape.kind is Kind.STRING:
            yield f"{name}.{about.label}", "${id}"


def _scope(operation: Operation, noun: Noun, named: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The words that a creation must have, where a request is free to name what it is about.

    What was made in one scope is not found in another, nor without any.
    """
    identifiers = [operation.input[name] for name in named if name in operation.input]
    if not identifiers or any(is_needed(one) for one in identifiers):
        return
    for name, given in noun.create.input.items():
        member = operation.input.get(name)
        listed = given.shape.limit("enum")
        if member is not None and given.required and listed and not is_needed(member):
            yield name, listed[0]


def _inner_names(operation: Operation, noun: Noun, about: Identity) -> Iterator[tuple[str, str]]:
    """New names within the structure, or the list, that a creation names the new one by."""
    for place, member in chosen(replace(noun, create=operation)).items():
        if place in operation.input:
            continue
        if place == about.known.place and about.template is not None:
            yield place, f"${{{about.template}}}"
        elif part(member.name).kind == NAME and is_own(noun, member):
            made = template(member.shape)
            if made is not None:
                yield place, f"${{{made}}}"


def is_own(noun: Noun, member: Member) -> bool:
    """Whether a member that names something names one of a noun."""
    of = part(member.name).of
    return not of or plain(noun.name).endswith(of)


def _root(
    operation: Operation, noun: Noun, named: Iterable[str], parents: Mapping[str, Noun]
) -> Iterator[tuple[str, str]]:
    """The one above the new one, of its own kind: the first is made with what they are part of.

    An API shows the resource at its root, an organization its root unit.
    """
    own = plain(noun.name)
    for member in operation.input.values():
        if member.name in named or not is_needed(member):
            continue
        if part(member.name).of not in {PARENT, f"{PARENT}{own}"}:
            continue
        for kind, parent in parents.items():
            first = (one for one in texts_of(parent) if plain(one).endswith(f"{own}id"))
            yield from ((member.name, f"${{made.{kind}.{one}}}") for one in first)
