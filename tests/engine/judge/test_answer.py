import pytest

from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)
from conformance.transport.parsed_response import NOT_JSON
from conformance.transport.protocols.registry import read

REQUEST = Request("GET", "http://127.0.0.1/", ())


def answered(status, body=b"{}", **headers):
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return read(Exchange(REQUEST, Response(status, named, body), None, 0.0))


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"x_amzn_errortype": "NotFoundException"}, b"{}", "NotFoundException"),
        ({"X_Amzn_ErrorType": "NotFoundException:http://x/"}, b"{}", "NotFoundException"),
        ({}, b'{"__type": "com.amazon#BadRequestException"}', "BadRequestException"),
        ({}, b'{"__type": "aws.api#Bad:http://y#z"}', "Bad"),
        ({}, b'{"code": "Bad"}', "Bad"),
        ({"x_amzn_errortype": "A"}, b'{"__type": "B"}', "A"),
        ({}, b'{"message": "no"}', None),
        ({}, b"<html>", None),
        ({}, b'{"code": 7}', None),
        ({}, b"[]", None),
    ],
)
def test_the_identity_of_an_error(headers, body, code):
    assert answered(400, body, **headers).code == code


def test_a_success_has_no_error_identity():
    assert answered(200, b'{"code": "colour"}').code is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_marked(body):
    assert answered(200, body).body is NOT_JSON


def test_throttling_is_no_verdict():
    assert answered(429).throttled
    assert answered(400, x_amzn_errortype="ThrottlingException").throttled
    assert not answered(400, x_amzn_errortype="BadRequestException").throttled


def test_501_is_not_a_server_error_but_500_is():
    assert answered(500).server_error
    assert not answered(501).server_error


def test_no_answer_says_why():
    failure = TransportFailure(FailureKind.RESET, "closed in the middle")
    answer = read(Exchange(REQUEST, None, failure, 0.0))
    assert (answer.status, answer.failure) == (None, FailureKind.RESET)
    assert "closed in the middle" in answer.told()


def test_a_redirect_to_what_is_no_address_is_an_answer():
    assert answered(302, location="http://[elsewhere").redirects_to == "http://[elsewhere"
