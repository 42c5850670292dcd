"""Which members are read back without a rule, and how sure that is."""

from __future__ import annotations

from functools import partial

import pytest

from conformance.contract.building import build_contract
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.readback import read_backs
from conformance.plan.sequences import KINDS
from conformance.plan.sequences.steps import NotShown, RuleBroken, Script
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts
from tests.plan.shop import MODEL, of, operation

text = partial(of, "string")


def shop(shown, *, rules=None, members=None, answer=None, **facts):
    given = {
        **(members or {}),
        "Colour": text(enum=["RED", "BLUE"]),
        "Password": text(),
        "ClientToken": text(),
        "Gone": text(),
        "Size": {"type": "integer", "x-sources": {"type": MODEL}},
    }
    life = {
        "name": "thing", "create": "CreateThing", "read": "GetThing", "update": "UpdateThing",
        "delete": "DeleteThing", "identifier": {"label": "Name", "given": "Name"},
        "unique": {"member": "Name", "template": "name"},
    }  # fmt: skip
    spec = {
        "info": {"title": "Shop"},
        "paths": {
            "/things/{Name}": {
                "post": operation("CreateThing", given, {}, "Name"),
                "get": operation("GetThing", {}, shown, "Name"),
                "put": operation("UpdateThing", given, answer or {}, "Name"),
                "delete": operation("DeleteThing", {}, {}, "Name"),
            }
        },
        "x-conformance": {"resource": {**life, **facts.pop("life", {})}, "rules": rules or {},
                          **facts},
    }  # fmt: skip
    return build_contract("shop", spec, {})


ALL = {
    "Name": text(),
    "Colour": text(),
    "Password": text(),
    "ClientToken": text(),
    "Size": {"type": "string", "x-sources": {"type": MODEL}},
}


def addresses(contract):
    return {one.address: one.level for one in read_backs(contract)}


def test_a_member_of_one_name_and_kind_on_both_sides_is_read_back():
    assert addresses(shop(ALL)) == {
        "CreateThing/behavior/Colour-is-stored": Level.EXPECTED,
        "UpdateThing/behavior/Colour-is-stored": Level.EXPECTED,
    }


NAMED = {"UpdateThing": {"binds": {"Name": "${id}"}}}


def test_what_rests_on_a_guess_is_only_told_but_that_another_value_is_wrong():
    found = {
        one.address: (one.level, one.other_alone)
        for one in read_backs(shop(ALL, inferred=True, operations=NAMED))
    }
    assert {*found.values()} == {(Level.EXPECTED, True)}

    told = {**ALL, "Colour": text(), "PendingChanges": text(), "Version": text()}
    levels = addresses(shop(told, inferred=True, operations=NAMED))
    assert levels["CreateThing/behavior/Colour-is-stored"] is Level.EXPECTED
    assert levels["UpdateThing/behavior/Colour-is-stored"] is Level.INFORMATIONAL

    updating = {**ALL, "LatestThingUpdate": {"type": "object", "properties": {"Plan": text()}}}
    levels = addresses(shop(updating, inferred=True, operations=NAMED))
    assert levels["UpdateThing/behavior/Colour-is-stored"] is Level.INFORMATIONAL

    goes_on = shop(ALL, answer={"Progress": text()}, inferred=True, operations=NAMED)
    assert addresses(goes_on)["UpdateThing/behavior/Colour-is-stored"] is Level.INFORMATIONAL

    another = {"UpdateThing": {"binds": {"Name": "${id.other}"}}}
    other = addresses(shop(ALL, inferred=True, operations=another))
    assert other["UpdateThing/behavior/Colour-is-stored"] is Level.INFORMATIONAL

    unnamed = addresses(shop(ALL, inferred=True))
    assert unnamed["UpdateThing/behavior/Colour-is-stored"] is Level.INFORMATIONAL


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"Engine": text()}, {}),
        ({"ColourPlan": {"type": "object", "properties": {"One": text()}}}, {}),
        ({}, {"PendingThing": {"type": "object", "properties": {"ColourType": text()}}}),
    ],
    ids=["some engines have no such setting", "follows from its plan", "is pending at first"],
)
def test_another_value_is_only_told_of_where_a_creation_may_not_heed_it(given, shown):
    listed = {"ColourType": text(enum=["RED", "BLUE"])}
    plain = {**ALL, **listed}
    level = {}
    for name, (more, also) in {"sure": ({}, {}), "open": (given, shown)}.items():
        contract = shop({**plain, **also}, members={**listed, **more}, inferred=True)
        level[name] = addresses(contract)["CreateThing/behavior/ColourType-is-stored"]
    assert level == {"sure": Level.EXPECTED, "open": Level.INFORMATIONAL}


def test_a_list_that_an_answer_consists_of_is_looked_into_where_the_lifecycle_is_inferred():
    listed = {"Things": {"type": "array", "x-sources": {"type": MODEL},
                         "items": {"type": "object", "properties": ALL}}}  # fmt: skip
    assert {one.place for one in read_backs(shop(listed, inferred=True))} == {
        ("Things", "[]", "Colour")
    }
    assert addresses(shop(listed)) == {}


def test_the_one_structure_that_an_answer_consists_of_is_looked_into():
    wrapped = {"Thing": {"type": "object", "properties": ALL, "x-sources": {"type": MODEL}}}
    assert {one.place for one in read_backs(shop(wrapped))} == {("Thing", "Colour")}


@pytest.mark.parametrize(
    "facts",
    [
        {"operations": {"GetThing": {"not-shown": ["Colour"]}}},
        {
            "operations": {
                "CreateThing": {"stateful": ["Colour"]},
                "UpdateThing": {"stateful": ["Colour"]},
            }
        },
    ],
    ids=["is not shown", "depends on the target's state"],
)
def test_what_the_overlay_excludes_is_left_out(facts):
    assert addresses(shop(ALL, **facts)) == {}


def test_what_a_rule_reads_back_already_is_said_once():
    steps = [
        {"make": {"Colour": "BLUE"}},
        {"send": "read", "shows": {"Colour": "BLUE"}},
        {"send": "update", "with": "${each}"},
    ]
    about = {"rule": "steps", "level": "required", "statement": "one", "source": MODEL}
    rules = {
        "CreateThing/behavior/shown": {**about, "steps": steps},
        "UpdateThing/behavior/Colour-are-stored": {**about, "steps": []},
    }
    assert addresses(shop(ALL, rules=rules)) == {}


def test_only_where_updates_replace_what_they_leave_out_is_looked_at():
    replacing = addresses(shop(ALL, life={"update-replaces": True}))
    assert "UpdateThing/behavior/Colour-left-out-is-reset" in replacing
    kept = addresses(contracts.contract("location"))
    assert not [one for one in kept if one.endswith("left-out-is-reset")]


@pytest.mark.parametrize(
    ("state", "ending"), [("ACTIVE", RuleBroken), ("UPDATING", NotShown), ("pending", NotShown)]
)
def test_what_is_still_being_changed_may_show_its_former_value(state, ending):
    contract = shop({**ALL, "State": text()}, inferred=True, operations=NAMED)
    address = "shop/UpdateThing/behavior/Colour-is-stored"
    update = next(one for one in catalogue(contract) if one.id == address)
    play = KINDS[update.keyword](Script(contract, update, lambda value, _: value))
    read = {"Name": "${id}", "Colour": "RED", "State": state}
    next(play)
    for body in ({}, read, {}):
        play.send(ParsedResponse(200, body, None, "", "application/json", 2))
    with pytest.raises(ending):
        play.send(ParsedResponse(200, read, None, "", "application/json", 2))
