"""Headers of the user's own: sent with everything, written down nowhere."""

from __future__ import annotations

import pytest

from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.extra_headers import (
    BadHeader,
    ExtraHeaders,
    HeaderTransport,
    masked,
    read_headers,
)


class Sending:
    def __init__(self):
        self.seen = []

    def send(self, request):
        self.seen.append(request)
        return Exchange(request, Response(200, (), b""), None, 0.1)

    def send_all(self, requests, *, pipelined):
        return [self.send(one) for one in requests[:1]]


def test_every_request_has_them_and_no_exchange():
    inner = Sending()
    request = Request("GET", "http://127.0.0.1/x", (("A", "1"),))
    transport = HeaderTransport(inner, read_headers(["X-Tenant: blue", "x-two:2"], {}))
    exchanges = [transport.send(request), *transport.send_all([request] * 2, pipelined=True)]
    assert len(exchanges) == 2  # as many as the target answered
    assert all(one.request == request for one in exchanges)
    expected = (("A", "1"), ("X-Tenant", "blue"), ("x-two", "2"))
    assert [one.headers for one in inner.seen] == [expected] * 2


def test_secrets_are_known_by_name_or_come_from_the_environment():
    texts = ["X-Tenant: blue", "X-Api-Key: abc def", "X-Plain: p-${ONE}-q"]
    read = read_headers(texts, {"ONE": "from-the-environment"})
    assert read.headers[2] == ("X-Plain", "p-from-the-environment-q")
    assert read.secrets == ("abc def", "def", "from-the-environment")
    assert "X-Api-Key" in read.note()[0]
    assert "abc" not in read.note()[0]
    assert ExtraHeaders().note() == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("X-Tenant: blue", "X-Tenant: blue"),
        ("X-Token: abc", "X-Token:***"),
        ("Proxy-Authorization: Bearer abc", "Proxy-Authorization:***"),
        ("X-Token: ${TOKEN}", "X-Token: ${TOKEN}"),
        ("X-Token: Bearer ${TOKEN}", "X-Token: Bearer ${TOKEN}"),
        ("X-Token: abc${TOKEN}", "X-Token:***"),
        ("Cookie: a=secret; b=${TOKEN}", "Cookie:***"),
    ],
)
def test_what_may_be_written_down(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    ["x", ":y", "a b: c", "Authorization: x", "host: y", "X-Y: ${NOT_THERE}", "X: a\r\nY: b",
     "X: \N{SNOWMAN}"],
)  # fmt: skip
def test_what_cannot_be_sent(text):
    with pytest.raises(BadHeader) as problem:
        read_headers([text], {})
    assert "NAME:VALUE" in problem.value.hint


def test_a_complaint_does_not_tell_a_secret():
    with pytest.raises(BadHeader) as problem:
        read_headers(["X-Token: hidden\nvalue"], {})
    assert "hidden" not in str(problem.value)
