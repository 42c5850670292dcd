"""Signature Version 4 over the bytes that will be sent, and whose credentials sign.

botocore makes the signatures; this module only spares it work that is the same for every request.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

from botocore.auth import SIGNED_HEADERS_BLACKLIST, SIGV4_TIMESTAMP, SigV4Auth

from conformance import __version__
from conformance.transport.exchange import Request

USER_AGENT = f"conformance/{__version__}"

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_NOT_SIGNED = frozenset(SIGNED_HEADERS_BLACKLIST)
_UNRESERVED = "-_.~"
_USUAL_PORT = {"http": ":80", "https": ":443"}
_ADDED = ("X-Amz-Date", "X-Amz-Security-Token", "Authorization")

Headers = tuple[tuple[str, str], ...]
Overrides = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; ``token`` only for temporary credentials."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class _Draft:
    """What botocore's signer reads and changes of a request, as plain values.

    botocore's own AWSRequest keeps headers in an email message, which costs more than the
    signature. Here each header has one lower-case name, so a dictionary will do; what the signer
    adds is written its way.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    context: dict[str, Any] = field(default_factory=dict)
    params: None = None
    at: datetime | None = None
    signed: _SignedHeaders | None = None


class _SignedHeaders:
    """The headers that are signed, as the canonical request has them."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Take them with lower-case names, each once."""
        ordered = sorted(pairs)
        self.names = ";".join([name.strip() for name, _ in ordered])
        self.lines = "\n".join([f"{name}:{' '.join(value.split())}" for name, value in ordered])


class _Auth(SigV4Auth):  # type: ignore[misc]
    """botocore's signer, remembering the signing key, which is the same for a whole day."""

    def __init__(self, credentials: Credentials, service: str, region: str) -> None:
        super().__init__(credentials, service, region)
        self._day = ""
        self._key = b""

    def headers_to_sign(self, request: _Draft) -> _SignedHeaders:
        """As botocore's, for unique names; cached, as botocore calls it twice."""
        if request.signed is None:
            pairs = [(name.lower(), value) for name, value in request.headers.items()]
            request.signed = _SignedHeaders([one for one in pairs if one[0] not in _NOT_SIGNED])
        return request.signed

    def canonical_headers(self, headers_to_sign: _SignedHeaders) -> str:
        return headers_to_sign.lines

    def signed_headers(self, headers_to_sign: _SignedHeaders) -> str:
        return headers_to_sign.names

    def canonical_query_string(self, request: _Draft) -> str:
        """The query as the verifier writes it: every name and value decoded and encoded again.

        botocore takes a URL's query as it stands, which is only right where it was encoded with
        botocore's own set of reserved characters.
        """
        query = urlsplit(request.url).query
        if not query:
            return ""
        pairs = (pair.partition("=") for pair in query.split("&") if pair)
        return "&".join(f"{n}={v}" for n, v in sorted((_again(n), _again(v)) for n, _, v in pairs))

    def add_auth(self, request: _Draft) -> None:
        """As botocore's, for a draft, which has no earlier signature to remove."""
        moment = time.gmtime() if request.at is None else request.at.utctimetuple()
        stamp = time.strftime(SIGV4_TIMESTAMP, moment)
        request.context["timestamp"] = request.headers["X-Amz-Date"] = stamp
        if self.credentials.token:
            request.headers["X-Amz-Security-Token"] = self.credentials.token
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))

    def signature(self, string_to_sign: str, request: _Draft) -> str:
        day = request.context["timestamp"][:8]
        if day != self._day:
            self._key, self._day = self._derive(day), day
        return hmac.digest(self._key, string_to_sign.encode(), "sha256").hex()

    def _derive(self, day: str) -> bytes:
        key = f"AWS4{self.credentials.secret_key}".encode()
        for part in (day, self._region_name, self._service_name, "aws4_request"):
            key = self._sign(key, part)
        return key


class _S3Auth(_Auth):
    """S3's way: the path is signed as it is sent, and the body's digest is a header."""

    def _normalize_url_path(self, path: str) -> str:
        return path


DIGEST = "X-Amz-Content-SHA256"
S3 = "s3v4"
"""The version of the signature that S3 has."""


class Signer:
    """Makes signed requests for one service in one region. Safe to share between threads."""

    def __init__(
        self, credentials: Credentials, region: str, service: str, version: str = ""
    ) -> None:
        """Take the ``service`` by its signing name, for example ``apigateway`` or ``geo``."""
        self.credentials = credentials
        self.region = region
        self.service = service
        self.version = version
        made = _S3Auth if version == S3 else _Auth
        self._auth = made(credentials, service, region)

    def replaced(self, **changes: Any) -> Signer:
        """The same signer with other credentials, or for another region or service."""
        usual = {name: value for name, value in vars(self).items() if name != "_auth"}
        return Signer(**(usual | changes))

    def sign(
        self,
        method: str,
        url: str,
        headers: Overrides = (),
        body: bytes | None = None,
        *,
        at: datetime | None = None,
    ) -> Request:
        """A request that is signed as it will be sent.

        ``url`` is absolute and percent-encoded. ``headers`` come after the usual ones and replace
        those of the same name (see ``unsigned``). ``at`` dates the signature (default: now).
        """
        if self.version == S3:
            headers = (*headers, (DIGEST, hashlib.sha256(body or b"").hexdigest()))
        plain = unsigned(method, url, headers, body)
        draft = _Draft(method, url, _joined(plain.headers), body, at=at)
        self._auth.add_auth(draft)
        added = ((name, draft.headers[name]) for name in _ADDED if name in draft.headers)
        return Request(method, url, (*plain.headers, *added), body)

    def presign(
        self, method: str, url: str, headers: Overrides = (), body: bytes | None = None
    ) -> Request:
        """A request that is signed in its query, for five minutes; of the headers only Host is."""
        plain = unsigned(method, url, headers, body)
        stamp = datetime.now(UTC).strftime(SIGV4_TIMESTAMP)
        draft = _Draft(method, url, {"host": plain.header("Host") or ""}, body)
        draft.context["timestamp"] = stamp
        given = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": self._auth.scope(draft),
            "X-Amz-Date": stamp,
            "X-Amz-Expires": "300",
            "X-Amz-SignedHeaders": "host",
        }
        if self.credentials.token is not None:
            given["X-Amz-Security-Token"] = self.credentials.token
        pairs = urlencode(given, quote_via=quote, safe=_UNRESERVED)
        draft.url = f"{url}{'&' if urlsplit(url).query else '?'}{pairs}"
        text = self._auth.string_to_sign(draft, self._auth.canonical_request(draft))
        signed = f"{draft.url}&X-Amz-Signature={self._auth.signature(text, draft)}"
        return Request(method, signed, plain.headers, body)


def unsigned(method: str, url: str, headers: Overrides = (), body: bytes | None = None) -> Request:
    """The request with the headers that every request has, and no signature.

    Those are Host, User-Agent, Accept (JSON) and, where there is a body, Content-Type (JSON) and
    Content-Length. A header given by the caller replaces the one of the same name; one whose value
    is None is left out.
    """
    parts = urlsplit(url)
    usual = {
        "Host": _host_of(parts.scheme, parts.netloc),
        "User-Agent": USER_AGENT,
        "Accept": "application/json",
    }
    if body is not None:
        usual["Content-Type"] = "application/json"
    if body is not None or method in _WITH_BODY:
        usual["Content-Length"] = str(len(body or b""))
    if headers:
        given = {name.lower() for name, _ in headers}
        usual = {name: value for name, value in usual.items() if name.lower() not in given}
    own = ((name, value) for name, value in headers if value is not None)
    return Request(method, url, (*usual.items(), *own), body)


def _joined(headers: Headers) -> dict[str, str]:
    """One value per name; repeated headers are joined as the canonical request requires."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    joined.pop("content-length", None)
    return joined


@lru_cache(maxsize=64)
def _host_of(scheme: str, authority: str) -> str:
    """The Host header: the authority without the default port."""
    host = authority.rpartition("@")[2]
    usual = _USUAL_PORT.get(scheme, "")
    return host.removesuffix(usual) if usual else host


@lru_cache(maxsize=1024)
def _again(text: str) -> str:
    # By its bytes: what is no UTF-8 has to stay what it is.
    return quote(unquote_to_bytes(text), safe=_UNRESERVED)
