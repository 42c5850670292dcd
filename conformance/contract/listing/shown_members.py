"""Which member of an answer shows a member of a request, where it stands and what it is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from conformance.contract.inference.naming import BARE, part, plain, words
from conformance.contract.listing.readback import FREE_TEXT, is_hidden
from conformance.contract.model import Kind, Member, Operation, Shape
from conformance.contract.places import ITEM, Place

DEEPEST = 3
"""Structures in structures of an answer in which a member is looked for."""
OTHERS = re.compile(
    r"tag|document|token|metadata|protect|apistop|termination|owner|account|^attribute$|^value$",
    re.IGNORECASE,
)
"""Names of members that other rules are about, that come back written otherwise, or that keep a
resource from being deleted."""
How = Callable[[Iterable[bool]], bool]
_USUAL = frozenset(
    ["attribute", "configuration", "metadata", "name", "option", "policy", "setting"]
)
"""Words of operations that do not say which part of a resource they change."""
_PLAIN = frozenset({Kind.STRING, Kind.BOOLEAN, Kind.INTEGER, Kind.NUMBER})


def leaves(
    members: Mapping[str, Member], before: Place = (), depth: int = DEEPEST
) -> Iterator[tuple[Place, Member]]:
    """The members of an answer and of what is in it, each with its place."""
    for name, one in members.items():
        place = (*before, name)
        yield place, one
        if depth and one.shape.kind is Kind.STRUCTURE:
            yield from leaves(one.shape.members, place, depth - 1)
        elif depth and one.shape.kind is Kind.LIST and one.shape.element is not None:
            yield from leaves(one.shape.element.members, (*place, ITEM), depth - 1)


def is_alike(name: str, given: Shape, shown: Member) -> bool:
    """Whether an answer has a member of that name, or several of it."""
    shape, one, other = shown.shape, single(given), single(shown.shape)
    if is_hidden(shown.name, shape):
        return False
    if plain(shown.name) == plain(name):
        plain_ones = one is not None and other is not None and one.kind is other.kind
        return plain_ones or is_of_shape(given, shape) or (_has_texts(given) and _has_texts(shape))
    return (
        plain(shown.name) == f"{plain(name)}s" and given.kind is Kind.STRING and _has_texts(shape)
    )


def is_one_of(name: str, place: Place) -> bool:
    """Whether a place has several of what a member gives one of: that says which one is meant."""
    return plain(place[-1]) == f"{plain(name)}s"


def _has_texts(shape: Shape) -> bool:
    return shape.element is not None and shape.element.kind is Kind.STRING


def is_of_shape(given: Shape, shown: Shape) -> bool:
    """Whether both are structures of one name; of several that are given, that of each."""
    one = given.element if given.kind is Kind.LIST and given.element is not None else given
    return one.kind is Kind.STRUCTURE and one.name is not None and one.name == shown.name


def single(shape: Shape) -> Shape | None:
    """A plain value, be it alone in a structure; None of all else."""
    if shape.kind in _PLAIN:
        return shape
    inner = [one.shape for one in shape.members.values() if not is_name(one)]
    return inner[0] if len(inner) == len(shape.members) == 1 and inner[0].kind in _PLAIN else None


def is_no_setting(member: Member) -> bool:
    """Whether nothing is said of another value of it, or other rules say it."""
    hidden = is_hidden(member.name, member.shape)
    return hidden or OTHERS.search(member.name) is not None or is_name(member)


def has_known_values(member: Member) -> bool:
    """Whether no value of it is a made-up text that only prose could call wrong."""
    free = FREE_TEXT.fullmatch(member.name) is not None
    return member.shape.kind is not Kind.STRING or bool(member.shape.limit("enum")) or free


def is_name(member: Member) -> bool:
    """Whether it is called as what identifies something."""
    return part(member.name).kind != BARE


def selected(reader: Operation, name: str) -> dict[str, str]:
    """The member by which a reader is asked for one of several things, with its value."""
    for asked, one in reader.input.items():
        for value in one.shape.limit("enum") or ():
            if plain(str(value)) == plain(name):
                return {asked: str(value)}
    return {}


def is_bare(member: Member) -> bool:
    """Whether it is called ``id`` or ``arn`` alone, as what an answer itself is of."""
    return is_name(member) and not part(member.name).of


def is_called_after(operation: str, kind: str, place: Place, how: How) -> bool:
    """Whether a place has the words of an operation, all or any, besides its verb and the kind.

    ``UpdateBudget`` names a farm, too, and changes nothing that a farm shows.
    """
    whole = "".join(map(plain, place[1:] or place))
    own = {one.removesuffix("s") for one in (*words(kind), *_USUAL)}
    rest = [one.removesuffix("s") for one in words(operation)[1:]]
    rest = [one for one in rest if one not in own | {"to", "from", "with", "for", "of"}]
    return how(one in whole for one in rest)


def is_of_parts(operation: str, reader: Operation, place: Place) -> bool:
    """Whether an operation names the parts of an entry that a place is in."""
    cut = len(place) - place[::-1].index(ITEM) if ITEM in place else 0
    inner = place[max(cut, 0 if len(reader.output) > 1 else 1) : -1]
    return all(plain(one).removesuffix("s") in plain(operation) for one in inner)
