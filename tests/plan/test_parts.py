"""What is certainly wrong of what was given within a structure, and what an update leaves alone."""

from __future__ import annotations

import pytest

from conformance.contract.building import build_contract
from conformance.contract.listing.nested import of_several
from conformance.plan.sequences.pairs import says_nothing
from conformance.plan.sequences.steps import Make, RuleBroken, Send
from tests.plan import shop as playing
from tests.plan.shop import of, structure

PLAN = structure(
    Comment=of("string"), Days=of("integer"), Loud=of("boolean"),
    Colour=of("string", enum=["RED", "BLUE"]), RoleArn=of("string"), Password=of("string"),
    Word=of("string"), Capacity=of("integer"), Inner=structure(Minutes=of("integer")),
)  # fmt: skip


def shop(given, shown=None, update=None, method="put", **facts):
    """A service with a thing that is made, read and updated with these members."""

    def operation(name, members, answer):
        made = playing.operation(name, members, answer, "Name", **{"x-said": facts.get("said", [])})
        made["requestBody"]["content"]["application/json"]["schema"] |= facts.get(name, {})
        return made

    updating = facts.get("updating", "UpdateThing")
    reading = facts.get("reading", "GetThing")
    life = {
        "name": "thing", "create": "CreateThing", "read": reading, "update": updating,
        "identifier": {"label": "Name", "given": "Name"},
    }  # fmt: skip
    spec = {
        "info": {"title": "Shop"},
        "paths": {"/things/{Name}": {
            "post": operation("CreateThing", given, {}),
            "get": operation(reading, {}, {"Name": of("string"), **(shown or given)}),
            method: operation(updating, given if update is None else update, {}),
        }},
        "x-conformance": {"resource": life, "inferred": True, "operations": {
            updating: {"binds": {"Name": "${id}"}}, reading: {"binds": {"Name": "${id}"}}}},
    }  # fmt: skip
    return build_contract("shop", spec, {})


def ending(contract, address, store, *, refuses=lambda _: False, name="${id}"):
    """Play a rule on a thing; ``store(now, given)`` is what a read shows after a request."""
    now: dict[str, object] = {}

    def answer(step):
        nonlocal now
        assert isinstance(step, Make | Send)
        given = {**(step.values or {})}
        reads = isinstance(step, Send) and step.operation.name == "GetThing"
        status = 400 if not reads and refuses(given) else 200
        if status == 200 and not reads:
            now = store({} if isinstance(step, Make) else now, given)
        return playing.answered(status, {**now, "Name": name} if reads else {})

    return playing.ending(contract, f"shop/{address}", answer)


def right(now, given):
    return {**now, **given}


def within(change):
    """A server that has the plan so: ``change(plan, former)``."""
    return lambda now, given: {
        **now, **given,
        **({"Plan": change(dict(given["Plan"]), now.get("Plan", {}))} if "Plan" in given else {}),
    }  # fmt: skip


CREATED = "CreateThing/behavior/Plan-parts-are-stored"
UPDATED = "UpdateThing/behavior/Plan-parts-are-stored"
LOST = {name: within(lambda plan, _, name=name: {n: v for n, v in plan.items() if n != name})
        for name in ("Comment", "Days", "Word")}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_a_part_that_is_lost_beside_others_is_wrong(name):
    contract = shop({"Plan": PLAN})
    assert isinstance(ending(contract, CREATED, LOST[name]), RuleBroken)
    assert isinstance(ending(contract, UPDATED, LOST[name]), RuleBroken)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan, _: {**plan, **({"Days": 30} if "Days" in plan else {})},
        lambda plan, _: {**plan, **({"Loud": True} if "Loud" in plan else {})},
        lambda plan, _: {**plan, **({"Colour": "RED"} if "Colour" in plan else {})},
        lambda plan, _: {**plan, **({"Comment": "none"} if "Comment" in plan else {})},
        lambda plan, _: {**plan, **({"Inner": {"Minutes": 60}} if "Inner" in plan else {})},
    ],
    ids=["a number", "a flag", "a listed value", "a free text", "a number further in"],
)
def test_another_value_within_a_structure_is_wrong(change):
    assert isinstance(ending(shop({"Plan": PLAN}), CREATED, within(change)), RuleBroken)


@pytest.mark.parametrize("given", [{"Plan": PLAN}, {"Plan": PLAN, "Type": of("string")}])
def test_a_right_server_breaks_nothing(given):
    for address in (CREATED, UPDATED):
        assert ending(shop(given), address, right) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda plan, _: {**plan, **({"Word": f"made of {plan['Word']}"} if "Word" in plan else {})},
        lambda plan, _: {**plan, **({"Capacity": 64} if "Capacity" in plan else {})},
        lambda plan, _: {n: v for n, v in plan.items() if v is not False},
        lambda plan, _: {**plan, "Added": "by default"},
    ],
    ids=["a text in its own way", "what is adjusted", "no false", "defaults"],
)
def test_what_services_may_do_breaks_nothing(change):
    contract = shop({"Plan": PLAN})
    assert not isinstance(ending(contract, CREATED, within(change)), RuleBroken)


def test_a_structure_that_is_not_shown_at_all_is_lost():
    nothing = within(lambda _plan, _: {})
    assert isinstance(ending(shop({"Plan": PLAN}), CREATED, nothing), RuleBroken)
    for more in ({"ThingType": of("string")}, {"Status": of("string")}):
        under_way = lambda now, given: {**nothing(now, given), "Status": "CREATING"}  # noqa: E731
        contract = shop({"Plan": PLAN, **more})
        assert not isinstance(ending(contract, CREATED, under_way), RuleBroken)
    chosen = {"Plan": structure(Loud=of("boolean"))}
    assert not isinstance(ending(shop(chosen), CREATED, nothing), RuleBroken)


@pytest.mark.parametrize("given", [[{}], {"Inner": {}}, {"Loud": False}, [{"Days": 0}]])
def test_what_says_nothing_may_be_left_out(given):
    assert says_nothing(given)
    assert not says_nothing([given, {"Days": 1}])


def test_what_does_not_count_for_a_sort_may_be_left_out():
    contract = shop({"Plan": PLAN, "ThingType": of("string")})
    assert not isinstance(ending(contract, CREATED, LOST["Days"]), RuleBroken)


def test_an_update_does_not_leave_the_former_value():
    def stays(now, given):
        made = not now
        plan = {"Colour": "RED", "Days": 1, "Comment": "one"} if made else now["Plan"]
        return {**now, **given, "Plan": plan}

    assert isinstance(ending(shop({"Plan": PLAN}), UPDATED, stays), RuleBroken)


def test_a_name_within_a_structure_may_never_change():
    """An update of a database of Glue gives its name again, within ``DatabaseInput``."""

    def keeps_the_name(now, given):
        plan = {**given.get("Plan", {})}
        if "Plan" in now:
            plan["Name"] = "the first"
        return {**now, **given, "Plan": {"Name": "the first", **plan}}

    named = structure(Name=of("string"), Comment=of("string"), Days=of("integer"))
    contract = shop({"Plan": {**named, "required": ["Name"]}})
    assert ending(contract, UPDATED, keeps_the_name) is None


def test_a_refused_request_is_tried_with_one_part_alone():
    many = lambda given: len(given.get("Plan", {})) > 1  # noqa: E731
    assert isinstance(
        ending(shop({"Plan": PLAN}), CREATED,
               within(lambda plan, _: {**plan, **({"Days": 9} if "Days" in plan else {})}),
               refuses=many),
        RuleBroken,
    )  # fmt: skip


def test_what_a_request_is_made_of_is_shown_as_the_thing_itself():
    made_of = {"ThingInput": PLAN}
    found = {
        (one.address, one.place)
        for one in of_several(shop(made_of, {"Thing": PLAN}, made_of))
    }  # fmt: skip
    assert ("CreateThing/behavior/ThingInput-parts-are-stored", ("Thing",)) in found


OTHERS = "UpdateThing/behavior/others-are-kept"
BOTH = {"Note": of("string"), "Hue": of("string"), "Plan": PLAN}


def test_an_update_keeps_what_it_has_no_member_for():
    contract = shop(BOTH, update={"Note": of("string")})
    assert ending(contract, OTHERS, right) is None
    for name in ("Hue", "Plan"):
        wiped = lambda now, given, name=name: {  # noqa: E731
            n: v for n, v in {**now, **given}.items() if not now or n != name
        }
        assert isinstance(ending(contract, OTHERS, wiped), RuleBroken)


def test_what_an_update_may_put_as_a_whole_is_not_looked_at():
    addresses = {one.address for one in of_several(shop(BOTH))}
    assert OTHERS not in addresses
    assert OTHERS in {one.address for one in of_several(shop(BOTH, method="patch"))}
    needed = {one.address for one in of_several(shop(BOTH, CreateThing={"required": ["Hue"]}))}
    assert OTHERS in needed


def test_an_update_that_replaces_the_whole_keeps_nothing():
    update = {"Note": of("string")}
    assert OTHERS in {one.address for one in of_several(shop(BOTH, update=update))}
    replaces = shop(BOTH, update=update, said=["replaces"])
    assert OTHERS not in {one.address for one in of_several(replaces)}


def test_what_an_update_may_leave_out_within_a_structure_is_not_looked_at():
    given = {"Note": of("string"), "Hue": of("string")}
    contract = shop(given, update={"Change": structure(Hue=of("string"))})
    (rule,) = [one for one in of_several(contract) if one.address == OTHERS]
    assert {rule.member.name, *(one.member.name for one in rule.others)} == {"Note"}


def test_what_an_update_names_may_take_the_place_of_something_else():
    given = {"Rate": of("string"), "Hue": of("string")}
    gives_way = lambda now, given: {**given} if now else {**now, **given}  # noqa: E731
    contract = shop(given, method="patch")
    assert not isinstance(ending(contract, OTHERS, gives_way), RuleBroken)
    noted = shop({"Description": of("string"), "Hue": of("string")}, method="patch")
    assert isinstance(ending(noted, OTHERS, gives_way), RuleBroken)
    assert ending(noted, OTHERS, right) is None


@pytest.mark.parametrize("key", ["ParameterKey", "name"])
def test_an_entry_without_what_it_is_known_by_may_be_lost(key):
    """A parameter of no template: the whole list is not shown then."""
    entry = structure(**{key: of("string"), "Value": of("string")})

    def without_it(now, given):
        listed = [one for one in given.get("Parameters", []) if key in one]
        return {**now, **given, "Parameters": listed}

    contract = shop({"Parameters": of("array", items=entry)})
    found = ending(contract, "CreateThing/behavior/Parameters-parts-are-stored", without_it)
    assert not isinstance(found, RuleBroken)


def test_an_entry_that_is_known_by_nothing_is_shown():
    entry = structure(Value=of("string"), Owner=of("string"))
    contract = shop({"Parameters": of("array", items=entry)})
    found = ending(
        contract, "CreateThing/behavior/Parameters-parts-are-stored",
        lambda now, given: {**now, **given, "Parameters": []},
    )  # fmt: skip
    assert isinstance(found, RuleBroken)


@pytest.mark.parametrize("name", ["Comment", "Days", "Word"])
def test_what_may_count_for_nothing_may_be_lost(name):
    parts = {"Comment": of("string"), "Days": of("integer"), "Word": of("string")}
    plan = structure(**{**parts, name: {**parts[name], "x-unkept": True}})
    for address in (CREATED, UPDATED):
        assert isinstance(ending(shop({"Plan": structure(**parts)}), address, LOST[name]),
                          RuleBroken)  # fmt: skip
        assert not isinstance(ending(shop({"Plan": plan}), address, LOST[name]), RuleBroken)


@pytest.mark.parametrize("name", ["Comment", "Days", "Word"])
def test_a_part_that_counts_beside_others_only_may_be_lost(name):
    parts = {"Comment": of("string"), "Days": of("integer"), "Word": of("string")}
    plan = structure(**{**parts, name: {**parts[name], "x-conditional": True}})
    for address in (CREATED, UPDATED):
        assert not isinstance(ending(shop({"Plan": plan}), address, LOST[name]), RuleBroken)
        plain = shop({"Plan": plan}, {"Plan": structure(**parts)})
        assert not isinstance(ending(plain, address, LOST[name]), RuleBroken)


def test_a_part_may_count_for_one_sort_of_its_structure_alone():
    parts = {"Days": of("integer"), "Word": of("string")}
    plan = {**structure(**parts, Protocol=of("string")), "required": ["Protocol"]}
    for address in (CREATED, UPDATED):
        assert isinstance(ending(shop({"Plan": structure(**parts)}), address, LOST["Days"]),
                          RuleBroken)  # fmt: skip
        assert not isinstance(ending(shop({"Plan": plan}), address, LOST["Days"]), RuleBroken)


def test_a_structure_that_counts_beside_others_only_may_be_lost():
    nothing = lambda now, given: {**now, **{n: v for n, v in given.items() if n != "Plan"}}  # noqa: E731
    plan = structure(Days=of("integer"), Word=of("string"))
    assert isinstance(ending(shop({"Plan": plan}), CREATED, nothing), RuleBroken)
    doubtful = shop({"Plan": {**plan, "x-conditional": True}})
    assert not isinstance(ending(doubtful, CREATED, nothing), RuleBroken)
