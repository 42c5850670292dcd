"""Things by their names, as they are now and as they were a while ago; and pages of lists."""

from __future__ import annotations

import base64
import binascii
import copy
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from .readings import World

T = TypeVar("T")
Page = tuple[list[T], str | None]


class Shelf(Generic[T]):
    """Things by key, with what was there before: lists, and more, may be behind."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._now: dict[str, T] = {}
        self._past: dict[str, list[tuple[float, T | None]]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._now

    def __iter__(self) -> Iterator[T]:
        return iter([*self._now.values()])

    def __len__(self) -> int:
        return len(self._now)

    def get(self, key: str) -> T | None:
        return self._now.get(key)

    def put(self, key: str, thing: T, *, long_ago: bool = False) -> T:
        """Keep a thing, new or changed."""
        self._now[key] = thing
        at = 0.0 if long_ago else time.time()
        self._past.setdefault(key, []).append((at, copy.deepcopy(thing)))
        return thing

    def pop(self, key: str) -> T | None:
        thing = self._now.pop(key, None)
        if thing is not None:
            self._past[key].append((time.time(), None))
        return thing

    def is_fresh(self, key: str) -> bool:
        """Whether another change of it may still be under way."""
        last = self._past.get(key, [(0.0, None)])[-1][0]
        return self._world.on("busy") and time.time() - last < 0.1

    def described(self, key: str) -> T | None:
        """A thing as a description shows it."""
        return self._before(key, self._world.unseen)

    def listed(self) -> list[T]:
        """All things as lists show them, in the order in which they were made."""
        found = (self._before(key, self._world.behind) for key in self._past)
        return [thing for thing in found if thing is not None]

    def _before(self, key: str, seconds: float) -> T | None:
        if not seconds:
            return self._now.get(key)
        moment = time.time() - seconds
        seen = [thing for at, thing in self._past.get(key, ()) if at <= moment]
        return seen[-1] if seen else None


def in_any_order(world: World, things: list[T]) -> list[T]:
    """A list for which no order is documented."""
    return things[::-1] if world.on("other-order") else things


def paged(
    world: World, things: Sequence[T], token: str | None, size: int, refuse: Callable[[], Any]
) -> Page[T]:
    """One page, and the token of the next if there is one; `refuse` raises for a wrong token."""
    start = 0
    if token is not None:
        try:
            text = base64.b64decode(token, validate=True).decode()
            start = int(text.removeprefix("from ")) if text.startswith("from ") else -1
        except (binascii.Error, ValueError):
            start = -1
        if start < 0:
            refuse()
    if world.on("short-pages") and things:
        size = 0 if token is None else max(1, size - 1)
    end = start + size
    more = end < len(things) or (world.on("last-token") and start < len(things))
    following = base64.b64encode(f"from {end}".encode()).decode() if more else None
    return [*things[start:end]], following
