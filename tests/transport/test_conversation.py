"""Several requests over one connection: each gets the answer that the server gave to it."""

from __future__ import annotations

import socket

import pytest

from conformance.transport.connection import rendered
from conformance.transport.exchange import FailureKind, Request
from conformance.transport.http import HttpTransport
from conformance.transport.retry import QuotaLimit, QuotaTransport, RetryingTransport


def requests(url, *methods, body=None):
    headers = (("Host", "h"),) if body is None else (("Host", "h"), ("Content-Length", "2"))
    return [Request(method, f"{url}/{n}", headers, body) for n, method in enumerate(methods)]


def told(exchanges):
    return [
        one.failure.kind if one.failure else (one.response.status, one.response.body)
        for one in exchanges
    ]


def numbered(answer):
    def handle(peer):
        while request := peer.read_request():
            peer.send(answer(request.split()[1]))

    return handle


@pytest.mark.parametrize("pipelined", [False, True])
def test_each_request_has_its_answer_on_one_connection(serve, answer, transport, pipelined):
    server = serve(numbered(answer))
    sent = requests(server.url, "GET", "PATCH", "GET", body=b"{}")
    exchanges = transport.send_all(sent, pipelined=pipelined)
    assert told(exchanges) == [(200, b"/0"), (200, b"/1"), (200, b"/2")]
    assert server.connections == 1


def test_an_orderly_end_between_answers_is_no_failure(serve, answer, transport):
    def once(peer):
        peer.read_request()
        peer.send(answer(b"last", b"Connection: close"))

    def silently(peer):
        peer.read_request()
        peer.send(answer(b"last"))

    for handle in (once, silently):
        server = serve(handle)
        for pipelined in (False, True):
            exchanges = transport.send_all(requests(server.url, "GET", "GET"), pipelined=pipelined)
            assert told(exchanges) == [(200, b"last")]


def test_a_body_that_was_left_on_the_connection_is_seen(serve, answer, transport):
    def lazy(peer):
        peer.read_request()
        peer.send(answer(b"no", status=b"404 Not Found"))
        peer.send(answer(b"{} GET /1 HTTP/1.1 is no request line", status=b"400 Bad Request"))
        peer.read_request()

    exchanges = transport.send_all(
        requests(serve(lazy).url, "PATCH", "GET", body=b"{}"), pipelined=False
    )
    assert [one.response.status for one in exchanges] == [404, 400]


def test_a_body_of_head_spoils_the_next_answer(serve, answer, transport):
    exchanges = transport.send_all(
        requests(serve(numbered(answer)).url, "HEAD", "GET"), pipelined=False
    )
    assert told(exchanges) == [(200, b""), FailureKind.PROTOCOL]


def test_no_answer_and_a_dropped_connection_are_failures(serve, answer, transport):
    def drop(peer):
        peer.read_request()

    assert told(transport.send_all(requests(serve(drop).url, "GET"), pipelined=False)) == [
        FailureKind.RESET
    ]


def test_no_answer_in_time_is_a_failure(serve, answer):
    def hang(peer):
        peer.read_request()
        peer.send(answer(b"one"))
        peer.read_request()
        peer.stop.wait(60)

    hasty = HttpTransport(timeout=1)
    exchanges = hasty.send_all(requests(serve(hang).url, "GET", "GET"), pipelined=False)
    hasty.close()
    # On a busy machine the first answer may be late, too.
    assert exchanges[-1].failure is not None
    assert exchanges[-1].failure.kind is FailureKind.TIMEOUT


def test_nobody_there(transport):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    sent = requests(url, "GET", "GET")
    assert told(transport.send_all(sent, pipelined=False)) == [FailureKind.REFUSED]


def test_every_request_counts(serve, answer, transport):
    waits: list[float] = []
    paced = QuotaTransport(
        transport, {"": QuotaLimit(100.0)}, lambda _: ("",), clock=lambda: 0.0, sleep=waits.append
    )
    counting = RetryingTransport(paced)
    counting.send_all(requests(serve(numbered(answer)).url, "GET", "GET"), pipelined=True)
    counting.send_all(requests(serve(numbered(answer)).url, "GET"), pipelined=False)
    assert counting.sent == 3
    assert waits == [pytest.approx(0.01), pytest.approx(0.02)]


def test_a_chunked_body_is_sent_in_two_chunks():
    request = Request("PUT", "http://h/a?b", (("Transfer-Encoding", "chunked"),), b"abcde")
    assert rendered(request) == (
        b"PUT /a?b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
    )


def test_the_usual_transport_sends_chunks_too(serve, answer, transport):
    seen = []

    def handle(peer):
        data = b""
        while not data.endswith(b"0\r\n\r\n"):
            data += peer.connection.recv(65536)
        seen.append(data)
        peer.send(answer())

    headers = (("Host", "h"), ("Transfer-Encoding", "chunked"))
    exchange = transport.send(Request("PUT", serve(handle).url + "/x", headers, b"abc"))
    assert exchange.failure is None
    assert seen[0].endswith(b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    assert b"ontent-" not in seen[0]
