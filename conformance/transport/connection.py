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
import io
import re
import socket
import ssl
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from urllib3.util import wait_for_read

from conformance.transport.address import host_and_port

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERIM = frozenset({100, *range(102, 200)})
_BODILESS = frozenset({204, 304})
_VERSIONS = {"HTTP/1.0": 10, "HTTP/0.9": 10}
OLD = 10
"""HTTP/1.0, as http.client numbers versions."""
_STATUS = re.compile(rb"HTTP/1\.1 ([2-9]\d\d)(?: [^\r\n]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)")
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_END = frozenset({b"\r\n", b"\n", b""})
LONGEST_LINE, MOST_LINES = 65_536, 100
_PIECE = 65_536
_UNREAD = contextlib.suppress(BrokenPipeError, ConnectionResetError)
_UNHEARD = contextlib.suppress(OSError)
_ENDED = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How a connection shows that the other side has ended it."""
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


class DeadlineReader(io.RawIOBase):
    """Reads a socket until a moment on the monotonic clock, however the bytes are portioned.

    ``before``: what was read of it already, which comes first.
    """

    def __init__(self, sock: socket.socket, deadline: float, before: bytes = b"") -> None:
        self._sock, self._deadline, self._before = sock, deadline, before
        self._started = bool(before)
        self.is_over = False
        """Set when no more is to be read of the socket."""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what there is; TimeoutError at the deadline."""
        if self._before:
            piece = self._before[: len(buffer)]
            buffer[: len(piece)] = piece
            self._before = self._before[len(piece) :]
            return len(piece)
        if self.is_over:
            return 0
        self._sock.settimeout(_left(self._deadline))
        try:
            count = self._sock.recv_into(buffer)
        except _ENDED as error:
            if self._started:
                raise ConnectionAbortedError("reset within the response") from error
            raise
        self._started = True
        return count


class KeptReader(io.BufferedReader):
    """A reader that outlives the responses read from it: each closes its file at its end."""

    def close(self) -> None:
        """Stay open."""


class OneReader:
    """Hands the one reader of a connection to a response that thinks it has a socket."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file

    def makefile(self, *_: Any) -> io.BufferedReader:
        """The reader."""
        return self._file


class _Answer(http.client.HTTPResponse):
    """A response of which interim ones are no part."""

    if TYPE_CHECKING:  # parts of http.client that are no promise of it
        _method: str | None

        def _read_status(self) -> tuple[str, int, str]: ...
        def _check_close(self) -> bool: ...

    def begin(self) -> None:
        """Read the status line and headers of the answer that counts: interim ones come first.

        As the library does it, but that it skips 100 alone (a 101 would be the end of HTTP, and is
        an answer), and has the parser of mail read the headers, which takes four times as long.
        """
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
    found = [_field(_without_end(line)) for line in lines[:-1]]
    if None in found:
        return http.client.parse_headers(io.BytesIO(b"".join(lines)))
    message = http.client.HTTPMessage()
    for field in found:
        if field is not None:
            message[field[0]] = field[1]
    return message


def _without_end(line: bytes) -> bytes:
    return line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")


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
        except _ENDED as error:
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
        self.sock.settimeout(_left(deadline))
        # Where the other side reads no more there may be an answer to be had.
        with _UNREAD:
            self.sock.sendall(data)

    def _read(self, method: str, deadline: float, limit: int) -> RawAnswer:
        self.sock.settimeout(_left(deadline))
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
        self.sock.settimeout(_left(deadline))
        try:
            return self.sock.recv(_PIECE)
        except _ENDED as error:
            raise ConnectionAbortedError("reset within the response") from error

    def _by_library(self, data: bytes, method: str, deadline: float, limit: int) -> RawAnswer:
        if not data:
            raise http.client.RemoteDisconnected("Remote end closed connection without response")
        raw = DeadlineReader(self.sock, deadline, data)
        file = KeptReader(raw)
        answer = _Answer(OneReader(file), method=method)  # type: ignore[arg-type]
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


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the response took longer than its deadline")
    return left


@lru_cache(maxsize=256)
def _field(line: bytes) -> tuple[str, str] | None:
    """A header, None of what is none in one plain line: most are the same in every answer."""
    found = _FIELD.fullmatch(line)
    return None if found is None else (found[1].decode("ascii"), found[2].decode("iso-8859-1"))


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
        field = _field(one)
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
    if method == "HEAD" or code in _BODILESS:
        stated = "0"
    if "transfer-encoding" in framing or _LENGTH.fullmatch(stated) is None:
        return None
    last = "close" in framing.get("connection", "").lower()
    return code, tuple(headers), end + 4, int(stated), last
