"""Which operation has to be called first, where one is refused for want of what that makes.

A policy is read once it was put, a user leaves a group after joining it, and an organization is
there once. Names say which operation that is: it has the same noun, or one that the refusal names.
Where something stands in the way that may exist once only, it is the operation that deletes it.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from conformance.contract.inference.naming import (
    ARN,
    CREATE,
    DELETE,
    ID,
    NAME,
    UPDATE,
    VERBS,
    part,
    plain,
    same,
    split,
)
from conformance.contract.model import Contract, Operation
from conformance.contract.places import Place, find, put
from conformance.contract.walk import shape_at
from conformance.engine.resources.names import OF_ANSWERS, mentions
from conformance.engine.resources.placeholders import placeholder_facts
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.error_identity import says_taken, says_unprepared
from conformance.plan.valid_requests.base_requests import valid_request, with_value
from conformance.plan.valid_requests.named_places import places_of
from conformance.plan.valid_requests.resources import kind_of, referenced_kinds
from conformance.transport.parsed_response import ParsedResponse

_FORTH = re.compile(r"From(?=[A-Z])")
"""``RemoveUserFromGroup`` undoes ``AddUserToGroup``."""
_UNDOES = re.compile(r"^Un(?P<does>[a-z])")
"""``UndeprecateDomain`` undoes ``DeprecateDomain``."""
_SHORTEST = 4
STATE = re.compile(r"\b(status(es)?|states?|must (first )?be|not (been|[a-z]+ed))\b", re.IGNORECASE)
_LACKING = r"\b(not|n't|must|only)\b"
_WORD = re.compile(r"[A-Z][a-z]+")
_FOR_GOOD = frozenset(
    {"delete", "deregister", "remove", "terminate", "destroy", "revoke", "create"}
)
"""What is done for good brings nothing into a state to go on from."""
_MAKES = (*CREATE, *UPDATE)


def first_operations(contract: Contract, name: str, refusal: ParsedResponse) -> Iterator[Operation]:
    """The operations that may have to be called before this one, the likeliest first."""
    code, own = refusal.code or "", _noun(name)
    creates = split(name, CREATE) is not None
    if creates and says_taken(code) and not says_unprepared(code):
        yield from (
            one
            for one in contract.operations.values()
            if split(one.name, DELETE) and same(_noun(one.name), own)
            and not mentions(valid_request(contract, one), "${id")
        )  # fmt: skip
        return
    undone = _UNDOES.sub(lambda match: match["does"].upper(), name, count=1)
    if undone != name and undone in contract.operations:
        yield contract.operations[undone]
    yield from _into_state(contract, name, refusal)
    if not lacks_something(refusal):
        return
    makers = [one for one in contract.operations.values() if one.name != name]
    makers = [one for one in makers if split(one.name, _MAKES)]
    # What the request is made of is there: it is not that which lacks.
    there = {
        plain(kind) for kind in referenced_kinds(valid_request(contract, contract.operations[name]))
    }
    makers = [one for one in makers if plain(_noun(one.name)) not in there]
    found = [*_showing(contract, name, makers)]
    found += [] if creates else [one for one in makers if same(_noun(one.name), own)]
    for text in (plain(code), plain(refusal.message)):
        spoken = [one for one in makers if _is_in(_noun(one.name), text)]
        found += sorted(spoken, key=lambda one: -len(_noun(one.name)))
    required = [part(key).of for key, one in contract.operations[name].input.items()
                if one.required and part(key).kind in {ID, NAME, ARN}]  # fmt: skip
    found += [one for one in makers if plain(_noun(one.name)) in required]
    yield from {one.name: one for one in found}.values()


def _showing(contract: Contract, name: str, makers: list[Operation]) -> Iterator[Operation]:
    """What answers with a required identifier of no resource, such as an ``OperationId``."""
    request = valid_request(contract, contract.operations[name])
    needed = [key for key, member in contract.operations[name].input.items()
              if member.required and part(key).kind == ID
              and not mentions(request.get(key), *OF_ANSWERS)]  # fmt: skip
    yield from (one for one in makers if any(key in one.output for key in needed))


def naming(
    operation: Operation,
    request: Mapping[str, Any],
    made: SentProbe,
    refused: SentProbe | None = None,
) -> Iterator[dict[str, Any]]:
    """Requests that name what was just made, by the members that are called alike.

    Also inside a structure: a type is named by its name and version. First with the resources that
    it names left as they are, then with those that what was made has. Where one thing was said of
    what was made, that is also for the values that the answer to what was ``refused`` shows.
    """
    said = {text for _, text in _leaves(made.values)}
    shown = [] if refused is None else [
        place for place in _text_places(request)
        if not mentions(next(find(request, place)), *OF_ANSWERS)
        and any(len(text := str(one)) >= _SHORTEST and text in refused.answer.message
                for one in find(refused.values, place))
    ]  # fmt: skip
    if shown and len(said) == 1:
        about: dict[str, Any] = dict(request)
        for place in shown:
            about = put(about, place, *said)
        yield about
    known = {plain(key): text for source in (made.answer.body, made.values)
             for key, text in _leaves(source)}  # fmt: skip
    places = []
    for place in _text_places(request):
        top = operation.input.get(place[0])  # None of what only an example has
        shape = None if top is None else shape_at(top.shape, place[1:])
        if plain(place[-1]) in known and shape is not None and not shape.limit("enum"):
            places.append(place)
    free = [one for one in places if not mentions(next(find(request, one)), *OF_ANSWERS)]
    ways = [free, places] if free != places else [free]
    for some in ways if free else ():
        changed: dict[str, Any] = dict(request)
        for place in some:
            changed = put(changed, place, known[plain(place[-1])])
        yield changed


def _leaves(value: Any) -> Iterator[tuple[str, str]]:
    """The texts in what was sent or answered by name, the outermost last."""
    for place in sorted(_text_places(value), key=len, reverse=True):
        yield place[-1], next(find(value, place))


def _text_places(value: Any, place: Place = ()) -> Iterator[Place]:
    """The places of texts inside structures."""
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        if isinstance(inner, str):
            yield (*place, key)
        else:
            yield from _text_places(inner, (*place, key))


def _into_state(contract: Contract, name: str, refusal: ParsedResponse) -> Iterator[Operation]:
    """What brings a thing into a state that the refusal names, as what stops it into STOPPED."""
    if STATE.search(refusal.message) is None:
        return
    own, words = _thing(name), [word.lower() for word in re.findall(r"[A-Za-z]+", refusal.message)]
    found = []
    for one in contract.operations.values():
        verb = _WORD.match(one.name)
        begins = verb[0].lower() if verb else ""
        if len(begins) < _SHORTEST or begins in _FOR_GOOD or one.name == name:
            continue
        stem, about = begins.removesuffix("e"), _thing(one.name)
        where = next((at for at, word in enumerate(words) if _is_done(word, stem)), None)
        if where is None:
            continue
        # Of something else only what that is not: "the address is not verified".
        lacks = words[where - 1 : where] == ["not"] and _is_in(about, plain(refusal.message))
        if same(about, own) or lacks:
            found.append((where, one.name, one))
    yield from (one for *_, one in sorted(found, key=lambda entry: entry[:2]))
    yield from (
        one for one in contract.operations.values()
        if split(one.name, UPDATE) and same(_noun(one.name), _noun(name)) and one.name != name
        if into_listed(one, refusal)
    )  # fmt: skip
    # "Versioning must be enabled on the bucket": what sets that of a resource that it names.
    named = {
        kind_of(contract, name) or "",
        *referenced_kinds(valid_request(contract, contract.operations[name])),
    }
    for one, kind in product(contract.operations.values(), sorted(map(plain, named - {""}))):
        noun = plain(_noun(one.name)) if split(one.name, UPDATE) and one.name != name else ""
        if noun.startswith(kind) and _is_in(noun.removeprefix(kind), plain(refusal.message)):
            yield one


def into_listed(first: Operation, refusal: ParsedResponse) -> dict[str, str]:
    """The members of an update that set the state of which a refusal says that it is lacking."""
    return {
        name: word
        for name, member in first.input.items()
        for word in member.shape.limit("enum") or ()
        if re.search(rf"{_LACKING}[^.]*\b{re.escape(word)}\b", refusal.message, re.IGNORECASE)
    }


def _is_done(word: str, stem: str) -> bool:
    """Whether a word is the past of a verb, as ``stopped`` is of ``stop``."""
    return word in {f"{stem}ed", f"{stem}{stem[-1]}ed", f"{stem.removesuffix('y')}ied"}


def _thing(name: str) -> str:
    """What an operation is about, whatever it does to it."""
    return _WORD.sub("", name, count=1)


def lacks_something(refusal: ParsedResponse) -> bool:
    """Whether an answer says that something is not there, or not in the state for it."""
    code = refusal.code or ""
    return says_unprepared(code) or says_unprepared(f"{code} {refusal.message}")


def shared(contract: Contract, first: Operation, sent: SentProbe) -> RunResource | None:
    """The resource of a request, where what comes first is about the same kind."""
    resource, about = sent.resource, kind_of(contract, first.name)
    return resource if resource is not None and resource.kind == about else None


def _noun(name: str) -> str:
    verbs = tuple(dict.fromkeys(verb for group in VERBS.values() for verb in group))
    found = split(name, verbs)
    return _FORTH.sub("To", found[1]) if found else name


def _is_in(noun: str, text: str) -> bool:
    return len(noun) >= _SHORTEST and plain(noun) in text


def within(sent: SentProbe) -> Iterator[dict[str, Any]]:
    """The request with a new name inside that of its resource, where the refusal shows both."""
    message, known = (
        sent.answer.message,
        {} if sent.resource is None else placeholder_facts(sent.resource),
    )
    names = [name for name, text in known.items() if part(name).kind == NAME
             and len(text) >= _SHORTEST and text.strip(".") in message]  # fmt: skip
    for place in places_of(sent.probe.operation, dict(sent.probe.values)) if names else ():
        new = any(str(one).startswith("${name") for one in find(sent.probe.values, place))
        if new and any(str(one) in message for one in find(sent.values, place)):
            inside = f"${{name}}.${{made.{names[0]}}}"
            yield with_value(dict(sent.probe.values), place, inside)
