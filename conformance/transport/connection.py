"""Connections over which requests go as they are, byte for byte, and whose answers keep a deadline.

* A request target is sent as it is given: libraries rewrite percent-encodings.
* The time limit is for the whole exchange. A socket's own timeout starts again with every byte, so
  a server that trickles one byte a second would never be cut off.
* A connection that the server closed while it was idle is distinguished from one that it closed
  because of the request, so that only the first is tried again; one that was idle for long is not
  used again at all, as its other end may be gone.

The usual answer, a plain head and a body of a stated length, is read here. Every other one is read
by http.client, which takes several times as long.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import time
from typing import TYPE_CHECKING, NamedTuple

from urllib3.util import wait_for_read

from conformance.transport.address import host_and_port
from conformance.transport.response_reader import (
    BODILESS,
    ENDED,
    LONGEST_LINE,
    MOST_LINES,
    OLD,
    DeadlineReader,
    KeptReader,
    LibraryResponse,
    OneReader,
    header_field,
    seconds_left,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_STATUS = re.compile(rb"HTTP/1\.1 ([2-9]\d\d)(?: [^\r\n]*)?")
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_PIECE = 65_536
_UNREAD = contextlib.suppress(BrokenPipeError, ConnectionResetError)
_UNHEARD = contextlib.suppress(OSError)
IDLE = 4.0
"""Seconds after which a kept connection is not used again: servers begin to close them at five, and
what lies in between forgets them without a word."""


class StaleConnectionError(ConnectionError):
    """A kept-alive connection was closed by the server before it answered."""


class TooLargeError(Exception):
    """The body passes the limit."""


class RawAnswer(NamedTuple):
    """An answer without its transfer encoding; ``last``: the connection ends with it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_old: bool
    last: bool


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
        self._answered = 0
        self._last = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether another request may go over it: nothing is to be read between two."""
        if time.monotonic() - self._last >= IDLE:
            return False
        return not wait_for_read(self.sock, timeout=0.0)

    def exchange(self, data: bytes, method: str, deadline: float, limit: int) -> RawAnswer:
        """Send the bytes of a request and read its answer, at most ``limit`` bytes of body.

        Raises StaleConnectionError where a kept connection had ended, TooLargeError, and what the
        network does. Then the connection is of no use any more.
        """
        try:
            self._write(data, deadline)
            answer = self._read(method, deadline, limit)
        except ENDED as error:
            if self._answered:
                raise StaleConnectionError(str(error)) from error
            raise
        self._answered += 1
        self._last = time.monotonic()
        return answer

    def close(self) -> None:
        """Close it."""
        self.sock.close()

    def _write(self, data: bytes, deadline: float) -> None:
        self.sock.settimeout(seconds_left(deadline))
        # Where the other side reads no more there may be an answer to be had.
        with _UNREAD:
            self.sock.sendall(data)

    def _read(self, method: str, deadline: float, limit: int) -> RawAnswer:
        self.sock.settimeout(seconds_left(deadline))
        if _QUICKACK is not None:
            with _UNHEARD:
                self.sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        data = self.sock.recv(_PIECE)
        usual = _usual_head(data, method)
        if usual is None:
            return self._by_library(data, method, deadline, limit)
        status, headers, start, length, last = usual
        if length > limit:
            raise TooLargeError
        rest, missing = [data[start:]], start + length - len(data)
        while missing > 0:
            piece = self._more(deadline)
            if not piece:
                raise http.client.IncompleteRead(b"".join(rest), missing)
            rest.append(piece)
            missing -= len(piece)
        # What nobody announced is no part of the next answer.
        return RawAnswer(status, headers, b"".join(rest)[:length], False, last or missing < 0)

    def _more(self, deadline: float) -> bytes:
        self.sock.settimeout(seconds_left(deadline))
        try:
            return self.sock.recv(_PIECE)
        except ENDED as error:
            raise ConnectionAbortedError("reset within the response") from error

    def _by_library(self, data: bytes, method: str, deadline: float, limit: int) -> RawAnswer:
        if not data:
            raise http.client.RemoteDisconnected("Remote end closed connection without response")
        raw = DeadlineReader(self.sock, deadline, data)
        file = KeptReader(raw)
        answer = LibraryResponse(OneReader(file), method=method)  # type: ignore[arg-type]
        answer.begin()
        if answer.length is not None and answer.length > limit:
            raise TooLargeError
        body = answer.read(limit + 1)
        if len(body) > limit:
            raise TooLargeError
        if answer.length:
            raise http.client.IncompleteRead(body, answer.length)
        raw.is_over = True
        last = answer.will_close or bool(file.peek())
        headers = tuple(answer.headers.items())
        return RawAnswer(answer.status, headers, body, answer.version == OLD, last)


_Usual = tuple[int, tuple[tuple[str, str], ...], int, int, bool]
"""A status, the headers, where the body begins, how long it is, whether the connection ends."""


def _usual_head(data: bytes, method: str) -> _Usual | None:
    """The head of an answer that leaves no question open; None of any other."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    line, *lines = data[:end].split(b"\r\n")
    status = _STATUS.fullmatch(line)
    if status is None or len(lines) >= MOST_LINES or end > LONGEST_LINE:
        return None
    headers: list[tuple[str, str]] = []
    framing: dict[str, str] = {}
    for one in lines:
        field = header_field(one)
        if field is None:
            return None
        headers.append(field)
        known = field[0].lower()
        if known in _FRAMING:
            if known in framing:
                return None
            framing[known] = field[1]
    code = int(status[1])
    stated = framing.get("content-length", "")
    if method == "HEAD" or code in BODILESS:
        stated = "0"
    if "transfer-encoding" in framing or _LENGTH.fullmatch(stated) is None:
        return None
    last = "close" in framing.get("connection", "").lower()
    return code, tuple(headers), end + 4, int(stated), last
