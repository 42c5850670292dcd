"""Keeps requests from being sent faster than the user allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from conformance.transport.exchange import Exchange, Request, Transport


class PacedTransport:
    """Starts at most ``rate`` requests a second, evenly spaced, over all threads."""

    def __init__(
        self,
        inner: Transport,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner = inner
        self._gap = 1.0 / rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = clock()

    def send(self, request: Request) -> Exchange:
        """Wait for this request's turn, then send it."""
        self._wait(1)
        return self._inner.send(request)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Wait for the turn of the first, and let those after it wait for all of them."""
        self._wait(len(requests))
        return self._inner.send_all(requests, pipelined=pipelined)

    def _wait(self, requests: int) -> None:
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._gap * requests
        if turn > now:
            self._sleep(turn - now)
