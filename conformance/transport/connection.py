"""Connections that send the exact target, know when they are stale, and keep to a deadline.

urllib3 makes the pools, TLS and proxies; these classes change three things of a connection:

* the request target is taken as it is (urllib3 would rewrite percent-encodings);
* the time limit of a response is for all of it. A socket's own timeout starts again with every
  byte, so a server that trickles one byte a second would never be cut off;
* a connection that the server closed while it was idle is distinguished from one that it closed
  because of the request, so that only the first is tried again; one that was idle for long is not
  used again at all, as its other end may be gone.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import queue
import re
import ssl
import time
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping


_INTERIM = frozenset({100, *range(102, 200)})
_BODILESS = frozenset({204, 304})
_VERSIONS = {"HTTP/1.0": 10, "HTTP/0.9": 10}
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)\r?\n")
_END = frozenset({b"\r\n", b"\n", b""})
LONGEST_LINE, MOST_LINES = 65_536, 100
_ENDED = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How a connection shows that the other side has ended it."""
IDLE = 4.0
"""Seconds after which a kept connection is not used again: servers begin to close them at five, and
what lies in between forgets them without a word."""


class ExactHeaders(dict[str, str]):
    """Headers in their order, repeated names included, and the request target with them.

    The pool sends a copy of the headers it is given and asks them for little else: that makes them
    the one thing that travels untouched from the adapter to the connection.
    """

    def __init__(self, pairs: tuple[tuple[str, str], ...], target: str | None) -> None:
        super().__init__(pairs)
        self.target = target
        """None where a proxy has to be sent the whole URL."""
        self._pairs = pairs

    def __contains__(self, name: object) -> bool:
        wanted = str(name).lower()
        return any(known.lower() == wanted for known in self)

    def items(self) -> Any:
        """The pairs as they are sent."""
        return self._pairs

    def copy(self) -> ExactHeaders:
        """The same pairs and target."""
        return ExactHeaders(self._pairs, self.target)

    def update(self, more: Mapping[str, str]) -> None:  # type: ignore[override]
        """Append what a proxy needs to know."""
        super().update(more)
        self._pairs += tuple(more.items())


class StaleConnectionError(ConnectionError):
    """A kept-alive connection was closed by the server before it answered."""


class DeadlineReader(io.RawIOBase):
    """Reads a socket until a moment on the monotonic clock, however the bytes are portioned."""

    def __init__(self, sock: socket.socket, file: io.RawIOBase, deadline: float) -> None:
        self._sock = sock
        self._file = file
        self._deadline = deadline
        self._started = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what there is; TimeoutError at the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the response took longer than its deadline")
        self._sock.settimeout(left)
        try:
            count = self._sock.recv_into(buffer)
        except ConnectionResetError as error:
            if self._started:
                raise ConnectionAbortedError("reset within the response") from error
            raise
        self._started = True
        return count

    def close(self) -> None:
        """Let go of the socket."""
        # The file is an open use of the socket: the socket outlives its connection until then.
        self._file.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    """A response whose status line, headers and body share one time limit.

    The limit is the timeout that the socket has when reading starts: the pool sets it to what is
    left for the exchange.
    """

    if TYPE_CHECKING:  # parts of http.client that are no promise of it
        _method: str | None

        def _read_status(self) -> tuple[str, int, str]: ...
        def _check_close(self) -> bool: ...

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        limit = sock.gettimeout()
        if limit is not None:
            file = self.fp.detach()
            self.fp = io.BufferedReader(DeadlineReader(sock, file, time.monotonic() + limit))

    def begin(self) -> None:
        """Read the status line and headers of the answer that counts: interim ones come first.

        As the library does it, but that it skips 100 alone (a 101 would be the end of HTTP, and is
        an answer), and has the parser of mail read the headers, which takes four times as long.
        """
        if hasattr(self, "code"):
            return
        version, self.status, reason = self._read_status()
        while self.status in _INTERIM:
            _header_lines(self.fp)
            version, self.status, reason = self._read_status()
        if version not in _VERSIONS and not version.startswith("HTTP/1."):
            raise http.client.UnknownProtocol(version)
        self.code, self.reason = self.status, reason.strip()
        self.version = _VERSIONS.get(version, 11)
        self.headers = self.msg = _message(_header_lines(self.fp))
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.will_close = self._check_close()
        self.length = self._stated_length()
        if self.length is None and not self.chunked:
            self.will_close = True

    def _stated_length(self) -> int | None:
        if self._method == "HEAD" or self.status in _BODILESS or self.status < 200:
            return 0
        with contextlib.suppress(ValueError):
            length = int(self.headers.get("content-length") or "")
            return length if length >= 0 and not self.chunked else None
        return None


def _header_lines(file: io.BufferedIOBase) -> list[bytes]:
    """The lines of a head up to the empty one, within the library's own limits."""
    lines: list[bytes] = []
    while not lines or lines[-1] not in _END:
        line = file.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        lines.append(line)
        if len(lines) > MOST_LINES:
            raise http.client.HTTPException(f"got more than {MOST_LINES} headers")
    return lines


def _message(lines: list[bytes]) -> http.client.HTTPMessage:
    """The headers of an answer; what is not plainly a header in each line is read as mail is."""
    found = [_FIELD.fullmatch(line) for line in lines[:-1]]
    if not all(found):
        return http.client.parse_headers(io.BytesIO(b"".join(lines)))
    message = http.client.HTTPMessage()
    for field in found:
        if field is not None:
            message[field[1].decode("ascii")] = field[2].decode("iso-8859-1")
    return message


class _Careful(HTTPConnection):
    """What plain and TLS connections have in common."""

    response_class = _DeadlineResponse
    _answered = 0
    _last = 0.0
    _outgoing: list[bytes] | None = None

    def connect(self) -> None:
        self._answered = 0
        super().connect()

    @property
    def is_connected(self) -> bool:
        """Whether another request may go over it: the pool asks before it takes it again."""
        return time.monotonic() - self._last < IDLE and super().is_connected

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        headers = kwargs.get("headers")
        target = headers.target if isinstance(headers, ExactHeaders) else None
        self._outgoing = []
        try:
            super().request(method, target or url, *args, **kwargs)
        finally:
            parts, self._outgoing = self._outgoing, None
        try:
            self.send(b"".join(parts))
        except ssl.SSLError as error:
            # Of a plain connection the pool goes on to read: there may be an answer to be had.
            self._unless_stale(error)
            raise

    def send(self, data: Any) -> None:
        """Hold the pieces of a request back: head and body leave as one write."""
        if self._outgoing is None:
            super().send(data)
        else:
            self._outgoing.append(bytes(data))

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()
        except _ENDED as error:
            self._unless_stale(error)
            raise
        self._answered += 1
        self._last = time.monotonic()
        return response

    def _unless_stale(self, error: BaseException) -> None:
        if self._answered and isinstance(error, _ENDED):
            raise StaleConnectionError(str(error)) from error


class _CarefulTLS(_Careful, HTTPSConnection):
    """The same over TLS."""


class _Forgetful:
    """A pool that can let go of what it keeps while others use it."""

    pool: queue.LifoQueue[Any] | None

    def forget_idle(self) -> None:
        """Close every connection that waits to be used again."""
        kept = self.pool
        if kept is None:
            return
        places = 0
        with contextlib.suppress(queue.Empty):
            while True:
                connection = kept.get(block=False)
                places += 1
                if connection is not None:
                    connection.close()
        with contextlib.suppress(queue.Full):
            for _ in range(places):
                kept.put(None, block=False)


class CarefulPool(_Forgetful, HTTPConnectionPool):
    """Keeps plain connections."""

    ConnectionCls = _Careful


class CarefulTLSPool(_Forgetful, HTTPSConnectionPool):
    """Keeps TLS connections."""

    ConnectionCls = _CarefulTLS
