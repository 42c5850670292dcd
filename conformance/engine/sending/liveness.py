"""Notices that a target is there no more, so that a run ends with what it knows."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from conformance.engine.sending.delivery import REPEATABLE
from conformance.engine.stops import TargetDied
from conformance.transport.address import host_and_port
from conformance.transport.errors import SpeaksTLS
from conformance.transport.exchange import Exchange, FailureKind, Request, Transport

REFUSED = 3
"""Refused connections in a row after which the target counts as gone."""
RECONNECT_DELAYS = (0.1, 0.3, 0.6, 1.0, 2.0)
"""Seconds between the tries to reach a target that answered before: it may be starting anew."""
MAX_UNANSWERED = 2
"""Requests in a row without an answer after which one that was answered before is sent again."""
PING, SLOWEST = 3.0, 10
"""Seconds at least, and times the slowest answer, that the answer to it is waited for."""


class LivenessTransport:
    """Ends a run with TargetDied when nothing is answered any more.

    A target that does not answer one request may answer the next. So before it is given up, it gets
    a request that it answered before, if there is one. ``mask`` hides secrets in the message.
    """

    def __init__(
        self,
        inner: Transport,
        mask: Callable[[str], str] = str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner, self._mask, self._sleep = inner, mask, sleep
        self._lock = threading.Lock()
        self._refused = self._silent = 0
        self._answered: Request | None = None
        self._slowest = 0.0
        self._dead = self._ever = self._looked = False

    def send(self, request: Request) -> Exchange:
        """Send a request. Raises TargetDied, once: who cleans up may still try; SpeaksTLS."""
        exchange = self._inner.send(request)
        if not (self._ever or self._looked):
            self._looked = _check_scheme(exchange)
        if _refused(exchange) and self._ever and not self._dead:
            exchange = self._wait_for(request, exchange)
        if self._dead or (exchange.failure and exchange.failure.kind is FailureKind.WITHHELD):
            return exchange
        with self._lock:
            self._count(exchange)
            given_up = self._refused >= REFUSED or (
                self._silent >= MAX_UNANSWERED and not self._has_pulse(exchange)
            )
            self._dead = given_up
        if given_up:
            refused = self._refused >= REFUSED
            raise TargetDied(self._mask(str(exchange.failure)), refused=refused, before=self._ever)
        return exchange

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one connection: what becomes of it is for others to judge."""
        return self._inner.send_all(requests, pipelined=pipelined)

    def _wait_for(self, request: Request, exchange: Exchange) -> Exchange:
        """Try to connect for some seconds: a refused request was never sent."""
        for pause in RECONNECT_DELAYS:
            self._sleep(pause)
            exchange = self._inner.send(request)
            if not _refused(exchange):
                break
        return exchange

    def _count(self, exchange: Exchange) -> None:
        if exchange.failure is None:
            self._refused = self._silent = 0
            self._ever = True
            self._slowest = max(self._slowest, exchange.seconds)
            if exchange.request.method in REPEATABLE:
                self._answered = exchange.request
            return
        # After one failed wait there is no need to wait again.
        refused = REFUSED if self._ever else self._refused + 1
        self._refused = refused if _refused(exchange) else 0
        self._silent += 1

    def _has_pulse(self, exchange: Exchange) -> bool:
        """Whether what was answered before is answered still."""
        # What was answered before may be about what is not there any more, or never was sent: so
        # the bare address is requested, too, without a key.
        parts = urlsplit(exchange.request.url)
        url, host = f"{parts.scheme}://{parts.netloc}/", (("Host", parts.netloc),)
        asked = [Request("GET", url, host), Request("POST", url, host, b"")]
        if self._answered is not None and self._answered is not exchange.request:
            asked.insert(0, self._answered)
        self._silent = 0
        within = max(PING, SLOWEST * self._slowest)
        pings = (replace(one, within=within) for one in asked)
        return any(self._inner.send(ping).failure is None for ping in pings)


def _check_scheme(exchange: Exchange) -> bool:
    """Whether an odd answer was examined for TLS, which takes seconds and settles it."""
    failure, response = exchange.failure, exchange.response
    odd = failure is not None and failure.kind in {FailureKind.PROTOCOL, FailureKind.RESET}
    told = response is not None and response.status == 400 and b"https" in response.body.lower()
    if not (odd or told) or not exchange.request.url.startswith("http:"):
        return False
    from conformance.transport import tls

    place = host_and_port(exchange.request.url)
    if tls.speaks_tls(place):
        raise SpeaksTLS(*place)
    return True


def _refused(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind is FailureKind.REFUSED
