"""Sends requests over HTTP with keep-alive and turns whatever happens into an exchange."""

from __future__ import annotations

import http.client
import os
import ssl
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.util import SKIP_HEADER, Timeout

from conformance.transport.address import is_loopback
from conformance.transport.coding import undone
from conformance.transport.connection import (
    CarefulPool,
    CarefulTLSPool,
    ExactHeaders,
    StaleConnectionError,
)
from conformance.transport.errors import NoCertificates
from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)
from conformance.transport.failures import NETWORK, causes, failure_of
from conformance.transport.single_connection import OLD, SocketLine, send_all

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import urllib3

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of a response body that are read by default."""

_UNASKED = ("User-Agent", "Accept-Encoding")
"""Headers that urllib3 would add."""

_UNSENDABLE = (http.client.InvalidURL, requests.exceptions.InvalidURL)


class _TooLargeError(Exception):
    """The body passes the limit."""


class _Adapter(HTTPAdapter):
    """requests' adapter with our connections, and without what a session would do to an answer."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._pools: dict[str, Any] = {}
        self.poolmanager.pool_classes_by_scheme = {"http": CarefulPool, "https": CarefulTLSPool}

    def close_idle(self) -> None:
        """Close the connections that are kept; requests to come open new ones."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
        self.poolmanager.clear()

    def forget_idle(self) -> None:
        """Close the kept connections that no thread uses now."""
        for pool in list(self._pools.values()):
            pool.forget_idle()

    def close(self) -> None:
        self.close_idle()
        super().close()

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Remember the pool of an origin: finding it again costs as much as a signature."""
        if proxies:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        origin = "/".join((request.url or "").split("/", 3)[:3])
        pool = self._pools.get(origin)
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            self._pools[origin] = pool
        return pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """The request target as it stands."""
        target = getattr(request.headers, "target", None)
        return super().request_url(request, proxies) if target is None else str(target)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Leave cookies and encodings alone: only the status and the raw body are used."""
        response = requests.Response()
        response.status_code = resp.status
        response.raw = resp
        response.request = req
        return response


class HttpTransport:
    """A transport over real connections, safe to share between threads.

    Never follows a redirect, never reads netrc, keeps no cookies, adds no header that HTTP itself
    does not need. ``timeout`` is in seconds and covers an exchange from connecting to the last
    byte of the body; ``body_limit`` is in bytes. ``ca_bundle`` is a file of certificates to trust
    (default: the environment's REQUESTS_CA_BUNDLE, else the system's). Proxies of the environment
    are used for targets that are not on this machine.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        body_limit: int = BODY_LIMIT,
        ca_bundle: Path | None = None,
        connections: int = 8,
    ) -> None:
        self._timeout = timeout
        self._limit = body_limit
        self._verify = trusted(ca_bundle)
        self._adapter = _Adapter(pool_maxsize=connections)
        self._proxies: dict[str, dict[str, str]] = {}

    def send(self, request: Request) -> Exchange:
        """Send a request; again over a new connection where a kept one had ended.

        Whatever the method: on a connection that the server had closed nothing was taken in, and
        not one byte of an answer came. What happens on a new connection is the target's doing.

        Raises:
            ValueError: the request cannot be put on the wire (a space in its URL, a line break in
                a header): a fault of the caller.
        """
        attempts = 1
        while True:
            try:
                return self._attempt(request, attempts)
            except StaleConnectionError:
                # The others that are kept may have ended, too. A new one is never stale.
                self._adapter.forget_idle()
                attempts += 1

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one separate connection; none where only a proxy leads there."""
        url = requests[0].url
        if self._proxies_for(url):
            return []
        # A server may serve one connection at a time: then one that is kept would block this one.
        self._adapter.close_idle()
        timeout = self._within(requests[0])
        try:
            with SocketLine(url, timeout, self._context) as line:
                exchanges = send_all(line, requests, self._limit, pipelined=pipelined)
        except OSError as error:
            exchanges = [Exchange(requests[0], None, failure_of(error, connecting=True), 0.0)]
        return [_as_unanswered(one, timeout) for one in exchanges]

    def _within(self, request: Request) -> float:
        """Seconds for the exchange of a request."""
        return self._timeout if request.within is None else min(self._timeout, request.within)

    def _context(self) -> ssl.SSLContext:
        file = None if self._verify is True else str(self._verify)
        context = ssl.create_default_context(cafile=file)
        if file is None:
            context.load_verify_locations(requests.utils.DEFAULT_CA_BUNDLE_PATH)
        return context

    def close(self) -> None:
        """Close the kept connections."""
        self._adapter.close()

    def _attempt(self, request: Request, attempts: int) -> Exchange:
        start = time.monotonic()
        try:
            response, failure = self._exchange(request), None
        except _TooLargeError:
            detail = f"the body is larger than {self._limit} bytes"
            response, failure = None, TransportFailure(FailureKind.TOO_LARGE, detail)
        except NETWORK as error:
            response, failure = None, _failure(error)
        exchange = Exchange(request, response, failure, time.monotonic() - start, attempts)
        return _as_unanswered(exchange, self._within(request))

    def _exchange(self, request: Request) -> Response:
        proxies = self._proxies_for(request.url)
        answer = self._adapter.send(
            _prepared(request, exact=not proxies or request.url.startswith("https:")),
            stream=True,
            timeout=Timeout(total=self._within(request)),  # type: ignore[arg-type]
            verify=self._verify,
            proxies=proxies,
        )
        raw: urllib3.BaseHTTPResponse = answer.raw
        try:
            body = _read(raw, self._limit)
        except BaseException:
            raw.close()
            raise
        raw.release_conn()
        body = undone(body, raw.headers.get("Content-Encoding"), self._limit)
        return Response(raw.status, tuple(raw.headers.items()), body, raw.version == OLD)

    def _proxies_for(self, url: str) -> dict[str, str]:
        parts = urlsplit(url)
        found = self._proxies.get(parts.netloc)
        if found is None:
            found = {} if is_loopback(parts.hostname or "") else get_environ_proxies(url)
            self._proxies[parts.netloc] = found
        return found


def _as_unanswered(exchange: Exchange, timeout: float) -> Exchange:
    """The exchange; where the time for it passed, with a sentence that says how long that was."""
    if exchange.failure is None or exchange.failure.kind is not FailureKind.TIMEOUT:
        return exchange
    told = TransportFailure(FailureKind.TIMEOUT, f"no whole answer within {timeout:.3g} s")
    return replace(exchange, failure=told)


def trusted(ca_bundle: Path | None) -> str | bool:
    """What requests verifies certificates with: a file, or True for its default.

    Raises:
        NoCertificates: the file, or the one that the environment names, does not exist.
    """
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    chosen = named if ca_bundle is None else str(ca_bundle)
    if chosen and not os.path.exists(chosen):  # noqa: PTH110 - a user's name, not our path
        raise NoCertificates(chosen)
    return chosen or True


def _prepared(request: Request, *, exact: bool) -> requests.PreparedRequest:
    """Requests' form of a request, filled by hand so that nothing is normalised."""
    given = {name.lower() for name, _ in request.headers}
    kept_out = tuple((name, SKIP_HEADER) for name in _UNASKED if name.lower() not in given)
    target = _target(request.url) if exact else None
    headers = ExactHeaders((*request.headers, *kept_out), target)
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.headers = headers  # type: ignore[assignment]
    prepared.body = request.body
    return prepared


def _target(url: str) -> str:
    """The path and query of an absolute URL, as they stand."""
    _, _, rest = url.partition("://")
    slash = rest.find("/")
    if slash >= 0:
        return rest[slash:]
    query = rest.find("?")
    return "/" + rest[query:] if query >= 0 else "/"


def _read(raw: urllib3.BaseHTTPResponse, limit: int) -> bytes:
    """The whole body, transfer encoding removed, content coding left as it is."""
    length = raw.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > limit:
        raise _TooLargeError
    body = raw.read(limit + 1, decode_content=False)
    if len(body) > limit:
        raise _TooLargeError
    if raw.length_remaining:
        raise http.client.IncompleteRead(body, raw.length_remaining)
    return body


def _failure(error: BaseException) -> TransportFailure:
    for link in causes(error):
        if isinstance(link, StaleConnectionError):
            raise link
        if isinstance(link, _UNSENDABLE):
            raise ValueError(str(link)) from error  # noqa: TRY004 - its value cannot be sent
    return failure_of(error)
