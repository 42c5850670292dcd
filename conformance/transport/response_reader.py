"""Responses that http.client reads from a socket of this program, within one deadline."""

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

from conformance.transport.body_forms import undone
from conformance.transport.exchange import Response

_INTERIM = frozenset({100, *range(102, 200)})
BODILESS = frozenset({204, 304})
_VERSIONS = {"HTTP/1.0": 10, "HTTP/0.9": 10}
OLD = 10
"""HTTP/1.0, as http.client numbers versions."""
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)")
_END = frozenset({b"\r\n", b"\n", b""})
LONGEST_LINE, MOST_LINES = 65_536, 100
ENDED = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How a connection shows that the other side has ended it."""


class TooLargeError(http.client.HTTPException):
    """The body passes the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit} bytes")


class RawAnswer(NamedTuple):
    """An answer without its transfer encoding; ``last``: the connection ends with it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_old: bool
    last: bool

    def response(self, limit: int) -> Response:
        """The same without its content coding, unless it would be larger than ``limit`` bytes."""
        coding = next((v for k, v in self.headers if k.lower() == "content-encoding"), None)
        body = undone(self.body, coding, limit) if coding else self.body
        return Response(self.status, self.headers, body, self.is_old)


class DeadlineReader(io.RawIOBase):
    """Reads a socket until a moment on the monotonic clock, however the bytes are portioned."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._is_over = sock, False
        self.deadline = 0.0
        self.started = False
        """Whether anything came since the deadline was set."""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what there is; TimeoutError at the deadline."""
        if self._is_over:
            return 0
        self._sock.settimeout(seconds_left(self.deadline))
        try:
            count = self._sock.recv_into(buffer)
        except ENDED as error:
            if self.started:
                raise ConnectionAbortedError("reset within the response") from error
            raise
        self.started = True
        return count

    def is_more_in(self, file: io.BufferedReader) -> bool:
        """Whether a reader of this has bytes that were not asked for; the socket is not read."""
        self._is_over = True
        try:
            return bool(file.peek())
        finally:
            self._is_over = False


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


class LibraryResponse(http.client.HTTPResponse):
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
            header_lines(self.fp)
            version, self.status, reason = self._read_status()
        if version not in _VERSIONS and not version.startswith("HTTP/1."):
            raise http.client.UnknownProtocol(version)
        self.code, self.reason = self.status, reason.strip()
        self.version = _VERSIONS.get(version, 11)
        self.headers = self.msg = parsed_headers(header_lines(self.fp))
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.will_close = self._check_close()
        self.length = self._stated_length()
        if self.length is None and not self.chunked:
            self.will_close = True

    def _stated_length(self) -> int | None:
        if self._method == "HEAD" or self.status in BODILESS or self.status < 200:
            return 0
        with contextlib.suppress(ValueError):
            length = int(self.headers.get("content-length") or "")
            return length if length >= 0 and not self.chunked else None
        return None


def read_answer(file: io.BufferedReader, method: str, limit: int) -> RawAnswer:
    """One answer, with at most ``limit`` bytes of body; TooLargeError where it has more."""
    answer = LibraryResponse(OneReader(file), method=method)  # type: ignore[arg-type]
    answer.begin()
    if answer.length is not None and answer.length > limit:
        raise TooLargeError(limit)
    body = answer.read(limit + 1)
    if len(body) > limit:
        raise TooLargeError(limit)
    if answer.length:
        raise http.client.IncompleteRead(body, answer.length)
    headers = tuple(answer.headers.items())
    return RawAnswer(answer.status, headers, body, answer.version == OLD, answer.will_close)


def header_lines(file: io.BufferedIOBase) -> list[bytes]:
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


def parsed_headers(lines: list[bytes]) -> http.client.HTTPMessage:
    """The headers of an answer; what is not plainly a header in each line is read as mail is."""
    found = [header_field(_without_end(line)) for line in lines[:-1]]
    if None in found:
        return http.client.parse_headers(io.BytesIO(b"".join(lines)))
    message = http.client.HTTPMessage()
    for field in found:
        if field is not None:
            message[field[0]] = field[1]
    return message


def _without_end(line: bytes) -> bytes:
    return line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")


def seconds_left(deadline: float) -> float:
    """The seconds until a moment; TimeoutError where it is past."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the response took longer than its deadline")
    return left


@lru_cache(maxsize=256)
def header_field(line: bytes) -> tuple[str, str] | None:
    """A header, None of what is none in one plain line: most are the same in every answer."""
    found = _FIELD.fullmatch(line)
    return None if found is None else (found[1].decode("ascii"), found[2].decode("iso-8859-1"))
