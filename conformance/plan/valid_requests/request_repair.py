"""The next request to try where one was refused: by what the refusal says, then by guessing.

A refusal names a member, a value, a pattern, what is listed, or that something is missing. The
answer is read as people read it, by what most services say; it is only ever used to find a request
that is accepted, never to judge one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.inference.naming import part, plain, split, words
from conformance.contract.model import Location, Operation
from conformance.contract.places import ABSENT, Place, find
from conformance.contract.walk import shape_at
from conformance.error_identity import says_missing
from conformance.plan.generation import values
from conformance.plan.generation.suggestions import suggestions
from conformance.plan.valid_requests.base_requests import with_parents, with_value
from conformance.plan.valid_requests.named_places import WORD, called_alike, named_places, places_of
from conformance.plan.valid_requests.optional_members import (
    NEW,
    Request,
    is_free,
    is_structured,
    plainer,
    spared,
    with_optional_members,
)
from conformance.plan.valid_requests.refusal_values import (
    OTHERS,
    RefusalText,
    arns_of_what_lacks,
    in_capitals,
    lengthened,
    likely,
    named_by,
    values_of_kinds,
)

_NAMES_ITSELF = ("Create", "Register", "Put", "Add", "Import", "Allocate")
MISSING = re.compile(
    r"required|missing|must (be )?(specif|provid|suppl|includ|contain|have|set)|mandatory"
    r"|(not|n't|cannot) (be )?(empty|null|none|specified|provided|present|blank)|need(s|ed)? to"
    r"|at least one|no .{1,40} (was |were |is )?(given|provided|specified|supplied)|keyerror",
    re.IGNORECASE,
)
EXCLUSIVE = re.compile(
    r"(only|exactly|at most) one|mutually exclusive|both can ?not"
    r"|can ?not (both|be used|be specified|specify)"
    r"|either .* or |not both|not (allowed|permitted|valid) (with|together|for)",
    re.IGNORECASE,
)
PREFIXED = re.compile(r"(?P<prefix>[a-z]{3,12}/)[A-Za-z][\w-]*")


def repaired(
    operation: Operation, request: Mapping[str, Any], sent: Mapping[str, Any], refusal: RefusalText
) -> Iterator[Request]:
    """Requests that may do better, the likeliest first; none where nothing is to be tried.

    ``request`` is the template that was refused, ``sent`` what was in its place.
    """
    start = dict(request)
    yield from spared(operation, start, refusal.message)
    named = list(named_places(operation, dict(sent), refusal))
    if EXCLUSIVE.search(refusal.message):
        yield from _without_these(operation, start, named)
        yield from _one_of_each(operation, start, refusal)
    yield from _of_what_is_there(operation, start, refusal)
    yield from arns_of_what_lacks(operation, start, refusal)
    yield from called_alike(operation, start, sent, refusal)
    yield from _about_all(operation, start, named, refusal)
    if EXCLUSIVE.search(refusal.message):
        yield from _one_more(operation, start, refusal)
    if refusal.is_not_found or MISSING.search(refusal.message):
        yield from _of_own_kinds(operation, start, refusal)
    if not refusal.is_not_found:
        yield from _published(operation, start)
    yield from _prefixed(operation, start)
    if refusal.is_broken:
        yield from plainer(operation, start)
        yield from _one_likely(operation, start)
        yield from _other_words(operation, start)
    if not refusal.is_not_found:
        yield from with_optional_members(operation, start, named_by(refusal.kinds))
    if not named:
        yield from _other_words(operation, start)


def _of_what_is_there(
    operation: Operation, request: Request, refusal: RefusalText
) -> Iterator[Request]:
    """The request with one of the run's for a bare name of what is not found.

    What a creation is to be called is left as it is.
    """
    if not refusal.is_not_found or split(operation.name, _NAMES_ITSELF):
        return
    for name, value in request.items():
        bare = name in operation.input and not part(name).of and NEW.fullmatch(str(value))
        for known in values_of_kinds(operation.input[name].shape, refusal) if bare else ():
            yield {**request, name: known}


def _about_all(
    operation: Operation, request: Request, named: list[Place], refusal: RefusalText
) -> Iterator[Request]:
    """What the members lead to that a refusal names: all of them together, then each."""
    yield from _longer(operation, request, named, refusal)
    if refusal.is_not_found or says_missing(refusal.message):
        yield from _all_alike(operation, request, named, refusal)
    yield from (one for place in named for one in _about(operation, request, place, refusal))


def _published(operation: Operation, request: Request) -> Iterator[Request]:
    """What is published as an example: it fits together, where single values may not.

    First under a name that nothing else has, as the same example may be sent again.
    """
    bound = {
        name: value for name, value in request.items() if "${" in json.dumps(value, default=str)
    }
    noun = plain("".join(words(operation.name)[1:]))
    for example in operation.usual:
        own = {
            name: values.sample(operation.input[name].shape)
            for name in example
            if name in operation.input and plain(name) in {"name", f"{noun}name", f"{noun}id"}
        }
        named = {name: value for name, value in own.items() if "${name" in str(value)}
        yield {**request, **example, **named, **bound}
        yield {**request, **example, **bound}


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
        said = f"{refusal.code} {refusal.message}"  # such as MissingParameter
        if not EXCLUSIVE.search(said) or MISSING.search(said):
            for value in likely(shape, refusal):
                yield with_value(with_parents(operation, request, place), place, value)
        return
    if len(place) > 1 and is_structured(shape) and _may_be_left_out(operation, place):
        yield with_value(request, place, ABSENT)
    bound = any("${id" in str(one) for one in given) and not refusal.is_not_found
    found = [*in_capitals(shape, given), *likely(shape, refusal)]
    # What names a resource of the run is not what is wrong, unless that is not there.
    found = [one for one in found if one not in given and not (bound and "${" not in str(one))]
    if any("${" in str(one) for one in given):
        # What is new for each request is not to become the same for all of them.
        found.sort(key=lambda one: "${" not in str(one))
    yield from (with_value(request, place, value) for value in found)
    if _may_be_left_out(operation, place):
        yield with_value(request, place, ABSENT)


def _longer(
    operation: Operation, request: Request, named: list[Place], refusal: RefusalText
) -> Iterator[Request]:
    """The request with as many entries in a list as the refusal asks for."""
    for place in named:
        shape = shape_at(operation.input[place[0]].shape, place[1:])
        given = () if shape is None else find(request, place)
        for value in () if shape is None else lengthened(shape, list(given), refusal):
            yield with_value(request, place, value)


def _without_these(operation: Operation, request: Request, named: list[Place]) -> Iterator[Request]:
    """The request with one alone of what is named and may be left out, without all, without one."""
    free = [place for place in named if next(find(request, place), None) is not None
            and _may_be_left_out(operation, place)]  # fmt: skip
    tops = [place[0] for place in free if len(place) == 1]
    for kept in tops if len(tops) > 1 else ():
        yield {one: value for one, value in request.items() if one == kept or one not in tops}
    without = request
    for place in sorted(free, key=len, reverse=True):  # to take out what is inside puts it back
        without = with_value(without, place, ABSENT)
    if len(free) > 1:
        yield without
    yield from (with_value(request, place, ABSENT) for place in reversed(free))


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
                    changed = with_value(changed, one, value)
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
                yield with_value(request, (name,), value)


def _other_words(operation: Operation, request: Request) -> Iterator[Request]:
    """The request with another one of the words that a member may have, also inside structures.

    Inside, with the plain members beside it: which of them are needed depends on such a word.
    """
    for place in places_of(operation, request):
        shape = shape_at(operation.input[place[0]].shape, place[1:])
        listed = () if shape is None else shape.limit("enum") or ()
        words_given = [one for one in find(request, place) if isinstance(one, str)]
        for given in dict.fromkeys(words_given) if listed else ():
            around = request if len(place) == 1 else _with_plain(operation, request, place[:-1])
            yield from (with_value(around, place, one) for one in listed[-OTHERS:] if one != given)


def _with_plain(operation: Operation, request: Request, place: Place) -> Request:
    """The request with all members of one structure in it that hold no others."""
    shape = shape_at(operation.input[place[0]].shape, place[1:])
    for name, member in () if shape is None or shape.union else shape.members.items():
        where = (*place, name)
        if not is_structured(member.shape) and not list(find(request, where)):
            request = with_value(request, where, values.sample(member.shape))
    return request


def _one_of_each(operation: Operation, request: Request, refusal: RefusalText) -> Iterator[Request]:
    """The request with one member alone in each structure that requires none."""
    loose = [name for name in request if name in operation.input
             and not any(one.required for one in operation.input[name].shape.members.values())
             and isinstance(request[name], dict) and len(request[name]) > 1]  # fmt: skip
    for name in loose:
        members = operation.input[name].shape.members
        for inner, value in request[name].items():
            shape = members[inner].shape if inner in members else None
            own = None if shape is None else next(values_of_kinds(shape, refusal), None)
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


__all__ = ["RefusalText", "repaired"]
