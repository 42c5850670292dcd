"""Throttling is not an answer, nor is "try again": such requests are sent again, a few times."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum, auto

from conformance import error_identity
from conformance.transport.exchange import Exchange, Request, Response, Transport
from conformance.transport.protocols.json_text import decode, message

WEARY = 1
"""Retries of a request after one that was put off to the end."""

_ERROR = 400


class Plea(Enum):
    """What an answer asks for that is none yet."""

    SLOWER = auto()
    LATER = auto()


class RetryingTransport:
    """Sends throttled requests, and those that may succeed in a moment, again.

    The wait grows exponentially, with full jitter: before retry n it is random between 0 and
    ``base * 2**n`` seconds, at most ``longest``, and not shorter than the response's Retry-After up
    to ``longest``. ``retries`` bounds how often. Once that did not help, later requests are tried
    fewer times until one gets through: a target that puts off everything is not worth the time.
    The last answer is returned whatever it is: one that is still throttled shows nothing, any other
    is what the target has to say.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        retries: int = 8,
        base: float = 0.05,
        longest: float = 2.0,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._inner = inner
        self._retries = retries
        self._base = base
        self._longest = longest
        self._sleep = sleep
        self._jitter = jitter
        self._lock = threading.Lock()
        self._sent = 0
        self._saturated: set[Plea] = set()

    @property
    def sent(self) -> int:
        """Every HTTP request that was sent through here, retries included."""
        return self._sent

    def send(self, request: Request) -> Exchange:
        """Send a request; ``attempts`` of the exchange counts every time it was sent."""
        attempts = retry = 0
        asked: Plea | None = None
        while True:
            exchange = self._inner.send(request)
            attempts += exchange.attempts
            self._count(exchange.attempts)
            before, asked = asked, plea(exchange.response)
            if exchange.response is None or asked is None:
                self._got_through(before)
                break
            if retry >= self._patience(asked):
                self._saturated.add(asked)
                break
            self._sleep(self._wait(retry, asked, exchange.response))
            retry += 1
        return exchange if attempts == exchange.attempts else replace(exchange, attempts=attempts)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one connection; none of them is sent again."""
        exchanges = self._inner.send_all(requests, pipelined=pipelined)
        self._count(len(requests) if pipelined else len(exchanges))
        return exchanges

    def _count(self, attempts: int) -> None:
        with self._lock:
            self._sent += attempts

    def _got_through(self, before: Plea | None) -> None:
        """Throttling is over with any answer; "later" only once waiting was seen to help."""
        self._saturated.discard(Plea.SLOWER)
        if before is not None:
            self._saturated.discard(before)

    def _patience(self, asked: Plea) -> int:
        return min(self._retries, WEARY) if asked in self._saturated else self._retries

    def _wait(self, retry: int, asked: Plea, response: Response) -> float:
        backoff = self._jitter(0.0, min(self._longest, self._base * 2**retry))
        if asked is Plea.LATER and asked in self._saturated:
            return backoff  # it has been seen that this target's "later" never comes
        wanted = response.header("Retry-After") or ""
        return min(self._longest, max(backoff, float(wanted) if wanted.isdecimal() else 0.0))


def plea(response: Response | None) -> Plea | None:
    """What a response asks for, if it is no answer."""
    if response is None or response.status < _ERROR:
        return None
    body = decode(response.body)
    named = error_identity.names(response.header(error_identity.HEADER), body)
    status, code = response.status, next(iter(named), None)
    if error_identity.is_throttling(status, code):
        return Plea.SLOWER
    has_date = response.header("Retry-After") is not None
    if error_identity.is_passing(status, code, message(body), retry_after=has_date):
        return Plea.LATER
    return None
