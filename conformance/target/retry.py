"""Throttling is not an answer: such requests are sent again, a bounded number of times."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.target.exchange import Exchange, Request, Response
    from conformance.target.transport import Transport

_TOO_MANY = 429

_THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Error codes that mean throttling whatever the service, as the AWS SDKs' retry modes list them."""

WEARY = 1
"""Retries of a request after one that was throttled to the end."""

_STATUSES = frozenset({400, 503})
"""Statuses under which such a code may come; 429 needs none."""


def is_throttled(response: Response) -> bool:
    """Whether a response says no more than that requests come too fast."""
    if response.status == _TOO_MANY:
        return True
    return response.status in _STATUSES and _error_code(response) in _THROTTLING


class RetryingTransport:
    """Sends throttled requests again with exponential backoff and full jitter.

    ``retries`` bounds how often; the wait before retry n is random between 0 and ``base * 2**n``
    seconds, at most ``longest``, and not shorter than the response's Retry-After up to
    ``longest``. Once that did not help, later requests are tried fewer times until one gets
    through: a target that throttles everything is not worth the time. The last answer is returned
    even when it is still throttled (``is_throttled``).
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
        self._weary = False

    @property
    def sent(self) -> int:
        """Every HTTP request that was sent through here, retries included."""
        return self._sent

    def send(self, request: Request) -> Exchange:
        """Send a request; ``attempts`` of the exchange counts every time it was sent."""
        attempts = 0
        retries = min(self._retries, WEARY) if self._weary else self._retries
        for retry in range(retries + 1):
            exchange = self._inner.send(request)
            attempts += exchange.attempts
            self._count(exchange.attempts)
            response = exchange.response
            throttled = response is not None and is_throttled(response)
            if response is None or not throttled or retry == retries:
                self._weary = throttled
                break
            self._sleep(self._wait(retry, response))
        return replace(exchange, attempts=attempts)

    def converse(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one connection; none of them is sent again."""
        exchanges = self._inner.converse(requests, pipelined=pipelined)
        self._count(len(requests) if pipelined else len(exchanges))
        return exchanges

    def _count(self, attempts: int) -> None:
        with self._lock:
            self._sent += attempts

    def _wait(self, retry: int, response: Response) -> float:
        backoff = self._jitter(0.0, min(self._longest, self._base * 2**retry))
        asked = response.header("Retry-After") or ""
        return min(self._longest, max(backoff, float(asked) if asked.isdecimal() else 0.0))


def _error_code(response: Response) -> str | None:
    """The error's name: the header, else the body's ``__type`` or ``code``."""
    named = response.header("x-amzn-errortype") or _body_code(response.body)
    return named.partition(":")[0].rpartition("#")[2] if named else None


def _body_code(body: bytes) -> str | None:
    try:
        parsed = json.loads(body)
    except ValueError:
        return None
    if not isinstance(parsed, dict):
        return None
    code = parsed.get("__type") or parsed.get("code")
    return code if isinstance(code, str) else None
