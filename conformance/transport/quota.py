"""Keeps requests within rates: the one that the user allows, those of a service for an account."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.transport.exchange import Exchange, Request, Transport


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
        """Wait for room, then send."""
        self._wait(request)
        return self._inner.send(request)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Wait for room for all of them, then send."""
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
