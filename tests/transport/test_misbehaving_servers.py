"""Whatever a server does, the exchange ends within its deadline and says what happened."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from urllib3.util import wait_for_read

from conformance.transport.connection import Connection
from conformance.transport.exchange import FailureKind, Request
from conformance.transport.http import HttpTransport

DEADLINE = 0.4
"""Seconds of those that are to run into it."""
PLENTY = 30.0
"""Seconds of everybody else: no answer is late because the machine is busy."""


@contextmanager
def transport(**options):
    made = HttpTransport(**{"timeout": PLENTY, **options})
    try:
        yield made
    finally:
        made.close()


def failure_of(url, **options):
    with transport(**options) as sender:
        exchange = sender.send(Request("GET", url, ()))
    assert exchange.response is None
    assert exchange.failure is not None
    assert exchange.failure.detail
    return exchange.failure.kind


def trickle(piece, *, head=b""):
    def handle(peer):
        peer.read_request()
        peer.send(head)
        for _ in range(1500):  # half a minute: whoever has no deadline is told something else
            if peer.stop.wait(0.02):
                return
            peer.send(piece)

    return handle


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert failure_of(f"http://127.0.0.1:{port}") is FailureKind.REFUSED


def test_an_unknown_host():
    assert failure_of("http://no-such-host.invalid") is FailureKind.REFUSED


def test_closed_without_an_answer(serve):
    assert failure_of(serve(lambda peer: peer.read_request()).url) is FailureKind.RESET


def test_reset_without_an_answer(serve):
    def handle(peer):
        peer.read_request()
        peer.reset()

    assert failure_of(serve(handle).url) is FailureKind.RESET


def test_no_byte_before_the_deadline(serve):
    def handle(peer):
        peer.read_request()
        peer.stop.wait(PLENTY)

    assert failure_of(serve(handle).url, timeout=DEADLINE) is FailureKind.TIMEOUT


def test_a_trickled_status_line(serve):
    assert failure_of(serve(trickle(b"H")).url, timeout=DEADLINE) is FailureKind.TIMEOUT


def test_trickled_headers(serve):
    handle = trickle(b"x", head=b"HTTP/1.1 200 OK\r\nX-Long: ")
    assert failure_of(serve(handle).url, timeout=DEADLINE) is FailureKind.TIMEOUT


def test_a_trickled_body(serve):
    handle = trickle(b"x", head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    assert failure_of(serve(handle).url, timeout=DEADLINE) is FailureKind.TIMEOUT


def test_trickled_chunks(serve):
    handle = trickle(b"1\r\nx\r\n", head=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert failure_of(serve(handle).url, timeout=DEADLINE) is FailureKind.TIMEOUT


def test_endless_interim_answers(serve):
    handle = trickle(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert failure_of(serve(handle).url, timeout=DEADLINE) is FailureKind.TIMEOUT


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
    ids=["until-close", "chunked"],
)
def test_a_never_ending_body(serve, head):
    def handle(peer):
        peer.read_request()
        peer.send(head)
        while not peer.stop.is_set():
            peer.send(b"x" * 65536)

    assert failure_of(serve(handle).url, body_limit=100_000) is FailureKind.TOO_LARGE


def test_an_announced_body_over_the_limit_is_not_read(serve):
    def handle(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n")
        peer.stop.wait(PLENTY)

    assert failure_of(serve(handle).url, body_limit=100) is FailureKind.TOO_LARGE


def test_a_body_of_exactly_the_limit_is_read(serve, answer):
    def handle(peer):
        peer.read_request()
        peer.send(answer(b"x" * 100))

    with transport(body_limit=100) as sender:
        exchange = sender.send(Request("GET", serve(handle).url, ()))
    assert exchange.response is not None
    assert len(exchange.response.body) == 100


def test_fewer_bytes_than_announced(serve):
    def handle(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")

    assert failure_of(serve(handle).url) is FailureKind.RESET


def test_more_bytes_than_announced_do_not_reach_the_next_answer(serve, answer):
    def handle(peer):
        while peer.read_request():
            peer.send(answer(b"ok") + b"garbage that nobody announced")

    server = serve(handle)
    with transport() as sender:
        bodies = [sender.send(Request("GET", server.url, ())).response for _ in range(3)]
    assert [answer and answer.body for answer in bodies] == [b"ok"] * 3


@pytest.mark.parametrize(
    "line",
    [b"nonsense\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x15\x03\x01\x00\x02"],
)
def test_a_garbage_status_line(serve, line):
    def handle(peer):
        peer.read_request()
        peer.send(line)

    assert failure_of(serve(handle).url) is FailureKind.PROTOCOL


def test_too_many_headers(serve):
    def handle(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2000 + b"\r\n")

    assert failure_of(serve(handle).url) is FailureKind.PROTOCOL


def test_a_redirect_is_an_answer_and_is_not_followed(serve, answer):
    def handle(peer):
        while peer.read_request():
            peer.send(answer(b"", b"Location: /elsewhere", status=b"302 Found"))

    server = serve(handle)
    with transport() as sender:
        exchange = sender.send(Request("GET", server.url, ()))
    assert exchange.response is not None
    assert exchange.response.status == 302
    assert len(server.received) == 1


def test_cookies_are_not_kept(serve, answer):
    def handle(peer):
        while peer.read_request():
            peer.send(answer(b"", b"Set-Cookie: a=b; Path=/"))

    server = serve(handle)
    with transport() as sender:
        for _ in range(2):
            sender.send(Request("GET", server.url, ()))
    assert b"cookie" not in server.received[1].lower()


def test_plain_http_where_tls_is_expected(serve, answer):
    def handle(peer):
        peer.send(answer())

    url = serve(handle).url.replace("http:", "https:")
    assert failure_of(url) is FailureKind.TLS


METHODS = ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS")


def ended_on_the_next_request(answer, end):
    """A server that ends each connection with its second request, which it does not answer."""

    def handle(peer):
        peer.read_request()
        peer.send(answer(b"one"))
        peer.read_request()
        end(peer)

    return handle


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("end", [lambda peer: None, lambda peer: peer.reset()], ids=["fin", "rst"])
def test_a_kept_connection_that_ends_on_the_next_request_is_replaced_once(
    serve, answer, method, end
):
    server = serve(ended_on_the_next_request(answer, end))
    with transport() as sender:
        first = sender.send(Request("GET", server.url, ()))
        second = sender.send(Request(method, server.url, (("Content-Length", "2"),), b"{}"))
    assert first.attempts == 1
    assert second.attempts == 2
    assert second.response is not None
    assert server.connections == 2


@pytest.mark.parametrize("method", METHODS)
def test_a_reset_that_is_not_seen_before_the_next_request(serve, answer, method, monkeypatch):
    """The race of a server that resets right after its answer, lost on purpose."""
    gone = threading.Event()

    def handle(peer):
        peer.read_request()
        peer.send(answer(b"one"))
        if server.connections == 1:
            asked.wait(10)
            peer.reset()
            gone.set()

    def is_connected(connection):
        """The transport looks, sees a good connection, and only then it is reset."""
        found = not wait_for_read(connection.sock, timeout=0.0)
        asked.set()
        gone.wait(10)
        return found

    asked = threading.Event()
    server = serve(handle)
    monkeypatch.setattr(Connection, "is_connected", property(is_connected))
    with transport() as sender:
        sender.send(Request("GET", server.url, ()))
        second = sender.send(Request(method, server.url, (("Content-Length", "2"),), b"{}"))
    assert gone.is_set()
    assert second.response is not None
    assert second.attempts == 2
    assert len(server.received) == 2  # the request that met the reset was not taken in


def test_every_kept_connection_is_given_up_with_the_first_that_ended(serve, answer):
    ready = threading.Barrier(3)

    def handle(peer):
        peer.read_request()
        if server.connections <= 3:
            ready.wait(10)  # so that three connections are open at once
        peer.send(answer(b"one"))
        peer.read_request()

    server = serve(handle)
    with transport() as sender, ThreadPoolExecutor(3) as pool:
        request = Request("POST", server.url, (("Content-Length", "2"),), b"{}")
        assert all(one.response for one in pool.map(sender.send, [request] * 3))
        last = sender.send(request)
    assert last.response is not None
    assert last.attempts == 2


def test_a_reset_on_a_new_connection_is_the_target_s_doing(serve):
    def handle(peer):
        peer.read_request()
        peer.reset()

    server = serve(handle)
    with transport() as sender:
        exchange = sender.send(Request("POST", server.url, (("Content-Length", "2"),), b"{}"))
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.RESET
    assert exchange.attempts == 1
    assert server.connections == 1


def test_a_connection_that_was_idle_for_long_is_not_used_again(serve, answer, monkeypatch):
    def handle(peer):
        while peer.read_request():
            peer.send(answer())

    server = serve(handle)
    with transport() as sender:
        sender.send(Request("GET", server.url, ()))
        sender.send(Request("GET", server.url, ()))
        assert server.connections == 1
        monkeypatch.setattr("conformance.transport.connection.IDLE", 0.0)
        assert sender.send(Request("GET", server.url, ())).attempts == 1
    assert server.connections == 2


def test_a_kept_connection_that_breaks_within_the_answer_is_not_tried_again(serve, answer):
    def handle(peer):
        peer.read_request()
        peer.send(answer(b"one"))
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")

    server = serve(handle)
    with transport() as sender:
        sender.send(Request("GET", server.url, ()))
        second = sender.send(Request("GET", server.url, ()))
    assert second.failure is not None
    assert second.failure.kind is FailureKind.RESET
    assert second.attempts == 1


def test_a_kept_connection_closed_in_between_is_no_attempt(serve, answer):
    def handle(peer):
        peer.read_request()
        peer.send(answer(b"one", b"Connection: close"))

    server = serve(handle)
    with transport() as sender:
        attempts = [sender.send(Request("GET", server.url, ())).attempts for _ in range(3)]
    assert attempts == [1, 1, 1]


def test_an_early_answer_to_a_body_that_is_not_read(serve, answer):
    def handle(peer):
        peer.connection.recv(1)
        peer.send(answer(b"", status=b"413 Content Too Large"))
        peer.stop.wait(PLENTY)

    body = b"x" * 50_000_000
    headers = (("Host", "h"), ("Content-Length", str(len(body))))
    with transport(timeout=DEADLINE) as sender:
        exchange = sender.send(Request("PUT", serve(handle).url, headers, body))
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TIMEOUT
