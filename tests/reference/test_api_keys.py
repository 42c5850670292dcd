"""CreateApiKey, GetApiKey, GetApiKeys, DeleteApiKey, ImportApiKeys and the tags."""

from __future__ import annotations

import re

import pytest


def test_create_shows_what_aws_shows(send):
    reply = send("POST", "/apikeys", {"name": "one"})
    body = reply.json
    assert reply.status == 201
    assert set(body) == {
        "id",
        "value",
        "name",
        "enabled",
        "createdDate",
        "lastUpdatedDate",
        "stageKeys",
    }
    assert re.fullmatch(r"[a-z0-9]{10}", body["id"])
    assert re.fullmatch(r"[A-Za-z0-9]{40}", body["value"])
    assert body["enabled"] is False
    assert body["stageKeys"] == []
    assert body["createdDate"] == body["lastUpdatedDate"] == 1_700_000_000


def test_bodies_end_with_a_line_feed_as_the_recorded_lengths_say(send):
    assert send("POST", "/apikeys", {}).text.endswith("}\n")
    assert send("GET", "/apikeys/unknown").text.endswith("}\n")


def test_success_headers(send):
    headers = send("POST", "/apikeys", {}).headers
    assert headers["content-type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-amzn-requestid"])
    assert headers["x-amz-apigw-id"].endswith("=")
    assert "x-amzn-errortype" not in headers


def test_every_member_is_stored_and_shown(send):
    tags = {"a": "b"}
    key = send.api_key(
        name="n",
        description="d",
        customerId="c",
        enabled=True,
        value="v" * 20,
        tags=tags,
        stageKeys=[{"restApiId": "abc", "stageName": "beta"}],
    )
    shown = send.shown(key["id"])
    assert shown == key
    assert shown["tags"] == tags
    assert shown["value"] == "v" * 20
    assert shown["stageKeys"] == ["abc/beta"]


def test_nulls_are_absent(send):
    key = send.api_key(name=None, enabled=None, tags=None)
    assert "name" not in key
    assert key["enabled"] is False


def test_value_is_shown_only_when_asked_for(send):
    key = send.api_key(name="n")
    assert "value" not in send("GET", f"/apikeys/{key['id']}").json
    assert "value" not in send("GET", f"/apikeys/{key['id']}", includeValue="false").json
    assert send.shown(key["id"])["value"] == key["value"]
    assert "value" not in send("GET", "/apikeys").json["item"][0]
    assert send("GET", "/apikeys", includeValues="true").json["item"][0]["value"] == key["value"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": "a" * 1025}, "Invalid API Key name, can be at most 1024 characters."),
        ({"value": "a" * 129}, "API Key value exceeds maximum size of 128 characters"),
        ({"value": "a" * 19}, "API Key value should be at least 20 characters"),
        ({"description": "a" * 125_001}, "Invalid API Key description specified."),
    ],
)
def test_recorded_limits(send, body, message):
    reply = send("POST", "/apikeys", body)
    assert (reply.status, reply.code, reply.message) == (400, "BadRequestException", message)
    assert send("GET", "/apikeys").json == {"item": []}


@pytest.mark.parametrize("size", [20, 128])
def test_values_up_to_the_limits(send, size):
    assert send.api_key(value="v" * size)["value"] == "v" * size


def test_values_are_unique_names_are_not(send):
    key = send.api_key(name="n")
    reply = send("POST", "/apikeys", {"name": "m", "value": key["value"]})
    assert (reply.status, reply.code) == (409, "ConflictException")
    assert reply.message == "API Key already exists"
    send.api_key(name="n")
    send("DELETE", f"/apikeys/{key['id']}")
    send.api_key(value=key["value"])


def test_unknown_ids(send):
    for method in ("GET", "DELETE"):
        reply = send(method, "/apikeys/0123456789")
        assert (reply.status, reply.code) == (404, "NotFoundException")
        assert reply.message == "Invalid API Key identifier specified"


def test_delete(send):
    key = send.api_key()
    reply = send("DELETE", f"/apikeys/{key['id']}")
    assert (reply.status, reply.text) == (202, "")
    assert send("GET", f"/apikeys/{key['id']}").status == 404
    assert send("DELETE", f"/apikeys/{key['id']}").status == 404


def test_pages_are_complete_and_newest_first(send):
    made = [send.api_key(name=f"k{n}")["id"] for n in range(7)]
    seen, position = [], None
    while True:
        query = {"limit": 3} | ({"position": position} if position else {})
        page = send("GET", "/apikeys", **query).json
        seen += [item["id"] for item in page["item"]]
        position = page.get("position")
        if position is None:
            break
        assert len(page["item"]) == 3
    assert seen == made[::-1]


def test_deleting_between_pages_loses_nothing(send):
    made = [send.api_key()["id"] for _ in range(4)]
    page = send("GET", "/apikeys", limit=2).json
    send("DELETE", f"/apikeys/{page['item'][1]['id']}")
    rest = send("GET", "/apikeys", limit=2, position=page["position"]).json
    assert [item["id"] for item in rest["item"]] == [made[1], made[0]]
    assert "position" not in rest


def test_page_sizes(send):
    for _ in range(26):
        send.api_key()
    assert len(send("GET", "/apikeys").json["item"]) == 25
    assert len(send("GET", "/apikeys", limit=-1).json["item"]) == 25
    assert len(send("GET", "/apikeys", limit=500).json["item"]) == 26
    assert send("GET", "/apikeys", limit="many").code == "SerializationException"
    assert send("GET", "/apikeys", position="nowhere").code == "BadRequestException"


def test_filters(send):
    send.api_key(name="test-key-1", customerId="c1")
    send.api_key(name="other")

    def names(**query):
        return [item.get("name") for item in send("GET", "/apikeys", **query).json["item"]]

    assert names(name="test") == ["test-key-1"]
    assert names(name="TEST") == []
    assert names(name="key") == []
    assert names(customerId="c1") == ["test-key-1"]
    assert names(customerId="c2") == []


def test_import(send):
    known = send.api_key(name="old", value="k" * 20)
    file = (
        f'key,Name,Extra,DESCRIPTION\n{"k" * 20},"new ""one""",x,d\n\n{"l" * 20},two,,\nshort,x,,\n'
    )
    reply = send("POST", "/apikeys?mode=import&format=csv", file.encode())
    body = reply.json
    assert reply.status == 201
    assert body["ids"][0] == known["id"]
    assert len(body["ids"]) == 2
    assert len(body["warnings"]) == 1
    shown = send.shown(known["id"])
    assert (shown["name"], shown["description"], shown["enabled"]) == ('new "one"', "d", True)
    assert shown["createdDate"] == known["createdDate"]


@pytest.mark.parametrize(
    "file", [b"", b"Name\nx\n", b"\xff\xfe", b'Name,Key\n"x\n', b"Key\nkkkkkkkkkkkkkkkkkkkk"]
)
def test_bad_import_files(send, file):
    reply = send("POST", "/apikeys?mode=import&format=csv", file)
    assert reply.status == 400
    assert reply.code in ("BadRequestException", "ValidationException")


def test_import_fails_as_a_whole_where_warnings_do(send):
    file = b"Name,Key\nx,kkkkkkkkkkkkkkkkkkkk\ny,short\n"
    reply = send("POST", "/apikeys?mode=import&format=csv&failonwarnings=true", file)
    assert (reply.status, reply.code) == (400, "BadRequestException")
    assert send("GET", "/apikeys").json["item"] == []


def test_import_needs_a_known_format(send):
    assert send("POST", "/apikeys?mode=import", b"Name,Key\n").code == "ValidationException"
    reply = send("POST", "/apikeys?mode=import&format=xml", b"Name,Key\n")
    assert "'format' failed to satisfy constraint: Member must satisfy enum value set: [csv]" in (
        reply.message
    )


@pytest.mark.parametrize("quoted", [False, True])
def test_tags(send, quoted):
    key = send.api_key(tags={"a": "1"})
    arn = f"arn:aws:apigateway:us-east-1::/apikeys/{key['id']}"
    path = "/tags/" + (arn.replace("/", "%2F").replace(":", "%3A") if quoted else arn)
    assert send("PUT", path, {"tags": {"b": "2", "a": "3"}}).status == 204
    assert send("GET", path).json == {"tags": {"a": "3", "b": "2"}}
    assert send("DELETE", path, tagKeys=["a", "zz"]).status == 204
    assert send("GET", path).json == {"tags": {"b": "2"}}
    assert send("GET", f"/apikeys/{key['id']}").json["tags"] == {"b": "2"}


def test_tags_of_what_is_not_there(send):
    path = "/tags/arn:aws:apigateway:us-east-1::/apikeys/unknown"
    assert send("GET", path).code == "NotFoundException"
    assert send("PUT", path, {"tags": {}}).code == "NotFoundException"
    assert send("GET", "/tags/nonsense").code == "BadRequestException"


def test_tag_limits(send):
    def code(tags):
        return send("POST", "/apikeys", {"tags": tags}).code

    assert code({"k" * 128: "v" * 256}) is None
    assert code({"k" * 129: ""}) == "BadRequestException"
    assert code({"k": "v" * 257}) == "BadRequestException"
    assert code({"aws:k": "v"}) == "BadRequestException"


def test_without_accept_json_the_answer_is_hal(send):
    key = send.api_key(name="n")
    body = send("GET", f"/apikeys/{key['id']}", headers={"accept": "*/*"}).json
    assert body["createdDate"] == "2023-11-14T22:13:20Z"
    assert body["_links"]["self"]["href"] == f"/apikeys/{key['id']}"
    listed = send("GET", "/apikeys", headers={"accept": ""}).json
    assert listed["_embedded"]["item"][0]["id"] == key["id"]
    assert "item" not in listed
