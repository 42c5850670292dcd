"""Values of a member that differ from its default, the best known first.

What an overlay has in its bases and in ``show-all-members`` is known to be valid. Beyond that,
values are made up within the limits: a target may refuse one for reasons that no limit states, so
there are several.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.listing.readback import is_hidden
from conformance.contract.model import Contract, Kind, Operation, Shape
from conformance.contract.places import Place, canonical, parse, with_texts
from conformance.contract.validate import is_valid
from conformance.plan.generation import values
from conformance.plan.generation.suggestions import suggestions
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import lifecycle_of

MOST = 6
"""Requests that are tried of one member."""
DEEPEST = 4
DRAWN = re.compile(r"\$\{(name|word|alnum|uuid|number|now)(:\d+)?\}")
"""Placeholders that stand for another text wherever they are filled in."""

Request = dict[str, Any]


def other_requests(contract: Contract, operation: Operation, name: str) -> list[Request]:
    """Requests of an operation that set the member, each to another value."""
    resource = lifecycle_of(contract, operation.name)
    creates = operation.name == resource.create
    shown = [one for one in resource.show_all_members if name in one]
    whole = [dict(one) for one in shown] if creates else []
    start = valid_request(contract, operation, (name,))
    special = [dict(one) for one in _special(contract, operation, name) if name in one]
    known = [] if creates else [{**start, name: one[name]} for one in shown]
    made = [{**start, name: value} for value in _made_up(contract, operation, name)]
    usual = [start] if name in start else []
    found = [tagged(one) for one in (*whole, *special, *known, *made, *usual)]
    return list({canonical(one[name]): one for one in reversed(found)}.values())[::-1][:MOST]


def tagged(request: Request) -> Request:
    """The request with one name all through, so that what was given can be looked for."""
    found: Request = with_texts(request, lambda text: DRAWN.sub(r"${\1.given\2}", text))
    return found


def _special(contract: Contract, operation: Operation, name: str) -> Iterator[Mapping[str, Any]]:
    """The base requests that the overlay has for probes of the member, or of a part of it."""
    for where, request in contract.overlay.words_of(operation.name).bases.items():
        if parse(where)[0] == name:
            yield request


def _made_up(contract: Contract, operation: Operation, name: str) -> Iterator[Any]:
    """Valid values; none of what only the target's state decides."""
    stateful = {parse(one) for one in contract.overlay.words_of(operation.name).stateful}
    if (name,) in stateful:
        return
    shape = operation.input[name].shape
    for value in _values(shape, (name,), stateful):
        if "${" in json.dumps(value) or is_valid(shape, value):
            yield value


def values_of(shape: Shape, place: Place) -> Iterator[Any]:
    """Values of a shape, the least usual first."""
    yield from _values(shape, place, set())


def _values(shape: Shape, place: Place, stateful: set[Place]) -> Iterator[Any]:
    """Values of a shape, the least usual first."""
    if shape.examples:
        yield from reversed(shape.examples[:3])
    elif shape.limit("enum"):
        yield from dict.fromkeys((shape.limit("enum")[-1], *shape.limit("enum")[:2]))
    elif shape.kind is Kind.BOOLEAN:
        yield from (True, False)
    elif shape.kind in {Kind.INTEGER, Kind.NUMBER}:
        yield from _numbers(shape)
    elif shape.kind is Kind.TIMESTAMP:
        yield from _moments(shape)
    elif shape.kind is Kind.STRING:
        yield from filter(None, (values.sample(shape, 1), values.sample(shape, 2)))
    elif shape.kind is Kind.STRUCTURE:
        yield from _structures(shape, place, stateful)
    elif shape.kind in {Kind.LIST, Kind.MAP}:
        yield from _collections(shape, place, stateful)


def _numbers(shape: Shape) -> Iterator[Any]:
    yield from _present(shape)
    least, most = shape.limit("minimum"), shape.limit("maximum")
    usual = max(1, least or 1)
    for number in (usual + 1, usual):
        if most is None or number <= most:
            yield number


def _present(shape: Shape) -> Iterator[Any]:
    """This moment, where what the member is called says that it is one."""
    yield from (one for one in suggestions(shape) if str(one).startswith("${now"))


def _moments(shape: Shape) -> Iterator[Any]:
    yield from _present(shape)
    in_seconds = shape.wire is Kind.NUMBER
    yield from (2_000_000_000, 2_000_086_400) if in_seconds else ("${future}", "${farther}")


def _structures(shape: Shape, place: Place, stateful: set[Place]) -> Iterator[Any]:
    """One with every member, one with those that are required, and other values of these."""
    if len(place) > DEEPEST:
        return
    inner = {
        name: list(_values(member.shape, (*place, name), stateful))
        for name, member in shape.members.items()
        if (*place, name) not in stateful and not is_hidden(name, member.shape)
    }
    inner = {name: found for name, found in inner.items() if found}
    needed = {name for name, member in shape.members.items() if member.required}
    if not inner or not needed <= inner.keys():
        return
    yield {name: found[0] for name, found in inner.items()}
    if needed:
        yield {name: inner[name][0] for name in sorted(needed)}
    yield {name: found[-1] for name, found in inner.items()}


def _collections(shape: Shape, place: Place, stateful: set[Place]) -> Iterator[Any]:
    if shape.element is None or len(place) > DEEPEST:
        return
    size = max(1, shape.limit("minItems") or shape.limit("minProperties") or 1)
    found = list(_values(shape.element, (*place, "[]"), stateful))
    if shape.kind is Kind.LIST:
        if size <= len(found):
            yield found[:size]
            yield found[-size:]
        elif found:
            yield values.items(shape, size)
        return
    for value in found[:2]:
        yield dict.fromkeys(values.entries(shape, size), value)
