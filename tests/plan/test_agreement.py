"""What two answers show of one thing, and which times an update moves."""

from __future__ import annotations

import pytest

from conformance.contract.building import build_contract
from conformance.contract.listing.agreement import agreements
from conformance.plan.sequences.steps import Make, NotShown, Pause, RuleBroken, Send
from tests.plan import shop as playing
from tests.plan.shop import of, structure
from tests.plan.test_effects import told

THING = {
    "Name": of("string"), "Arn": of("string"), "Description": of("string"),
    "Colour": of("string", enum=["RED", "BLUE"]), "Loud": of("boolean"), "Size": of("integer"),
    "CreatedAt": of("string", format="date-time"),
    "UpdatedAt": of("string", format="date-time"), "Status": of("string"),
}  # fmt: skip
GIVEN = {name: THING[name] for name in ("Description", "Colour", "Loud", "Size")}
ARN = "arn:aws:shop:us-east-1:123456789012:thing/one"


def shop(shown=None, listed=None, made=None, update=None, **facts):
    """A service with a thing that is made, read, listed and updated."""

    def operation(name, members, answer, *labels):
        said = {"x-said": facts.get(name, [])}
        return playing.operation(name, members, answer, *labels, **said)

    updating = facts.get("updating", "UpdateThing")
    listing = facts.get("listing", "ListThings")
    life = {
        "name": facts.get("kind", "thing"), "create": "CreateThing", "read": "GetThing",
        "update": updating,
        "list": listing, "listing": {"items": "Things[]", "id": "Name"},
        "identifier": {"label": "Name", "given": "Name"},
    }  # fmt: skip
    entry = structure(**(THING if listed is None else listed))
    whole = THING if shown is None else shown
    spec = {
        "info": {"title": "Shop"},
        "paths": {
            "/things/{Name}": {
                "post": operation("CreateThing", GIVEN, {} if made is None else made, "Name"),
                "get": operation("GetThing", {}, whole, "Name"),
                "put": operation(updating, GIVEN if update is None else update, {}, "Name"),
            },
            "/things": {"get": operation(listing, {}, {"Things": of("array", items=entry)})},
        },
        "x-conformance": {"resource": life, "inferred": True, "operations": {
            updating: {"binds": {"Name": "${id}"}}, "GetThing": {"binds": {"Name": "${id}"}}}},
    }  # fmt: skip
    return build_contract("shop", spec, {})


class Store:
    """A right server of one thing: its clock moves with every request and pause."""

    def __init__(self, *, status="ACTIVE", digits=3, refuses=()):
        self.now, self.thing, self.digits, self.refuses = 10.0, {}, digits, refuses
        self.status = status

    def time(self):
        return f"2026-01-01T00:00:{self.now:06.3f}Z" if self.digits else (
            f"2026-01-01T00:00:{int(self.now):02}Z")  # fmt: skip

    def do(self, name, given):
        if name == "CreateThing":
            times = {"CreatedAt": self.time(), "UpdatedAt": self.time()}
            self.thing = {**given, **times, "Name": "${id}", "Arn": ARN, "Status": self.status}
            return self.made()
        if name == "GetThing":
            return self.read()
        if name == "ListThings":
            return {"Things": [self.entry()]}
        return self.update(given)

    def made(self):
        return {**self.thing}

    def read(self):
        return {**self.thing}

    def entry(self):
        return {**self.thing}

    def update(self, given):
        self.thing |= {**given, "UpdatedAt": self.time()}
        return {}


def ending(contract, address, store):
    def answer(step):
        if isinstance(step, Pause):
            store.now += step.seconds
            return None
        assert isinstance(step, Make | Send)
        store.now += 0.01
        name = "CreateThing" if isinstance(step, Make) else step.operation.name
        given = {**(step.values or {})}
        if {*store.refuses} & {*given} and name != "CreateThing":
            return playing.answered(400, {})
        return playing.answered(200, store.do(name, given))

    return playing.ending(contract, f"shop/{address}", answer)


LISTED, READ = (
    "ListThings/behavior/agrees-with-GetThing",
    "GetThing/behavior/agrees-with-CreateThing",
)
MOVES = "UpdateThing/behavior/moves-times"


def other(method, **values):
    """A server whose answers of one kind show other values."""
    return type("Other", (Store,), {
        method: lambda self: {**getattr(Store, method)(self), **values}})  # fmt: skip


OTHERS = {"Arn": ARN.replace("thing", "box"), "Name": "two", "Description": "another",
          "CreatedAt": "2026-01-01T00:00:50Z"}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [*list(OTHERS.items())[:1], *list(OTHERS.items())[2:], ("Colour", "RED"),
                        ("Loud", False)],
)  # fmt: skip
def test_a_list_shows_what_the_read_shows(name, value):
    assert ending(shop(), LISTED, Store()) is None
    assert isinstance(ending(shop(), LISTED, other("entry", **{name: value})()), RuleBroken)


@pytest.mark.parametrize("name", OTHERS)
def test_a_read_shows_what_the_answer_to_the_creation_shows(name):
    contract = shop(made=THING)
    assert ending(contract, READ, Store()) is None
    assert isinstance(ending(contract, READ, other("made", **{name: OTHERS[name]})()), RuleBroken)


def test_what_the_answer_to_a_creation_has_of_settings_may_not_be_settled():
    for changed in ({"Colour": "RED"}, {"Loud": False}, {"Size": 9}):
        assert ending(shop(made=THING), READ, other("made", **changed)()) is None


@pytest.mark.parametrize(
    "shown",
    [{"Arn": f"{ARN}:1"}, {"Arn": f"{ARN}/version/1"}, {"Arn": ARN.upper()}, {"Arn": None},
     {"Description": ""}, {"CreatedAt": "2026-01-01T00:00:10Z"}, {"CreatedAt": "yesterday"},
     {"CreatedAt": "2025-12-31"}, {"CreatedAt": "2026-01-01T00:01Z"},
     {"Size": 7}, {"UpdatedAt": "2020-01-01T00:00:00Z"}, {"Status": "PENDING"},
     {"Status": "UPDATING", "Colour": "RED", "CreatedAt": "2026-01-01T00:00:50Z"}],
)  # fmt: skip
def test_what_is_written_otherwise_or_moves_by_itself_is_no_other_value(shown):
    assert not isinstance(ending(shop(), LISTED, other("entry", **shown)()), RuleBroken)


def test_an_identifier_may_have_another_case():
    assert ending(shop(made=THING), READ, other("made", Name="${Id}")()) is None


class Lagging(Store):
    """A list has what was there some time ago."""

    def entry(self):
        return {**self.thing, "Colour": "RED" if self.now < 15 else self.thing["Colour"]}


class Wakes(Store):
    """The creation has the time of whoever looks."""

    def read(self):
        return {**self.thing, "CreatedAt": self.time()}


def test_a_list_that_follows_later_is_looked_at_again():
    assert ending(shop(), LISTED, Lagging()) is None


@pytest.mark.parametrize("digits", [3, 0])
def test_a_time_of_creation_that_is_that_of_the_look_is_wrong(digits):
    contract = shop(made=THING)
    assert ending(contract, READ, Store(digits=digits)) is None
    assert isinstance(ending(contract, READ, Wakes(digits=digits)), RuleBroken)
    assert isinstance(ending(contract, MOVES, Wakes(digits=digits)), RuleBroken)


class Still(Store):
    def update(self, given):
        self.thing |= given
        return {}


class Anew(Store):
    def update(self, given):
        self.thing |= {**given, "CreatedAt": self.time(), "UpdatedAt": self.time()}
        return {}


class Back(Store):
    def update(self, given):
        self.thing |= {**given, "UpdatedAt": "2026-01-01T00:00:01Z"}
        return {}


class LaterOn(Store):
    """A description shows the time of a change some time after the change."""

    def read(self):
        shown = super().read()
        return shown if self.now > 12.5 else {**shown, "UpdatedAt": self.thing["CreatedAt"]}


@pytest.mark.parametrize("digits", [3, 0])
@pytest.mark.parametrize("wrong", [Still, Anew, Back])
def test_an_update_moves_the_time_of_the_last_change_alone(wrong, digits):
    assert ending(shop(), MOVES, Store(digits=digits)) is None
    assert ending(shop(), MOVES, LaterOn(digits=digits)) is None
    assert isinstance(ending(shop(), MOVES, wrong(digits=digits)), RuleBroken)


class Unmoved(Store):
    """An update that changes nothing."""

    def update(self, given):
        return {}


def test_what_changes_nothing_or_goes_on_need_not_move_a_time():
    without = {name: one for name, one in THING.items() if name != "CreatedAt"}
    for store in (Unmoved(), Still(status="UPDATING"), Still(refuses=[*GIVEN])):
        assert isinstance(ending(shop(without), MOVES, store), NotShown)


def addresses(**facts):
    return {one.address for one in agreements(shop(**facts))}


def test_what_may_be_otherwise_is_not_compared():
    assert addresses(made=THING) == {LISTED, READ, MOVES}
    assert LISTED not in addresses(ListThings=["shows-some"])
    assert READ not in addresses(made={"Size": of("integer"), "Status": of("string")})
    assert MOVES not in addresses(updating="PutThing")
    versions = {**THING, "LatestVersion": of("string")}
    (rule,) = [one for one in agreements(shop(versions)) if one.address == MOVES]
    assert {one.member.name for one in (rule, *rule.others)} == {"UpdatedAt"}


def test_a_search_may_lag_behind():
    assert addresses(listing="SearchThings") == {MOVES}


def compared(address, **facts):
    (rule,) = [one for one in agreements(shop(**facts)) if one.address == address]
    return {one.member.name for one in (rule, *rule.others)}


def test_of_a_version_another_answer_may_have_the_time_of_the_whole():
    assert "CreatedAt" in compared(LISTED)
    assert compared(LISTED, kind="thing version") == compared(LISTED) - {"CreatedAt"}


def test_a_creation_may_call_other_things_as_its_request_does():
    more = {**THING, "BoxId": of("string"), "BoxName": of("string"), "BoxIdentifier": of("string")}
    everywhere = {"made": more, "shown": more, "listed": more}
    assert compared(LISTED, **everywhere) >= {"BoxId", "BoxName", "BoxIdentifier", "Name"}
    named = {"BoxId", "BoxName", "BoxIdentifier", "Name"} & compared(READ, **everywhere)
    assert named == {"BoxId", "Name"}


def test_a_time_of_change_that_may_not_count_need_not_move():
    assert compared(MOVES) == {"CreatedAt", "UpdatedAt"}
    unsure = of("string", format="date-time", **{"x-conditional": True})
    assert compared(MOVES, shown={**THING, "UpdatedAt": unsure}) == {"CreatedAt"}
    later = [one.member.name for one in _of(MOVES, UpdateThing=["ends-later"])]
    assert later == []


def _of(address, **facts):
    for one in agreements(shop(**facts)):
        if one.address == address:
            yield from (one, *one.others)


class Minutes(Store):
    """A right server whose times are those of minutes."""

    def time(self):
        return "2026-01-01T00:00:00Z"


def test_a_time_of_whole_minutes_need_not_move():
    without = {name: one for name, one in THING.items() if name != "CreatedAt"}
    assert isinstance(ending(shop(without), MOVES, Minutes()), NotShown)
    assert ending(shop(made=THING), READ, other("made", CreatedAt="2026-01-01T00:00:00Z")()) is None
    constant = other("made", CreatedAt="2015-01-01T00:00:00Z")()
    assert isinstance(ending(shop(made=THING), READ, constant), RuleBroken)


def test_what_prose_says_of_an_answer_counts_whatever_a_spec_calls_that():
    # The model calls the answer GetAccessTokenOutput, the spec GetAccessTokenResponse.
    shown = told("route53globalresolver").operations["GetAccessToken"].output
    assert shown["updatedAt"].shape.conditional
    assert not shown["createdAt"].shape.conditional
