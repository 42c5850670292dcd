"""Where an answer shows a member of a request: under its name, or one that says the same.

At its top, in the one structure that it consists of, or in the entries of the one list. Else in
structures that are called after the resource (``HostedZone.Config.Comment``): there it has to be
one place alone. Of another name are a flag (``EnableLogging`` is ``LoggingEnabled``), what is new
(``NewPath``), and what has the name of the kind before it (``JobDescription`` of a job).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.inference.naming import BARE, part, plain
from conformance.contract.listing.certain import WRAPS
from conformance.contract.model import Kind, Member, Operation
from conformance.contract.places import ITEM, Place

_DEEPEST = 3
_SHORTEST = 3


def places(read: Operation, given: Member, kind: str) -> list[tuple[Place, Member]]:
    """Where the answer has the member; ``kind`` is empty where only its own name counts."""
    name = given.name
    if name in read.output:
        return [((name,), read.output[name])]
    wrapped = [one for one in read.output.values() if one.shape.kind is Kind.STRUCTURE]
    listed = [one for one in read.output.values() if one.shape.kind is Kind.LIST]
    if len(wrapped) == 1 and name in wrapped[0].shape.members:
        return [((wrapped[0].name, name), wrapped[0].shape.members[name])]
    entry = listed[0].shape.element if len(listed) == 1 and not wrapped else None
    shown = None if entry is None else called(entry.members, given, kind)
    if shown is not None:
        return [((listed[0].name, ITEM, shown.name), shown)]
    found = list(_deeper(read.output, given, kind)) if kind else []
    return found if len(found) == 1 else []


def called(members: Mapping[str, Member], given: Member, kind: str) -> Member | None:
    """The member of that name, else the one of a name that says the same."""
    if given.name in members or not kind:
        return members.get(given.name)
    names = {*_names(given, plain(kind))}
    found = [one for name, one in members.items() if plain(name) in names and _fits(given, one)]
    return found[0] if len(found) == 1 else None


def _deeper(
    members: Mapping[str, Member], given: Member, kind: str, before: Place = ()
) -> Iterator[tuple[Place, Member]]:
    """The places in structures that are of the resource itself."""
    shown = called(members, given, kind)
    if shown is not None:
        yield (*before, shown.name), shown
    for name, one in members.items() if len(before) < _DEEPEST else ():
        about = WRAPS.sub("", plain(name))
        own = about in {"", plain(kind)} or (len(about) > _SHORTEST and plain(kind).endswith(about))
        if own and one.shape.kind is Kind.STRUCTURE:
            yield from _deeper(one.shape.members, given, kind, (*before, name))


def _names(given: Member, kind: str) -> Iterator[str]:
    """What else a member may be called, without gaps and in lower case."""
    name = plain(given.name)
    yield name
    if part(given.name).kind != BARE:
        return
    if len(name) > len("new") + _SHORTEST:
        yield name.removeprefix("new")
    yield kind + name
    if len(name) > len(kind) + _SHORTEST:
        yield name.removeprefix(kind)
    if given.shape.kind is Kind.BOOLEAN:
        what = name.removeprefix("enable").removesuffix("enabled").removeprefix("is")
        yield from (f"enable{what}", f"{what}enabled", f"is{what}enabled")
        yield from ("enable", "enabled", "isenabled") if what in {"", "d"} else ()


def _fits(given: Member, shown: Member) -> bool:
    """Whether both have the same kind of value and, of listed ones, the same."""
    one, other = given.shape, shown.shape
    return one.kind is other.kind and one.limit("enum") == other.limit("enum")
