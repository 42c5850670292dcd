"""When a member that was given has to be shown, and what is certainly wrong in its place."""

from __future__ import annotations

import pytest

from conformance.contract.levels import Level
from conformance.contract.listing.readback import read_backs
from conformance.plan.sequences.steps import NotShown, RuleBroken
from tests.plan.shop import of
from tests.plan.test_parts import ending, right, shop

GIVEN = {
    "Colour": of("string", enum=["RED", "BLUE", "NONE"]), "Loud": of("boolean"),
    "Days": of("integer"), "Places": of("array", items=of("string")), "Word": of("string"),
    "Description": of("string", pattern="[a-z0-9-]*"), "SourceFile": of("string"),
    "StorageLocation": of("string"), "Until": of("integer"),
}  # fmt: skip


def stored(name, role="Create"):
    return f"{role}Thing/behavior/{name}-is-stored"


def without(name, *values):
    """A server that does not show a member, or not with these values of it."""
    return lambda now, given: {
        n: one for n, one in {**now, **given}.items()
        if n != name or (values and one not in values)
    }  # fmt: skip


def always(name, value):
    return lambda now, given: {**now, **given, name: value}


@pytest.mark.parametrize("name", ["Colour", "Loud", "Days", "Places", "Word", "Description"])
def test_what_is_not_shown_at_all_is_lost(name):
    for role in ("Create", "Update") if name != "Places" else ("Create",):
        assert ending(shop(GIVEN), stored(name, role), right) is None
        assert isinstance(ending(shop(GIVEN), stored(name, role), without(name)), RuleBroken)
        assert isinstance(ending(shop(GIVEN), stored(name, role), always(name, "")), RuleBroken)


@pytest.mark.parametrize(("name", "value"), [("Colour", "NONE"), ("Loud", False), ("Loud", True)])
def test_a_default_may_be_left_out(name, value):
    left_out = ending(shop(GIVEN), stored(name), without(name, value))
    assert not isinstance(left_out, RuleBroken)


@pytest.mark.parametrize("name", ["Colour", "Loud", "Days", "Places", "Word"])
def test_what_may_count_for_one_sort_alone_may_be_missing(name):
    sorted_ = shop({**GIVEN, "ThingType": of("string")})
    assert not fails(sorted_, stored(name), without(name))
    needed = shop({**GIVEN, "ThingType": of("string")}, CreateThing={"required": [name]})
    assert fails(needed, stored(name), without(name))


@pytest.mark.parametrize("state", ["CREATING", "pending", {"Code": "InProgress", "At": 1}])
def test_what_is_still_being_made_may_lack_what_was_given(state):
    def under_way(now, given):
        return {**without("Days")(now, given), "Status": state}

    contract = shop(GIVEN, {**GIVEN, "Status": of("string")})
    assert isinstance(ending(contract, stored("Days"), under_way), NotShown)
    done = lambda now, given: {**under_way(now, given), "Status": "ACTIVE"}  # noqa: E731
    assert isinstance(ending(contract, stored("Days"), done), RuleBroken)


def test_another_number_is_wrong_unless_it_may_be_rounded():
    assert isinstance(ending(shop(GIVEN), stored("Days"), always("Days", 30)), RuleBroken)
    assert not isinstance(ending(shop(GIVEN), stored("Until"), always("Until", 30)), RuleBroken)


def test_what_is_asked_for_once_or_on_demand_may_be_missing():
    for name in ("SourceFile", "StorageLocation"):
        assert not fails(shop(GIVEN), stored(name), without(name))
    asked = {"properties": {"Include": of("array", items=of("string"))}}
    assert not fails(shop(GIVEN, GetThing=asked), stored("Days"), without("Days"))


def test_a_read_that_names_the_thing_need_not_show_its_name():
    nameless = lambda now, given: {**without("Days")(now, given), "Name": "another"}  # noqa: E731
    contract = shop(GIVEN)
    assert isinstance(ending(contract, stored("Days"), nameless, name=None), RuleBroken)


def fails(contract, address, store):
    """Whether a server does not do what is demanded of it."""
    (level,) = [one.level for one in read_backs(contract) if one.address == address]
    return level is Level.EXPECTED and isinstance(ending(contract, address, store), RuleBroken)


def wrapped(given, shown):
    """What is read back of a thing, with the places of it."""
    return {
        one.member.name: one.place
        for one in read_backs(shop(given, shown)) if one.rule == "stored-by-create"
        and one.level is Level.EXPECTED
    }  # fmt: skip


def inner(**members):
    return of("object", properties=members)


@pytest.mark.parametrize(
    ("given", "shown", "place"),
    [
        ({"Comment": of("string")}, {"Thing": inner(Config=inner(Comment=of("string")))},
         ("Thing", "Config", "Comment")),
        ({"Comment": of("string")}, {"ThingDetails": inner(Comment=of("string")), "More": inner()},
         ("ThingDetails", "Comment")),
        ({"EnableLogs": of("boolean")}, {"Thing": inner(LogsEnabled=of("boolean"))},
         ("Thing", "LogsEnabled")),
        ({"Enabled": of("boolean")}, {"Thing": inner(isEnabled=of("boolean"))},
         ("Thing", "isEnabled")),
        ({"Description": of("string")}, {"Thing": inner(ThingDescription=of("string"))},
         ("Thing", "ThingDescription")),
        ({"ThingColour": of("string", enum=["A", "B"])},
         {"Thing": inner(Colour=of("string", enum=["A", "B"]))}, ("Thing", "Colour")),
    ],
)  # fmt: skip
def test_a_member_is_found_deeper_and_under_a_name_that_says_the_same(given, shown, place):
    assert wrapped(given, shown) == {next(iter(given)): place}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"Comment": of("string")}, {"Thing": inner(Parent=inner(Comment=of("string")))}),
        ({"Comment": of("string")},
         {"Thing": inner(Config=inner(Comment=of("string")), Info=inner(Comment=of("string")))}),
        ({"Comment": of("string")},
         {"Notes": of("array", items=inner(Comment=of("string"))), "Thing": inner()}),
        ({"EnableLogs": of("boolean")}, {"Thing": inner(LogsEnabled=of("string"))}),
        ({"ThingColour": of("string", enum=["A", "B"])},
         {"Thing": inner(Colour=of("string", enum=["A", "C"]))}),
        ({"ThingId": of("string")}, {"Thing": inner(Id=of("string"))}),
    ],
    ids=["of another", "in two places", "of several", "of another type", "of other values", "id"],
)  # fmt: skip
def test_what_may_be_something_else_is_not_looked_at(given, shown):
    assert wrapped(given, shown) == {}


def test_a_description_of_several_shows_the_description_of_one():
    listed = {"Things": of("array", items=inner(Description=of("string")))}
    assert wrapped({"Description": of("string")}, listed) == {
        "Description": ("Things", "[]", "Description")
    }


def conditional(name):
    """The things with a member that counts beside others only."""
    return {**GIVEN, name: {**GIVEN[name], "x-conditional": True}}


@pytest.mark.parametrize("name", ["Colour", "Loud", "Days", "Places", "Word", "Description"])
@pytest.mark.parametrize("role", ["Create", "Update"])
def test_what_counts_beside_others_only_may_be_missing(name, role):
    for contract in (shop(conditional(name)), shop(GIVEN, conditional(name))):
        assert not fails(contract, stored(name, role), without(name))
    if role == "Create":
        needed = shop(conditional(name), CreateThing={"required": [name]})
        assert fails(needed, stored(name), without(name))


@pytest.mark.parametrize("role", ["Create", "Update"])
def test_a_description_that_counts_beside_others_only_is_not_another_one(role):
    contract = shop(conditional("Description"))
    assert fails(contract, stored("Description", role), always("Description", "of another"))


@pytest.mark.parametrize(
    ("updating", "sure"),
    [
        ("UpdateThing", True), ("UpdateThingMetadata", True), ("SetDays", True),
        ("ModifyThingDays", True), ("UpdateThingName", True), ("UpdateAnswer", False),
        ("UpdateThingV2", False), ("UpdateMemberThings", False),
    ],
)  # fmt: skip
def test_an_update_sets_what_it_is_called_after(updating, sure):
    contract = shop(GIVEN, updating=updating)
    levels = {one.address: one.level for one in read_backs(contract)}
    assert (levels[f"{updating}/behavior/Days-is-stored"] is Level.EXPECTED) is sure


def test_a_search_may_show_the_former_value():
    levels = {one.address: one.level for one in read_backs(shop(GIVEN, reading="SearchThings"))}
    assert levels[stored("Days", "Update")] is Level.INFORMATIONAL
    assert levels[stored("Days")] is Level.EXPECTED


SETTABLE, MORE = ["ON", "OFF"], ["ON", "OFF", "FAILED"]


@pytest.mark.parametrize(
    ("name", "shown", "sure"),
    [("Status", SETTABLE, True), ("Status", MORE, False), ("DesiredState", MORE, True)],
)
def test_a_state_that_may_be_more_than_an_update_gives_goes_on_by_itself(name, shown, sure):
    contract = shop({**GIVEN, name: of("string", enum=SETTABLE)},
                    {**GIVEN, name: of("string", enum=shown)})  # fmt: skip
    expected = {one.address for one in read_backs(contract) if one.level is Level.EXPECTED}
    assert (stored(name, "Update") in expected) is sure
    assert stored("Word", "Update") in expected


def test_an_update_that_ends_later_may_leave_the_former_value():
    later = shop(GIVEN, said=["ends-later"])
    levels = {one.address: one.level for one in read_backs(later)}
    assert levels[stored("Word", "Update")] is Level.INFORMATIONAL
    assert levels[stored("Word")] is Level.EXPECTED
