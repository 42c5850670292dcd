"""Time and chance, injected so that a model is a function of what it is given."""

import random
import string
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

Clock = Callable[[], float]
"""Seconds since the epoch."""


def system_clock() -> float:
    return time.time()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOWER = string.ascii_lowercase + string.digits
_MIXED = string.ascii_letters + string.digits


class Identifiers:
    """Random identifiers in the forms that AWS was seen to use; a seed makes them repeat."""

    def __init__(self, seed: int | None = None) -> None:
        self._random: random.Random = random.Random(seed)  # noqa: S311 - no secrets are guarded

    def key_id(self) -> str:
        """An API key's id: 10 of [a-z0-9]."""
        return "".join(self._random.choices(_LOWER, k=10))

    def key_value(self) -> str:
        """An API key's generated value: 40 of [A-Za-z0-9]."""
        return "".join(self._random.choices(_MIXED, k=40))

    def location_key(self) -> str:
        return "v1.public." + "".join(self._random.choices(_MIXED, k=120))

    def request_id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128)))

    def gateway_id(self) -> str:
        """A value of x-amz-apigw-id: 11 bytes in base64."""
        return b64encode(self._random.randbytes(11)).decode()


def iso_milliseconds(milliseconds: int) -> str:
    """Epoch milliseconds as ``YYYY-MM-DDThh:mm:ss.sssZ``."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def iso_seconds(seconds: int) -> str:
    """Epoch seconds as ``YYYY-MM-DDThh:mm:ssZ``."""
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"
