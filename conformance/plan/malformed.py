"""Values that the restJson1 tests of malformed requests send: of the right place, not of its form.

Unions, maps, blobs, numbers and timestamps in the body; numbers, booleans and timestamps in the
path, the query and the headers, where everything is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.member_roles import headers, typed_texts
from conformance.contract.model import Kind, Location, Operation, Shape
from conformance.contract.places import Place
from conformance.plan.generation import values
from conformance.plan.unusual_request import UnusualRequest, UnusualRequestMaker, places_where

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


def _of_kind(*kinds: Kind) -> Callable[[Shape], bool]:
    return lambda shape: shape.kind in kinds


def _put_all(
    asked: UnusualRequestMaker, found: list[tuple[Place, Shape]], texts: tuple[Any, ...]
) -> Iterator[UnusualRequest]:
    for place, _ in found:
        for value in texts:
            yield asked.put(place, value, f"{value!r:.40}")


def _null_values(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for place, shape in places_where(asked.operation, _of_kind(Kind.MAP), MOST):
        names = list(values.entries(shape, 1)) or ["conformance"]
        yield asked.put(place, dict.fromkeys(names), "a null for a value of a map")


def _unions(operation: Operation) -> list[tuple[Place, Shape]]:
    return places_where(operation, lambda shape: shape.union, MOST)


def _odd_union(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for place, shape in _unions(asked.operation):
        first = next(iter(shape.members))
        right = values.sample(shape)
        yield asked.put(place, {}, "no member of a union")
        yield asked.put(place, {first: None}, "a null for the member of a union")
        yield asked.put(place, {"conformance": "x"}, "a member that the union does not have")
        yield asked.put(place, {**right, "conformance": "x"}, "a member more than the union's")
        yield asked.put(place, [right], "a list with the union in it")
    yield from _two_of_union(asked)


def _two_of_union(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for place, shape in _unions(asked.operation):
        if len(shape.members) > 1:
            two = list(shape.members.values())[:2]
            both = {one.name: values.sample(one.shape) for one in two}
            yield asked.put(place, both, f"{two[0].name} and {two[1].name} of a union")


def _odd_blob(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    yield from _put_all(asked, places_where(asked.operation, _of_kind(Kind.BLOB), MOST), BLOBS)


def _odd_number(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for kind, odd in ((Kind.INTEGER, INTEGERS), (Kind.NUMBER, NUMBERS)):
        yield from _put_all(asked, places_where(asked.operation, _of_kind(kind), 1), odd)


def _odd_timestamp(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    found = places_where(asked.operation, _of_kind(Kind.TIMESTAMP), 1)
    yield from _put_all(asked, found, TIMES_IN_JSON)


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


def _content_type_without_body(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for media in ("application/json", "application/xml"):
        yield from asked.written(headers={"Content-Type": media})


MALFORMED: Mapping[str, Callable[[UnusualRequestMaker], Iterator[UnusualRequest]]] = {
    "null-values": _null_values,
    "odd-union": _odd_union,
    "two-of-union": _two_of_union,
    "odd-blob": _odd_blob,
    "odd-number": _odd_number,
    "odd-timestamp": _odd_timestamp,
    "typed-parameter": _typed_parameter,
    "odd-header": _odd_header,
    "content-type-without-body": _content_type_without_body,
}
