"""What a faulty request that was accepted left behind, met again in the answers of readers."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.judge.response import observe
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.engine.watching.echoes import Echoes
from conformance.engine.watching.spoilt import UNKNOWN, Spoilt
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import read
from tests import contracts

LONG = "conformance-a0b1c2d3-00001" + "x" * 80


def sent(name, values, body, side=Side.REJECT, place=None):
    answer = Response(200, (("content-type", "application/json"),), json.dumps(body).encode())
    exchange = Exchange(Request("POST", "http://127.0.0.1/", (), b""), answer, None, 0.0)
    operation = contracts.contract("location").operations[name]
    probe = Probe("", operation, side, values, "", Fault.LIMIT, place)
    return SentProbe(probe, values, exchange, read(exchange))


def broken(name, body, spoilt):
    """What an answer still breaks."""
    answer = spoilt.hide(sent(name, {}, body, Side.OBSERVE).answer)
    contract = contracts.contract("location")
    found = observe(contract, contract.operations[name], answer)
    limits = ("/maxLength", "/type", "/pattern")
    return {one.requirement for one in found if not one.held and one.requirement.endswith(limits)}


@pytest.mark.parametrize(
    ("fault", "body", "blamed"),
    [
        (Fault.TYPE, {"KeyDescription": 7}, False),
        (Fault.TYPE, {"KeyDescription": 8}, True),
        (Fault.TYPE, {"Restrictions": 7}, True),
        (Fault.TYPE, {"Descriptions": [{"Description": 8}], "DescriptionText": [7]}, False),
        (Fault.LIMIT, {"KeyDescription": 7}, True),
    ],
)
def test_a_wrong_type_is_known_again_in_a_member_that_is_called_alike(fault, body, blamed):
    one = Spoilt()
    made = sent("UpdateKey", {"Description": 7}, {}, place=("Description",))
    one.note(replace(made, probe=replace(made.probe, fault=fault)), [])
    hidden = one.hide(sent("DescribeKey", {}, body, Side.OBSERVE).answer).body
    assert (hidden == body) is blamed


@pytest.fixture
def spoilt():
    """A key with a name that is too long was made, and a tag with an empty name was taken."""
    one = Spoilt()
    made = sent("CreateKey", {"KeyName": LONG}, {"KeyName": LONG}, place=("KeyName",))
    one.note(made, [RunResource(LONG, LONG, made)])
    tags = {"Tags": {"x" * 129: "one"}}
    one.note(sent("CreateKey", tags, {}, place=("Tags", "{key}")), [])
    one.note(sent("CreateKey", {"Tags": {"k": 7}}, {}, place=("Tags", "{value}")), [])
    one.note(sent("UpdateKey", {"Description": "d" * 1001}, {}, place=("Description",)), [])
    return one


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("ListKeys", {"Entries": [{"KeyName": LONG, "Description": 1}]}),
        ("DescribeKey", {"KeyName": LONG, "KeyArn": f"arn:aws:geo:us-east-1:1:api-key/{LONG}"}),
        ("DescribeKey", {"Description": "d" * 1001}),
        ("DescribeKey", {"Tags": {"x" * 129: "one"}}),
        ("DescribeKey", {"Tags": {"k": 7}}),
    ],
    ids=["an entry", "a name and its ARN", "a text", "the name of a tag", "the value of a tag"],
)
def test_what_was_wrongly_taken_is_not_held_against_a_reader(name, body, spoilt):
    assert broken(name, body, Spoilt())
    assert not broken(name, body, spoilt)


@pytest.mark.parametrize(
    ("name", "body", "where"),
    [
        ("DescribeKey", {"KeyName": "y" * 101}, "KeyName/maxLength"),
        ("DescribeKey", {"Description": "e" * 1001}, "Description/maxLength"),
        ("DescribeKey", {"Tags": {"y" * 129: "one"}}, "Tags.{key}/maxLength"),
        ("ListKeys", {"Entries": [{"KeyName": "other", "Description": 1}]}, "Description/type"),
    ],
)
def test_what_a_reader_breaks_by_itself_still_counts(name, body, where, spoilt):
    assert any(one.endswith(where) for one in broken(name, body, spoilt))


def test_a_null_that_was_taken_as_an_entry_of_a_map_is_hidden_of_that_resource_alone():
    one = Spoilt()
    made = sent("CreateKey", {"Tags": {"stage": None}}, {"KeyName": "k"}, place=("Tags", "{value}"))
    one.note(made, [RunResource("k", "k", made)])
    shown = sent("DescribeKey", {}, {"Tags": {"stage": None}}).answer
    assert one.hide(shown, "k").body == {"Tags": {"stage": UNKNOWN}}
    assert one.hide(shown, "other").body == {"Tags": {"stage": None}}


@pytest.mark.parametrize("value", [None, "", "true", True, False])
def test_what_a_server_may_show_of_its_own_accord_is_no_excuse(value):
    one = Spoilt()
    one.note(sent("UpdateKey", {"Description": value}, {}, place=("Description",)), [])
    assert one.hide(sent("DescribeKey", {}, {"Description": value}).answer).body == {
        "Description": value
    }


@pytest.mark.parametrize("time", ["1985-04-12T23:20:50+00", "482196050"])
def test_a_time_in_another_form_that_was_taken_is_not_held_against_its_reader(time):
    place = ("ExpireTime",)
    one = sent("UpdateKey", {"ExpireTime": time}, {}, Side.OBSERVE, place)
    assert one.is_faulty
    known = Spoilt()
    known.note(one, [])
    shown = sent("DescribeKey", {}, {"ExpireTime": time}).answer
    assert known.hide(shown).body == {"ExpireTime": UNKNOWN}


def test_a_time_in_its_own_form_is_not_odd():
    values = {"KeyName": "k", "ExpireTime": "2031-06-01T12:00:00.000Z"}
    assert not sent("UpdateKey", values, {}, Side.OBSERVE, ("ExpireTime",)).is_faulty


def test_a_null_that_was_taken_is_hidden_of_the_entry_of_its_resource_in_a_list():
    one = Spoilt()
    made = sent("CreateKey", {"KeyName": "k"}, {"KeyName": "k"})
    tagged = sent("CreateKey", {"Tags": {"stage": None}}, {}, place=("Tags", "{value}"))
    one.note(replace(tagged, resource=RunResource("k", "k", made)), [])
    entries = [{"KeyName": name, "Tags": {"stage": None}} for name in ("k", "other")]
    shown = one.hide(sent("ListKeys", {}, {"Entries": entries}).answer).body["Entries"]
    assert [entry["Tags"]["stage"] for entry in shown] == [UNKNOWN, None]


def test_a_number_without_an_end_that_was_taken_is_not_held_against_what_shows_it():
    number, place = {"Number": float("inf")}, ("Number",)
    one, taken = Spoilt(), sent("UpdateKey", number, number, Side.OBSERVE, place)
    assert taken.is_faulty
    assert not one.is_unreadable(taken.answer)
    one.note(taken, [])
    assert one.is_unreadable(taken.answer)
    trailing = replace(taken.answer, form="JSON with text after it")
    assert not one.is_unreadable(trailing)


@pytest.mark.parametrize(
    ("shown", "held"),
    [(1, [True]), (2, [False]), (UNKNOWN, []), ([UNKNOWN], [])],
)
def test_what_an_odd_request_may_have_left_says_nothing_of_an_echo(shown, held):
    contract = contracts.inferred("redshift")
    sent: Any = SimpleNamespace(
        probe=SimpleNamespace(operation=contract.operations["CreateCluster"]),
        values={"NumberOfNodes": 1},
        is_faulty=False,
    )
    answer: Any = SimpleNamespace(ok=True, body={"Cluster": {"NumberOfNodes": shown}})
    assert [one.held for one in Echoes(contract).observe(sent, answer)] == held
