"""Addresses of targets: what a URL given by a user means."""

import ipaddress
from urllib.parse import urlsplit

from conformance.transport.errors import MalformedURL

_AWS = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
)
_PORTS = {"http": 80, "https": 443}


def parse_url(text: str) -> str:
    """The base URL of a target without a trailing slash.

    Raises:
        MalformedURL: not http or https, no host, a port that is no port, or parts that a base URL
            has no use for (credentials, query, fragment).
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise MalformedURL(text, str(error)) from error
    reason = _complaint(text, parts.scheme, parts.hostname, port)
    if parts.username is not None or parts.query or parts.fragment:
        reason = reason or "a target URL has no user, query or fragment"
    if reason:
        raise MalformedURL(text, reason)
    return text.rstrip("/")


def _complaint(text: str, scheme: str, host: str | None, port: int | None) -> str | None:
    if scheme not in _PORTS:
        return "it is neither a known name nor an http or https URL"
    if not host:
        return "the URL has no host"
    if port == 0:
        return "nothing can connect to port 0"
    if not text.isascii() or any(character <= " " for character in text):
        return "a URL has only printable ASCII characters"
    return None


def host_and_port(url: str) -> tuple[str, int]:
    """Where to connect to for a URL that ``parse_url`` accepted."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_real(url: str) -> bool:
    """True for the address of a service of AWS."""
    return f".{urlsplit(url).hostname or ''}".endswith(_AWS)
