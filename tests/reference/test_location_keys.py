"""Amazon Location's CreateKey, DescribeKey, UpdateKey, ListKeys and DeleteKey."""

from __future__ import annotations

import re

import pytest

from tests.reference.conftest import RESTRICTIONS

FUTURE = "2035-01-02T03:04:05.678Z"
PAST = "2020-01-02T03:04:05.678Z"
ONE_OF_CREATE = "At least one of the following fields must be set: 'ExpireTime', 'NoExpiry'."
ONE_OF_UPDATE = (
    "At least one of the following fields must be set:"
    " 'Description', 'ExpireTime', 'NoExpiry', 'Restrictions'."
)
MUST = "'ExpireTime' must be set when 'NoExpiry' has value false."
MUST_NOT = "'ExpireTime' must not be set when 'NoExpiry' has value true."
FORMAT = "'ExpireTime' must follow the format YYYY-MM-DDThh:mm:ss.sssZ."
NO_CREATE_PAST = "'ExpireTime' must not be in the past."
NO_UPDATE_PAST = "'ExpireTime' must not be more than 1 minute in the past."


def refused(reply, message):
    assert (reply.status, reply.code) == (400, "ValidationException")
    assert reply.json == {"reason": "Other", "message": message, "fieldList": []}
    return True


def test_create_and_describe(send):
    made = send.location_key("Key-1._", Description="d", Tags={"a": "b"})
    assert set(made) == {"Key", "KeyArn", "KeyName", "CreateTime"}
    assert made["KeyArn"] == "arn:aws:geo:us-east-1:123456789012:api-key/Key-1._"
    assert re.fullmatch(r"v1\.public\.[A-Za-z0-9]+", made["Key"])
    assert made["CreateTime"] == "2023-11-14T22:13:20.250Z"
    assert send.described("Key-1._") == {
        **made,
        "Description": "d",
        "Restrictions": RESTRICTIONS,
        "UpdateTime": made["CreateTime"],
        "Tags": {"a": "b"},
    }


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, ONE_OF_CREATE),
        ({"NoExpiry": None, "ExpireTime": None}, ONE_OF_CREATE),
        ({"ExpireTime": FUTURE}, None),
        ({"NoExpiry": True}, None),
        ({"NoExpiry": True, "ExpireTime": FUTURE}, MUST_NOT),
        ({"NoExpiry": False}, MUST),
        ({"NoExpiry": False, "ExpireTime": FUTURE}, None),
        ({"ExpireTime": PAST}, NO_CREATE_PAST),
        ({"ExpireTime": "2023-11-14T22:13:20.249Z"}, NO_CREATE_PAST),
        ({"ExpireTime": "2023-11-14T22:13:20.250Z"}, None),
        ({"ExpireTime": "tomorrow"}, FORMAT),
        ({"ExpireTime": ""}, FORMAT),
    ],
)
def test_expiry_on_create(send, members, message):
    body = {"KeyName": "k", "Restrictions": RESTRICTIONS, **members}
    reply = send("POST", "/metadata/v0/keys", body)
    if message is None:
        assert reply.status == 200
        assert send.described("k").get("ExpireTime") == members.get("ExpireTime")
    else:
        assert refused(reply, message)
        assert send("GET", "/metadata/v0/keys/k").status == 404


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, ONE_OF_UPDATE),
        ({"ForceUpdate": True}, ONE_OF_UPDATE),
        ({"Description": None}, ONE_OF_UPDATE),
        ({"Description": ""}, None),
        ({"NoExpiry": True}, None),
        ({"NoExpiry": True, "ExpireTime": FUTURE}, MUST_NOT),
        ({"NoExpiry": False}, MUST),
        ({"NoExpiry": False, "Description": "x"}, MUST),
        ({"NoExpiry": False, "ExpireTime": FUTURE}, None),
        ({"ExpireTime": FUTURE}, None),
        ({"ExpireTime": PAST}, NO_UPDATE_PAST),
        ({"ExpireTime": "2023-11-14T22:12:20.249Z"}, NO_UPDATE_PAST),
        ({"ExpireTime": "2023-11-14T22:12:20.250Z"}, None),
        ({"ExpireTime": "2035-13-45T99:99:99.000Z"}, FORMAT),
        ({"Restrictions": RESTRICTIONS}, None),
    ],
)
@pytest.mark.parametrize("expiry", [{"NoExpiry": True}, {"ExpireTime": "2030-01-01T00:00:00.000Z"}])
def test_expiry_on_update(send, members, message, expiry):
    send.location_key("k", Description="d", **expiry)
    before = send.described("k")
    send.wait(0)
    reply = send.update("k", **members)
    if message is not None:
        assert refused(reply, message)
        assert send.described("k") == before
        return
    assert reply.status == 200
    expected = members.get("ExpireTime") or (
        None if members.get("NoExpiry") else before.get("ExpireTime")
    )
    assert send.described("k").get("ExpireTime") == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2035-01-02T03:04:05Z", "2035-01-02T03:04:05.000Z"),
        ("2035-01-02T03:04:05.6Z", "2035-01-02T03:04:05.600Z"),
        ("2035-01-02T03:04:05.678901234Z", "2035-01-02T03:04:05.678Z"),
        ("2035-01-02T03:04:05.678+02:00", "2035-01-02T01:04:05.678Z"),
        ("2035-01-02", None),
        ("2035-01-02 03:04:05Z", None),
        ("2035-01-02T03:04:05", None),
        ("2035-02-30T03:04:05Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("0001-01-01T00:00:00+12:00", None),
        ("\u0662035-01-02T03:04:05Z", None),
    ],
)
def test_notations_of_expire_time(send, text, shown):
    send.location_key("k")
    reply = send.update("k", ExpireTime=text)
    if shown is None:
        assert refused(reply, FORMAT)
    else:
        assert send.described("k")["ExpireTime"] == shown


def test_update_answers_and_keeps_the_rest(send):
    made = send.location_key("k", Description="d", Tags={"a": "b"}, ExpireTime=FUTURE)
    send.wait(1.5)
    reply = send.update("k", Description="e")
    assert reply.json == {
        "KeyArn": made["KeyArn"],
        "KeyName": "k",
        "UpdateTime": "2023-11-14T22:13:21.750Z",
    }
    shown = send.described("k")
    assert (shown["Description"], shown["ExpireTime"], shown["Tags"]) == ("e", FUTURE, {"a": "b"})
    assert (shown["CreateTime"], shown["Key"]) == (made["CreateTime"], made["Key"])


def test_restrictions_are_replaced_as_a_whole(send):
    send.location_key("k", Restrictions={**RESTRICTIONS, "AllowReferers": ["https://a.example"]})
    send.update("k", Restrictions={**RESTRICTIONS, "AllowActions": ["geo:GetMap*"]})
    assert send.described("k")["Restrictions"] == {**RESTRICTIONS, "AllowActions": ["geo:GetMap*"]}


def test_names(send):
    send.location_key("Name")
    send.location_key("name")
    reply = send(
        "POST",
        "/metadata/v0/keys",
        {"KeyName": "name", "NoExpiry": True, "Restrictions": RESTRICTIONS},
    )
    assert (reply.status, reply.code) == (409, "ConflictException")
    assert reply.json == {"message": "Api key already exists: name."}


@pytest.mark.parametrize("call", [("GET", None), ("PATCH", {"Description": "d"}), ("DELETE", None)])
def test_unknown_names(send, call):
    reply = send(call[0], "/metadata/v0/keys/nobody", call[1])
    assert (reply.status, reply.code) == (404, "ResourceNotFoundException")
    assert reply.json == {"message": "Api key not found: nobody."}
    assert "x-amzn-errortype" in reply.headers["access-control-expose-headers"]


def test_constraints_are_collected(send):
    reply = send(
        "POST", "/metadata/v0/keys", {"KeyName": "a b", "Description": "d" * 1001, "NoExpiry": True}
    )
    body = reply.json
    assert (reply.status, reply.code) == (400, "ValidationException")
    assert {field["name"] for field in body["fieldList"]} == {
        "KeyName",
        "Description",
        "Restrictions",
    }
    assert all(field["message"] for field in body["fieldList"])
    assert body["reason"] == "FieldValidationFailed"


def test_missing_members_have_their_own_reason(send):
    body = send("POST", "/metadata/v0/keys", {"NoExpiry": True}).json
    assert body["reason"] == "Missing"


@pytest.mark.parametrize(
    ("restrictions", "place"),
    [
        ({"AllowActions": []}, "Restrictions.AllowActions"),
        ({"AllowActions": ["geo:X"] * 25}, "Restrictions.AllowActions"),
        ({"AllowActions": ["s3:GetObject"]}, "Restrictions.AllowActions[0]"),
        ({"AllowResources": ["arn:aws:s3:::x"]}, "Restrictions.AllowResources[0]"),
        ({"AllowResources": [""]}, "Restrictions.AllowResources[0]"),
        ({"AllowReferers": ["a b"]}, "Restrictions.AllowReferers[0]"),
        ({"AllowReferers": ["https://a"] * 6}, "Restrictions.AllowReferers"),
        ({"AllowAppleApps": [{"BundleId": "x"}] * 6}, "Restrictions.AllowAppleApps"),
        ({"AllowActions": [None]}, "Restrictions.AllowActions[0]"),
    ],
)
def test_restrictions_are_validated(send, restrictions, place):
    send.location_key("k")
    reply = send.update("k", Restrictions={**RESTRICTIONS, **restrictions})
    assert (reply.status, reply.code) == (400, "ValidationException")
    assert [field["name"] for field in reply.json["fieldList"]] == [place]


@pytest.mark.parametrize(
    "members",
    [
        {"Description": 5},
        {"NoExpiry": "true"},
        {"Restrictions": []},
        {"ExpireTime": 5},
        {"ExpireTime": True},
        {"Restrictions": {"AllowActions": "geo:GetMap*"}},
        {"ForceUpdate": 1},
    ],
)
def test_wrong_types(send, members):
    send.location_key("k")
    reply = send.update("k", **members)
    assert (reply.status, reply.code) == (400, "SerializationException")


def test_listing(send):
    for name in ("b", "c", "a"):
        send.location_key(name)
    send.location_key("d", ExpireTime="2023-11-15T00:00:00.000Z")
    send.wait(86_400)

    def page(**members):
        reply = send("POST", "/metadata/v0/list-keys", members)
        assert reply.status == 200, reply
        return [one["KeyName"] for one in reply.json["Entries"]], reply.json.get("NextToken")

    assert page() == (["a", "b", "c", "d"], None)
    first, token = page(MaxResults=3)
    assert (first, page(MaxResults=3, NextToken=token)) == (["a", "b", "c"], (["d"], None))
    assert page(Filter={"KeyStatus": "Expired"}) == (["d"], None)
    assert page(Filter={"KeyStatus": "Active"}) == (["a", "b", "c"], None)
    entry = send("POST", "/metadata/v0/list-keys", {"MaxResults": 1}).json["Entries"][0]
    assert set(entry) == {"KeyName", "Restrictions", "CreateTime", "UpdateTime"}


@pytest.mark.parametrize("token", ["zz", "ä", "!!!!", "MQ==", "cGFnZSBhZnRlciB4OnQ="])
def test_bad_tokens(send, token):
    assert refused(
        send("POST", "/metadata/v0/list-keys", {"NextToken": token}),
        "'NextToken' must be a valid token.",
    )


@pytest.mark.parametrize(
    "members",
    [
        {"MaxResults": 0},
        {"MaxResults": 101},
        {"NextToken": ""},
        {"Filter": {"KeyStatus": "active"}},
    ],
)
def test_bad_listings(send, members):
    assert send("POST", "/metadata/v0/list-keys", members).code == "ValidationException"


def test_delete(send):
    send.location_key("forever")
    assert send("DELETE", "/metadata/v0/keys/forever").status == 200
    send.location_key("k", ExpireTime="2023-11-15T00:00:00.000Z")
    message = "'k' must be inactive for 90 days before it can be deleted."
    for path in ("/metadata/v0/keys/k", "/metadata/v0/keys/k?forceDelete=false"):
        assert refused(send("DELETE", path), message)
    assert send("DELETE", "/metadata/v0/keys/k?forceDelete=maybe").code == "ValidationException"
    send.wait(91 * 86_400)
    reply = send("DELETE", "/metadata/v0/keys/k")
    assert (reply.status, reply.text) == (200, "")
    send.location_key("l", ExpireTime=FUTURE)
    assert send("DELETE", "/metadata/v0/keys/l?forceDelete=true").status == 200
    assert send("DELETE", "/metadata/v0/keys/l?forceDelete=true").status == 404
