"""Several requests over one separate connection, each with the answer that belongs to it.

The usual transport may send any request over any connection that it keeps. Where it matters that
one request follows another on the same connection, they are written and read here, byte for byte.
"""

from __future__ import annotations

import http.client
import io
import time
from collections.abc import Iterator, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from conformance.transport.exchange import Exchange, Request
from conformance.transport.failures import failure_of
from conformance.transport.response_reader import read_answer

_BROKEN = (OSError, http.client.HTTPException)


class ConnectionLine(Protocol):
    """One open connection."""

    def write(self, data: bytes) -> None:
        """Send bytes. Raises OSError."""

    @property
    def file(self) -> io.BufferedReader:
        """What the peer sends; reading raises OSError."""


def send_all(
    line: ConnectionLine, requests: Sequence[Request], limit: int, *, pipelined: bool
) -> list[Exchange]:
    """Send the requests and read an answer to each, at most ``limit`` bytes of body.

    ``pipelined`` sends all of them before the first answer is read. An exchange that failed is the
    last one. There are fewer exchanges than requests too where the peer ended the connection
    between two answers, as it may at any time.
    """
    return list(_exchanges(line, requests, limit, pipelined=pipelined))


def _exchanges(
    line: ConnectionLine, requests: Sequence[Request], limit: int, *, pipelined: bool
) -> Iterator[Exchange]:
    for index, request in enumerate(requests):
        start = time.monotonic()
        sends = [] if pipelined and index else (requests if pipelined else [request])
        try:
            line.write(b"".join(map(rendered, sends)))
        except OSError:
            if index:
                return  # it was closed meanwhile
        try:
            answer = read_answer(line.file, request.method, limit)
        except http.client.RemoteDisconnected as ended:
            if not index:
                yield Exchange(request, None, failure_of(ended), time.monotonic() - start)
            return
        except _BROKEN as error:
            if index and isinstance(error, ConnectionError):
                return
            yield Exchange(request, None, failure_of(error), time.monotonic() - start)
            return
        yield Exchange(request, answer.response(limit), None, time.monotonic() - start)
        if answer.last:
            return


def rendered(request: Request) -> bytes:
    """A request's bytes; a chunked body in two chunks."""
    parts = urlsplit(request.url)
    target = request.url[len(f"{parts.scheme}://{parts.netloc}") :] or "/"
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    body = request.body or b""
    return head + (_chunked(body) if is_chunked(request) else body)


def is_chunked(request: Request) -> bool:
    """Whether the body is sent in chunks."""
    return (request.header("Transfer-Encoding") or "").lower() == "chunked"


def _chunked(body: bytes) -> bytes:
    middle = len(body) // 2
    return in_chunks([body[:middle], body[middle:]])


def in_chunks(parts: Sequence[bytes]) -> bytes:
    """A body in these chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in parts if one) + b"0\r\n\r\n"
