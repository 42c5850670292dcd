"""The API keys of one account, and how one is found."""

from __future__ import annotations

import string
from collections.abc import Callable
from random import Random

from .gateway_model import ApiKey
from .intake import Crash
from .switches import Switches
from .wire import Refusal

LOWER = string.ascii_lowercase + string.digits
ALNUM = string.ascii_letters + string.digits


class KeyStore:
    """Not thread-safe: the edge lets one request in at a time."""

    def __init__(self, sw: Switches, clock: Callable[[], float], rng: Random) -> None:
        self.sw = sw
        self.on = sw.on
        self.clock = clock
        self.rng = rng
        self.keys: dict[str, ApiKey] = {}
        self.deleted: set[str] = set()
        self.serial = 0

    def now(self) -> int:
        """Whole seconds since 1970."""
        return int(self.clock())

    def find(self, key_id: str) -> ApiKey:
        """The key of an id, or the 404 that was recorded."""
        if self.on("gw-id-any-case"):
            key_id = next((known for known in self.keys if known == key_id.lower()), key_id)
        if key_id in self.keys:
            return self.keys[key_id]
        for key in self.keys.values():
            if self.on("gw-value-works-as-id") and key.value == key_id:
                return key
            if self.on("gw-name-works-as-id") and key.name == key_id:
                return key
        if self.on("gw-odd-id-bad-request") and not set(key_id) <= set(ALNUM):
            raise Refusal(400, "BadRequestException", "Invalid API Key identifier specified")
        if self.on("gw-unknown-id-500"):
            raise Crash(f"KeyError: {key_id}")
        status = self.sw.pick(404, {"gw-unknown-id-400": 400, "gw-unknown-id-403": 403})
        code = self.sw.pick(
            "NotFoundException",
            {
                "gw-unknown-id-400": "BadRequestException",
                "gw-unknown-id-403": "AccessDeniedException",
                "gw-unknown-id-other-code": "ResourceNotFoundException",
            },
        )
        raise Refusal(status, code, "Invalid API Key identifier specified")

    def newest(self) -> ApiKey:
        """The key created last."""
        return max(self.keys.values(), key=lambda key: key.serial)

    def add(self, key: ApiKey) -> None:
        """Give a drafted key its id and keep it."""
        self.serial += 1
        key.serial = self.serial
        key.id = self.new_id()
        self.keys[key.id] = key

    def random(self, letters: str, length: int) -> str:
        """Random text."""
        return "".join(self.rng.choices(letters, k=length))

    def new_id(self) -> str:
        """An id that no key has."""
        if self.on("gw-id-40-letters"):
            return self.random(ALNUM, 40)
        if self.on("gw-id-uuid"):
            return "-".join(self.random("0123456789abcdef", size) for size in (8, 4, 4, 4, 12))
        return self.random(LOWER, 10)
