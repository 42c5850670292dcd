"""What AWS answered is what the reference answers, for every recording of its operations.

The recordings are not part of this project; where they are not beside it the test is skipped.
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

import pytest

RECORDED = Path(__file__).parents[3] / "shared" / "recorded-aws.jsonl"
GATEWAY = {"CreateApiKey", "GetApiKeys", "UpdateApiKey"}

pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="needs ../shared/recorded-aws.jsonl")


def recordings():
    if not RECORDED.exists():
        return []
    return [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


def scenario(recording):
    found = re.search(r"\((test_\w+)/", recording["source"])
    return found[1] if found else ""


def scenarios():
    known = [one for one in recordings() if one["operation"] in GATEWAY]
    return [(name, list(steps)) for name, steps in groupby(known, scenario)]


def matches(expected, seen):
    """Whether an answer is the recorded one; ``datetime`` and ``<...>`` stand for any."""
    if isinstance(expected, dict):
        return (
            isinstance(seen, dict)
            and expected.keys() == seen.keys()
            and all(matches(value, seen[name]) for name, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(seen, list)
            and len(seen) == len(expected)
            and all(map(matches, expected, seen))
        )
    if expected == "datetime":
        return isinstance(seen, int) and not isinstance(seen, bool)
    if isinstance(expected, str) and re.fullmatch(r"<\w+:\d+>", expected):
        return isinstance(seen, str)
    return type(expected) is type(seen) and expected == seen


class Placeholders:
    """Fills in what a recording leaves open: names, ids, positions, long texts."""

    def __init__(self):
        self.names, self.ids, self.position = [], [], None

    def filled(self, value):
        if isinstance(value, dict):
            return {name: self.filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        if repeated := re.fullmatch(r"(\w) x(\d+)", value):
            return repeated[1] * int(repeated[2])
        return self.known(value)

    def known(self, text):
        fixed = {
            "<name of a key not created>": "another-key",
            "test-key (first 8 chars)": "test-key",
            "<position:1>": self.position,
            "test-key-<8hex>": f"test-key-{len(self.ids):08x}",
        }
        if text in fixed:
            return fixed[text]
        if text.startswith("name["):
            start, _, end = text[5:-1].partition(":")
            return self.names[0][int(start) : int(end) if end else None]
        if text == "<full name 2>":
            return self.names[1]
        return text

    def learn(self, body):
        if "id" in body and body["id"] not in self.ids:
            self.ids.append(body["id"])
            self.names.append(body.get("name"))
        self.position = body.get("position", self.position)


@pytest.mark.parametrize("steps", [pytest.param(steps, id=name) for name, steps in scenarios()])
def test_api_gateway(send, steps):
    known = Placeholders()
    assert steps
    for step in steps:
        request, expected = step["request"], step["response"]
        if "{id}" in request["path"] and not known.ids:
            known.learn(send.api_key())  # made by the recorded test without being recorded
        path = request["path"].replace("{id}", known.ids[-1] if known.ids else "")
        query = known.filled(request.get("params", {}))
        reply = send(request["method"], path, known.filled(request.get("body")), **query)
        seen = reply.json
        assert reply.status == expected["status"], step["source"]
        assert matches(expected["body"], seen), (step["source"], seen)
        assert reply.code == expected.get("error_code")
        known.learn(seen)


def test_there_are_recordings_for_each_operation():
    assert {step["operation"] for _, steps in scenarios() for step in steps} == GATEWAY


def recorded(operation):
    return next(one for one in recordings() if one["operation"] == operation)


def test_location_delete(send):
    recording = recorded("DeleteKey")
    send.location_key("test", ExpireTime="2035-01-01T00:00:00.000Z")
    request, expected = recording["request"], recording["response"]
    reply = send(request["method"], request["path"], **request["params"])
    assert (reply.status, reply.code) == (expected["status"], expected["error_code"])
    assert reply.json == expected["body"]
    assert list(reply.json) == list(expected["body"])
    exposed = expected["headers"]["Access-Control-Expose-Headers"]
    assert reply.headers["access-control-expose-headers"] == exposed


def test_location_update_of_a_used_key(send):
    recording = recorded("UpdateKey")
    send.location_key("test")
    send.app.world.location.use("test")
    reply = send.update("test", ExpireTime="2035-01-01T00:00:00.000Z")
    assert (reply.status, reply.code) == (
        recording["response"]["status"],
        recording["response"]["error_code"],
    )


def test_tags_as_recorded(send):
    expected = recorded("GetTags")["response"]
    key = send.api_key(tags=expected["body"]["tags"])
    reply = send("GET", f"/tags/arn:aws:apigateway:us-east-1::/apikeys/{key['id']}")
    assert (reply.status, reply.json) == (expected["status"], expected["body"])
    assert len(reply.text.encode()) == int(expected["headers"]["content-length"])


def test_recorded_headers(send):
    recording = recorded("DeleteRestApi")  # a sibling: no recorded DeleteApiKey has headers
    names = set(recording["response"]["headers"]) - {"date", "connection", "content-length"}
    key = send.api_key()
    assert names == set(send("DELETE", f"/apikeys/{key['id']}").headers)
    assert names | {"x-amzn-errortype"} == set(send("GET", "/apikeys/unknown").headers)
