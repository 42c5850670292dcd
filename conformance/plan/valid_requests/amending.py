"""The next request to try where one was refused: by what the refusal says, then by guessing.

A refusal names a member, a value, a pattern, what is listed, or that something is missing. The
answer is read as people read it, by what most services say; it is only ever used to find a request
that is accepted, never to judge one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.inference.naming import plain, words
from conformance.contract.model import Kind, Location, Operation, Shape
from conformance.contract.places import ABSENT, Place, find
from conformance.contract.walk import shape_at
from conformance.plan.generation import values
from conformance.plan.generation.suggestions import suggestions
from conformance.plan.valid_requests.base_requests import edited, scaffolded
from conformance.plan.valid_requests.fuller import DEEPEST, Request, fuller, is_free, is_structured
from conformance.plan.valid_requests.refusal_values import (
    OTHERS,
    RefusalText,
    in_capitals,
    likely,
    values_of_kinds,
)

MISSING = re.compile(
    r"required|missing|must (be )?(specif|provid|suppl|includ|contain|have|set)|mandatory"
    r"|(not|n't|cannot) (be )?(empty|null|none|specified|provided|present|blank)|need(s|ed)? to"
    r"|at least one|no .{1,40} (was |were |is )?(given|provided|specified|supplied)|keyerror",
    re.IGNORECASE,
)
EXCLUSIVE = re.compile(
    r"(only|exactly|at most) one|mutually exclusive|cannot (both|be used|be specified|specify)"
    r"|either .* or |not both|not (allowed|permitted|valid) (with|together|for)",
    re.IGNORECASE,
)
LACKING = re.compile(r"not ?(be )?(found|exist)|n.t (be )?(found|exist)|no such", re.IGNORECASE)
PREFIXED = re.compile(r"(?P<prefix>[a-z]{3,12}/)[A-Za-z][\w-]*")
WORD = re.compile(r"[\w.:/*@+-]+")
NOUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
NO_NOUNS = frozenset(
    [
        "not",
        "found",
        "invalid",
        "exception",
        "error",
        "already",
        "exists",
        "resource",
        "bad",
        "request",
        "validation",
        "parameter",
        "value",
        "missing",
        "conflict",
        "limit",
        "exceeded",
        "malformed",
        "client",
        "unknown",
        "no",
        "such",
        "in",
        "use",
        "id",
        "arn",
    ]
)
SERVER_ERROR = 500
SHORTEST = 4
"""Characters of a name or a value that is looked for anywhere in a message."""


def amended(
    operation: Operation, request: Mapping[str, Any], sent: Mapping[str, Any], refusal: RefusalText
) -> Iterator[Request]:
    """Requests that may do better, the likeliest first; none where nothing is to be tried.

    ``request`` is the template that was refused, ``sent`` what was in its place.
    """
    start = dict(request)
    if EXCLUSIVE.search(refusal.message):
        yield from _one_of_each(operation, start, refusal)
    named = list(_named(operation, dict(sent), refusal))
    if refusal.is_not_found or LACKING.search(refusal.message):
        yield from _all_alike(operation, start, named, refusal)
    for place in named:
        yield from _about(operation, start, place, refusal)
    if EXCLUSIVE.search(refusal.message):
        yield from _one_more(operation, start, refusal)
    if refusal.is_not_found or MISSING.search(refusal.message):
        yield from _of_own_kinds(operation, start, refusal)
    if not refusal.is_not_found:
        yield from _published(operation, start)
    yield from _prefixed(operation, start)
    if refusal.status >= SERVER_ERROR:
        yield from _one_likely(operation, start)
    if not refusal.is_not_found:
        yield from fuller(operation, start)
    if not named:
        yield from _other_words(operation, start)


def _published(operation: Operation, request: Request) -> Iterator[Request]:
    """What is published as an example: it fits together, where single values may not."""
    bound = {
        name: value for name, value in request.items() if "${" in json.dumps(value, default=str)
    }
    yield from ({**request, **example, **bound} for example in operation.usual)


# -- which member is meant -------------------------------------------------------------------------


def _named(operation: Operation, sent: Request, refusal: RefusalText) -> Iterator[Place]:
    """The places that a refusal speaks of: by name, by value, then by the noun of its code."""
    places = list(_places(operation, sent))
    words = {plain(part) for word in WORD.findall(refusal.message) for part in word.split(".")}
    text = plain(refusal.message)
    by_name = [place for place in places if plain(place[-1]) in words]
    long = [place for place in places if len(plain(place[-1])) > SHORTEST
            and plain(place[-1]).removesuffix("s") in text]  # fmt: skip
    quoted = [place for place in places if _is_quoted(sent, place, refusal.message)]
    # A word of those that the model lists is seldom what is wrong, and many a message has it.
    by_value = [place for place in quoted if not _is_listed(operation, place)]
    nouns = [word.lower() for word in NOUN.findall(refusal.code)]
    nouns = [word for word in nouns if word not in NO_NOUNS and len(word) >= SHORTEST]
    by_noun = [place for place in places if any(noun in plain(place[-1]) for noun in nouns)]
    by_name.sort(key=len)  # those at the top first
    found = dict.fromkeys([*by_value, *by_name, *sorted(long, key=_length), *quoted, *by_noun])
    yield from found


def _is_listed(operation: Operation, place: Place) -> bool:
    shape = shape_at(operation.input[place[0]].shape, place[1:])
    return shape is not None and bool(shape.limit("enum"))


def _length(place: Place) -> int:
    return -len(place[-1])


def _places(operation: Operation, request: Request) -> Iterator[Place]:
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


# -- what is done about it -------------------------------------------------------------------------


def _about(
    operation: Operation, request: Request, place: Place, refusal: RefusalText
) -> Iterator[Request]:
    """What a refusal of this member, or for want of it, leads to."""
    top = operation.input[place[0]]
    shape = shape_at(top.shape, place[1:])
    if shape is None:
        return
    given = list(find(request, place))
    if not given:
        if not EXCLUSIVE.search(refusal.message) or MISSING.search(refusal.message):
            for value in likely(shape, refusal):
                yield edited(scaffolded(operation, request, place), place, value)
        return
    if len(place) > 1 and is_structured(shape) and _may_be_left_out(operation, place):
        yield edited(request, place, ABSENT)
    bound = any("${id" in str(one) for one in given) and not refusal.is_not_found
    for value in (*in_capitals(shape, given), *likely(shape, refusal)):
        # What names a resource of the run is not what is wrong, unless that is not there.
        if value not in given and not (bound and "${" not in str(value)):
            yield edited(request, place, value)
    if _may_be_left_out(operation, place):
        yield edited(request, place, ABSENT)


def _all_alike(
    operation: Operation, request: Request, named: list[Place], refusal: RefusalText
) -> Iterator[Request]:
    """The request with one other value for all that have the value of which a refusal speaks."""
    given = {place: next(find(request, place), None) for place in named}
    for place in named:
        alike = [one for one in named if given[place] is not None and given[one] == given[place]]
        shape = shape_at(operation.input[place[0]].shape, place[1:])
        if len(alike) > 1 and shape is not None and place == alike[0]:
            for value in values_of_kinds(shape, refusal):
                changed = request
                for one in alike:
                    changed = edited(changed, one, value)
                yield changed


def _may_be_left_out(operation: Operation, place: Place) -> bool:
    """Whether nothing says that the member at a place has to be there."""
    top = operation.input[place[0]]
    if len(place) == 1:
        return not top.required and top.location is not Location.PATH
    around = shape_at(top.shape, place[1:-1])
    member = None if around is None else around.members.get(place[-1])
    return member is not None and not member.required


def _of_own_kinds(
    operation: Operation, request: Request, refusal: RefusalText
) -> Iterator[Request]:
    """The request with a resource of the run in a member that it left out."""
    for name, member in operation.input.items():
        if name not in request and not member.required:
            for value in values_of_kinds(member.shape, refusal):
                yield edited(request, (name,), value)


def _other_words(operation: Operation, request: Request) -> Iterator[Request]:
    """The request with another one of the words that a member may have."""
    for name, value in request.items():
        member = operation.input.get(name)
        words = None if member is None else member.shape.limit("enum")
        yield from ({**request, name: one} for one in (words or ())[-OTHERS:] if one != value)


def _one_of_each(operation: Operation, request: Request, refusal: RefusalText) -> Iterator[Request]:
    """The request with one member alone in each structure that requires none."""
    loose = [name for name in request if name in operation.input
             and not any(one.required for one in operation.input[name].shape.members.values())
             and isinstance(request[name], dict) and len(request[name]) > 1]  # fmt: skip
    for name in loose:
        members = operation.input[name].shape.members
        for inner, value in request[name].items():
            own = (
                next(values_of_kinds(members[inner].shape, refusal), None)
                if inner in members
                else None
            )
            yield {**request, name: {inner: value if own is None else own}}


def _prefixed(operation: Operation, request: Request) -> Iterator[Request]:
    """The request with a new name that begins as those do that the documents show."""
    for name, value in request.items():
        shown = operation.input[name].shape.usual if name in operation.input else ()
        begun = (PREFIXED.fullmatch(one) for one in shown if isinstance(one, str))
        before = next((found["prefix"] for found in begun if found), None)
        if before is not None and isinstance(value, str) and value.startswith("${name"):
            yield {**request, name: f"{before}{value}"}


def _one_likely(operation: Operation, request: Request) -> Iterator[Request]:
    """The request with one of the documents that it lacks: what breaks for want of one, says so."""
    for name, member in operation.input.items():
        if name not in request and is_free(operation, name):
            texts = [one for one in suggestions(member.shape) if str(one).startswith("{")]
            yield from ({**request, name: one} for one in texts[:1])


def _one_more(operation: Operation, request: Request, refusal: RefusalText) -> Iterator[Request]:
    """The request with each of the members that it lacks, those first that the refusal means.

    Of many destination configurations that are called alike the shortest name is the plainest.
    """
    said = {word for text in WORD.findall(refusal.message) for word in words(text)}
    lacking = [name for name in operation.input if name not in request and is_free(operation, name)]

    def rank(name: str) -> tuple[int, int]:
        meant = len(said.intersection(words(name)))
        return -meant, len(name) if meant else 0

    for name in sorted(lacking, key=rank):
        yield {**request, name: values.sample(operation.input[name].shape)}


__all__ = ["RefusalText", "amended"]
