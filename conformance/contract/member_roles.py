"""What an operation takes: the kinds of members that the rules of a protocol may ask for."""

import re
from collections.abc import Callable, Collection, Mapping

from conformance.contract.model import Kind, Location, Operation, Shape
from conformance.contract.walk import inner_shapes

LIMITS = ("maxresults", "limit", "maxitems", "pagesize", "pagelimit")
TOKENS = ("nexttoken", "position", "marker", "token", "nextpagetoken")
_NAMING = re.compile(r"(name|arn|id|identifier)s?$", re.IGNORECASE)
FOLLOWING = ("nextmarker", *TOKENS)
"""What an answer calls the position of its next page, the surest first: a marker may be its own."""
TEXT = (Location.PATH, Location.QUERY, Location.HEADER)
TYPED = (Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.TIMESTAMP)
"""What a text may fail to say."""


def page_member(operation: Operation, names: tuple[str, ...]) -> str | None:
    """The request member of a paged list that has one of these names, in whatever case."""
    if not any(name.lower() in TOKENS for name in operation.output):
        return None
    return next((name for name in operation.input if name.lower() in names), None)


def names_it(operation: Operation, binds: Collection[str]) -> bool:
    """Whether every required member that names something is bound."""
    bound = {name.partition(".")[0].removesuffix("[]") for name in binds}
    needed = (name for name, one in operation.input.items() if one.required)
    return all(name in bound for name in needed if _NAMING.search(name))


def of_body(operation: Operation) -> dict[str, Shape]:
    return {
        name: one.shape for name, one in operation.input.items() if one.location is Location.BODY
    }


def _has(*locations: Location) -> Callable[[Operation], bool]:
    return lambda operation: any(one.location in locations for one in operation.input.values())


def _holds(*kinds: Kind) -> Callable[[Operation], bool]:
    return _holds_such(lambda shape: shape.kind in kinds)


def _holds_such(wanted: Callable[[Shape], bool]) -> Callable[[Operation], bool]:
    return lambda operation: any(_contains(one, wanted) for one in of_body(operation).values())


def _contains(shape: Shape, wanted: Callable[[Shape], bool], depth: int = 1) -> bool:
    if depth > MOST_DEEP:
        return False
    inner = inner_shapes(shape)
    return wanted(shape) or any(_contains(one, wanted, depth + 1) for _, one in inner)


def headers(operation: Operation) -> list[str]:
    """The members that are one header each."""
    found = [one for one in operation.input.values() if one.location is Location.HEADER]
    return [one.name for one in found if one.shape.kind is not Kind.MAP]


def typed_texts(operation: Operation) -> list[str]:
    """The labels, query parameters and headers of other types than text, without page sizes."""
    found = [one for one in operation.input.values() if one.location in TEXT]
    size = page_member(operation, LIMITS)
    return [one.name for one in found if one.shape.kind in TYPED and one.name != size]


MOST_DEEP = 4
"""Levels below a member in which values are looked for."""
TAKES: Mapping[str, Callable[[Operation], bool]] = {
    "": lambda _: True,
    "body": _has(Location.BODY),
    "payload": _has(Location.PAYLOAD),
    "needed body": lambda one: any(
        member.location is Location.BODY and member.required for member in one.input.values()
    ),
    "no body": lambda one: not _has(Location.BODY, Location.PAYLOAD)(one),
    "texts": _holds(Kind.STRING),
    "lists": _holds(Kind.LIST),
    "maps": _holds(Kind.MAP),
    "unions": _holds_such(lambda shape: shape.union),
    "blobs": _holds(Kind.BLOB),
    "numbers": _holds(Kind.INTEGER, Kind.NUMBER),
    "timestamps": _holds(Kind.TIMESTAMP),
    "typed parameters": lambda one: bool(typed_texts(one)),
    "header": lambda one: bool(headers(one)),
    "label": _has(Location.PATH),
    "query": _has(Location.QUERY),
    "get": lambda one: one.method == "GET",
    "former names": lambda one: one.spoke_query,
    "page size": lambda one: page_member(one, LIMITS) is not None,
    "page token": lambda one: page_member(one, TOKENS) is not None,
}
"""What a rule may ask of an operation."""
