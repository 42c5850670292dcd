"""What is sent is what was given, byte for byte."""

from __future__ import annotations

from http.server import HTTPServer

import pytest

from conformance.transport.exchange import Request, Response
from conformance.transport.http import HttpTransport
from conformance.transport.signing import Credentials, Signer
from tests.serving import Quiet, running


@pytest.fixture
def echo(serve, answer):
    def handle(peer):
        while peer.read_request():
            peer.send(answer(b"ok", b"X-One: 1", b"x-one: 2"))

    return serve(handle)


@pytest.mark.parametrize(
    ("suffix", "target"),
    [
        ("/apikeys/a%2Fb", "/apikeys/a%2Fb"),
        ("/apikeys/a%2fb", "/apikeys/a%2fb"),
        ("/apikeys//x", "/apikeys//x"),
        ("/apikeys/./x/../y", "/apikeys/./x/../y"),
        ("//apikeys", "//apikeys"),
        ("/a?a=1&a=2", "/a?a=1&a=2"),
        ("/a?b=%7e~&c", "/a?b=%7e~&c"),
        ("/bad%zzescape", "/bad%zzescape"),
        ("/tags/arn:aws:x/$@!'()*", "/tags/arn:aws:x/$@!'()*"),
        ("?a=1", "/?a=1"),
        ("", "/"),
    ],
)
def test_the_request_target_arrives_as_it_was_given(echo, transport, suffix, target):
    transport.send(Request("GET", echo.url + suffix, (("Host", "h"),)))
    assert echo.received == [f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()]


def test_no_header_is_added_reordered_or_merged(echo, transport):
    headers = (("Host", "h"), ("X-B", "2"), ("X-A", "1"), ("X-B", "3"), ("Content-Length", "3"))
    transport.send(Request("PATCH", f"{echo.url}/x", headers, b"\x00\xff\n"))
    lines = b"\r\n".join(f"{name}: {value}".encode() for name, value in headers)
    assert echo.received == [b"PATCH /x HTTP/1.1\r\n" + lines + b"\r\n\r\n\x00\xff\n"]


def test_a_signed_request_arrives_as_it_was_recorded(echo, transport):
    signer = Signer(Credentials("id", "secret", "token"), "us-east-1", "apigateway")
    request = signer.sign("PATCH", f"{echo.url}/apikeys/a%2Fb?x=%20", (), b'{"a": "\xc3\xa9"}')
    transport.send(request)
    lines = b"\r\n".join(f"{name}: {value}".encode() for name, value in request.headers)
    assert echo.received == [
        b"PATCH /apikeys/a%2Fb?x=%20 HTTP/1.1\r\n" + lines + b'\r\n\r\n{"a": "\xc3\xa9"}'
    ]


def test_an_empty_body_has_a_length(echo, transport):
    signer = Signer(Credentials("id", "secret"), "us-east-1", "apigateway")
    transport.send(signer.sign("POST", f"{echo.url}/apikeys"))
    assert b"\r\nContent-Length: 0\r\n" in echo.received[0]
    assert b"Content-Type" not in echo.received[0]


def test_a_large_body_arrives_whole(echo, transport):
    body = b"x" * 300_000
    headers = (("Host", "h"), ("Content-Length", str(len(body))))
    transport.send(Request("PUT", echo.url, headers, body))
    assert echo.received[0].endswith(b"\r\n\r\n" + body)


def test_the_response_keeps_repeated_headers_and_raw_bytes(echo, transport):
    exchange = transport.send(Request("GET", echo.url, ()))
    assert exchange.response is not None
    assert exchange.response.body == b"ok"
    assert exchange.response.header("content-length") == "2"
    ones = [value for name, value in exchange.response.headers if name.lower() == "x-one"]
    assert ones == ["1", "2"]


def test_the_content_encoding_is_left_alone(serve, answer, transport):
    def handle(peer):
        peer.read_request()
        peer.send(answer(b"not gzip", b"Content-Encoding: gzip"))

    exchange = transport.send(Request("GET", serve(handle).url, ()))
    assert exchange.response is not None
    assert exchange.response.body == b"not gzip"


def test_a_chunked_body_is_put_together(serve, transport):
    def handle(peer):
        peer.read_request()
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        peer.send(head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")

    exchange = transport.send(Request("GET", serve(handle).url, ()))
    assert exchange.response == Response(200, (("Transfer-Encoding", "chunked"),), b"abcde")


def test_one_connection_serves_many_requests(echo, transport):
    for _ in range(5):
        assert transport.send(Request("GET", echo.url, ())).failure is None
    assert echo.connections == 1


def test_a_space_in_the_target_is_the_callers_fault(echo, transport):
    with pytest.raises(ValueError, match="can't contain control characters"):
        transport.send(Request("GET", f"{echo.url}/a b", ()))


@pytest.mark.parametrize(("version", "is_old"), [("HTTP/1.0", True), ("HTTP/1.1", False)])
def test_a_server_of_one_connection_at_a_time_and_its_version(version, is_old):
    class OneAtATime(Quiet):
        protocol_version = version

        def answer(self):
            self.reply(200, {}, b"{}")

    with running(HTTPServer(("127.0.0.1", 0), OneAtATime)) as url:
        transport = HttpTransport(timeout=60)
        request = Request("GET", f"{url}/", (("Host", "x"),))
        answers = [transport.send(request), *transport.send_all([request], pipelined=False)]
        answers.append(transport.send(request))
        transport.close()
    assert [one.response is not None and one.response.is_old for one in answers] == [is_old] * 3
    assert all(one.response is not None for one in answers)
