"""What of two answers is compared, and what nobody can tell apart."""

from __future__ import annotations

import json

import pytest

from conformance.contract.vocabulary.overlay_model import ComparedMembers
from conformance.engine.stateful.compare import Compared, Memory, alike, difference, members, plain
from conformance.engine.stateful.moves import ModelStep, moves_of, values_of
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts

COMPARED = Compared(
    ComparedMembers(
        same=("name",),
        when_set=("until",),
        when_shown=("tags",),
        constant=("made",),
        stable_until_changed=("changed",),
    ),
    entries="item[]",
    identifier="id",
    more="next",
    refusals=frozenset({(400, "A"), (400, "B")}),
)


def operation():
    return contracts.contract("apigateway").operations["GetApiKey"]


@pytest.mark.parametrize("value", [None, "", [], {}, {"a": []}, {"a": {"b": ""}}])
def test_empty_is_absent(value):
    assert plain(value) is None


def test_lists_have_no_order():
    assert plain(["b", "a"]) == plain(["a", "b"])
    assert plain(["a"]) != plain(["a", "b"])


@pytest.mark.parametrize(
    ("wanted", "seen", "same"),
    [
        ("a", "a", True),
        ("a", "A", False),
        (True, 1, False),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ("2031-06-01T12:00:00.000Z", "2031-06-01T12:00:00Z", True),
        ("2031-06-01T12:00:00.000Z", "2031-06-01T13:00:00.000Z", False),
        ("2031", "2031", True),
        (None, "a", False),
    ],
)
def test_alike(wanted, seen, same):
    assert alike(wanted, seen) is same


@pytest.mark.parametrize(
    ("ours", "theirs", "differs"),
    [
        ({"name": "a"}, {"name": "a", "more": 1}, False),
        ({"name": "a"}, {}, True),
        ({}, {"name": "a"}, True),
        ({}, {"name": ""}, False),
        ({"until": "a"}, {}, True),
        ({}, {"until": "a"}, False),
        ({"tags": {"a": "1"}}, {}, False),
        ({"tags": {"a": "1"}}, {"tags": {}}, True),
        ({"tags": {}}, {"tags": {"a": "1"}}, True),
        ({}, {"tags": {"a": "1"}}, False),
    ],
)
def test_members_are_compared_as_the_overlay_says(ours, theirs, differs):
    assert (members(COMPARED, ours, theirs) is not None) is differs


def answer(status, body=None, code=None):
    return ParsedResponse(status, {} if body is None else body, code, "", "application/json", 1)


def compared(role, ours, theirs):
    step = ModelStep(operation(), role, {}, None)
    return difference(COMPARED, step, (ours, {"m": 0, "n": 1}), (theirs, {"t": 0, "u": 1}))


def test_refusals_of_one_fault_are_the_same_and_others_are_not():
    assert compared("update", answer(400, code="A"), answer(400, code="B")) is None
    assert compared("update", answer(400, code="A"), answer(404, code="N")) is not None
    assert compared("update", answer(404, code="N"), answer(404, code="N")) is None
    assert compared("update", answer(409, code="C"), answer(400, code="A")) is not None


def test_accepted_is_not_refused():
    found = compared("update", answer(200), answer(400, code="A"))
    assert found is not None
    assert found.expected == "accepted with 200"
    found = compared("update", answer(400, code="A"), answer(200))
    assert found is not None
    assert found.expected == "refused with 400 A"
    assert compared("update", answer(200), answer(500)) is not None


def listing(*ids, more=None):
    return answer(200, {"item": [{"id": one, "name": "x"} for one in ids], "next": more})


def test_lists_are_compared_by_what_this_sequence_made():
    assert compared("list", listing("n", "m"), listing("t", "other", "u")) is None
    assert compared("list", listing("m", "n"), listing("t")) is not None
    assert compared("list", listing("m"), listing("t", "u")) is not None


def test_what_a_page_lacks_may_be_on_the_next():
    assert compared("list", listing("m", "n"), listing("t", more="token")) is None


def test_what_was_shown_must_be_shown_again():
    memory = Memory(COMPARED)
    assert memory.check(0, {"made": 1, "changed": 1}) is None
    assert memory.check(1, {"made": 2, "changed": 2}) is None
    assert memory.check(0, {"changed": 1}) is None
    assert memory.check(0, {"changed": 2}) is not None
    memory.changed(0)
    assert memory.check(0, {"changed": 2}) is None
    assert memory.check(0, {"made": 3}) is not None


@pytest.mark.parametrize("service", ["apigateway", "location"])
def test_the_moves_of_the_overlays_draw_documented_members(service):
    contract = contracts.contract(service)
    moves = moves_of(contract)
    assert {"create", "update", "read", "list", "delete"} <= {move.role for move in moves}
    assert ("update", "gone") in {(move.role, move.of) for move in moves}
    for move in moves:
        assert move.of in {"live", "gone", "none"}
        assert {*move.needs, *move.may} <= set(move.operation.input), move
        text = json.dumps([move.needs, move.may])
        assert "${name}" not in text, "what is new needs a tag: it stands on both sides"
        assert "${secret}" not in text
        assert not values_of(move).is_empty


def test_a_step_has_simpler_ones():
    step = ModelStep(operation(), "read", {"a": 1, "b": [1, 2]}, 0, frozenset({"a"}))
    assert [step.without({part}).values for part in step.parts()] == [
        {"b": [1, 2]},
        {"a": 1, "b": [2]},
        {"a": 1, "b": [1]},
    ]
