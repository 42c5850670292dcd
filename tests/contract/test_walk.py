"""Tests of the one descent into shapes and values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.contract.levels import Level, Source
from conformance.contract.model import Constraint, Contract, Kind, Member, Shape
from conformance.contract.places import ITEM, KEY, VALUE, parse
from conformance.contract.validate import Violation, shape_violations, violations
from conformance.contract.walk import ValueWalker, inner_shapes, shape_at, step_into
from conformance.engine.judge.redacted import Redacted
from conformance.engine.judge.response import observe
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import read
from tests import contracts

TEXT = Shape(
    Kind.STRING, {"maxLength": Constraint("maxLength", 3, Source(), Level.REQUIRED)}
)  # fmt: skip
ENTRY = Shape(Kind.STRUCTURE, members={"name": Member("name", TEXT, required=True)})
LIST = Shape(Kind.LIST, element=ENTRY)
MAP = Shape(Kind.MAP, key=TEXT, element=LIST)
WHOLE = Shape(
    Kind.STRUCTURE, members={"map": Member("map", MAP), "any": Member("any", Shape(Kind.ANY))}
)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("map", MAP), ("map.{key}", TEXT), ("map.{value}", LIST), ("map.{value}[]", ENTRY),
        ("map.{value}[].name", TEXT), ("map.{value}[].other", None), ("any.more", None),
        ("none.at.all", None),
    ],
)  # fmt: skip
def test_a_place_leads_to_its_shape(place: str, expected: Shape | None) -> None:
    assert shape_at(WHOLE, parse(place)) is expected
    assert shape_at(WHOLE, ()) is WHOLE
    assert shape_at(None, parse(place)) is None


def test_every_inner_shape_is_where_its_place_says() -> None:
    for outer in (WHOLE, MAP, LIST, ENTRY):
        inner = list(inner_shapes(outer, ("up",)))
        assert inner
        assert all(step_into(outer, place[-1]) is shape for place, shape in inner)
    assert [place for place, _ in inner_shapes(LIST)] == [(ITEM,)]
    assert [place for place, _ in inner_shapes(MAP)] == [(VALUE,)]


@pytest.mark.parametrize(
    ("value", "broken"),
    [
        ({"map": {"a": [{"name": "b"}]}, "any": None}, []),
        ({"map": []}, [(("map",), "type")]),
        ({"map": {"long": []}}, [(("map", KEY), "maxLength")]),
        ({"map": {"a": [{}]}}, [(("map", VALUE, ITEM, "name"), "required")]),
        ({"map": {"a": [{"name": "long"}]}}, [(("map", VALUE, ITEM, "name"), "maxLength")]),
        ({"map": {"a": [7]}}, [(("map", VALUE, ITEM), "type")]),
    ],
)
def test_requests_and_answers_are_walked_alike(value: Any, broken: list[Any]) -> None:
    assert list(shape_violations(WHOLE, value)) == [Violation(*one) for one in broken]
    checks = list(ValueWalker().shape(WHOLE, value))
    assert [(one.place, one.keyword) for one in checks if not one.held] == broken
    assert any(one.held for one in checks)


def test_null_is_absent_in_requests_and_a_value_in_answers() -> None:
    members = {"name": Member("name", TEXT, required=True), "list": Member("list", LIST)}
    values = {"name": None, "list": None}
    assert list(violations(members, values)) == [Violation(("name",), "required")]
    checks = [(one.place, one.keyword, one.held) for one in ValueWalker().members(members, values)]
    assert checks == [
        (("name",), "required", True), (("name",), "type", False), (("list",), "type", False),
    ]  # fmt: skip


def test_a_null_item_is_of_no_type_in_a_request() -> None:
    anything = Shape(Kind.LIST, element=Shape(Kind.ANY))
    assert list(shape_violations(anything, [None])) == [Violation((ITEM,), "type")]
    assert all(one.held for one in ValueWalker().shape(anything, [None]))


def test_nothing_is_said_of_what_is_hidden() -> None:
    walker = ValueWalker(is_hidden=lambda value: isinstance(value, Redacted))
    checks = list(walker.members(ENTRY.members, {"name": Redacted("[redacted]")}))
    assert [(one.keyword, one.held) for one in checks] == [("required", True)]


def test_a_union_holds_exactly_one_member() -> None:
    union = Shape(
        Kind.STRUCTURE, members={n: Member(n, TEXT) for n in ("a", "b")}, union=True
    )  # fmt: skip
    assert list(shape_violations(union, {"a": "x"})) == []
    assert list(shape_violations(union, {"a": "x", "b": None})) == []
    assert list(shape_violations(union, {"a": "x", "b": "y"})) == [Violation((), "union")]
    assert list(shape_violations(union, {})) == [Violation((), "union")]


@pytest.fixture(scope="module")
def location() -> Contract:
    return contracts.contract("location")


@pytest.mark.parametrize(
    "change", [{}, {"KeyName": 7}, {"CreateTime": None}, {"KeyArn": "x" * 2000}]
)
def test_an_answer_breaks_what_its_values_break(location: Contract, change: dict[str, Any]) -> None:
    """Every check of the walker is a finding on the requirement of that place and keyword."""
    operation = location.operations["CreateKey"]
    body = {
        "Key": "v1.public.x", "KeyArn": "arn:aws:geo:us-east-1:123456789012:api-key/a",
        "KeyName": "a", "CreateTime": "2026-01-01T00:00:00.000Z", **change,
    }  # fmt: skip
    response = Response(200, (("content-type", "application/json"),), json.dumps(body).encode())
    answer = read(Exchange(Request("POST", "http://127.0.0.1:1/", ()), response, None, 0.0))
    prefix = "location/CreateKey/response/"
    found = {
        one.requirement.removeprefix(prefix)
        for one in observe(location, operation, answer)
        if not one.held and one.requirement.startswith(prefix)
    }
    walked = {
        f"{'.'.join(one.place)}/{one.keyword}"
        for one in ValueWalker().members(operation.output, body)
        if not one.held
    }
    assert found == walked
    assert bool(found) is bool(change)
