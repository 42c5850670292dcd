"""Tests of how a request's members are read back from its bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.levels import Source
from conformance.contract.model import Kind, Location, Member, Operation, Shape
from conformance.engine.judge.recheck import bytes_match_probe, sent_values
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Request
from conformance.transport.protocols.registry import wire
from tests import contracts

TEXT = Shape(Kind.STRING)
VALUES = {
    "broker-id": "a/b c%2F",
    "count": 7,
    "share": 0.5,
    "open": True,
    "keys": ["a", "b"],
    "one": ["only"],
    "when": 1700000000,
    "x-meta-": {"a": "1", "b": "2"},
    "x-kinds": ["k", "l"],
    "body-list": [1, 2],
}


def member(name: str, shape: Shape, location: Location) -> Member:
    """A required member."""
    return Member(name, shape, required=True, location=location)


MEMBERS = [
    member("broker-id", TEXT, Location.PATH),
    member("count", Shape(Kind.INTEGER), Location.QUERY),
    member("share", Shape(Kind.NUMBER), Location.QUERY),
    member("open", Shape(Kind.BOOLEAN), Location.QUERY),
    member("keys", Shape(Kind.LIST, element=TEXT), Location.QUERY),
    member("one", Shape(Kind.LIST, element=TEXT), Location.QUERY),
    member("when", Shape(Kind.TIMESTAMP, wire=Kind.NUMBER), Location.QUERY),
    member("x-meta-", Shape(Kind.MAP, key=TEXT, element=TEXT), Location.HEADER),
    member("x-kinds", Shape(Kind.LIST, element=TEXT), Location.HEADER),
    member("body-list", Shape(Kind.LIST, element=Shape(Kind.INTEGER)), Location.BODY),
]
OPERATION = Operation(
    "svc", "Op", "POST", "/x/{broker-id}/y", {"kind": "z"}, {one.name: one for one in MEMBERS}, {},
    200, Source(), {}, Source(),
)  # fmt: skip


def sent(values: dict[str, Any], base: str = "http://127.0.0.1:1/base") -> Request:
    """The request of the operation with these members, as it goes out."""
    out = wire(OPERATION, values)
    return Request(
        out.method,
        f"{base}{out.target}",
        tuple((k, v) for k, v in out.headers if v is not None),
        out.body,
    )


def probe(side: Side = Side.ACCEPT) -> Probe:
    return Probe(
        requirement="svc/Op/status/200", operation=OPERATION, side=side, values=VALUES, note=""
    )


def test_members_are_read_back_as_they_were_meant():
    assert sent_values(probe(), sent(VALUES)) == VALUES


def test_a_valid_request_is_the_one_that_was_meant():
    assert bytes_match_probe(probe(), sent(VALUES))


@pytest.mark.parametrize(
    "broken", [{"count": "many"}, {"open": "perhaps"}, {"when": "noon"}, {"share": "half"}]
)
def test_a_text_that_stands_for_no_value_of_the_type_is_noticed(broken):
    assert not bytes_match_probe(probe(), sent({**VALUES, **broken}))


def test_a_label_that_takes_slashes_is_read_whole():
    greedy = replace(OPERATION, path="/x/{broker-id}", greedy=frozenset({"broker-id"}), query={})
    asked = replace(probe(), operation=greedy)
    request = Request("POST", "http://127.0.0.1:1/x/a/b/c", (), b"{}")
    assert sent_values(asked, request)["broker-id"] == "a/b/c"


@pytest.mark.parametrize(("body", "meant"), [(None, True), (b"", True), (b"Key,Name", False)])
def test_a_body_that_is_one_member_is_left_out_where_there_is_none(body, meant):
    operation = contracts.contract("apigateway").operations["ImportApiKeys"]
    values = {"format": "csv"}
    left_out = Probe("r", operation, Side.REJECT, values, "", Fault.REQUIRED, ("body",))
    request = Request("POST", "http://127.0.0.1/apikeys?mode=import&format=csv", (), body)
    assert bytes_match_probe(left_out, request) is meant
