"""Connections over which requests go as they are, byte for byte, and whose answers keep a deadline.

* A request target is sent as it is given: libraries rewrite percent-encodings.
* The time limit is for the whole exchange. A socket's own timeout starts again with every byte, so
  a server that trickles one byte a second would never be cut off.
* A connection that the server closed while it was idle is distinguished from one that it closed
  because of the request, so that only the first is tried again; one that was idle for long is not
  used again at all, as its other end may be gone.
* The usual transport may send any request over any connection that it keeps. Where it matters that
  one request follows another on the same connection, ``send_all`` writes and reads them.
"""

import contextlib
import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from urllib3.util import wait_for_read

from conformance.transport.address import host_and_port
from conformance.transport.exchange import Exchange, Request
from conformance.transport.response_reader import (
    ENDED,
    DeadlineReader,
    KeptReader,
    RawAnswer,
    failure_of,
    read_answer,
    seconds_left,
)

_UNREAD = contextlib.suppress(BrokenPipeError, ConnectionResetError)
_UNHEARD = contextlib.suppress(OSError)
IDLE = 4.0
"""Seconds after which a kept connection is not used again: servers begin to close them at five, and
what lies in between forgets them without a word."""


class StaleConnectionError(ConnectionError):
    """A kept-alive connection was closed by the server before it answered."""


_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
"""Where the system has it: a server that writes head and body apart waits 40 ms for the
acknowledgement of the head. The system forgets it with each exchange."""


def connected(url: str, timeout: float, context: Callable[[], ssl.SSLContext]) -> socket.socket:
    """A socket that is connected to the origin of a URL. Raises OSError."""
    made: socket.socket = socket.create_connection(host_and_port(url), timeout)
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if url.startswith("https:"):
            made = context().wrap_socket(made, server_hostname=host_and_port(url)[0])
    except OSError:
        made.close()
        raise
    return made


class Connection:
    """An open connection, used by one thread at a time and kept between exchanges."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._raw = DeadlineReader(sock)
        self.file: io.BufferedReader = KeptReader(self._raw)
        """What the peer sends."""
        self._answered = 0
        self._last = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether another request may go over it: nothing is to be read between two."""
        if time.monotonic() - self._last >= IDLE:
            return False
        return not wait_for_read(self.sock, timeout=0.0)

    def begin(self, deadline: float) -> None:
        """Set the deadline for everything that follows, and forget that anything was received."""
        self._raw.deadline, self._raw.started = deadline, False

    def exchange(self, data: bytes, method: str, deadline: float, limit: int) -> RawAnswer:
        """Send the bytes of a request and read its answer, at most ``limit`` bytes of body.

        Raises StaleConnectionError where a kept connection had ended, TooLargeError, and what the
        network does. Then the connection is of no use any more.
        """
        self.begin(deadline)
        try:
            self.write(data)
            if _QUICKACK is not None:
                with _UNHEARD:
                    self.sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            answer = read_answer(self.file, method, limit)
        except ENDED as error:
            if self._answered:
                raise StaleConnectionError(str(error)) from error
            raise
        self._answered += 1
        self._last = time.monotonic()
        # What nobody announced is no part of the next answer.
        return answer._replace(last=answer.last or self._raw.is_more_in(self.file))

    def write(self, data: bytes) -> None:
        self.sock.settimeout(seconds_left(self._raw.deadline))
        # Where the other side reads no more there may be an answer to be had.
        with _UNREAD:
            self.sock.sendall(data)

    def close(self) -> None:
        self.sock.close()


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
    exchanges: list[Exchange] = []
    for index, request in enumerate(requests):
        start = time.monotonic()
        sends = [] if pipelined and index else (requests if pipelined else [request])
        try:
            line.write(b"".join(map(rendered, sends)))
        except OSError:
            if index:
                break  # it was closed meanwhile
        try:
            answer = read_answer(line.file, request.method, limit)
        except _BROKEN as error:
            if not index or not isinstance(error, ConnectionError):
                seconds = time.monotonic() - start
                exchanges.append(Exchange(request, None, failure_of(error), seconds))
            break
        seconds = time.monotonic() - start
        exchanges.append(Exchange(request, answer.response(limit), None, seconds))
        if answer.last:
            break
    return exchanges


def rendered(request: Request) -> bytes:
    """A request's bytes; a chunked body in two chunks."""
    parts = urlsplit(request.url)
    target = request.url[len(f"{parts.scheme}://{parts.netloc}") :] or "/"
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    body = request.body or b""
    if is_chunked(request):
        middle = len(body) // 2
        body = in_chunks([body[:middle], body[middle:]])
    return head + body


def is_chunked(request: Request) -> bool:
    return (request.header("Transfer-Encoding") or "").lower() == "chunked"


def in_chunks(parts: Sequence[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in parts if one) + b"0\r\n\r\n"
