"""Requests and responses as the reference sees them, between sockets and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One complete request.

    ``path`` is the raw (still percent-encoded) path, ``query`` the raw text after the question
    mark; header names are lower-case, repeated headers are joined by a comma.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    keep_alive: bool = True
    arrived: HttpRequest | None = None
    """The request as it arrived, where a fault takes it for another: what its signature covers."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One response: ``headers`` without Content-Length and Date, which the wire layer adds."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def percent_decoded(text: str) -> str:
    """Text after percent-decoding; bytes that are not UTF-8 become U+FFFD, never an error."""
    if "%" not in text:
        return text
    return unquote_to_bytes(text).decode("utf-8", "replace")


def query_values(query: str) -> dict[str, list[str]]:
    """Query parameters by name, in order; ``+`` is a space, a name without ``=`` has value ""."""
    found: dict[str, list[str]] = {}
    if not query:
        return found
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.replace("+", " ").partition("=")
            found.setdefault(percent_decoded(name), []).append(percent_decoded(value))
    return found
