"""Odd requests of an operation, made from its valid one: any answer is right but a server error.

``ODD`` has a function for each word that a rule of the kind ``robust`` may have as its ``odd``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.member_roles import LIMITS, TOKENS, page_member
from conformance.contract.model import Contract, Kind, Location, Operation, Shape
from conformance.contract.places import Place
from conformance.contract.vocabulary.overlay_steps import WireForm
from conformance.contract.walk import is_of_kind
from conformance.plan.generation import values
from conformance.plan.spelling import last_label
from conformance.plan.unusual_request import (
    MALFORMED,
    OddRequests,
    UnusualRequest,
    UnusualRequestMaker,
    bodies,
    body_places,
    content_types,
)
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import all_creators
from conformance.transport.protocols.seam import form

MOST_TEXTS, MOST_LISTS, MOST_PARAMETERS = 2, 3, 4
UNPAIRED = ("a\x00b", "\ud83d")
ODD_TEXTS = (*UNPAIRED, "\U0001f600\u200d\U0001f5fa", "\u202e\u05e2\u05d1\u05e8\u05d9\u05ea")
OTHER_TYPES = (True, 1, None, "x", ["x"], {"x": "y"})
PAGE_SIZES = ("conformance", "", "1.5", "1e2", "0", "-1", "99999999999999999999")
PAGE_SIZES_IN_JSON = ("conformance", 1.5, 0, -1, 10**20, True)
PAGE_TOKENS = ("conformance", "", "e30=", "-1", "${long:2000}")


def odd_requests(contract: Contract, operation: Operation, odd: str) -> Iterator[UnusualRequest]:
    """The requests of an operation that are odd in this way."""
    yield from ODD[odd](
        UnusualRequestMaker(contract, operation, valid_request(contract, operation))
    )


# -- The body as a whole -------------------------------------------------------------------------


def _empty_object(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    members = {
        name: value
        for name, value in asked.base.items()
        if asked.operation.input[name].location is not Location.BODY
    }
    yield UnusualRequest(members, "an empty object as the body")


def _unknown_member(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for value in ("x", {"conformance": ["x"]}):
        yield UnusualRequest({**asked.base, "conformance": value}, "an unknown member")


def _deep(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for start, end in (("[", "]"), ('{"a":', "}")):
        yield from asked.body(f'${{body.more}}"conformance":{start * 500}1{end * 500}}}')


# -- Values in the body --------------------------------------------------------------------------


def _wrong_type(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    """Values of every JSON type that a place does not have and that no other rule sends there."""
    for place, shape in body_places(asked.operation):
        known = {case.note for case in values.wrong_types(shape)}
        for value in OTHER_TYPES:
            note = f"a JSON {values.JSON_NAMES.get(type(value), 'null')}"
            if note not in known and not _is_right(shape, value):
                yield asked.put(place, value, note)


def _is_right(shape: Shape, value: Any) -> bool:
    if shape.kind is Kind.ANY:
        return False
    return value is not None and is_of_kind(shape, value)


def _null_items(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    lists = [place for place, shape in body_places(asked.operation) if shape.kind is Kind.LIST]
    for place in lists[:MOST_LISTS]:
        yield asked.put(place, [None], "a null item")


def _unpaired(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for place in _textbody_places(asked)[:1]:
        for text in UNPAIRED:
            yield asked.put(place, text, f"the text {text!a}")


def _odd_text(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for index, place in enumerate(_textbody_places(asked)[:MOST_TEXTS]):
        for text in ODD_TEXTS if index == 0 else ODD_TEXTS[1:3]:
            yield asked.put(place, text, f"the text {text!a}")


def _long(length: int) -> OddRequests:
    def long(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
        for place in _textbody_places(asked)[:1]:
            yield asked.put(place, f"${{long:{length}}}", f"a text of {length} characters")

    return long


def _textbody_places(asked: UnusualRequestMaker) -> list[Place]:
    """Where texts are, those first that may hold any text."""
    texts = [one for one in body_places(asked.operation) if one[1].kind is Kind.STRING]
    texts.sort(
        key=lambda one: (
            bool(one[1].closed or one[1].limit("pattern")) + 2 * bool(one[1].limit("enum"))
        )
    )
    return [place for place, _ in texts]


# -- The path and the query ----------------------------------------------------------------------


def _label(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    name = last_label(asked.operation)
    if name is None:
        return
    for text in ("\x00", "\U0001f600", "a/b", "a b?&#", "${long:2000}"):
        yield UnusualRequest({**asked.base, name: text}, f"the label {text!a}", (name,))
    if asked.operation.name in all_creators(asked.contract):
        return  # what is made under a name that is no text could not be taken away again
    for written in ("%FF", "%zz"):
        yield from asked.written(label=written)


def _query_members(asked: UnusualRequestMaker) -> list[str]:
    found = [n for n, one in asked.operation.input.items() if one.location is Location.QUERY]
    return found[:MOST_PARAMETERS]


def _query_value(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for name in _query_members(asked):
        for text in ("", "a\x00\U0001f600"):
            yield UnusualRequest(
                {**asked.base, name: text}, f"the parameter {name} {text!a}", (name,)
            )


def _queries(*written: str) -> OddRequests:
    """The request with each of these behind its query."""
    return lambda asked: (one for text in written for one in asked.written(query=text))


def _repeated(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    for name in _query_members(asked):
        yield from asked.written(query=f"{name}=1&{name}=2")


def _page_size(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    name = page_member(asked.operation, LIMITS)
    if name is not None:
        in_body = asked.operation.input[name].location is Location.BODY
        for size in PAGE_SIZES_IN_JSON if in_body else PAGE_SIZES:
            yield UnusualRequest({**asked.base, name: size}, f"{name} {size!r}", (name,))


def _page_token(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    name = page_member(asked.operation, TOKENS)
    if name is not None:
        for token in PAGE_TOKENS:
            yield UnusualRequest({**asked.base, name: token}, f"{name} {token!r}", (name,))


def _method(asked: UnusualRequestMaker) -> Iterator[UnusualRequest]:
    yield UnusualRequest(asked.base, "HEAD", form=form(WireForm(method="HEAD")))


ODD: Mapping[str, OddRequests] = {
    "empty-object": _empty_object,
    "empty-body": bodies("", "null"),
    "non-object-body": bodies("[${body}]", '"text"', "10", "true"),
    "unknown-member": _unknown_member,
    "wrong-type": _wrong_type,
    "null-items": _null_items,
    "unpaired": _unpaired,
    "odd-text": _odd_text,
    "long-text": _long(100_000),
    "million": _long(1_000_000),
    "deep-nesting": _deep,
    "content-type": content_types(None, "text/plain", "application/json; charset=conformance"),
    "odd-label": _label,
    "odd-query-value": _query_value,
    "unknown-query-parameter": _queries("conformance=x"),
    "repeated-query-parameter": _repeated,
    "odd-query": _queries("=&&conformance", "conformance=%FF&%zz=%zz"),
    "page-size": _page_size,
    "page-token": _page_token,
    "method": _method,
    **MALFORMED,
}
