"""Requests and responses as the reference sees them, between sockets and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
