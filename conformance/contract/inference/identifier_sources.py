"""Where the identifier of a new resource is known from: places of requests and of answers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.contract.inference.naming import (
    ARN,
    BARE,
    ID,
    NAME,
    URL,
    NamePart,
    noun_forms,
    part,
    plain,
    same,
)
from conformance.contract.inference.nouns import Noun, arns, leaves
from conformance.contract.model import Kind, Location, Member, Operation, Shape

ORDER = {NAME: 0, ID: 1, BARE: 2, ARN: 3, URL: 4}
_LATER = 20
"""What only a read shows is the last to be taken."""
_SHOWN = {ID: 0, BARE: 1, NAME: 2, ARN: 3, URL: 4}
_DEEPEST = 3
"""Structures within structures, and lists of them, in which a read shows what a request needs."""
_CURRENT = "current"
"""Before what an update has to name, so that nobody changed it in between."""
_MADE_OF = ("Input", "Config", "Configuration", "Specification", "Definition", "Request")
_SHORTEST = 3
"""Letters of which the name of a structure has more that is the end of a noun: a rule's."""
_TELLING = 6
"""Letters from which on the beginning of a name says what the whole one does."""


@dataclass(frozen=True, slots=True)
class KnownFrom:
    """Where an identifier is known from: a place of the creation's answer, or of its request."""

    place: str
    given: bool

    @property
    def name(self) -> str:
        """The member at the end of the place."""
        return self.place.rpartition(".")[2]


def is_needed(member: Member) -> bool:
    """Whether every request has the member."""
    return member.required or member.location is Location.PATH


def source(noun: Noun, name: str) -> KnownFrom | None:
    """Where what a member wants is known from once one was made."""
    best = min(ranked(noun, name), key=lambda one: one[0], default=None)
    return None if best is None else best[1]


def arn(noun: Noun) -> KnownFrom | None:
    """Where the ARN of a new one is known from."""
    place = next(arns(noun), None)
    return None if place is None else KnownFrom(place, given=False)


IF_MATCH, ETAG = "ifmatch", "etag"
"""The header of a request that says which version is meant, and the header that shows it."""


def shown_as(noun: Noun, name: str) -> KnownFrom | None:
    """What the answer to the creation shows under the same name, or under its beginning.

    Or under what is left without the words that say that it is the current one of this noun.
    """
    wanted = ETAG if plain(name) == IF_MATCH else plain(name)
    bare = wanted.removeprefix(_CURRENT).removeprefix(plain(noun.name))
    alike = [
        place
        for place, text in [*_shown(noun, numbers=True), *_read(noun, numbers=True)]
        if plain(text) in {wanted, bare}
        or (len(text) >= _TELLING and wanted.startswith(plain(text)))
        or (len(text) >= _TELLING and bare != wanted and bare.endswith(plain(text)))
    ]
    alike += [place for place, text in _deep(noun) if plain(text) == wanted]
    return KnownFrom(alike[0], given=False) if alike else None


def _deep(noun: Noun) -> Iterator[tuple[str, str]]:
    """The texts anywhere in what the creation and the read answer, as place and name."""
    for operation in (noun.create, noun.read):
        if operation is not None:
            yield from leaves(operation.output, depth=_DEEPEST, lists=True)


def ranked(noun: Noun, name: str) -> Iterator[tuple[int, KnownFrom]]:
    """Every place that may have it, the surest with the least rank."""
    wanted = part(name)
    for place, member in chosen(noun).items():
        rank = _rank(noun, wanted, name, member.name)
        if _is_end(place.rpartition(".")[0], noun) and part(member.name).kind != wanted.kind:
            continue  # what is called so loosely has no other identifier than the one asked for
        if rank is not None and wanted.kind != ARN:
            # What a request is free to leave out tells less than what its answer shows.
            yield rank if is_needed(member) else rank + 5, KnownFrom(place, given=True)
    for place, text in _shown(noun):
        rank = _rank(noun, wanted, name, text, shown=True)
        if rank is not None:
            yield rank if rank == 0 else rank + 1, KnownFrom(place, given=False)
    for place, text in _read(noun):
        rank = _rank(noun, wanted, name, text)
        if rank is not None and wanted.kind == ARN:
            yield rank + _LATER, KnownFrom(place, given=False)


def chosen(noun: Noun) -> dict[str, Member]:
    """The texts that the request of a creation gives, by place.

    Those of a structure that is called as the noun is, or its input, are the request's own, and so
    is the one text of a list.
    """
    found = {}
    for name, member in noun.create.input.items():
        if member.shape.kind is Kind.STRING:
            found[name] = member
        elif _is_one_text(member) and same(name, noun.name):
            found[f"{name}[]"] = replace(member, shape=member.shape.element or member.shape)
        elif member.required and member.shape.kind is Kind.STRUCTURE and _is_own(name, noun):
            for inner, text in member.shape.members.items():
                if text.shape.kind is Kind.STRING and (text.required or _is_name(noun, inner)):
                    found[f"{name}.{inner}"] = text
    return found


def _is_own(name: str, noun: Noun) -> bool:
    """Whether a structure is called as the noun is, or its end, or as what one is made of."""
    return (
        _is_end(name, noun)
        or same(name, noun.name)
        or any(
            same(name.removesuffix(ending), noun.name)
            for ending in _MADE_OF
            if name.endswith(ending) and name != ending
        )
    )


def _is_end(name: str, noun: Noun) -> bool:
    """Whether a structure is called as the end of a noun is: ``Rule`` of a receipt rule."""
    ends = len(name) > _SHORTEST and plain(noun.name).endswith(plain(name))
    return ends and not same(name, noun.name)


def _is_one_text(member: Member) -> bool:
    """A list that has to have one text, and has no room for more."""
    shape, element = member.shape, member.shape.element
    one = shape.limit("maxItems") == 1 and element is not None and element.kind is Kind.STRING
    return one and member.required


def _is_name(noun: Noun, member: str) -> bool:
    said = part(member)
    return said.kind == NAME and (not said.of or plain(noun.name).endswith(said.of))


def _rank(
    noun: Noun, wanted: NamePart, name: str, other: str, *, shown: bool = False
) -> int | None:
    if plain(name) == plain(other):
        return 0
    said = part(other)
    own = {*noun_forms(noun.name), ""}
    belongs = said.of in own or (len(said.of) > 2 and plain(noun.name).endswith(said.of))
    if not belongs:
        return None
    if said.kind == wanted.kind:
        return 2
    if wanted.kind == ARN or URL in {wanted.kind, said.kind}:
        return None
    if said.kind == BARE and not said.of:
        return None
    # What a request chooses is its name; what an answer shows first of all is the identifier.
    return 4 + 2 * (_SHOWN if shown else ORDER)[said.kind]


def _shown(noun: Noun, *, numbers: bool = False) -> Iterator[tuple[str, str]]:
    """The texts of the creation's answer, as place and name."""
    return _texts(noun, noun.create, numbers=numbers)


def texts_of(noun: Noun) -> Iterator[str]:
    """The names of the texts that what was made shows, in its creation or when it is read."""
    yield from dict.fromkeys(name for _, name in (*_shown(noun), *_read(noun)))


def _read(noun: Noun, *, numbers: bool = False) -> Iterator[tuple[str, str]]:
    """The texts that a read shows: where the creation shows less, a run reads what it made."""
    if noun.read is not None:
        yield from _texts(noun, noun.read, numbers=numbers)


def _texts(noun: Noun, operation: Operation, *, numbers: bool) -> Iterator[tuple[str, str]]:
    """The texts of an answer, as place and name; of its one structure too.

    A creation may answer with a list of what it made, which is called as the noun is.
    """
    wanted = {Kind.STRING, Kind.INTEGER} if numbers else {Kind.STRING}
    inner: dict[str, Shape] = {}
    lists: dict[str, Shape] = {}
    yield from ((name, name) for name in operation.headers)
    for name, member in operation.output.items():
        element = member.shape.element
        if member.shape.kind in wanted:
            yield name, name
        elif member.shape.kind is Kind.STRUCTURE:
            inner[name] = member.shape
        elif element is not None and element.members and same(name, noun.name):
            lists[f"{name}[]"] = element
    named = {
        name: one for name, one in inner.items() if plain(name) in noun_forms(noun.name)
    } or lists
    for place, shape in (named or (inner if len(inner) == 1 else {})).items():
        yield from _inside(noun, place, shape, wanted)


def _inside(
    noun: Noun, place: str, shape: Shape, wanted: set[Kind], *, deeper: bool = True
) -> Iterator[tuple[str, str]]:
    """The texts of one structure, then those of the summary that a policy has in it."""
    for name, shown in shape.members.items():
        if shown.shape.kind in wanted:
            yield f"{place}.{name}", name
    for name, shown in shape.members.items() if deeper else ():
        if shown.shape.kind is Kind.STRUCTURE and plain(name).startswith(plain(noun.name)):
            yield from _inside(noun, f"{place}.{name}", shown.shape, wanted, deeper=False)
