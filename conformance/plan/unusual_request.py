"""One odd request of an operation, and what makes it from the operation's valid one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conformance.contract.member_roles import MOST_DEEP, of_body
from conformance.contract.model import Contract, Operation, Shape
from conformance.contract.places import Place, show
from conformance.contract.vocabulary.overlay_steps import WireForm
from conformance.contract.walk import inner_shapes
from conformance.plan.spelling import spelled_body, spelled_form
from conformance.plan.valid_requests.base_requests import base, edited, scaffolded
from conformance.transport.protocols.variant import WireVariant

MOST_PLACES = 12
"""Places of a body that are tried, those nearest to its top first: a bound on what is sent."""
MOST_LOOKED_AT = 2000
"""Places of a body among which those of one kind are looked for."""


@dataclass(frozen=True, slots=True)
class UnusualRequest:
    """One odd request: members, or a body, or a form, and what is odd about it."""

    values: Mapping[str, Any]
    note: str
    place: Place | None = None
    raw: bytes | None = None
    form: WireVariant | None = None


@dataclass(frozen=True, slots=True)
class UnusualRequestMaker:
    """An operation with the valid request that odd ones are made from."""

    contract: Contract
    operation: Operation
    base: Mapping[str, Any]

    def put(self, place: Place, value: Any, note: str) -> UnusualRequest:
        """The valid request with one value put in."""
        start = base(self.contract, self.operation, place)
        whole = scaffolded(self.operation, start, place)
        return UnusualRequest(edited(whole, place, value), f"{show(place)}: {note}", place)

    def body(self, written: str) -> Iterator[UnusualRequest]:
        """The request with this for a body."""
        spelt = spelled_body(self.contract, self.operation, written)
        if spelt is not None:
            told = spelt.decode(errors="replace")
            yield UnusualRequest(self.base, f"the body {told!r:.60}", raw=spelt)

    def written(self, **words: Any) -> Iterator[UnusualRequest]:
        """The request in another form."""
        told = ", ".join(f"{name} {value!r:.60}" for name, value in words.items())
        spelt = spelled_form(self.contract, self.operation, WireForm(**words))
        if spelt is not None:
            yield UnusualRequest(self.base, told, form=spelt)


def body_places(operation: Operation) -> list[tuple[Place, Shape]]:
    """The places of a body with their shapes, level by level from the top."""
    return list(islice(_all_places(operation), MOST_PLACES))


def places_where(
    operation: Operation, wanted: Callable[[Shape], bool], most: int
) -> list[tuple[Place, Shape]]:
    """The first places of a body whose shape is wanted, wherever in it they are."""
    looked_at = islice(_all_places(operation), MOST_LOOKED_AT)
    return list(islice((one for one in looked_at if wanted(one[1])), most))


def _all_places(operation: Operation) -> Iterator[tuple[Place, Shape]]:
    level: list[tuple[Place, Shape]] = [
        ((name,), shape) for name, shape in of_body(operation).items()
    ]
    for depth in range(MOST_DEEP):
        yield from level
        if depth < MOST_DEEP - 1:
            level = [pair for place, shape in level for pair in inner_shapes(shape, place)]
