"""Sends requests over HTTP with keep-alive and turns whatever happens into an exchange."""

import re
import ssl
import time
import weakref
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from conformance.transport.address import is_loopback
from conformance.transport.connection import (
    Connection,
    StaleConnectionError,
    connected,
    in_chunks,
    is_chunked,
    send_all,
)
from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)
from conformance.transport.response_reader import NETWORK, failure_of
from conformance.transport.tls import context_of, trusted

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of a response body that are read by default."""

_CONTROLS = re.compile(r"[\x00-\x20\x7f]")
_NAME = re.compile(r"[^:\s][^:\r\n]*")
_BREAK = re.compile(r"\n(?![ \t])|\r(?![ \t\n])")
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "TRACE", "OPTIONS", "CONNECT"})
"""Methods whose requests need no length where they have no body."""


class _Unconnected(Exception):
    """No connection could be made; the cause says why."""


class _Origin:
    """The connections to one origin: those that are kept, and how to make another."""

    def __init__(self, url: str, proxies: dict[str, str]) -> None:
        parts = urlsplit(url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.netloc.rpartition("@")[2]
        self.proxies = proxies
        self.whole = False
        """A proxy has to be sent the whole URL."""
        self.more: tuple[tuple[str, str], ...] = ()
        """Headers that the proxy needs."""
        self.idle: list[Connection] = []

    def taken(self) -> Connection | None:
        """A kept connection that may be used again."""
        while self.idle:
            connection = self.idle.pop()
            if connection.is_connected:
                return connection
            connection.close()
        return None

    def forget(self) -> None:
        """Close the kept connections; requests to come open new ones."""
        while self.idle:
            self.idle.pop().close()


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
        self._kept = connections
        self._origins: dict[str, _Origin] = {}
        weakref.finalize(self, _forget, self._origins)

    def send(self, request: Request) -> Exchange:
        """Send a request; again over a new connection where a kept one had ended.

        Whatever the method: on a connection that the server had closed nothing was taken in, and
        not one byte of an answer came. What happens on a new connection is the target's doing.
        Raises ValueError where the request cannot be put on the wire (a space in its URL, a line
        break in a header): a fault of the caller.
        """
        attempts = 1
        while True:
            try:
                return self._attempt(request, attempts)
            except StaleConnectionError:
                # The others that are kept may have ended, too. A new one is never stale.
                self._origin(request.url).forget()
                attempts += 1

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one separate connection; none where only a proxy leads there."""
        url = requests[0].url
        if self._origin(url).proxies:
            return []
        # A server may serve one connection at a time: then one that is kept would block this one.
        self.close()
        timeout = self._within(requests[0])
        try:
            with closing(Connection(connected(url, timeout, lambda: self._context))) as line:
                line.begin(time.monotonic() + timeout)
                exchanges = send_all(line, requests, self._limit, pipelined=pipelined)
        except OSError as error:
            exchanges = [Exchange(requests[0], None, failure_of(error, connecting=True), 0.0)]
        return [_as_unanswered(one, timeout) for one in exchanges]

    def _within(self, request: Request) -> float:
        return self._timeout if request.within is None else min(self._timeout, request.within)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return context_of(self._verify)

    def close(self) -> None:
        _forget(self._origins)

    def _attempt(self, request: Request, attempts: int) -> Exchange:
        start = time.monotonic()
        response, failure = None, None
        try:
            response = self._exchange(request)
        except StaleConnectionError:
            raise
        except _Unconnected as unmade:
            failure = failure_of(unmade.__cause__ or unmade, connecting=True)
        except NETWORK as error:
            failure = failure_of(error)
        exchange = Exchange(request, response, failure, time.monotonic() - start, attempts)
        return _as_unanswered(exchange, self._within(request))

    def _exchange(self, request: Request) -> Response:
        within = self._within(request)
        deadline = time.monotonic() + within
        origin = self._origin(request.url)
        connection = origin.taken()
        # A new connection says what a proxy has to be sent.
        if connection is None:
            connection = self._connection(origin, within)
        try:
            data = _bytes_of(request, origin)
            answer = connection.exchange(data, request.method, deadline, self._limit)
        except BaseException:
            connection.close()
            raise
        if answer.last or len(origin.idle) >= self._kept:
            connection.close()
        else:
            origin.idle.append(connection)
        return answer.response(self._limit)

    def _origin(self, url: str) -> _Origin:
        key = "/".join(url.split("/", 3)[:3])
        origin = self._origins.get(key)
        if origin is None:
            origin = self._origins[key] = _Origin(url, _proxies_for(url))
        return origin

    def _connection(self, origin: _Origin, within: float) -> Connection:
        try:
            if origin.proxies:
                return _by_proxy(origin, within, self._verify)
            return Connection(connected(origin.base, within, lambda: self._context))
        except OSError as error:
            raise _Unconnected from error


def _forget(origins: dict[str, _Origin]) -> None:
    for origin in list(origins.values()):
        origin.forget()


def _proxies_for(url: str) -> dict[str, str]:
    if is_loopback(urlsplit(url).hostname or ""):
        return {}
    from requests.utils import get_environ_proxies

    found: dict[str, str] = get_environ_proxies(url)
    return found


def _by_proxy(origin: _Origin, within: float, verify: str | Literal[True]) -> Connection:
    """A connection that leads through a proxy, made by the libraries that know how."""
    from requests import PreparedRequest
    from requests.adapters import HTTPAdapter
    from urllib3.util.proxy import connection_requires_http_tunnel

    prepared = PreparedRequest()
    prepared.url = origin.base
    pool: Any = HTTPAdapter().get_connection_with_tls_context(prepared, verify, origin.proxies)
    made = pool._new_conn()  # noqa: SLF001 - what it keeps itself would go out of our hands
    made.timeout = within
    scheme = urlsplit(origin.base).scheme
    if connection_requires_http_tunnel(pool.proxy, pool.proxy_config, scheme):
        pool._prepare_proxy(made)  # noqa: SLF001
    else:
        made.connect()
        origin.whole = pool.proxy is not None
        origin.more = tuple(pool.proxy_headers.items()) if origin.whole else ()
    return Connection(made.sock)


def _as_unanswered(exchange: Exchange, timeout: float) -> Exchange:
    """The exchange; a timeout says how long was waited."""
    if exchange.failure is None or exchange.failure.kind is not FailureKind.TIMEOUT:
        return exchange
    unanswered = TransportFailure(FailureKind.TIMEOUT, f"no complete answer within {timeout:.3g} s")
    return replace(exchange, failure=unanswered)


def _bytes_of(request: Request, origin: _Origin) -> bytes:
    """A request as it is sent: as it stands, with what HTTP itself needs where it is left out.

    Raises ValueError where it cannot be put on the wire.
    """
    target = request.url if origin.whole else _target(request.url)
    bad = _CONTROLS.search(target) or _CONTROLS.search(request.method)
    if bad:
        raise ValueError(f"URL can't contain control characters. {target!r} (found {bad[0]!r})")
    names = {name.lower() for name, _ in request.headers}
    needed: tuple[tuple[str, str], ...] = () if "host" in names else (("Host", origin.host),)
    chunked, body = "transfer-encoding" in names and is_chunked(request), request.body
    sized = chunked or "content-length" in names
    if not sized and (body is not None or request.method.upper() not in _BODILESS):
        needed += (("Content-Length", str(len(body or b""))),)
    lines = [f"{request.method} {target} HTTP/1.1"]
    for name, value in (*needed, *request.headers, *origin.more):
        broken = not value.isprintable() and _BREAK.search(value)
        if broken or _NAME.fullmatch(name) is None:
            raise ValueError(f"Invalid header {name!r}: {value!r}")
        lines.append(f"{name}: {value}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    if body is None:
        return head
    return head + (in_chunks([body]) if chunked else body)


def _target(url: str) -> str:
    _, _, rest = url.partition("://")
    slash = rest.find("/")
    if slash >= 0:
        return rest[slash:]
    query = rest.find("?")
    return "/" + rest[query:] if query >= 0 else "/"
