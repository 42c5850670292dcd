"""Strict JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.jsonbody import MAX_DEPTH, InvalidJson, decoded, encoded

BAD = [
    b"", b" ", b"{", b"}", b"[1,]", b"{'a':1}", b'{"a":}', b'{"a":1,}',
    b"nul", b"NaN", b"-Infinity", b'{"a":NaN}',
    b"01", b"1.", b".5", b"+1", b'"\t"', b'"\xff"', b"\xef\xbb\xbf{}", b'"\\ud800"',
    b'{"\\udfff":1}', b"1e999", b"{} {}", b'"\\x41"', "\u00a0{}".encode(), b"[" * 100_000,
    b'{"a":' * 100_000, b"9" * 100_000, '{"a":1}'.encode("utf-16"), b'["\\"' + b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("body", BAD, ids=lambda body: repr(body[:12]))
def test_refused(body):
    with pytest.raises(InvalidJson):
        decoded(body)


@pytest.mark.parametrize("body", list(filter(None, BAD)), ids=lambda body: repr(body[:12]))
@pytest.mark.parametrize("request_line", [("PATCH", "/apikeys/x"), ("POST", "/metadata/v0/keys")])
def test_refused_with_a_serialization_exception(send, body, request_line):
    reply = send(*request_line, body)
    assert (reply.status, reply.code) == (400, "SerializationException")


def test_the_last_of_duplicate_names_counts():
    assert decoded(b'{"a":1,"a":2}') == {"a": 2}


def test_depth_is_counted_outside_strings():
    assert decoded(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert decoded(b'"' + b"[" * 1000 + b'"') == "[" * 1000
    assert decoded(b"[" + b"[]," * 500 + b"[]]") == [[]] * 501
    with pytest.raises(InvalidJson):
        decoded(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@given(JSON)
def test_round_trip(value):
    assert decoded(encoded(value).encode()) == value
    assert decoded(json.dumps(value).encode()) == value
