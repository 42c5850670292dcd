"""What a contract and an overlay have that an overlay may name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.overlays.overlay_faults import OverlayFault, Way, suggestion
from conformance.contract.places import KEY, Place, parse, texts
from conformance.contract.vocabulary import overlay_model as words
from conformance.contract.walk import step_into

Members = Mapping[str, Member]

PLACEHOLDERS = (
    "name", "secret", "alnum", "unknown", "long", "id", "ID", "taken", "made", "kept", "region",
    "future", "farther", "past", "now", "each", "absent", "word", "uuid", "account", "aws",
    "number", "answer",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\$\{([^}.:]*)(?:\.([^}:]*))?[^}]*\}")
_NAMED = frozenset({"id", "ID", "taken", "unknown"})


@dataclass(frozen=True, slots=True)
class OverlayNames:
    """The names of one service, with checks that yield a fault for any other."""

    contract: Contract

    @property
    def overlay(self) -> words.Overlay:
        return self.contract.overlay

    @property
    def kinds(self) -> dict[str, words.Resource]:
        """Every kind of resource by name, also without a main one."""
        return {**self.overlay.kinds(), **self.overlay.resources}

    def roles(self, head: str) -> dict[str, str]:
        """The operations by role, of the kind that a rule is about."""
        resource = self.resource_of(head)
        return {} if resource is None else resource.roles()

    def resource_of(self, operation: str) -> words.Resource | None:
        """The kind whose lifecycle an operation belongs to, as ``kind_of`` of the plan finds it."""
        stated, kinds = self.overlay.words_of(operation).resource, self.kinds
        if stated in kinds:
            return kinds[stated].as_listed_by(operation)
        if stated is not None:
            return None
        about = (one for one in kinds.values() if one.is_of(operation))
        found = next(about, next(iter(kinds.values()), None))
        return None if found is None else found.as_listed_by(operation)

    def entry(self, head: str) -> Members | None:
        """The members of a list's entry, of the kind that a rule is about."""
        resource = self.resource_of(head)
        listed = self.named(resource.list) if resource is not None else None
        if resource is None or resource.listing is None or listed is None:
            return None
        shape = shape_at(listed.output, parse(resource.listing.items))
        return shape.members if shape is not None and shape.members else None

    def named(self, name: str | None) -> Operation | None:
        return self.contract.operations.get(name or "")

    def is_operation(self, name: str, at: Way) -> Iterator[OverlayFault]:
        if name not in self.contract.operations:
            yield not_here("operation", name, self.contract.operations, at)

    def is_kind(self, name: str, at: Way) -> Iterator[OverlayFault]:
        if name not in self.kinds:
            yield not_here("kind of resource", name, self.kinds, at)

    def is_error(self, name: str, at: Way) -> Iterator[OverlayFault]:
        declared = {error for one in self.contract.operations.values() for error in one.errors}
        known = declared | {*self.contract.common_errors}
        if known and name not in known:
            yield not_here("declared error", name, known, at)

    def sent(self, name: str, head: str, at: Way) -> Iterator[OverlayFault]:
        roles = self.roles(head)
        if name in roles or name in self.contract.operations:
            return
        yield not_here("role or operation", name, {*roles, *self.contract.operations}, at)

    def template(self, request: Any, members: Members, at: Way) -> Iterator[OverlayFault]:
        """Every member of a request is one that the operation takes."""
        if isinstance(request, Mapping):
            for name in request:
                if name not in members:
                    yield not_here("request member", str(name), members, (*at, str(name)))
        yield from self.placeholders(request, at)

    def placeholders(self, value: Any, at: Way) -> Iterator[OverlayFault]:
        for text in texts(value):
            for name, tag in _PLACEHOLDER.findall(text):
                if name not in PLACEHOLDERS:
                    yield not_here("placeholder", name, PLACEHOLDERS, at)
                elif name in _NAMED and tag:
                    yield from self.is_kind(tag, at)
                elif name == "answer" and tag.partition(".")[0] not in self.overlay.answers:
                    yield not_here("answer", tag.partition(".")[0], self.overlay.answers, at)


def has_place(members: Members, where: str, at: Way) -> Iterator[OverlayFault]:
    place = parse(where)
    reached = members
    for depth, step in enumerate(place):
        shape = shape_at(members, place[: depth + 1])
        if shape is None:
            yield not_here("member", step, reached, at)
            return
        if shape.kind in {Kind.ANY, Kind.MAP}:
            return
        reached = (shape.element.members if shape.element else shape.members) or {}


def shape_at(members: Members, place: Place) -> Shape | None:
    """The shape at a place, an entry of a map by its name; None where there is no such place."""
    shape = members[place[0]].shape if place and place[0] in members else None
    for step in place[1:] if shape is not None else ():
        if shape is None or shape.kind is Kind.ANY:
            break
        named = shape.kind is Kind.MAP and step != KEY
        shape = shape.element if named else step_into(shape, step)
    return shape


def not_here(kind: str, name: str, known: Iterable[str], at: Way) -> OverlayFault:
    article = "an" if kind[0] in "aeiou" else "a"
    return OverlayFault(
        at, f"`{name}` is not {article} {kind} of this service", suggestion(name, known)
    )
