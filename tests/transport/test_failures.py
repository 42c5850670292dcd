"""Tests of the one mapping from network errors to kinds of failures."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

import pytest
import requests
import urllib3.exceptions

from conformance.transport.exchange import FailureKind
from conformance.transport.response_reader import causes, failure_of


def wrapped(error: BaseException) -> BaseException:
    """An error as urllib3 and requests hand it on."""
    inner = urllib3.exceptions.ProtocolError("Connection aborted.", error)
    return requests.exceptions.ConnectionError(inner)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ssl.SSLCertVerificationError("no"), FailureKind.TLS),
        (TimeoutError("timed out"), FailureKind.TIMEOUT),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), FailureKind.REFUSED),
        (socket.gaierror(socket.EAI_NONAME, "unknown name"), FailureKind.REFUSED),
        (ConnectionResetError(errno.ECONNRESET, "reset"), FailureKind.RESET),
        (BrokenPipeError(errno.EPIPE, "pipe"), FailureKind.RESET),
        (http.client.RemoteDisconnected("closed"), FailureKind.RESET),
        (http.client.IncompleteRead(b"", 3), FailureKind.RESET),
        (http.client.BadStatusLine("hello"), FailureKind.PROTOCOL),
        (http.client.LineTooLong("header"), FailureKind.PROTOCOL),
    ],
)
def test_an_error_is_of_one_kind_however_it_is_wrapped(error, kind):
    assert failure_of(error).kind is kind
    assert failure_of(wrapped(error)).kind is kind
    assert failure_of(error, connecting=True).kind is kind


def test_no_route_to_a_host_is_no_connection():
    error = OSError(errno.EHOSTUNREACH, "No route to host")
    assert failure_of(error, connecting=True).kind is FailureKind.REFUSED
    assert failure_of(error).kind is FailureKind.PROTOCOL


def test_the_sentence_is_the_innermost_errors_own_on_one_line():
    told = failure_of(wrapped(ConnectionResetError("it  was\nreset")))
    assert told.detail == "it was reset"
    assert failure_of(http.client.BadStatusLine("")).detail


def test_errors_that_wrap_each_other_end():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert len(list(causes(first))) == 2
