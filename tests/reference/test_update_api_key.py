"""UpdateApiKey."""

from __future__ import annotations

import pytest

OP_SET = "Member must satisfy enum value set: [add, remove, move, test, replace, copy]"
PATHS = "[/description, /enabled, /name, /customerId]"
NUMBER = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"


def wrong(path, op, paths=None):
    advice = f"Must be one of: {paths}" if paths else "Please choose supported operations"
    return f"Invalid patch path  '{path}' specified for op '{op}'. {advice}"


def test_answer_shows_tags_and_no_value(send):
    key = send.api_key(name="n")
    send.wait(10)
    reply = send.replace(key["id"], "/name", "m")
    assert reply.status == 200
    assert reply.json == {
        "id": key["id"],
        "name": "m",
        "enabled": False,
        "createdDate": key["createdDate"],
        "lastUpdatedDate": key["createdDate"] + 10,
        "stageKeys": [],
        "tags": {},
    }
    assert send.shown(key["id"]) == {**reply.json, "value": key["value"]}


@pytest.mark.parametrize("member", ["name", "description", "customerId"])
@pytest.mark.parametrize("value", ["x", 'ä€😀 "<&>', " both ", "a\nb", "0"])
def test_texts(send, member, value):
    key = send.api_key()
    assert send.replace(key["id"], f"/{member}", value).json[member] == value
    assert send.shown(key["id"])[member] == value


@pytest.mark.parametrize(
    ("value", "enabled"),
    [
        ("true", True),
        ("TRUE", True),
        ("false", False),
        ("not-a-boolean", False),
        ("", False),
        ("1", False),
        (" true", False),
        (None, False),
    ],
)
def test_enabled_is_parsed_as_java_does(send, value, enabled):
    key = send.api_key(enabled=True)
    assert send.replace(key["id"], "/enabled", value).json["enabled"] is enabled


def test_empty_and_missing_texts_are_left_out(send):
    key = send.api_key(name="n", description="d")
    reply = send.patch(
        key["id"],
        {"op": "replace", "path": "/name", "value": ""},
        {"op": "replace", "path": "/description"},
    )
    assert "name" not in reply.json
    assert "description" not in reply.json


def test_operations_apply_in_order(send):
    key = send.api_key()
    values = [{"op": "replace", "path": "/name", "value": value} for value in ("a", "b", "c")]
    assert send.patch(key["id"], *values).json["name"] == "c"


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"op": "replace", "path": "/id"}, wrong("/id", "replace", PATHS)),
        ({"op": "replace", "path": "/value"}, wrong("/value", "replace", PATHS)),
        ({"op": "replace", "path": "name"}, wrong("name", "replace", PATHS)),
        ({"op": "replace", "path": "/Name"}, wrong("/Name", "replace", PATHS)),
        ({"op": "replace", "path": ""}, wrong("", "replace", PATHS)),
        ({"op": "replace"}, "Invalid patch path null"),
        ({"op": "add", "path": "/name"}, wrong("/name", "add", "[/labels, /stages]")),
        ({"op": "copy", "path": "/name"}, wrong("/name", "copy")),
        ({"path": "/name"}, wrong("/name", "null")),
        (
            {"op": "replace", "path": "/description", "value": "a" * 125_001},
            "Invalid API Key description specified.",
        ),
        (
            {"op": "replace", "path": "/name", "value": "a" * 1_025},
            "Invalid API Key name, can be at most 1024 characters.",
        ),
    ],
)
def test_refused_operations_change_nothing(send, operation, message):
    key = send.api_key(name="n", description="d")
    before = send.shown(key["id"])
    send.wait(5)
    reply = send.patch(key["id"], {"op": "replace", "path": "/name", "value": "new"}, operation)
    assert (reply.status, reply.code, reply.message) == (400, "BadRequestException", message)
    assert send.shown(key["id"]) == before


def test_unknown_ops_are_all_told_before_anything_else(send):
    reply = send.patch(
        "unknown",
        {"op": "wrong", "path": "/id"},
        {"op": "replace", "path": "/id"},
        {"op": "", "path": "/x"},
    )
    where = "updateApiKeyInput.patchOperations.{}.member.op' failed to satisfy constraint"
    assert (reply.status, reply.code) == (400, "ValidationException")
    assert reply.message == (
        f"2 validation errors detected: Value 'wrong' at '{where.format(1)}: {OP_SET}; "
        f"Value '' at '{where.format(3)}: {OP_SET}"
    )


def test_a_single_violation_is_singular(send):
    reply = send.patch("unknown", {"op": "wrong"})
    assert reply.message.startswith("1 validation error detected: Value 'wrong' at ")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "class java.lang.Boolean can not be converted to an String"),
        (1, f"{NUMBER} can not be converted to an String"),
        (1.5, f"{NUMBER} can not be converted to an String"),
    ],
)
def test_wrong_types_come_before_wrong_ops(send, value, message):
    reply = send.patch("unknown", {"op": "wrong", "path": "/name", "value": value})
    assert (reply.status, reply.code, reply.message) == (400, "SerializationException", message)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        1,
        True,
        {"patchOperations": {}},
        {"patchOperations": "x"},
        {"patchOperations": [1]},
        {"patchOperations": [[]]},
        {"patchOperations": [{"op": []}]},
    ],
)
def test_wrong_structures(send, body):
    key = send.api_key()
    reply = send("PATCH", f"/apikeys/{key['id']}", body)
    assert (reply.status, reply.code) == (400, "SerializationException")


@pytest.mark.parametrize(
    "body", [{}, {"patchOperations": []}, {"patchOperations": None}, b"", {"unknown": 1}]
)
def test_an_update_of_nothing_changes_nothing(send, body):
    key = send.api_key(name="n")
    send.wait(5)
    assert send("PATCH", f"/apikeys/{key['id']}", body).status == 200
    assert send.shown(key["id"])["lastUpdatedDate"] == key["lastUpdatedDate"]


def test_null_operations_are_refused(send):
    key = send.api_key()
    reply = send.patch(key["id"], None)
    assert reply.message == (
        "1 validation error detected: Value null at 'updateApiKeyInput.patchOperations.1.member'"
        " failed to satisfy constraint: Member must not be null"
    )


def test_unknown_key(send):
    reply = send.replace("0123456789", "/name", "x")
    assert (reply.status, reply.code) == (404, "NotFoundException")
    assert reply.message == "Invalid API Key identifier specified"


def test_stages_and_labels(send):
    key = send.api_key()
    added = send.patch(
        key["id"],
        {"op": "add", "path": "/stages", "value": "abc/beta"},
        {"op": "add", "path": "/stages", "value": "abc/prod"},
    )
    assert added.json["stageKeys"] == ["abc/beta", "abc/prod"]
    removed = send.patch(key["id"], {"op": "remove", "path": "/stages", "value": "abc/beta"})
    assert removed.json["stageKeys"] == ["abc/prod"]
    assert send.patch(key["id"], {"op": "add", "path": "/labels", "value": "x"}).status == 200
    assert send.patch(key["id"], {"op": "add", "path": "/stages", "value": "x"}).status == 400
