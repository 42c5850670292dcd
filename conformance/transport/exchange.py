"""One request as it was sent and what came back, as frozen values, and what sends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol


class FailureKind(StrEnum):
    """Why no usable response arrived."""

    REFUSED = "refused"
    """No connection could be made."""
    RESET = "reset"
    """The connection ended before the response was complete."""
    TIMEOUT = "timeout"
    """The deadline of the request passed, whatever had arrived by then."""
    TLS = "tls"
    """The TLS handshake failed or the certificate is not trusted."""
    PROTOCOL = "protocol"
    """What arrived is not an HTTP response."""
    TOO_LARGE = "too-large"
    """The body is larger than the tool is willing to read."""
    WITHHELD = "withheld"
    """It was not sent: it might have touched what the run did not make."""


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """What happened instead of a response; ``detail`` is one line for people."""

    kind: FailureKind
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Request:
    """A request, byte for byte: the transport adds no header and normalises no path.

    ``url`` is absolute and already percent-encoded; what follows its authority is the request
    target on the wire. ``headers`` keep their order and may repeat a name.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = None
    within: float | None = None
    """Seconds after which no answer is waited for, where that is less than the usual timeout."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name; None where absent."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it arrived; of ``body`` the transfer encoding is removed.

    A gzip or deflate coding is undone, too, where it can be; the headers still tell of it.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_old: bool = False
    """An answer of HTTP/1.0: its server may not know what HTTP/1.1 brought."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name; None where absent."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer: exactly one of ``response`` and ``failure`` is set.

    ``seconds`` is the time from the first byte sent to the last received, of the last attempt;
    ``attempts`` counts the HTTP requests that were sent for it, retries included.
    """

    request: Request
    response: Response | None
    failure: TransportFailure | None
    seconds: float
    attempts: int = 1

    def after(self, earlier: Exchange) -> Exchange:
        """The same, with the attempts that an earlier one for it took."""
        return replace(self, attempts=self.attempts + earlier.attempts)


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    size, wanted = len(name), name.lower()
    for key, value in headers:
        if len(key) == size and key.lower() == wanted:
            return value
    return None


class Transport(Protocol):
    """Sends one request and tells what happened; network trouble is a value, never an exception."""

    def send(self, request: Request) -> Exchange:
        """Send the request and give its exchange within the transport's deadline."""
        ...

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one separate connection, ``pipelined`` all of them at once.

        Fewer exchanges than requests: the target ended the connection after the last of them.
        """
        ...


class CheckedTransport:
    """Looks before each request whether it is time to end: ``check`` raises then."""

    def __init__(self, inner: Transport, check: Callable[[], None]) -> None:
        self._inner, self._check = inner, check

    def send(self, request: Request) -> Exchange:
        self._check()
        return self._inner.send(request)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        self._check()
        return self._inner.send_all(requests, pipelined=pipelined)
