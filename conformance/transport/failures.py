"""One mapping from what the network does to us to the kind of failure that it is."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from conformance.transport.exchange import FailureKind, TransportFailure
from conformance.transport.response_reader import TooLargeError

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
    chain = list(causes(error))
    for kind, types in _KINDS:
        for link in reversed(chain):
            if isinstance(link, types):
                return TransportFailure(kind, _sentence(link))
    usual = FailureKind.REFUSED if connecting else FailureKind.PROTOCOL
    return TransportFailure(usual, _sentence(error))


def causes(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[BaseException]:
    """The error and everything it wraps: libraries wrap by argument, by reason and by cause."""
    if id(error) in seen:
        return
    yield error
    inner = (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__)
    for link in inner:
        if isinstance(link, BaseException):
            yield from causes(link, seen | {id(error)})


def _sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text or type(error).__name__
