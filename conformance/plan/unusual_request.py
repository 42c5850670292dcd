"""One odd request of an operation, what makes it from the valid one, and malformed values for it.

Those are what the restJson1 tests of malformed requests send: unions, maps, blobs, numbers and
timestamps in the body; numbers, booleans and timestamps in the path, the query and the headers,
where everything is text.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conformance.contract.member_roles import MOST_DEEP, headers, of_body, typed_texts
from conformance.contract.model import Contract, Kind, Location, Operation, Shape
from conformance.contract.places import Place, show
from conformance.contract.vocabulary.overlay_steps import WireForm
from conformance.contract.walk import inner_shapes
from conformance.plan.generation import values
from conformance.plan.spelling import spelled_body, spelled_form
from conformance.plan.valid_requests.base_requests import valid_request, with_parents, with_value
from conformance.transport.protocols.seam import WireVariant

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
        start = valid_request(self.contract, self.operation, place)
        whole = with_parents(self.operation, start, place)
        return UnusualRequest(with_value(whole, place, value), f"{show(place)}: {note}", place)

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


OddRequests = Callable[[UnusualRequestMaker], Iterator[UnusualRequest]]
"""The requests of an operation that are odd in one way."""


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


MOST = 2
"""Places of one kind that are tried."""
MOST_PARAMETERS = 4
BLOBS = ("%", "-_==", "YQ=")
INTEGERS = (10**20, -(10**20), 1.001, "123", "NaN", float("inf"))
NUMBERS = ("123", "0x42", "NaN", float("inf"))
TIMES_IN_JSON = (
    "1985-04-12T23:20:50+00", "19850412T232050Z", "1985-04-12", "Fri, 12 Apr 1985 23:20:50 GMT",
    "482196050", 482196050, 482196050.5, -1, 10**18,
)  # fmt: skip
NUMBERS_AS_TEXT = ("true", "1.001", "2ABC", "0x42", "Infinity", "NaN", "1" + "0" * 23)
BOOLEANS_AS_TEXT = ("1", "TRUE", "yes", "")
TIMES_AS_TEXT = (
    "482196050", "482196050ABC", "19850412T232050Z", "1985-04-12",
    "Fri, 12 Apr 1985 23:20:50 GMT", "NaN",
)  # fmt: skip
AS_TEXT: Mapping[Kind, tuple[str, ...]] = {
    Kind.INTEGER: NUMBERS_AS_TEXT,
    Kind.NUMBER: NUMBERS_AS_TEXT,
    Kind.BOOLEAN: BOOLEANS_AS_TEXT,
    Kind.TIMESTAMP: TIMES_AS_TEXT,
}
HEADERS = ("", ",", "${long:2000}")


def bodies(*written: str) -> OddRequests:
    """The request with each of these for a body."""
    return lambda asked: (one for text in written for one in asked.body(text))


def content_types(*media: str | None) -> OddRequests:
    """The request with each of these content types; None leaves it out."""
    return lambda asked: (
        one for text in media for one in asked.written(headers={"Content-Type": text})
    )


def _of_kind(odd: tuple[Any, ...], most: int, kind: Kind) -> OddRequests:
    """Each of these values in the first places of a kind."""
    return lambda asked: (
        asked.put(place, value, f"{value!r:.40}")
        for place, _ in places_where(asked.operation, lambda shape: shape.kind is kind, most)
        for value in odd
    )


def _null_values(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for place, shape in places_where(asked.operation, lambda shape: shape.kind is Kind.MAP, MOST):
        names = list(values.entries(shape, 1)) or ["conformance"]
        yield asked.put(place, dict.fromkeys(names), "a null as a map value")


def _unions(operation: Operation) -> list[tuple[Place, Shape]]:
    return places_where(operation, lambda shape: shape.union, MOST)


def _odd_union(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for place, shape in _unions(asked.operation):
        first = next(iter(shape.members))
        right = values.sample(shape)
        yield asked.put(place, {}, "no member of a union")
        yield asked.put(place, {first: None}, "a null as the member of a union")
        yield asked.put(place, {"conformance": "x"}, "an unknown member of a union")
        yield asked.put(
            place, {**right, "conformance": "x"}, "an unknown member next to that of a union"
        )
        yield asked.put(place, [right], "a list around the union")
    yield from _two_of_union(asked)


def _two_of_union(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for place, shape in _unions(asked.operation):
        if len(shape.members) > 1:
            two = list(shape.members.values())[:2]
            both = {one.name: values.sample(one.shape) for one in two}
            yield asked.put(place, both, f"both {two[0].name} and {two[1].name} of a union")


def _odd_number(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    yield from _of_kind(INTEGERS, 1, Kind.INTEGER)(asked)
    yield from _of_kind(NUMBERS, 1, Kind.NUMBER)(asked)


# -- Where everything is text --------------------------------------------------------------------


def _typed_parameter(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    """Page sizes have a separate rule."""
    for name in typed_texts(asked.operation)[:MOST_PARAMETERS]:
        one = asked.operation.input[name]
        for text in AS_TEXT[one.shape.kind]:
            # Nothing in the place of a label is another path.
            if text or one.location is not Location.PATH:
                told = f"the {one.location} {name} {text!r}"
                yield UnusualRequest({**asked.base, name: text}, told, (name,))


def _odd_header(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for name in headers(asked.operation)[:MOST]:
        for text in HEADERS:
            yield UnusualRequest({**asked.base, name: text}, f"the header {name} {text!r}", (name,))


MALFORMED: Mapping[str, OddRequests] = {
    "null-values": _null_values,
    "odd-union": _odd_union,
    "two-of-union": _two_of_union,
    "odd-blob": _of_kind(BLOBS, MOST, Kind.BLOB),
    "odd-number": _odd_number,
    "odd-timestamp": _of_kind(TIMES_IN_JSON, 1, Kind.TIMESTAMP),
    "typed-parameter": _typed_parameter,
    "odd-header": _odd_header,
    "content-type-without-body": content_types("application/json", "application/xml"),
}
