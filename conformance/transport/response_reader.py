"""Responses that http.client reads from a socket of this program, and what failed instead."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import requests
import urllib3.exceptions

from conformance.transport.body_forms import undone
from conformance.transport.exchange import FailureKind, Response, TransportFailure

_INTERIM = frozenset({100, *range(102, 200)})
OLD = 10
"""HTTP/1.0, as http.client numbers versions."""
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
        """Whether the buffer holds bytes that nobody requested; the socket is not read."""
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
        return self._file


class LibraryResponse(http.client.HTTPResponse):
    """A response of which interim ones are no part: the library itself skips 100 alone."""

    def begin(self) -> None:
        """Read the status line and headers of the answer that counts."""
        super().begin()
        # After a 101 it is HTTP no more: that one is an answer.
        while self.status in _INTERIM:
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()


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


def seconds_left(deadline: float) -> float:
    """The seconds until a moment; TimeoutError where it is past."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the response took longer than its deadline")
    return left


NETWORK = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException)
"""What the network does to us; requests' own errors are OSErrors."""

# The first row with an error of the chain decides; a disconnect is also a "bad status line".
_KINDS: tuple[tuple[FailureKind, tuple[type[BaseException], ...]], ...] = (
    (FailureKind.TLS, (ssl.SSLError, urllib3.exceptions.SSLError)),
    (
        FailureKind.TIMEOUT,
        (TimeoutError, urllib3.exceptions.ReadTimeoutError, requests.exceptions.ConnectTimeout),
    ),
    (
        FailureKind.REFUSED,
        (urllib3.exceptions.NewConnectionError, ConnectionRefusedError, socket.gaierror),
    ),
    (FailureKind.TOO_LARGE, (TooLargeError,)),
    (FailureKind.RESET, (ConnectionError, http.client.IncompleteRead)),
    (FailureKind.PROTOCOL, (http.client.HTTPException, urllib3.exceptions.HTTPError)),
)


def failure_of(error: BaseException, *, connecting: bool = False) -> TransportFailure:
    """What kind of failure an error is, whatever it wraps.

    ``connecting``: nothing was sent yet, so that an error of no other kind (no route to the host,
    no address) is a connection that could not be made.
    """
    chain = list(causes(error))[::-1]
    usual = FailureKind.REFUSED if connecting else FailureKind.PROTOCOL
    found = ((kind, link) for kind, types in _KINDS for link in chain if isinstance(link, types))
    kind, link = next(found, (usual, error))
    return TransportFailure(kind, " ".join(str(link).split()) or type(link).__name__)


def causes(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[BaseException]:
    """The error and everything it wraps: libraries wrap by argument, by reason and by cause."""
    if id(error) in seen:
        return
    yield error
    inner = (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__)
    for link in inner:
        if isinstance(link, BaseException):
            yield from causes(link, seen | {id(error)})
