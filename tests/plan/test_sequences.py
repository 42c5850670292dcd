"""Written sequences: what each word of a step demands, played against answers made by hand."""

import time

import msgspec
import pytest

from conformance.contract.batches import Batch
from conformance.contract.levels import Level, Source
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.vocabulary.overlay_rules import AnyRule
from conformance.plan.sequences import KINDS
from conformance.plan.sequences.batches import look
from conformance.plan.sequences.change import PAUSES
from conformance.plan.sequences.steps import NotShown, RuleBroken, Script
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts
from tests.plan import shop


def read_rule(kind, **words):
    """A rule as an overlay writes it."""
    stated = {"rule": kind, "level": "expected", "statement": "", "source": {}, **words}
    return msgspec.convert(stated, AnyRule)


def answered(status, body=None):
    return ParsedResponse(status, body if body is not None else {}, None, "", "application/json", 2)


ONE, TWO = {"KeyName": "one"}, {"KeyName": "two"}


def played(steps, answers, of="location", **more):
    """Play steps of a service; gives what they raised, or None."""
    return ending("steps", answers, of, steps=steps, **more)


def ending(kind, answers, of="location", operation=None, **words):
    """Play a rule of a service; gives what that raised, or None."""
    rule = read_rule(kind, **words)
    requirement = Requirement(
        "location/x", "location", operation, Level.EXPECTED, "", Source(), Subject.RULE,
        keyword=kind, rule=rule,
    )  # fmt: skip
    fill = lambda value, key: "one" if value == "${id}" else value  # noqa: E731
    waiting = iter(answers)

    def answer(_):
        given = next(waiting, None)
        assert given is not None, "the sequence wants more answers"
        return given

    return shop.played(Script(contracts.contract(of), requirement, fill), answer)


MADE = answered(200, {"KeyName": "one"})
READ = {"send": "read"}
READ_ANSWER = answered(200, {"KeyName": "one"})


@pytest.mark.parametrize(
    ("step", "body", "holds"),
    [
        ({"shows": {"Description": "a"}}, {"Description": "a"}, True),
        ({"shows": {"Description": "a"}}, {"Description": "b"}, False),
        ({"shows": {"Description": "a"}}, {}, False),
        ({"shows": {"Tags": {}}}, {}, True),
        ({"shows": {"Tags": [1, 2]}}, {"Tags": [2, 1]}, True),
        ({"shows": {"Tags": [True]}}, {"Tags": [1]}, False),
        ({"shows": {"NoExpiry": True}}, {"NoExpiry": "true"}, True),
        ({"shows": {"NoExpiry": True}}, {"NoExpiry": "false"}, False),
        ({"shows": {"NoExpiry": True}}, {"NoExpiry": "yes"}, False),
        ({"has": ["Key"]}, {"Key": "v1"}, True),
        ({"has": ["Key"]}, {"Key": None}, False),
        ({"has": ["Key"]}, {}, False),
        ({"hides": ["Description"]}, {}, True),
        ({"hides": ["Description"]}, {"Description": None}, False),
        ({"ends": {"KeyArn": "/one"}}, {"KeyArn": "arn:x/one"}, True),
        ({"ends": {"KeyArn": "/one"}}, {"KeyArn": "arn:x/One"}, False),
        ({"matches": {"L[]": "[a-z]+"}}, {"L": ["one", "two"]}, True),
        ({"matches": {"L[]": "[a-z]+"}}, {"L": ["one", "2"]}, False),
        ({"matches": {"L[]": "[a-z]+"}}, {}, False),
        ({"matches": {"N": "[0-9]{2}"}}, {"N": 12}, True),
        ({"exceeds": {"N": "9"}}, {"N": "10"}, True),
        ({"exceeds": {"N": "9"}}, {"N": 9}, False),
        ({"exceeds": {"N": "9"}}, {}, False),
        ({"exceeds": {"N": "9"}}, {"N": "later"}, False),
        ({"exceeds": {"T": "2030-01-01T00:00:00Z"}}, {"T": "2030-01-01T00:00:01Z"}, True),
        ({"exceeds": {"T": "2030-01-01T00:00:00Z"}}, {"T": "2030-01-01T00:00:00Z"}, False),
        ({"among": {"L[]": "two"}}, {"L": ["one", "two"]}, True),
        ({"among": {"L[]": "two"}}, {"L": ["one"]}, False),
        ({"in-order": {"L[]": ["a", "b"]}}, {"L": ["a", "b"]}, True),
        ({"in-order": {"L[]": ["a", "b"]}}, {"L": ["a"]}, True),
        ({"in-order": {"L[]": ["a", "b"]}}, {"L": ["b", "a"]}, False),
        ({"in-order": {"L[]": ["a", "b"]}}, {"L": ["a", "b", "b"]}, False),
        ({"in-order": {"L[]": ["a", "b"]}}, {"L": []}, False),
        ({"shows-instant": {"T": "2030-01-01T00:00:00.000Z"}}, {"T": "2030-01-01T00:00:00Z"}, True),
        (
            {"shows-instant": {"T": "2030-01-01T00:00:00.000Z"}},
            {"T": "2030-01-01T00:00:01Z"},
            False,
        ),
        ({"differs": {"KeyName": "${id}"}}, {"KeyName": "one"}, False),
        ({"differs": {"KeyName": "${id}"}}, {"KeyName": "two"}, True),
        ({"differs": {"T": "2030-01-01T00:00:00Z"}}, {}, True),
        ({"differs": {"T": "2030-01-01T00:00:00Z"}}, {"T": "2030-01-01T00:00:00.000Z"}, False),
        ({"differs": {"Entries[].KeyName": "b"}}, {"Entries": [{"KeyName": "a"}]}, True),
        (
            {"differs": {"Entries[].KeyName": "b"}},
            {"Entries": [{"KeyName": "a"}, {"KeyName": "b"}]},
            False,
        ),
        ({"among": {"Entries[].KeyName": "b"}}, {"Entries": [{"KeyName": "b"}]}, True),
        ({"among": {"Entries[].KeyName": "b"}}, {"Entries": [{"KeyName": "a"}]}, False),
        (
            {"among": {"Entries[]": {"a": 1, "b": [1, 2]}}},
            {"Entries": [{"a": 1, "b": [2, 1], "c": 3}]},
            True,
        ),
        ({"among": {"Entries[]": {"a": 1}}}, {"Entries": [{"a": 2}, "a"]}, False),
        ({"matches": {"KeyArn": "arn:[a-z]+"}}, {"KeyArn": "arn:aws"}, True),
        ({"matches": {"KeyArn": "arn:[a-z]+"}}, {"KeyArn": "arn:aws:"}, False),
        ({"matches": {"KeyArn": "arn:[a-z]+"}}, {}, False),
        ({"sizes": {"Key": 3}}, {"Key": "abc"}, True),
        ({"sizes": {"Key": 3}}, {"Key": "abcd"}, False),
        ({"sizes": {"Key": 3}}, {}, False),
        ({"from-now": {"T": 0}}, {}, False),
        ({"shows": {"Tags": {"a": [1, 2]}}}, {"Tags": {"a": [2, 1]}}, True),
        ({"shows": {"Tags": {"a": [1, 2]}}}, {"Tags": {"a": [2]}}, False),
        (
            {"shows": {"Tags": {"a": [{"N": 1}, {"N": 2}]}}},
            {"Tags": {"a": [{"N": 2}, {"N": 1}]}},
            False,
        ),
        ({"equal": ["a", "b"]}, {"a": 1, "b": 1}, True),
        ({"equal": ["a", "b"]}, {"a": 1, "b": 2}, False),
    ],
)
def test_what_a_step_says_of_an_answer(step, body, holds):
    ending = played([{"make": {}}, {**READ, **step}], [MADE, answered(200, body)])
    assert (ending is None) is holds
    assert holds or isinstance(ending, RuleBroken)


def test_a_moment_is_about_so_far_from_now():
    for ahead, error in ((1000, type(None)), (3600, RuleBroken)):
        steps = [{"make": {}}, {**READ, "from-now": {"T": 900}}]
        ending = played(steps, [MADE, answered(200, {"T": time.time() + ahead})])
        assert isinstance(ending, error)


@pytest.mark.parametrize(("service", "error"), [("location", RuleBroken), ("kms", type(None))])
def test_null_is_nothing_where_nulls_are_told_of_once_for_the_service(service, error):
    steps = [{"send": "list", "hides": ["NextToken", "NextMarker"]}]
    body = {"NextToken": None, "NextMarker": None}
    assert isinstance(played(steps, [answered(200, body)], of=service), error)


@pytest.mark.parametrize(
    ("gives", "status", "ending"),
    [
        (None, 200, None),
        (None, 400, NotShown),
        ("accepted", 400, RuleBroken),
        ("refused", 400, None),
        ("refused", 200, NotShown),
        ("refused", 500, RuleBroken),
        ("not-found", 404, None),
        ("not-found", 200, RuleBroken),
        ("any", 400, None),
    ],
)
def test_the_kind_of_an_answer(gives, status, ending):
    step = {**READ, **({"gives": gives} if gives else {})}
    found = played([{"make": {}}, step], [MADE, answered(status)])
    assert found is None if ending is None else isinstance(found, ending)


def test_keeps_compares_the_documented_members_but_for_the_excepted():
    kept = {**READ, "keeps": "a", "except": ["UpdateTime"]}
    steps = [{"make": {}}, {**READ, "save-as": "a"}, kept]
    before = {"Description": "a", "UpdateTime": "1", "Unheard": 1}
    same = [MADE, answered(200, before), answered(200, {**before, "UpdateTime": "2", "Unheard": 2})]
    assert played(steps, same) is None
    changed = [MADE, answered(200, before), answered(200, {**before, "Description": "b"})]
    assert isinstance(played(steps, changed), RuleBroken)


def test_an_entry_is_found_on_whatever_page_it_is():
    steps = [{"make": {}}, {"send": "list", "entry": True, "shows": {"Description": "x"}}]
    first = answered(200, {"Entries": [{"KeyName": "other"}], "NextToken": "2"})
    last = answered(200, {"Entries": [{"KeyName": "one", "Description": "x"}]})
    assert played(steps, [MADE, first, last]) is None
    assert isinstance(played(steps, [MADE, answered(200, {"Entries": []})]), RuleBroken)
    assert isinstance(played(steps, [MADE, first, first]), RuleBroken)


@pytest.mark.parametrize(
    ("body", "ended"),
    [
        ({"Names": ["one"]}, NotShown),
        ({"Names": ["one"], "Entries": []}, RuleBroken),
        ({"Names": ["other"]}, RuleBroken),
        ({}, RuleBroken),
    ],
)
def test_what_an_answer_lists_elsewhere_may_lack_its_entries(body, ended):
    """Emulators of an older service list the names alone, and not what was added to them."""
    steps = [{"make": {}}, {"send": "list", "entry": True}]
    assert isinstance(played(steps, [MADE, answered(200, body)]), ended)


def test_an_entry_may_be_found_by_a_text_of_its_own():
    step = {"send": "list", "entry": {"Description": "x"}, "shows": {"KeyName": "other"}}
    first = answered(200, {"Entries": [{"KeyName": "one"}], "NextToken": "2"})
    last = answered(200, {"Entries": [{"KeyName": "other", "Description": "x"}]})
    assert played([{"make": {}}, step], [MADE, first, last]) is None
    assert isinstance(
        played([{"make": {}}, step], [MADE, answered(200, {"Entries": []})]), RuleBroken
    )


def test_a_condition_that_is_not_met_shows_nothing():
    step = {**READ, "if": {"Description": "a"}, "shows": {"KeyName": "one"}}
    met = answered(200, {"Description": "a", "KeyName": "one"})
    assert played([{"make": {}}, step], [MADE, met]) is None
    assert isinstance(played([{"make": {}}, step], [MADE, READ_ANSWER]), NotShown)


def test_nothing_is_shown_where_every_value_is_refused():
    steps = [{"make": {}}, {"send": "update", "gives": "any", "stop-if-refused": True}, READ]
    refused = answered(400)
    assert isinstance(
        played(steps, [MADE, refused, MADE, refused], **{"for-each": [1, 2]}), NotShown
    )
    assert played(steps, [MADE, refused, MADE, MADE, READ_ANSWER], **{"for-each": [1, 2]}) is None


PAUSED = None
"""What comes back of a pause: nothing that is looked at."""


@pytest.mark.parametrize(
    ("every", "filtered", "outcome"),
    [
        ([ONE, TWO], [[ONE], [ONE]], type(None)),
        ([ONE, TWO], [[ONE], [ONE, TWO]], RuleBroken),
        ([ONE, TWO], [[], [ONE, TWO], PAUSED] * (1 + len(PAUSES)), RuleBroken),
        ([ONE, TWO], [[], [ONE, TWO], PAUSED, [ONE], [ONE]], type(None)),
        ([ONE, TWO], [None, None], NotShown),
        ([{}, {}], [], NotShown),
    ],
    ids=["kept", "ignored", "too much", "late", "refused", "not shown"],
)
def test_a_filter_is_judged_by_what_its_list_shows(every, filtered, outcome):
    """The list is read whole, by the value that the new one shows, and by each of ``values``."""
    pages = [answered(400) if one is None else answered(200, {"Entries": one}) for one in filtered]
    words = {"filter": "NextToken", "shown": "KeyName", "values": ["${id}"]}
    answers = [MADE, answered(200, {"Entries": every}), *pages]
    assert isinstance(ending("filtered", answers, operation="ListKeys", **words), outcome)


def test_each_plays_the_steps_once_a_value():
    steps = [{"make": {"Description": "${each}"}}, {**READ, "shows": {"Description": "${each}"}}]
    answers = [MADE, answered(200, {"Description": "a"}), MADE, answered(200, {"Description": "b"})]
    assert played(steps, answers, **{"for-each": ["a", "b"]}) is None
    assert isinstance(played(steps, answers, **{"for-each": ["a", "c"]}), RuleBroken)


@pytest.mark.parametrize("word", ["has", "hides"])
def test_a_place_may_be_of_the_value(word):
    steps = [{"make": {}}, {**READ, word: ["${each.of}"]}]
    shown = played(
        steps, [MADE, answered(200, {"Description": "a"})], **{"for-each": [{"of": "Description"}]}
    )
    hidden = played(steps, [MADE, answered(200)], **{"for-each": [{"of": "Description"}]})
    right, wrong = (shown, hidden) if word == "has" else (hidden, shown)
    assert right is None
    assert isinstance(wrong, RuleBroken)


@pytest.mark.parametrize(
    ("service", "operation", "member", "answers", "stays", "ending"),
    [
        ("apigateway", "UpdateApiKey", "name", [200, 409, 200, 200], "parallel 0", None),
        ("apigateway", "UpdateApiKey", "name", [200, 409, 200, 200], "parallel 1", RuleBroken),
        ("apigateway", "UpdateApiKey", "name", [409] * 4, "", NotShown),
        ("apigateway", "UpdateApiKey", "name", [200, 400, 200, 200], "parallel 0", RuleBroken),
        ("location", "UpdateKey", "Description", [200, 409, 200, 200], "parallel 0", RuleBroken),
    ],
)
def test_only_a_declared_conflict_may_meet_updates_at_once(
    service, operation, member, answers, stays, ending
):
    rule = read_rule("parallel-one", **{"with": {member: "${each}"}, "member": member})
    requirement = Requirement(
        f"{service}/x", service, operation, Level.EXPECTED, "", Source(), Subject.RULE,
        keyword="parallel-one", rule=rule,
    )  # fmt: skip
    script = Script(contracts.contract(service), requirement, lambda value, _: value)
    play = KINDS["parallel-one"](script)
    code = {200: None, 400: "BadRequestException", 409: "ConflictException"}
    parts = tuple(
        ParsedResponse(status, {}, code[status], "", "application/json", 2) for status in answers
    )
    next(play)
    play.send(MADE)
    found = None
    try:
        play.send(ParsedResponse(None, {}, None, "", "", 0, parts=parts))
        play.send(answered(200, {member: stays}))
    except StopIteration:
        pass
    except (RuleBroken, NotShown) as raised:
        found = raised
    assert found is None if ending is None else isinstance(found, ending)


@pytest.mark.parametrize(
    ("code", "holds"), [("Gone", True), ("Lost", True), ("Other", False), (None, False)]
)
def test_a_refusal_names_one_of_the_errors_of_its_step(code, holds):
    step = {"send": "read", "gives": "refused", "must": True, "codes": ["Gone", "Lost"]}
    refused = ParsedResponse(400, {}, code, "", "application/json", 2)
    ending = played([{"make": {}}, step], [MADE, refused])
    assert (ending is None) is holds
    if not holds:
        assert isinstance(ending, RuleBroken)
        assert ending.expected == "read refused with Gone or Lost"


@pytest.mark.parametrize(
    "body", [{"Failed": 5}, {"Failed": {"Id": "one"}}, {"Failed": [5, [], {}]}]
)
@pytest.mark.parametrize("odd", ["one", 1, ["one"]])
def test_a_batch_that_is_answered_with_anything_is_no_answer_for_each(body, odd):
    batch = Batch("Entries", successful="Done", failed="Failed")
    with pytest.raises(RuleBroken):
        look(batch, [{"Id": "one"}, {"Id": "two"}], {"Done": [{"Id": odd}], **body})


def filtering(shown):
    """A list whose entry shows this, until it is filtered by ``one``; and its entries."""
    rule = read_rule("filtered", filter="Filter", shown="KeyName", values=["one"])
    requirement = Requirement(
        "location/ListKeys/x", "location", "ListKeys", Level.EXPECTED, "", Source(), Subject.RULE,
        keyword="filtered", rule=rule,
    )  # fmt: skip
    script = Script(contracts.contract("location"), requirement, lambda value, _: value)
    play = KINDS["filtered"](script)
    next(play)
    play.send(MADE)
    return play, answered(200, {"Entries": [{"KeyName": shown}]})


@pytest.mark.parametrize(
    ("shown", "holds"), [("ONE-and-more", True), ("one", True), ("two", False)]
)
def test_what_a_filter_leaves_shows_it_in_whatever_case(shown, holds):
    play, entries = filtering(shown)
    play.send(entries)
    play.send(MADE)  # another one, which the filter is to leave out
    with pytest.raises(StopIteration if holds else RuleBroken):
        play.send(entries)


@pytest.mark.parametrize("shown", [None, 7])
def test_a_filter_by_what_no_entry_shows_is_not_looked_at(shown):
    play, entries = filtering(shown)
    with pytest.raises(NotShown):
        play.send(entries)
