"""The nouns of a service that something makes: which operation makes, shows and deletes each.

A noun is what is left of an operation's name without its verb. Where two operations could have a
role the surest verb has it; what only one of name and path speaks for is left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.inference.generations import left_out
from conformance.contract.inference.naming import (
    ARN,
    BARE,
    CREATE,
    DELETE,
    LIST,
    READ,
    UPDATE,
    identifies,
    is_plural,
    is_versioned,
    noun_forms,
    part,
    plain,
    same,
    split,
)
from conformance.contract.model import Contract, Kind, Location, Member, Operation
from conformance.contract.routes import above_label

_CHANGES = frozenset({"POST", "PUT", "PATCH"})
_LASTING = ("Create", "Register", "Import", "Start", "Run", "Submit", "Initiate")
_RUNS = ("Execute",)
"""What makes something where the answer identifies it: a statement that is waited for."""
_SORTS = 2
_DEEPEST = 2
"""Structures within structures in which an ARN is looked for."""
_ByVerb = Mapping[str, list[tuple[str, Operation]]]


@dataclass(frozen=True, slots=True)
class Noun:
    """One noun and the operations of its roles; ``create`` is always there.

    ``others`` are further operations that need the identifier of one.
    """

    name: str
    create: Operation
    read: Operation | None = None
    update: Operation | None = None
    listing: Operation | None = None
    delete: Operation | None = None
    others: tuple[Operation, ...] = ()

    def roles(self) -> dict[str, Operation]:
        """The operations by role."""
        found = {
            "create": self.create, "read": self.read, "update": self.update, "list": self.listing,
            "delete": self.delete,
        }  # fmt: skip
        return {role: one for role, one in found.items() if one is not None}

    def about_one(self) -> list[Operation]:
        """The operations that are about one of them, the one that tells most first.

        What deletes several by their names tells least.
        """
        roles = [self.delete, self.read, self.update]
        if self.delete is not None and deletes_several(self.delete, self.name):
            roles.sort(key=lambda one: one is self.delete)
        return [*(one for one in roles if one is not None), *self.others]


def nouns(contract: Contract) -> list[Noun]:
    """Every noun that something surely makes and that is deleted, or at least shown, one by one."""
    found = [one for one in _nouns(contract) if one.about_one() and not _is_unsure(contract, one)]
    # What is deleted under a more general name is of that kind.
    general = [
        one.name
        for one in found
        if (split(one.create.name, CREATE) or ("", one.name))[1] != one.name
    ]
    return [one for one in found if one.delete is not None or not _is_sort(one.name, general)]


def _is_sort(name: str, general: list[str]) -> bool:
    return any(name != one and plain(name).endswith(plain(one)) for one in general)


def _nouns(contract: Contract) -> Iterator[Noun]:
    made: dict[str, Operation] = {}
    known: set[str] = set()
    operations = _by_verb(contract)
    for verb in (*CREATE, *_RUNS):
        for name, one in operations[verb]:
            lasts = verb not in _RUNS or any(map(identifies, one.output))
            if lasts and one.method in _CHANGES and known.isdisjoint(noun_forms(name)):
                made[name] = one
                known |= noun_forms(name)
    for name, create in made.items():
        taken = {create.name}
        roles: dict[str, Any] = {}
        for role, verbs in (("delete", DELETE), ("read", READ), ("update", UPDATE)):
            roles[role] = _with(operations, name, verbs, taken)
        roles["listing"] = _with(operations, name, LIST, taken, plural=True)
        if roles["delete"] is None:
            several = (one for _, one in operations[DELETE[0]] if deletes_several(one, name))
            roles["delete"] = next(several, None)
        noun = Noun(name, create, **roles)
        if not noun.about_one() and create.name.startswith(_LASTING):
            noun = replace(noun, others=tuple(_naming(contract, noun, made)))
        yield noun
    yield from _general(contract, operations, list(made.items()))


def deletes_several(operation: Operation, noun: str) -> bool:
    """Whether it deletes those of a noun that a list names, and needs nothing else."""
    found = split(operation.name, DELETE[:1])
    if found is None or not is_plural(found[1], noun):
        return False
    needed = [one for one in operation.input.values() if one.required]
    element = needed[0].shape.element if len(needed) == 1 else None
    if element is None or element.kind is not Kind.STRING:
        return False
    said = part(needed[0].name)
    return said.kind != BARE and said.of != "" and plain(noun).endswith(said.of)


def _naming(contract: Contract, noun: Noun, made: Iterable[str]) -> Iterator[Operation]:
    """The operations whose every request has an identifier that is called after the noun.

    Or after nothing that is ``made``, where the answer to the creation shows it first.
    """
    known = {form for name in made for form in noun_forms(name)}
    for one in contract.operations.values():
        for name, member in one.input.items():
            said = part(name)
            needed = member.required or member.location is Location.PATH
            shown = name in noun.create.output and name not in noun.create.input
            shown = shown and said.of not in known
            if needed and said.kind != BARE and (said.of in noun_forms(noun.name) or shown):
                yield one
                break


def _general(
    contract: Contract, operations: _ByVerb, made: list[tuple[str, Operation]]
) -> Iterator[Noun]:
    """What is deleted under one name and made under several: ``Job``, of ``ProfileJob`` and more.

    The first of those makes it; it must not be deleted under its own name.
    """
    for one in _first(contract):
        found = split(one.name, DELETE[:3])
        if found is None or any(same(found[1], name) for name, _ in made):
            continue
        sorts = [create for name, create in made if plain(name).endswith(plain(found[1]))]
        own = [create for create in sorts if f"Delete{create.name.removeprefix('Create')}"
               not in contract.operations]  # fmt: skip
        if own and own[0].name.startswith(CREATE[:2]):
            taken = {one.name, own[0].name}
            read = _with(operations, found[1], READ, taken)
            listing = _with(operations, found[1], LIST, taken, plural=True)
            yield Noun(found[1], own[0], read, None, listing, one)
    yield from _of_several_sorts(operations, made)


def _of_several_sorts(operations: _ByVerb, made: list[tuple[str, Operation]]) -> Iterator[Noun]:
    """What is deleted by a list of names under one name, and made under several.

    The sort that needs least makes it: ``Alarm``, of ``MetricAlarm`` and ``CompositeAlarm``.
    """
    deleted = {plain(found) for found, _ in operations[DELETE[0]]}
    for found, one in operations[DELETE[0]]:
        for form in noun_forms(found) - {plain(found)}:
            sorts = {name: create for name, create in made if plain(name).endswith(form)}
            noun = next(iter(sorts), "")[-len(form) :]
            own = {plain(name) for name in sorts}
            if len(sorts) < _SORTS or plain(noun) in own or own & deleted:
                continue
            if deletes_several(one, noun):
                create = min(sorts.values(), key=_needed)
                listing = _with(operations, noun, LIST, {one.name, create.name}, plural=True)
                yield Noun(noun, create, None, None, listing, one)


def _needed(operation: Operation) -> int:
    return sum(one.required for one in operation.input.values())


def _first(contract: Contract) -> list[Operation]:
    """The operations of the kinds that rules are about; no other version of one comes first."""
    others = left_out(contract)
    known = [one for one in contract.operations.values() if one.name not in others]
    return sorted(known, key=lambda one: is_versioned(one.name))


def _by_verb(contract: Contract) -> _ByVerb:
    """The operations that begin with each verb, with the noun of each."""
    verbs = dict.fromkeys((*CREATE, *_RUNS, *READ, *UPDATE, *LIST, *DELETE))
    every = _first(contract)
    return {
        verb: [(found[1], one) for one in every if (found := split(one.name, (verb,)))]
        for verb in verbs
    }


def _with(
    operations: _ByVerb,
    noun: str,
    verbs: tuple[str, ...],
    taken: set[str],
    *,
    plural: bool = False,
) -> Operation | None:
    """The operation with the surest verb whose noun is this one."""
    for verb in verbs:
        for found, one in operations[verb]:
            if one.name in taken:
                continue
            exact = plain(found) == plain(noun)
            listed = is_plural(found, noun) or (exact and verb in {"List", "Search"})
            if listed if plural else exact or is_plural(noun, found):
                taken.add(one.name)
                return one
    return None


def _is_unsure(contract: Contract, noun: Noun) -> bool:
    """Whether something under another name deletes at the place where the noun is made."""
    if noun.delete is not None:
        return False
    path = noun.create.path.rstrip("/")
    own = above_label(path)
    for one in contract.operations.values():
        above = above_label(one.path)
        if one.method == "DELETE" and above is not None and not one.query:
            at = one.path.rstrip("/")
            if at == path or (own is None and above == path):
                return True
    return False


def arns(noun: Noun) -> Iterator[str]:
    """The places of its answers that have its ARN."""
    for operation in (noun.create, noun.read):
        for place, text in leaves(operation.output, lists=True) if operation else ():
            said = part(text)
            listed = "[]" in place and not same(place.partition("[]")[0], noun.name)
            if said.kind == ARN and said.of in {*noun_forms(noun.name), ""} and not listed:
                yield place


def leaves(
    members: Mapping[str, Member], before: str = "", depth: int = _DEEPEST, *, lists: bool = False
) -> Iterator[tuple[str, str]]:
    """The texts of an answer, each as place and name; those of outer structures first.

    With ``lists`` those of what is listed, too.
    """
    for name, member in members.items():
        if member.shape.kind is Kind.STRING:
            yield f"{before}{name}", name
    for name, member in members.items():
        if member.shape.kind is Kind.STRUCTURE and depth:
            inside = f"{before}{name}."
            yield from leaves(member.shape.members, inside, depth - 1, lists=lists)
    for name, member in members.items():
        element = member.shape.element
        if lists and depth and member.shape.kind is Kind.LIST and element is not None:
            inside = f"{before}{name}[]."
            yield from leaves(element.members, inside, depth - 1, lists=lists)
