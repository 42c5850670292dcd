"""When requests are sent: within rates, and again where an answer asks for that.

Throttling is not an answer, nor is "try again": such requests are sent again, a few times. The
rates are the one that the user allows, and those of a service for an account.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from conformance.transport.exchange import Exchange, Request, Response, Transport
from conformance.transport.protocols.registry import read

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
        before: Plea | None = None
        while True:
            exchange = self._inner.send(request)
            attempts += exchange.attempts
            self._count(exchange.attempts)
            reason = plea(exchange)
            if exchange.response is None or reason is None:
                # Throttling is over with any answer; "later" only once waiting was seen to help.
                self._saturated -= {Plea.SLOWER, before}
                break
            retries = min(self._retries, WEARY) if reason in self._saturated else self._retries
            if retry >= retries:
                self._saturated.add(reason)
                break
            self._sleep(self._wait(retry, reason, exchange.response))
            before = reason
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

    def _wait(self, retry: int, reason: Plea, response: Response) -> float:
        backoff = self._jitter(0.0, min(self._longest, self._base * 2**retry))
        if reason is Plea.LATER and reason in self._saturated:
            return backoff  # it has been seen that this target's "later" never comes
        wanted = response.header("Retry-After") or ""
        return min(self._longest, max(backoff, float(wanted) if wanted.isdecimal() else 0.0))


def plea(exchange: Exchange) -> Plea | None:
    """What an answer asks for, if it is none yet."""
    if exchange.response is None or exchange.response.status < _ERROR:
        return None
    answer = read(exchange)
    if answer.throttled:
        return Plea.SLOWER
    return Plea.LATER if answer.passing else None


@dataclass(frozen=True, slots=True)
class QuotaLimit:
    """``rate`` requests a second on average, ``burst`` at once."""

    rate: float
    burst: float = 1.0

    def times(self, factor: float) -> QuotaLimit:
        """The quota of an account that was granted ``factor`` times as much."""
        return QuotaLimit(self.rate * factor, max(1.0, self.burst * factor))


class Bucket:
    """A token bucket that is full when it is made; not safe to share without a lock."""

    def __init__(self, quota: QuotaLimit, now: float) -> None:
        self._quota, self._tokens, self._at = quota, quota.burst, now

    def reserve(self, now: float) -> float:
        """Take one token and give the seconds until it is there."""
        refilled = self._tokens + (now - self._at) * self._quota.rate
        self._tokens, self._at = min(self._quota.burst, refilled) - 1.0, now
        return max(0.0, -self._tokens / self._quota.rate)


class QuotaTransport:
    """Sends each request as soon as every quota that it counts for has room.

    ``counts_for`` names the quotas of a request; those that are not in ``quotas`` have no limit.
    Every attempt goes through here: what is sent again counts again.
    """

    def __init__(
        self,
        inner: Transport,
        quotas: Mapping[str, QuotaLimit],
        counts_for: Callable[[Request], Iterable[str]],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner, self._counts_for = inner, counts_for
        self._clock, self._sleep = clock, sleep
        self._buckets = {name: Bucket(quota, clock()) for name, quota in quotas.items()}
        self._lock = threading.Lock()

    def send(self, request: Request) -> Exchange:
        self._wait(request)
        return self._inner.send(request)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        for request in requests:
            self._wait(request)
        return self._inner.send_all(requests, pipelined=pipelined)

    def _wait(self, request: Request) -> None:
        names = [name for name in self._counts_for(request) if name in self._buckets]
        with self._lock:
            now = self._clock()
            wait = max((self._buckets[name].reserve(now) for name in names), default=0.0)
        if wait:
            self._sleep(wait)
