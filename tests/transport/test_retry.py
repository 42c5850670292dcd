"""Throttling, and what asks to try again, is retried and counted; nothing else is."""

from __future__ import annotations

import json

import cbor2
import pytest

from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)
from conformance.transport.protocols.registry import read
from conformance.transport.retry import Plea, QuotaLimit, QuotaTransport, RetryingTransport, plea
from tests.json_double import OneByOne

REQUEST = Request("GET", "http://h/", ())
OK = Response(200, (), b"{}")
SLOW_DOWN = Response(429, (), b"")


class Scripted(OneByOne):
    """Gives the scripted answers one after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def send(self, request):
        answer = self.answers.pop(0)
        if isinstance(answer, TransportFailure):
            return Exchange(request, None, answer, 0.0)
        return Exchange(request, answer, None, 0.0)


def retrying(*answers, **options):
    waits: list[float] = []
    inner = Scripted(*answers)
    sender = RetryingTransport(
        inner, sleep=waits.append, jitter=lambda _, high: high, **{"base": 1.0, **options}
    )
    return sender, waits


def test_an_answer_is_passed_on():
    sender, waits = retrying(OK)
    assert sender.send(REQUEST) == Exchange(REQUEST, OK, None, 0.0, attempts=1)
    assert waits == []
    assert sender.sent == 1


def test_throttling_is_retried_with_growing_waits():
    sender, waits = retrying(SLOW_DOWN, SLOW_DOWN, SLOW_DOWN, OK, longest=3.0)
    exchange = sender.send(REQUEST)
    assert exchange.response == OK
    assert exchange.attempts == 4
    assert waits == [1.0, 2.0, 3.0]
    assert sender.sent == 4


@pytest.mark.parametrize("code", [b"Throttling", b"RequestLimitExceeded", b"SlowDown"])
def test_throttling_in_xml_is_retried_too(code):
    """The query services answer it with 400, and name it in the body alone."""
    told = b"<ErrorResponse><Error><Code>%s</Code></Error></ErrorResponse>" % code
    sender, _ = retrying(Response(400, (), told), OK)
    assert sender.send(REQUEST).response == OK


def test_throttling_in_cbor_is_retried_too():
    told = cbor2.dumps({"__type": "com.amazonaws.some#ThrottlingException", "message": "slow"})
    slow = Response(400, (("content-type", "application/cbor"),), told)
    sender, _ = retrying(slow, OK)
    assert sender.send(REQUEST).response == OK


def test_the_last_throttled_answer_is_given_after_the_bound():
    sender, waits = retrying(*[SLOW_DOWN] * 3, retries=2)
    assert sender.send(REQUEST).response == SLOW_DOWN
    assert len(waits) == 2


def test_retry_after_is_heeded_up_to_the_longest_wait():
    asked = [Response(429, (("retry-after", value),), b"") for value in ("2", "900", "soon")]
    sender, waits = retrying(*asked, OK, longest=5.0)
    sender.send(REQUEST)
    assert waits == [2.0, 5.0, 4.0]


def test_a_transport_failure_is_not_retried():
    sender, _ = retrying(TransportFailure(FailureKind.TIMEOUT, "slow"))
    assert sender.send(REQUEST).attempts == 1


def body(**members):
    return json.dumps(members).encode()


@pytest.mark.parametrize(
    "response",
    [
        Response(429, (), body(__type="LimitExceededException")),
        Response(400, (("X-Amzn-ErrorType", "ThrottlingException:http://x/"),), b""),
        Response(503, (), body(__type="com.amazonaws#ThrottlingException")),
        Response(400, (), body(code="TooManyRequestsException")),
        Response(503, (("x-amzn-errortype", "RequestLimitExceeded"),), b""),
    ],
)
def test_what_throttling_looks_like(response):
    assert plea(answered(response)) is Plea.SLOWER
    assert read(answered(response)).throttled


@pytest.mark.parametrize(
    "response",
    [
        OK,
        Response(400, (), body(__type="BadRequestException")),
        Response(503, (), b"<html>down</html>"),
        Response(503, (), b'["ThrottlingException"]'),
        Response(503, (), body(__type=7)),
        Response(403, (), body(__type="ThrottlingException")),
        Response(500, (), b"\xff"),
        Response(400, (), body(__type="LimitExceededException")),
        Response(400, (), body(__type="ThrottlingPolicyException")),
    ],
)
def test_what_throttling_does_not_look_like(response):
    assert plea(answered(response)) is not Plea.SLOWER
    assert not read(answered(response)).throttled


def answered(response):
    return Exchange(REQUEST, response, None, 0.0)


TRY_AGAIN = Response(
    409,
    (("x-amzn-errortype", "ConflictException"),),
    body(message="A concurrent modification was found. Please try again later."),
)
CONFLICT = b"<Error><Code>OperationAborted</Code><Message>%s</Message></Error>"
AWAY = Response(503, (("Retry-After", "1"),), b"<html>down</html>")


@pytest.mark.parametrize(
    "response",
    [
        TRY_AGAIN,
        AWAY,
        Response(503, (), b""),
        Response(500, (("retry-after", "1"),), b"{}"),
        Response(409, (), body(Message="Another update of this key is in progress")),
        Response(409, (), body(message="the key is being updated; retry")),
        Response(409, (), CONFLICT % b"A conflicting operation is in progress. Please try again."),
        Response(400, (), body(__type="x#ConcurrentModificationException")),
        Response(408, (), body(code="RequestTimeoutException")),
    ],
)
def test_what_will_be_over_in_a_moment(response):
    assert plea(answered(response)) is Plea.LATER
    assert read(answered(response)).passing
    assert plea(answered(response)) is not Plea.SLOWER


@pytest.mark.parametrize(
    "response",
    [
        OK,
        SLOW_DOWN,
        Response(409, (), body(message="API Key already exists")),
        Response(409, (), b"try again"),
        Response(409, (), CONFLICT % b"Your bucket is not empty."),
        Response(400, (), body(message="Invalid name, please try again")),
        Response(500, (), body(message="try again later")),
        Response(404, (("Retry-After", "1"),), b"{}"),
    ],
)
def test_what_will_not_be_over(response):
    assert plea(answered(response)) is not Plea.LATER
    assert not read(answered(response)).passing


@pytest.mark.parametrize("answer", [TRY_AGAIN, AWAY], ids=["conflict", "unavailable"])
def test_a_passing_refusal_is_never_seen(answer):
    sender, waits = retrying(answer, answer, OK)
    exchange = sender.send(REQUEST)
    assert exchange.response == OK
    assert exchange.attempts == sender.sent == 3
    assert len(waits) == 2


def test_a_refusal_that_comes_each_time_is_the_answer_and_soon_not_waited_for():
    sender, waits = retrying(*[AWAY] * 7, OK, AWAY, OK, retries=4)
    assert sender.send(REQUEST).response == AWAY
    assert waits == [1.0, 2.0, 2.0, 2.0]
    assert sender.send(REQUEST).response == AWAY
    assert waits[4:] == [1.0]
    assert sender.send(REQUEST).response == OK
    assert sender.send(REQUEST).attempts == 2


def test_a_pace_spaces_requests_evenly():
    now = [0.0]
    waits: list[float] = []

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    sender = QuotaTransport(
        Scripted(*[OK] * 4),
        {"": QuotaLimit(4.0)},
        lambda _: ("",),
        clock=lambda: now[0],
        sleep=sleep,
    )
    for _ in range(3):
        sender.send(REQUEST)
    now[0] += 10
    sender.send(REQUEST)
    assert waits == [0.25, 0.25]
