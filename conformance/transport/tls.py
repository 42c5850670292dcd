"""What is wrong with the TLS of a target, in words that help to fix it."""

import os
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from conformance.transport.errors import (
    ExpiredCertificate,
    NoCertificates,
    OtherName,
    PlainHTTP,
    UnknownIssuer,
    UntrustedTLS,
)

SECONDS = 5.0
"""For each look at a target."""
_NOT_YET, _EXPIRED = 9, 10
_UNKNOWN = {18, 19, 20, 21}
_NAMES = {62, 64}
"""Codes of OpenSSL's X509_V_ERR_: times, issuers, names and addresses."""


Place = tuple[str, int]
"""The host and the port where a target listens."""


def check(connection: socket.socket, place: Place, ca_bundle: Path | None) -> None:
    """Shake hands over a connection. Raises UntrustedTLS, or one of its kinds."""
    context = context_of(trusted(ca_bundle))
    try:
        context.wrap_socket(connection, server_hostname=place[0]).close()
    except ssl.SSLCertVerificationError as error:
        raise _distrusted(error, place, ca_bundle) from error
    except OSError as error:  # ssl.SSLError is one
        connection.close()  # a server that serves one at a time waits for what it will not get
        if is_plain(place):
            raise PlainHTTP(*place) from error
        detail = getattr(error, "reason", None) or str(error)
        raise UntrustedTLS(*place, detail) from error


def speaks_tls(place: Place) -> bool:
    """Whether a handshake succeeds there, whatever the certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with _connected(place) as connection:
            context.wrap_socket(connection, server_hostname=place[0]).close()
    except OSError:
        return False
    return True


def is_plain(place: Place) -> bool:
    """Whether an HTTP request without TLS is answered there."""
    try:
        with _connected(place) as connection:
            connection.sendall(f"HEAD / HTTP/1.0\r\nHost: {place[0]}\r\n\r\n".encode())
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


def _connected(place: Place) -> socket.socket:
    return socket.create_connection(place, SECONDS)


def _distrusted(
    error: ssl.SSLCertVerificationError, place: Place, ca_bundle: Path | None
) -> UntrustedTLS:
    code, said = error.verify_code, error.verify_message
    if code in _NAMES:
        return OtherName(*place, _names(place, ca_bundle))
    if code in {_NOT_YET, _EXPIRED}:
        return ExpiredCertificate(*place, early=code == _NOT_YET)
    return UnknownIssuer(*place, said) if code in _UNKNOWN else UntrustedTLS(*place, said)


def _names(place: Place, ca_bundle: Path | None) -> tuple[str, ...]:
    """Whom the certificate is for; it is trusted but for its name."""
    shown = _certificate(place, ca_bundle, check_hostname=False)
    return tuple(value for _, value in shown.get("subjectAltName", ()))


def _certificate(place: Place, ca_bundle: Path | None, *, check_hostname: bool) -> dict[str, Any]:
    """What a trusted certificate says; nothing where there is no way to it."""
    try:
        context = context_of(trusted(ca_bundle))
        context.check_hostname = check_hostname
        with (
            _connected(place) as plain,
            context.wrap_socket(plain, server_hostname=place[0]) as connection,
        ):
            return connection.getpeercert() or {}
    except OSError:
        return {}


def valid_until(place: Place, ca_bundle: Path | None) -> str:
    """The last day of a certificate that is trusted; "" where there is no way to it."""
    shown = _certificate(place, ca_bundle, check_hostname=True)
    if "notAfter" not in shown:
        return ""
    seconds = ssl.cert_time_to_seconds(shown["notAfter"])
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def context_of(verify: str | Literal[True]) -> ssl.SSLContext:
    """The TLS context for what ``trusted`` returns."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    place = DEFAULT_CA_BUNDLE_PATH if verify is True else verify
    folder = os.path.isdir(place)  # noqa: PTH112 - a user's name, not our path
    return ssl.create_default_context(
        cafile=None if folder else place, capath=place if folder else None
    )


def trusted(ca_bundle: Path | None) -> str | Literal[True]:
    """What requests verifies with: a file, or True for its default. Raises NoCertificates."""
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    chosen = named if ca_bundle is None else str(ca_bundle)
    if chosen and not os.path.exists(chosen):  # noqa: PTH110 - a user's name, not our path
        raise NoCertificates(chosen)
    return chosen or True
