"""The heads of answers are read as the library reads them, only faster."""

from __future__ import annotations

import http.client
import io
import socket
import time
from random import Random

import pytest

from conformance.transport import connection
from conformance.transport.failures import failure_of
from conformance.transport.response_reader import header_lines, parsed_headers

PIECES = (
    *(
        b"Content-Type",
        b":",
        b" ",
        b"\t",
        b"\r\n",
        b"\n",
        b"\r",
        b"\xe9",
        b"\x00",
        b"\x0b",
        b"\x85",
    ),
    *(b"X-A: 1\r\n", b"Set-Cookie: a=b; c", b": v\r\n", b"From ", b"=?utf-8?q?x?=", b'"'),
    *(b"multipart/mixed; boundary=x", b"Transfer-Encoding: chunked\r\n"),
)


def usual(data):
    return list(http.client.parse_headers(io.BytesIO(data)).items())


def ours(data):
    return list(parsed_headers(header_lines(io.BytesIO(data))).items())


def test_a_head_says_what_the_library_says_of_it():
    random, plain = Random(1), 0
    for _ in range(3000):
        lines = b"".join(random.choice(PIECES) for _ in range(random.randint(1, 14)))
        head = lines + random.choice([b"\r\n\r\n", b"\n\n", b""])
        assert ours(head) == usual(head)
        plain += len(usual(head)) > 0
    assert plain > 300


@pytest.mark.parametrize(
    "head", [b"A: b\r\n" * 101 + b"\r\n", b"A: " + b"b" * 65_536 + b"\r\n\r\n"]
)
def test_the_limits_are_the_library_s(head):
    with pytest.raises(http.client.HTTPException) as by_us:
        ours(head)
    with pytest.raises(http.client.HTTPException) as by_it:
        usual(head)
    assert (type(by_us.value), str(by_us.value)) == (type(by_it.value), str(by_it.value))


STATUSES = (b"HTTP/1.1 200 OK", b"HTTP/1.1 404", b"HTTP/1.1 204 No Content", b"HTTP/1.0 200 OK")
FRAMES = (
    *(b"Content-Length: 4", b"content-length:4", b"Content-Length: +4", b"Content-Length: 4 "),
    *(b"Content-Length: 2", b"Content-Length: 9", b"Transfer-Encoding: chunked"),
    *(b"Connection: close", b"Connection: keep-alive", b"X-A:  b ", b"X-A: \xe9", b" folded", b""),
)


def answered(data, method, *, by_library):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        made, deadline = connection.Connection(ours), time.monotonic() + 60
        try:
            if by_library:
                first = ours.recv(65536)
                return made._by_library(first, method, deadline, 100)
            return made.exchange(b"", method, deadline, 100)
        except (OSError, http.client.HTTPException) as error:
            return failure_of(error).kind


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_read_without_the_library_is_what_it_reads(method):
    random, whole = Random(2), 0
    for _ in range(1500):
        lines = [random.choice(FRAMES) for _ in range(random.randint(0, 3))]
        head = b"\r\n".join([random.choice(STATUSES), *lines]) + b"\r\n\r\n"
        data = head + random.choice([b"", b"{}", b"abcd", b"4\r\nabcd\r\n0\r\n\r\n", b"abcdefghi"])
        found = answered(data, method, by_library=False)
        assert found == answered(data, method, by_library=True), data
        usual = connection._usual_head(data, method) is not None
        whole += usual and isinstance(found, connection.RawAnswer)
    assert whole > 150
