"""Which recorded requests are the services' own, and which operation each is."""

from __future__ import annotations

import pytest

from conformance.target.exchange import Exchange, Request, Response
from conformance.traffic.entries import Entry
from conformance.traffic.routes import Routes
from tests.traffic.conftest import CONTRACTS

SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/{}/aws4_request, Signature=0"


def entry(method, url, signed="", service="", headers=()):
    if signed:
        headers = (*headers, ("authorization", SIGNED.format(signed)))
    request = Request(method, url, tuple(headers), None)
    return Entry("here", Exchange(request, Response(200, (), b""), None, 0.0), service=service)


def operation(entry, *targets):
    found = Routes(CONTRACTS, targets).find(entry)
    return None if found is None else found.operation.name


LOCAL = "http://127.0.0.1:4566"
ARN = "arn:aws:apigateway:us-east-1::/apikeys/abc"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/apikeys", "GetApiKeys"),
        ("POST", "/apikeys", "CreateApiKey"),
        ("POST", "/apikeys?mode=import&format=csv", "ImportApiKeys"),
        ("PATCH", "/apikeys/abc?x=1", "UpdateApiKey"),
        ("PATCH", "/apikeys/{id}", "UpdateApiKey"),
        ("PUT", "/apikeys/abc", None),
        ("GET", "/apikeys/abc/more", None),
        ("GET", "/v1/apikeys", None),
        ("OPTIONS", "/apikeys", None),
        ("GET", f"/tags/{ARN}", "GetTags"),
        ("DELETE", f"/tags/{ARN.replace('/', '%2F')}?tagKeys=a", "UntagResource"),
        ("POST", "/metadata/v0/list-keys", "ListKeys"),
        ("PATCH", "/metadata/v0/keys/my%20key", "UpdateKey"),
    ],
)
def test_method_and_path_say_which_operation(method, path, expected):
    assert operation(entry(method, LOCAL + path)) == expected


@pytest.mark.parametrize(
    ("url", "signed", "expected"),
    [
        ("https://apigateway.us-east-1.amazonaws.com/tags/x", "", "GetTags"),
        ("https://lambda.us-east-1.amazonaws.com/tags/x", "", None),
        ("https://abc.execute-api.us-east-1.amazonaws.com/apikeys", "execute-api", None),
        ("https://apigateway.cn-north-1.amazonaws.com.cn/apikeys", "apigateway", "GetApiKeys"),
        ("http://localhost:4566/tags/x", "lambda", None),
        ("http://localhost:4566/tags/x", "apigateway", "GetTags"),
        ("http://localstack:4566/apikeys", "", "GetApiKeys"),
        ("http://localhost.localstack.cloud:4566/apikeys", "", "GetApiKeys"),
        ("https://app.example.com/apikeys", "", None),
        ("https://emulator.example.com/apikeys", "apigateway", "GetApiKeys"),
    ],
)
def test_host_and_scope_say_whose_request_it_is(url, signed, expected):
    assert operation(entry("GET", url, signed)) == expected


def test_a_presigned_request_has_its_scope_in_the_query():
    scope = "X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
    assert operation(entry("GET", f"{LOCAL}/apikeys?{scope}")) is None
    assert operation(entry("GET", f"{LOCAL}/apikeys?{scope.replace('s3', 'apigateway')}"))


def test_a_hidden_signature_still_says_that_an_sdk_sent_it():
    url = "https://emulator.example.com/apikeys"
    assert operation(entry("GET", url, headers=[("Authorization", "REDACTED")])) == "GetApiKeys"


def test_what_the_file_says_counts():
    assert operation(entry("GET", "/apikeys", service="apigateway")) == "GetApiKeys"
    assert operation(entry("GET", "/apikeys", service="lambda")) is None


def test_only_requests_to_a_target_that_was_named():
    one = entry("GET", "https://app.example.com/aws/apikeys")
    assert operation(one, "https://app.example.com/aws/") == "GetApiKeys"
    assert operation(one, "https://app.example.com") is None
    assert operation(one, "https://other.example.com/aws") is None
