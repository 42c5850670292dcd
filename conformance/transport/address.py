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
    """The base URL of a target without a trailing slash. Raises MalformedURL."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise MalformedURL(text, str(error)) from error
    is_printable = text.isascii() and all(character > " " for character in text)
    complaints = {
        "it is neither a known name nor an http or https URL": parts.scheme not in _PORTS,
        "the URL has no host": not parts.hostname,
        "nothing can connect to port 0": port == 0,
        "a URL has only printable ASCII characters": not is_printable,
        "a target URL has no user, query or fragment": (
            parts.username is not None or parts.query or parts.fragment
        ),
    }
    reason = next((reason for reason, holds in complaints.items() if holds), "")
    if reason:
        raise MalformedURL(text, reason)
    return text.rstrip("/")


def host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_real(url: str) -> bool:
    """True for the address of a service of AWS."""
    return f".{urlsplit(url).hostname or ''}".endswith(_AWS)
