"""Signatures are botocore's, over the request that is sent."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from conformance.transport.signing import Credentials, Signer, unsigned

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def botocore_headers(method, url, headers, body, token=None):
    request = AWSRequest(method, url, headers=dict(headers), data=body)
    credentials = BotocoreCredentials("AKID", "SECRET", token)
    auth.SigV4Auth(credentials, "apigateway", "eu-west-1").add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@pytest.fixture
def fixed_clock(monkeypatch):
    monkeypatch.setattr(auth, "get_current_datetime", lambda *_: NOW.replace(tzinfo=None))
    monkeypatch.setattr(time, "gmtime", NOW.utctimetuple)


@pytest.mark.usefixtures("fixed_clock")
@pytest.mark.parametrize(
    ("method", "url", "body", "token"),
    [
        ("GET", "http://127.0.0.1:5000/apikeys", None, None),
        ("GET", "http://127.0.0.1:80/apikeys", None, None),
        ("GET", "https://example.com:443/apikeys?limit=1&includeValues=true", None, None),
        ("GET", "https://example.com/a?b=2&a=1&a=0&c&d=%20%7B%2F", None, None),
        ("PATCH", "http://127.0.0.1:5000/apikeys/a%2Fb", b'{"x": 1}', None),
        ("PATCH", "http://127.0.0.1:5000//apikeys/./x/../y", b"", None),
        ("PUT", "http://[::1]:5000/tags/arn:aws:x%3Ay", b"\xff", "TOKEN"),
        ("DELETE", "http://localhost:4566", None, "TOKEN"),
    ],
)
def test_the_signature_is_the_one_botocore_makes(method, url, body, token):
    request = Signer(Credentials("AKID", "SECRET", token), "eu-west-1", "apigateway").sign(
        method, url, (("X-Extra", "  a   b "),), body
    )
    unsigned_part = {"Accept": "application/json", "X-Extra": "  a   b "}
    if body is not None:
        unsigned_part["Content-Type"] = "application/json"
    expected = botocore_headers(method, url, unsigned_part.items(), body, token)
    assert request.header("Authorization") == expected["authorization"]
    assert request.header("X-Amz-Date") == "20260304T050607Z"
    assert request.header("X-Amz-Security-Token") == token


@pytest.mark.usefixtures("fixed_clock")
def test_a_query_that_is_not_fully_encoded_is_signed_as_the_verifier_reads_it():
    signer = Signer(Credentials("AKID", "SECRET"), "eu-west-1", "apigateway")
    loose = signer.sign("GET", "http://h/a?arn=a:b/c&x=%7e")
    strict = signer.sign("GET", "http://h/a?arn=a%3Ab%2Fc&x=~")
    assert loose.header("Authorization") == strict.header("Authorization")
    assert loose.url.endswith("?arn=a:b/c&x=%7e")


def test_the_signing_key_follows_the_day():
    signer = Signer(Credentials("AKID", "SECRET"), "eu-west-1", "apigateway")
    fresh = Signer(Credentials("AKID", "SECRET"), "eu-west-1", "apigateway")
    signer.sign("GET", "http://h/", at=NOW)
    later = NOW.replace(day=5)
    assert signer.sign("GET", "http://h/", at=later) == fresh.sign("GET", "http://h/", at=later)


def test_a_signature_can_be_dated():
    signer = Signer(Credentials("AKID", "SECRET"), "eu-west-1", "apigateway")
    request = signer.sign("GET", "http://h/", at=NOW)
    assert request.header("X-Amz-Date") == "20260304T050607Z"
    assert "Credential=AKID/20260304/eu-west-1/apigateway/aws4_request" in str(
        request.header("Authorization")
    )


def test_repeated_headers_are_signed_joined_and_sent_apart():
    signer = Signer(Credentials("AKID", "SECRET"), "eu-west-1", "apigateway")
    apart = signer.sign("GET", "http://h/", (("X-A", "1"), ("X-A", "2")), at=NOW)
    joined = signer.sign("GET", "http://h/", (("X-A", "1,2"),), at=NOW)
    assert apart.header("Authorization") == joined.header("Authorization")
    assert [value for name, value in apart.headers if name == "X-A"] == ["1", "2"]


def test_a_given_header_replaces_the_usual_one():
    request = unsigned("POST", "http://h:80/x", (("content-type", "text/plain"),), b"abc")
    assert [name for name, _ in request.headers if name.lower() == "content-type"] == [
        "content-type"
    ]
    assert request.header("Host") == "h"
    assert request.header("Accept") == "application/json"
    assert request.header("Content-Length") == "3"


def test_secrets_do_not_show_in_the_representation():
    text = repr(Credentials("AKID", "SECRET", "TOKEN"))
    assert "SECRET" not in text
    assert "TOKEN" not in text
