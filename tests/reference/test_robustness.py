"""Whatever is sent, the reference answers, and never with a server error."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sampling import one_in

TEXT = st.text(max_size=8) | st.sampled_from(
    ["/name", "/enabled", "/stages", "replace", "add", "a/b", "2035-01-01T00:00:00Z", "k", ""]
)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PATCH = st.fixed_dictionaries({}, optional=dict.fromkeys(("op", "path", "value", "from"), VALUE))
NAMES = (
    "name description customerId enabled value tags stageKeys"
    " KeyName NoExpiry ExpireTime Description Restrictions Tags ForceUpdate"
    " Filter MaxResults NextToken nonsense"
)
MEMBERS = {**dict.fromkeys(NAMES.split(), VALUE), "patchOperations": st.lists(PATCH) | VALUE}
BODY = st.fixed_dictionaries({}, optional=MEMBERS) | VALUE
LINES = [
    ("POST", "/apikeys"),
    ("PATCH", "/apikeys/known"),
    ("PUT", "/tags/arn:aws:apigateway:us-east-1::/apikeys/known"),
    ("POST", "/metadata/v0/keys"),
    ("PATCH", "/metadata/v0/keys/k"),
    ("POST", "/metadata/v0/list-keys"),
]


@pytest.mark.parametrize(("name", "line"), one_in(5, product("ab", LINES)))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(body=BODY)
def test_any_json(make, name, line, body):
    send = make(name)
    send.location_key("k")
    known = send.api_key()["id"]
    method, path = line
    reply = send(method, path.replace("known", known), body)
    assert reply.status < 500
    if reply.text:
        assert json.loads(reply.text) is not None
    for readable in (f"/apikeys/{known}", "/apikeys", "/metadata/v0/keys/k"):
        assert send("GET", readable).status == 200
    assert send("POST", "/metadata/v0/list-keys", {}).status == 200


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(body=st.binary(max_size=100))
def test_any_bytes(make, body):
    send = make()
    for method, path in [*LINES, ("POST", "/apikeys?mode=import&format=csv")]:
        assert send(method, path, body).status < 500


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(
    path=st.text(max_size=20),
    query=st.dictionaries(
        st.sampled_from(["limit", "position", "name", "customerId", "includeValues", "tagKeys"]),
        st.text(max_size=10),
    ),
)
def test_any_path_and_query(send, path, query):
    for method in ("GET", "DELETE", "HEAD", "OPTIONS", "PUT"):
        assert send(method, "/apikeys", **query).status < 500
        for prefix in ("/", "/apikeys/", "/tags/", "/metadata/v0/keys/"):
            plain = path.replace("?", "%3F").encode("utf-8", "surrogatepass").decode("latin-1")
            assert send(method, prefix + plain, **query).status < 500


def test_extreme_expire_times(make):
    for name in ("a", "b"):
        send = make(name)
        send.location_key("k")
        for value in (1e300, -1e300, 253_402_300_800, -62_135_596_801, 0, 1.5, -1, 10**30):
            assert send.update("k", ExpireTime=value).status in (200, 400)
            assert send("GET", "/metadata/v0/keys/k").status == 200
