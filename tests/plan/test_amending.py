"""What a refusal leads to: the member that it names is given, changed or left out."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from conformance.contract.levels import Level, Source
from conformance.contract.model import (
    Called,
    Constraint,
    Kind,
    Location,
    Member,
    Operation,
    Shape,
)
from conformance.plan.valid_requests.amending import RefusalText, amended


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
    return next(amended(OPERATION, {**START, **more}, {**SENT, **more}, refusal), None)


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
    assert list(amended(OPERATION, START, SENT, refusal)) == []


def test_the_same_answer_gives_the_same_requests() -> None:
    refusal = RefusalText(400, "ValidationException", "Either state or details must be set")
    one, other = (list(islice(amended(OPERATION, START, SENT, refusal), 9)) for _ in range(2))
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
    assert next(amended(operation, {}, {}, refusal)) == {"widget": "${id.wid-get}"}
    unknown = RefusalText(400, "ValidationException", "widget is required", {"other": None})
    assert "${id" not in str(next(amended(operation, {}, {}, unknown)))
