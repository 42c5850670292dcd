"""What a refusal leads to: the member that it names is given, changed or left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from conformance.contract.levels import Level, Source
from conformance.contract.model import Called, Constraint, Kind, Location, Member, Operation, Shape
from conformance.plan.valid_requests.request_repair import RefusalText, repaired


def _text(name: str, **limits: Any) -> Shape:
    stated = {key: Constraint(key, one, Source(), Level.REQUIRED) for key, one in limits.items()}
    return Shape(Kind.STRING, stated, called=Called(name, "", "mq"))


def _structure(*members: Member) -> Shape:
    return Shape(Kind.STRUCTURE, members={one.name: one for one in members})


def _member(name: str, shape: Shape | None = None, *, required: bool = False) -> Member:
    return Member(name, shape or _text(name), required, location=Location.BODY)


INNER = _structure(
    _member("roleArn", required=True), _member("state", _text("state", enum=["ON", "OFF"]))
)
MEMBERS = (
    _member("thingName", required=True),
    _member("state", _text("state", enum=["ENABLED", "DISABLED"])),
    _member("executionRoleArn"),
    _member("subnetIds", Shape(Kind.LIST, element=_text("subnetIds"))),
    _member("details", INNER),
    _member("nextToken"),
)
OPERATION = Operation(
    "mq", "CreateThing", "POST", "/things", {}, {one.name: one for one in MEMBERS}, {}, 200,
    Source(), {}, Source(),
)  # fmt: skip
START = {"thingName": "${name}"}
SENT = {"thingName": "conformance-a0b1c2d3-00001"}


def first(message: str, code: str = "ValidationException", status: int = 400, **more: Any) -> Any:
    refusal = RefusalText(status, code, message)
    return next(repaired(OPERATION, {**START, **more}, {**SENT, **more}, refusal), None)


@pytest.mark.parametrize(
    ("message", "added"),
    [
        ("executionRoleArn is required.", {"executionRoleArn": "${aws.role-arn}"}),
        ("ExecutionRoleArn must be specified", {"executionRoleArn": "${aws.role-arn}"}),
        ("You must provide an execution role ARN", {"executionRoleArn": "${aws.role-arn}"}),
        ("state must be provided", {"state": "ENABLED"}),
        ("'execution_role_arn' cannot be empty", {"executionRoleArn": "${aws.role-arn}"}),
        ("subnetIds is missing", {"subnetIds": ["${aws.subnet-id}"]}),
        ("details.roleArn is required", {"details": {"roleArn": "${aws.role-arn}"}}),
    ],
)
def test_what_is_missing_is_given(message: str, added: dict[str, Any]) -> None:
    assert first(message) == {**START, **added}


def test_a_value_that_is_listed_is_taken() -> None:
    message = "state must be one of: DISABLED, PAUSED"
    assert first(message, state="ENABLED") == {**START, "state": "DISABLED"}


def test_a_value_that_is_quoted_is_the_one_that_is_changed() -> None:
    message = "subnet-1 does not exist"
    changed = first(message, "InvalidSubnet", subnetIds=["subnet-1"], details={"roleArn": "x"})
    assert changed["subnetIds"] == ["${aws.subnet-id}"]
    assert changed["details"] == {"roleArn": "x"}


def test_what_is_found_nowhere_is_found_by_the_noun_of_its_error() -> None:
    changed = first("not there", "SubnetNotFound", 404, subnetIds=["x"])
    assert changed["subnetIds"] == ["${aws.subnet-id}"]


def test_without_a_word_of_what_is_wrong_more_is_given() -> None:
    whole = first("", "", 500)
    assert whole.keys() == {"thingName", "state", "executionRoleArn", "subnetIds", "details"}


def test_what_is_not_there_is_not_there_with_more_members_either() -> None:
    refusal = RefusalText(404, "NotFoundException", "")
    assert list(repaired(OPERATION, START, SENT, refusal)) == []


def test_the_same_answer_gives_the_same_requests() -> None:
    refusal = RefusalText(400, "ValidationException", "Either state or details must be set")
    one, other = (list(islice(repaired(OPERATION, START, SENT, refusal), 9)) for _ in range(2))
    assert one == other
    assert {"state": "ENABLED", **START} in one


def test_a_member_that_is_called_as_a_kind_is_names_one_of_the_run() -> None:
    member = _member("thing", Shape(Kind.LIST, element=_text("things")))
    members = {"thing": member, "widget": _member("widget")}
    operation = Operation(
        "mq", "CreatePart", "POST", "/parts", {}, members, {}, 200, Source(), {}, Source()
    )
    refusal = RefusalText(
        400, "ValidationException", "widget is required", {"wid-get": None, "other": None}
    )
    assert next(repaired(operation, {}, {}, refusal)) == {"widget": "${id.wid-get}"}
    unknown = RefusalText(400, "ValidationException", "widget is required", {"other": None})
    assert "${id" not in str(next(repaired(operation, {}, {}, unknown)))


STAGE = _structure(_member("name", required=True))
RULE = _structure(
    _member("ruleName", required=True),
    _member("ruleArn"),
    _member("ruleId"),
    _member("owner", _text("owner", enum=["LAMBDA", "AWS"]), required=True),
    _member("source"),
)
RICH = Operation(
    "mq", "PutRule", "POST", "/rules", {},
    {one.name: one for one in (
        _member("rule", RULE, required=True),
        _member("stages", Shape(Kind.LIST, element=STAGE)),
        _member("name"),
        _member("allRegions", Shape(Kind.BOOLEAN)),
    )}, {}, 200, Source(), {}, Source(),
)  # fmt: skip
WHOLE = {"rule": {"ruleName": "${name}", "ruleArn": "x", "ruleId": "y", "owner": "LAMBDA"}}


def of_rich(request: dict[str, Any], *said: Any, **more: Any) -> list[dict[str, Any]]:
    return list(islice(repaired(RICH, request, request, RefusalText(*said, **more)), 30))


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("Only 1 stage(s). There should be a minimum of 2 stages.", 2),
        ("stages must have at least three entries", 3),
        ("Specify more than 1 of the stages", 2),
        ("Give two or more stages", 2),
        ("Invalid stages. They must correspond to two stages in different zones.", 2),
    ],
)
def test_a_list_gets_as_many_entries_as_are_asked_for(message: str, count: int) -> None:
    given = {**WHOLE, "stages": [{"name": "mine"}]}
    found = of_rich(given, 400, "InvalidStructure", message)[0]["stages"]
    assert len(found) == count
    assert found[0] == {"name": "mine"}
    assert len({str(one) for one in found}) == count


def test_a_list_does_not_grow_beyond_what_is_cheap() -> None:
    given = {**WHOLE, "stages": [{"name": "mine"}]}
    found = of_rich(given, 400, "InvalidStructure", "stages need at least 4000 entries")
    assert all(len(one.get("stages", ())) < 4 for one in found)


def test_all_that_must_not_be_given_is_left_out_together_first() -> None:
    message = "Rule Arn and Id can not be specified when creating a new Rule."
    assert of_rich(WHOLE, 400, "InvalidParameterValueException", message)[0] == {
        "rule": {"ruleName": "${name}", "owner": "LAMBDA"}
    }


def test_another_word_inside_a_structure_comes_with_what_it_may_need() -> None:
    found = of_rich({"rule": {"ruleName": "${name}", "owner": "LAMBDA"}}, 500, "", "")
    assert any(
        one["rule"]["owner"] == "AWS" and "source" in one["rule"] and "ruleArn" in one["rule"]
        for one in found
    )


def test_a_member_is_meant_by_the_last_word_of_its_name() -> None:
    found = of_rich(WHOLE, 400, "ValidationException", "You did not specify any regions")
    assert found[0] == {**WHOLE, "allRegions": True}


def test_a_new_name_is_not_replaced_by_a_word_of_the_message_first() -> None:
    given = {**WHOLE, "name": "${name}"}
    found = of_rich(given, 400, "ValidationException", "name must be one of: red, green")
    assert "${" in found[0]["name"]
    other = of_rich(given, 400, "ValidationException", "name: choose one of these options")
    assert all(one.get("name") != "these" for one in other)


def test_a_bare_name_is_that_of_what_is_not_found() -> None:
    kinds = {"pipe-line": None, "other": None}
    said = (404, "PipelineNotFoundException", "There is no pipeline with that name")
    assert {**WHOLE, "name": "${id.pipe-line}"} in of_rich(
        {**WHOLE, "name": "${name}"}, *said, kinds=kinds
    )


def test_a_published_example_is_sent_under_a_name_of_its_own_first() -> None:
    example = {"rule": {"ruleName": "my-rule", "owner": "AWS"}, "name": "my-rule"}
    operation = replace(RICH, usual=(example,))
    refusal = RefusalText(400, "InvalidParameterValue", "An unspecified error occurred")
    found = list(repaired(operation, WHOLE, WHOLE, refusal))
    assert found[0] == {**example, "rule": WHOLE["rule"], "name": "${name}"}
    assert found[1]["name"] == "my-rule"


def test_a_switch_that_makes_a_member_needless_is_set_before_that_is_given() -> None:
    """A last copy that a deletion makes would stay behind."""
    members = (_member("FinalCopyName"), _member("SkipFinalCopy", Shape(Kind.BOOLEAN)))
    operation = replace(OPERATION, input={one.name: one for one in members})
    text = "FinalCopyName is required unless SkipFinalCopy is specified."
    found = next(repaired(operation, {}, {}, RefusalText(400, "InvalidCombination", text)))
    assert found == {"SkipFinalCopy": True}
