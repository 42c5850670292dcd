"""Which recorded requests are the services' own, and which operation each is."""

from __future__ import annotations

import pytest

from conformance.traffic.addresses import host_of, readable
from conformance.traffic.entries import TrafficEntry
from conformance.traffic.recorded_calls import classify
from conformance.traffic.routes import Routes
from conformance.transport.exchange import Exchange, Request, Response
from tests import contracts

SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/{}/aws4_request, Signature=0"


def both():
    return [contracts.contract(one) for one in ("apigateway", "location")]


def entry(method, url, signed="", service="", headers=()):
    if signed:
        headers = (*headers, ("authorization", SIGNED.format(signed)))
    request = Request(method, url, tuple(headers), None)
    return TrafficEntry(
        "here", Exchange(request, Response(200, (), b""), None, 0.0), service=service
    )


def operation(entry, *targets):
    found = Routes(both(), targets).find(entry)
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


@pytest.mark.parametrize(
    ("url", "readable_url"),
    [
        ("https://**REDACTED**/apikeys/x?a=1", "https://REDACTED/apikeys/x?a=1"),
        ("https://[FILTERED]/apikeys", "https://REDACTED/apikeys"),
        ("https://<host>:443/apikeys", "https://REDACTED/apikeys"),
        ("<host>/apikeys", "https://REDACTED/apikeys"),
        ("https://{host}/apikeys", "https://REDACTED/apikeys"),
        ("http://localhost:<port>/apikeys", "http://localhost/apikeys"),
        ("https:///apikeys", "https:///apikeys"),
        ("/apikeys", "/apikeys"),
        ("http://[::1]:4566/apikeys", "http://[::1]:4566/apikeys"),
    ],
)
def test_every_address_can_be_read_after_its_host_was_hidden(url, readable_url):
    assert readable(url) == readable_url
    assert operation(entry("GET", readable(url))) is not None


@pytest.mark.parametrize(
    ("host", "service", "region"),
    [
        ("apigateway.us-east-1.amazonaws.com", "apigateway", "us-east-1"),
        ("apigateway-fips.us-gov-west-1.amazonaws.com", "apigateway", "us-gov-west-1"),
        ("apigateway.eu-west-1.api.aws", "apigateway", "eu-west-1"),
        ("vpce-0a1-b2.apigateway.us-east-1.vpce.amazonaws.com", "apigateway", "us-east-1"),
        ("vpce-0a1-b2.execute-api.us-east-1.vpce.amazonaws.com", "execute-api", "us-east-1"),
        ("apigateway.cn-north-1.amazonaws.com.cn", "apigateway", "cn-north-1"),
        ("apigateway.us-iso-east-1.c2s.ic.gov", "apigateway", "us-iso-east-1"),
        ("cp.metadata.geo.us-east-1.amazonaws.com", "geo", "us-east-1"),
        ("geo.us-east-1.amazonaws.com", "geo", "us-east-1"),
        ("apigateway.s3.us-east-1.amazonaws.com", "s3", "us-east-1"),
        ("apigateway.<region>.amazonaws.com", "apigateway", ""),
        ("apigateway.localhost.localstack.cloud", "apigateway", ""),
    ],
)
def test_a_host_names_a_service_and_a_region(host, service, region):
    found = host_of(host)
    assert (found.service, found.region) == (service, region)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://lambda.localhost.localstack.cloud:4566/tags/x", None),
        ("http://abc.execute-api.localhost.localstack.cloud:4566/apikeys", None),
        ("http://apigateway.localhost.localstack.cloud:4566/tags/x", "GetTags"),
        ("https://apigateway.s3.us-east-1.amazonaws.com/apikeys", None),
        ("chrome-extension://abcdef/apikeys", None),
        ("https://vpce-1.apigateway.us-east-1.vpce.amazonaws.com/apikeys", "GetApiKeys"),
    ],
)
def test_the_service_in_the_name_of_a_host_counts(url, expected):
    assert operation(entry("GET", url)) == expected


def test_a_token_of_another_program_is_no_signature():
    url = "https://api.example.com/apikeys"
    assert operation(entry("GET", url, headers=[("Authorization", "Bearer abc")])) is None


KEY = b'{"id":"abc","enabled":true,"createdDate":1,"lastUpdatedDate":1,"stageKeys":[],"name":"a"}'
AMZN = ("x-amzn-RequestId", "a")


def counted(*given):
    """How many of the exchanges (url, request headers, answer's headers, body) are judged."""
    entries = [
        TrafficEntry(
            "here", Exchange(Request("GET", url, asked, None), Response(200, got, body), None, 0)
        )
        for url, asked, got, body in given
    ]
    found = classify(entries, Routes(both()))
    assert len(found.items) + found.foreign == len(given)
    return len(found.items)


OWN = b'[{"key":"a"}]'
HERE, FAR, HIDDEN = "http://localhost:3000", "https://api.example.com", "https://REDACTED"


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        ((f"{HERE}/apikeys", (), (), OWN), 0),
        ((f"{HERE}/apikeys/1", (), (), b'{"id":"1","name":"a","createdAt":"x"}'), 0),
        ((f"{HERE}/apikeys/1", (), (), b'{"id":"1","name":"a","createdDate":"x"}'), 0),
        ((f"{HERE}/apikeys/abc", (), (), KEY), 1),
        ((f"{HERE}/apikeys", (), (AMZN,), OWN), 1),
        ((f"{HERE}/apikeys", (("User-Agent", "Boto3/1.34 md/Botocore#1.34"),), (), OWN), 1),
        ((f"{HERE}/apikeys", (("Accept", "text/html,*/*"),), (AMZN,), OWN), 0),
        ((f"{HERE}/apikeys", (), (("content-type", "text/html"),), b"<html>"), 0),
        ((f"{HIDDEN}/apikeys", (), (), OWN), 0),
        ((f"{HIDDEN}/apikeys", (), (AMZN,), OWN), 1),
        ((f"{HIDDEN}/apikeys/abc", (), (), KEY), 1),
        ((f"{FAR}/apikeys", (), (AMZN,), OWN), 0),
        ((f"{FAR}/apikeys", (), (("x-amzn-trace-id", "a"),), OWN), 0),
        ((f"{FAR}/apikeys/abc", (), (AMZN,), KEY), 1),
        ((f"{FAR}/apikeys", (("X-Amz-Date", "x"),), (), OWN), 1),
        (("https://abc.execute-api.us-east-1.amazonaws.com/apikeys", (), (AMZN,), KEY), 0),
        (("https://apigateway.us-east-1.amazonaws.com/apikeys", (), (), OWN), 1),
    ],
)
def test_a_path_alone_makes_no_request_one_to_aws(exchange, expected):
    assert counted(exchange) == expected


def test_one_sign_counts_for_everything_at_an_address():
    shown = (f"{HERE}/apikeys/abc", (), (), KEY)
    assert counted(shown, (f"{HERE}/apikeys", (), (), OWN)) == 2
    assert counted(shown, ("http://localhost:3001/apikeys", (), (), OWN)) == 1
