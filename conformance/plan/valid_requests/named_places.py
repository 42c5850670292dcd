"""Which member a refusal means: by its name, its value, or the noun of the error code."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.inference.naming import part, plain, words
from conformance.contract.model import Kind, Operation, Shape
from conformance.contract.places import Place, find
from conformance.contract.walk import shape_at
from conformance.plan.valid_requests.base_requests import with_value
from conformance.plan.valid_requests.optional_members import DEEPEST, Request
from conformance.plan.valid_requests.refusal_values import RefusalText

WORD = re.compile(r"[\w.:/*@+-]+")
NOUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
NO_NOUNS = frozenset([
    "not", "found", "invalid", "exception", "error", "already", "exists", "resource", "bad",
    "request", "validation", "parameter", "value", "missing", "conflict", "limit", "exceeded",
    "malformed", "client", "unknown", "no", "such", "in", "use", "id", "arn", "does", "exist",
    "existent", "entity", "fault",
])  # fmt: skip
SHORTEST = 4
"""Characters of a name or a value that is looked for anywhere in a message."""


def named_places(operation: Operation, sent: Request, refusal: RefusalText) -> Iterator[Place]:
    """The places that a refusal speaks of: by name, by value, then by the noun of its code."""
    places = list(places_of(operation, sent))
    said = {plain(part) for word in WORD.findall(refusal.message) for part in word.split(".")}
    text = plain(refusal.message)
    by_name = [place for place in places if plain(place[-1]) in said]
    long = [place for place in places if len(plain(place[-1])) > SHORTEST
            and plain(place[-1]).removesuffix("s") in text]  # fmt: skip
    quoted = [place for place in places if _is_quoted(sent, place, refusal.message)]
    # A word of those that the model lists is seldom what is wrong, and many a message has it.
    by_value = [place for place in quoted if not _is_listed(operation, place)]
    nouns = nouns_of(refusal.code)
    by_noun = [place for place in places if any(noun in plain(place[-1]) for noun in nouns)]
    by_end = [place for place in places if _end_is_in(place, said)]
    by_end.sort(key=lambda place: place[0] not in sent)
    by_name.sort(key=len)  # those at the top first
    found = dict.fromkeys(
        [*by_value, *by_name, *sorted(long, key=_length), *quoted, *by_noun, *by_end]
    )
    # What only holds others that are named as well comes after them.
    outer = [place for place in found if any(one[: len(place)] == place != one for one in by_name)]
    yield from dict.fromkeys([*(one for one in found if one not in outer), *outer])


def nouns_of(code: str) -> list[str]:
    """The words of an error code that say what it is about."""
    words_of = (word.lower() for word in NOUN.findall(code))
    return [word for word in words_of if word not in NO_NOUNS and len(word) >= SHORTEST]


def called_alike(
    operation: Operation, request: Request, sent: Mapping[str, Any], refusal: RefusalText
) -> Iterator[Request]:
    """The request with one new name for all members called alike whose values a refusal shows.

    The key of an index is one of the attributes that are defined beside it.
    """
    shown: dict[str, list[Place]] = {}
    for place in places_of(operation, dict(sent)):
        given = [one for one in find(sent, place) if isinstance(one, str) and len(one) >= SHORTEST]
        new = all("${name" in str(one) for one in find(request, place))
        if given and new and all(one in refusal.message for one in given):
            shown.setdefault(place[-1], []).append(place)
    for places in shown.values():
        changed = request
        for place in places:
            changed = with_value(changed, place, "${name.same}")
        if len(places) > 1:
            yield changed


def _is_listed(operation: Operation, place: Place) -> bool:
    shape = shape_at(operation.input[place[0]].shape, place[1:])
    return shape is not None and bool(shape.limit("enum"))


def _end_is_in(place: Place, said: set[str]) -> bool:
    """Whether a message has a member's name without what is also that of the structure around it.

    Or its last word, or what it is the name of: the ``Arn`` of a rule is its ``RuleArn``, regions
    are ``AwsRegions``, and an engine is told by its ``EngineName``.
    """
    name, around = place[-1], next((one for one in place[-2::-1] if one != "[]"), "")
    rest = plain(name).removeprefix(plain(around).removesuffix("s")) if around else ""
    ends = [*words(name)[-1:], part(name).of]
    return (bool(rest) and rest in said) or any(len(one) > SHORTEST and one in said for one in ends)


def _length(place: Place) -> int:
    return -len(place[-1])


def places_of(operation: Operation, request: Request) -> Iterator[Place]:
    """Every member by place: those at the top, and those in what the request has."""
    for name, member in operation.input.items():
        yield (name,)
        yield from _inside(member.shape, (name,), given=bool(request.get(name)))


def _inside(shape: Shape, place: Place, depth: int = 1, *, given: bool) -> Iterator[Place]:
    if depth >= DEEPEST or shape.kind is Kind.MAP:
        return
    inner = shape.element if shape.kind is Kind.LIST else shape
    if inner is None or not (given or depth == 1):
        return
    here = (*place, "[]") if shape.kind is Kind.LIST else place
    for name, member in inner.members.items():
        yield (*here, name)
        yield from _inside(member.shape, (*here, name), depth + 1, given=given)


def _is_quoted(request: Request, place: Place, message: str) -> bool:
    shown = (one for one in find(request, place) if isinstance(one, str))
    return any(_quotes(message, one) for one in shown)


def _quotes(message: str, value: str) -> bool:
    """Whether a message has a value: a short one by itself, as in "invalid version 2.2"."""
    if len(value) >= SHORTEST:
        return value in message
    number = len(value) > 1 and any(map(str.isdigit, value))
    return number and re.search(rf"(?<![\w.]){re.escape(value)}(?!\w)", message) is not None
