"""Structures that are nested in many places: their statements are listed once, and cover the rest.

A service whose structures are nested in each other has every limit of them in every place that
leads there: a million statements, of which most say the same. Where that makes too many, what is
said of a structure is stated in one place of each direction, the one nearest to the top, and that
covers the others. A service that has an overlay and a usual size states everything everywhere; one
that nobody wrote anything for states a structure once in the request, and once in the answer, of
each operation.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

from conformance.contract.levels import Source
from conformance.contract.model import Contract, Kind, Location, Member, Operation, Shape
from conformance.contract.places import Place, parse, show
from conformance.contract.walk import element_step, innermost
from conformance.identity_cache import identity_cache

MOST = 20_000
"""So many requirements a service may have before places share them."""
OTHERS = 20
"""About so many requirements of each operation are about no member of it."""
REQUEST, RESPONSE = "request", "response"


class Extent(IntEnum):
    """How far statements are shared: the first that gives few enough is taken."""

    NOTHING = 0
    OPERATION = 1
    """A structure is stated once in the request, and once in the answer, of an operation."""
    SERVICE = 2
    """Once in all requests of the service, and once in all its answers."""
    MEMBERS = 3
    """Likewise a member of one name, kind and limits, whatever structure it is in."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the request or the answer of an operation."""

    operation: str
    direction: str
    place: Place

    def __str__(self) -> str:
        return f"{self.operation}/{self.direction}/{show(self.place)}"


@dataclass(frozen=True)
class Sharing:
    """Which places are covered by which.

    ``inside`` are structures of which what is inside is stated elsewhere, ``whole`` members of
    which everything is, but that they must be given.
    """

    service: str
    inside: Mapping[Spot, Spot] = field(default_factory=dict)
    whole: Mapping[Spot, Spot] = field(default_factory=dict)
    left_out: int = 0
    """How many statements are covered by others."""
    _known: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)

    def covering(self, requirement: str) -> str | None:
        """The id of the requirement that covers this one, None where nothing does.

        Every answer asks for the same ones again: each is looked up once.
        """
        if requirement not in self._known:
            self._known[requirement] = self._covering(requirement)
        return self._known[requirement]

    def _covering(self, requirement: str) -> str | None:
        if not self.inside and not self.whole:
            return None
        parts = requirement.split("/")
        if len(parts) != 5 or parts[0] != self.service or parts[2] not in {REQUEST, RESPONSE}:
            return None
        spot, keyword = Spot(parts[1], parts[2], parse(parts[3])), parts[4]
        found = spot
        while (nearer := self._nearer(found, keyword)) is not None:
            found = nearer
        return None if found == spot else f"{self.service}/{found}/{keyword}"

    def _nearer(self, spot: Spot, keyword: str) -> Spot | None:
        """The spot with the first part of its place that is stated elsewhere, stated there."""
        for length in range(1, len(spot.place) + 1):
            above = Spot(spot.operation, spot.direction, spot.place[:length])
            rest = spot.place[length:]
            found = self.whole.get(above) if rest or keyword != "required" else None
            if found is None and rest:
                found = self.inside.get(above)
            if found is not None:
                return Spot(found.operation, found.direction, (*found.place, *rest))
        return None

    @cached_property
    def covers(self) -> Mapping[str, tuple[str, ...]]:
        """Of each place that stands for others, by its address, those others."""
        found: dict[str, list[str]] = {}
        for covered, by in (*self.inside.items(), *self.whole.items()):
            found.setdefault(str(by), []).append(str(covered))
        return {by: tuple(dict.fromkeys(places)) for by, places in found.items()}

    @cached_property
    def is_of_service(self) -> bool:
        """Whether a place may stand for one in another operation."""
        pairs = (*self.inside.items(), *self.whole.items())
        return any(covered.operation != by.operation for covered, by in pairs)

    def told(self) -> str:
        """In one line what is covered; empty where nothing is."""
        if not self.left_out:
            return ""
        return (
            f"{self.service}: these requirements also cover {self.left_out} statements about the"
            f" same structures in other places; `conformance explain ID` says which one covers a"
            f" place"
        )


KEPT = 8


@identity_cache(KEPT, by=Contract.stated)
def sharing_of(contract: Contract) -> Sharing:
    """What places of a contract share; that of the last few contracts is kept."""
    return sharing_within(contract, MOST)


def sharing_within(contract: Contract, most: int) -> Sharing:
    """As little as keeps a contract to so many requirements."""
    found = Sharing(contract.service)
    others = sum(OTHERS + len(one.errors) for one in contract.operations.values())
    everywhere = _everywhere(contract)
    least = Extent.OPERATION if contract.overlay.inferred else Extent.NOTHING
    for extent in list(Extent)[1:]:
        if extent > least and everywhere - found.left_out + others <= most:
            break
        found = shared_to(contract, extent, everywhere)
    return found


def shared_to(contract: Contract, extent: Extent, everywhere: int | None = None) -> Sharing:
    """What places of a contract share at one extent; ``everywhere`` are all of its statements."""
    sharer = _Sharer(contract, extent)
    sharer.visit_all()
    left_out = (_everywhere(contract) if everywhere is None else everywhere) - sharer.statements
    return Sharing(contract.service, sharer.inside, sharer.whole, left_out)


def _everywhere(contract: Contract) -> int:
    counts = StatementCounts()
    return sum(counts.everywhere(one) for one in contract.operations.values())


@dataclass(slots=True)
class _Sharer:
    """Goes through all members, the nearest to the top first, and notes what was stated before."""

    contract: Contract
    extent: Extent
    inside: dict[Spot, Spot] = field(default_factory=dict)
    whole: dict[Spot, Spot] = field(default_factory=dict)
    stated: dict[Hashable, Spot] = field(default_factory=dict)
    statements: int = 0

    def visit_all(self) -> None:
        """Go through all members of all operations."""
        level = [
            (Spot(operation.name, direction, (member.name,)), member)
            for operation in self.contract.operations.values()
            for direction, members in _directions(operation)
            for member in members.values()
        ]
        while level:
            level = [inner for spot, member in level for inner in self._visit(spot, member)]

    def _visit(self, spot: Spot, member: Member) -> Iterator[tuple[Spot, Member]]:
        """Note one member; gives those inside it that are to be stated there."""
        self.statements += required(member)
        stated = own(member, answered=spot.direction == RESPONSE)
        alike = self.extent is Extent.MEMBERS and stated
        if alike and self._is_known(self.whole, spot, _signature(member)):
            return
        self.statements += stated
        place, shape = structure_in(member.shape, spot.place)
        if not shape.members:
            return
        inner = Spot(spot.operation, spot.direction, place)
        if not self._is_known(self.inside, inner, shape.name or id(shape.members)):
            yield from (
                (Spot(spot.operation, spot.direction, (*place, name)), one)
                for name, one in shape.members.items()
            )

    def _is_known(self, covered: dict[Spot, Spot], spot: Spot, what: Hashable) -> bool:
        operation = spot.operation if self.extent is Extent.OPERATION else ""
        first = self.stated.setdefault((operation, spot.direction, what), spot)
        if first != spot:
            covered[spot] = first
        return first != spot


def _directions(operation: Operation) -> Iterator[tuple[str, Mapping[str, Member]]]:
    yield REQUEST, operation.input
    yield RESPONSE, operation.output


def structure_in(shape: Shape, place: Place) -> tuple[Place, Shape]:
    """What lists and maps are made of in the end, and where it is."""
    while shape.element is not None:
        place, shape = (*place, element_step(shape)), shape.element
    return place, shape


def _signature(member: Member) -> Hashable:
    """What two members must have in common to be one and the same statement."""
    return member.name, member.location, _of_shape(member.shape)


def _of_shape(shape: Shape) -> Hashable:
    named = shape.name or id(shape.members) if shape.kind is Kind.STRUCTURE else None
    inner = tuple(None if one is None else _of_shape(one) for one in (shape.element, shape.key))
    limits = tuple((one.name, str(one.value), one.level) for one in shape.constraints.values())
    return shape.kind, shape.wire, shape.level, named, limits, inner


TEXTS = frozenset({Location.PATH, Location.QUERY, Location.HEADER})
"""Where a member travels as text, so that text can be of no wrong type there."""
NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN})
UNTYPED = frozenset({Kind.ANY, Kind.BLOB})


class StatementCounts:
    """Counts statements; what was counted of a structure is kept.

    It keeps the structures as well, so that none is taken for another one.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, bool], tuple[int, Mapping[str, Member]]] = {}

    def everywhere(self, operation: Operation) -> int:
        """The statements of an operation where every place states its own."""
        given = self._members(operation.input, answered=False)
        return given + self._members(operation.output, answered=True)

    def _members(self, members: Mapping[str, Member], *, answered: bool) -> int:
        key = (id(members), answered)
        if key not in self._known:
            count = sum(self._member(one, answered=answered) for one in members.values())
            self._known[key] = (count, members)
        return self._known[key][0]

    def _member(self, member: Member, *, answered: bool) -> int:
        found = required(member) + own(member, answered=answered)
        members = innermost(member.shape).members
        return found + (self._members(members, answered=answered) if members else 0)


def required(member: Member) -> int:
    """Whether it is stated of a member that it must be there."""
    return int(member.required and member.location is not Location.PATH)


def own(member: Member, *, answered: bool) -> int:
    """What is stated of a value itself, and of what lists and maps are made of."""
    text = member.location in TEXTS
    return _of_value(member.shape, Source(), answered=answered, text=text)


def _of_value(shape: Shape, above: Source, *, answered: bool, text: bool) -> int:
    source = shape.source if shape.source != Source() else above
    found = len(shape.constraints)
    if source != Source() and shape.kind not in UNTYPED:
        found += int(not text or shape.kind in NUMERIC)
        found += int(answered and shape.kind is Kind.TIMESTAMP)
    if shape.element is not None:
        found += _of_value(shape.element, source, answered=answered, text=text)
    if shape.key is not None and shape.key.constraints:
        found += _of_value(shape.key, Source(), answered=answered, text=text)
    return found
