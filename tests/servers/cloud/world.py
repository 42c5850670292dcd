"""What the servers share: the account, the time, what is kept, and what is left open."""

from __future__ import annotations

import copy
import secrets
import string
import time
from collections.abc import Callable, Iterable
from typing import Any

from botocore import xform_name

from tests.servers.keys.shapes import model
from tests.servers.keys.wire import Refused

Members = dict[str, Any]
Operation = Callable[[Members], Members | None]

READINGS = {
    "lagging": "lists and descriptions show what was changed a second later",
    "eventual": "what was made or changed is found a moment later only, also by its name or id",
    "short-pages": "pages are shorter than asked for, and the first may be empty",
    "empties-absent": "lists, maps and texts of nothing are left out",
    "fractions": "points in time have fractions of a second",
    "reserialised": "documents are given back in another notation of the same",
    "lenient": "what is not a member can be taken away, what is deleted can be deleted",
    "more": "structures have members that no document lists",
    "elsewhere": "everything is in another region, account and, where it may, partition",
    "other-codes": "another of the codes that are used for what is missing or wrong",
    "passing": "what was made or changed is in a state that passes for half a second",
    "lingering": "what was deleted is shown as such for some seconds",
    "defaults-shown": "structures have defaults for what was not given in them",
    "populated": "other resources are already there",
    "other-order": "lists are in the reverse order",
    "caseless": "names are found whatever their case",
    "quotas": "no more resources than a new account may have",
    "bare-ids": "ids are found only without the path that answers show them with",
    "unchecked": "nothing is demanded of settings beyond what the model states",
    "terse": "members that are not required may be missing, and messages are empty",
    "nulls": "members of JSON that have no value are there, as null",
    "empty-object": "what answers nothing answers an empty object",
    "last-token": "the last page of a list has a token, too, of a page of nothing",
    "throttled": "every ninth request comes too fast",
}
"""Other behavior that documents leave open: a server that has it is as right."""

TOGETHER = {
    "chosen": (),
    "late": ("lagging", "eventual", "passing", "lingering", "elsewhere"),
    "other-notation": (
        "reserialised",
        "lenient",
        "more",
        "defaults-shown",
        "caseless",
        "unchecked",
        "nulls",
    ),
    "other-lists": (
        "short-pages",
        "empties-absent",
        "fractions",
        "other-order",
        "populated",
        "last-token",
    ),
    "other-refusals": (
        "other-codes",
        "terse",
        "quotas",
        "bare-ids",
        "empty-object",
        "throttled",
    ),
}
"""Readings that are tried together."""


class World:
    """Whose resources these are, what the time is, and which readings are on."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        self.readings = frozenset(readings)
        unknown = self.readings - READINGS.keys()
        if unknown:
            raise ValueError(f"no such reading: {', '.join(sorted(unknown))}")
        self.account = "999900001111" if self.on("elsewhere") else "012345678901"

    def on(self, reading: str) -> bool:
        """Whether a reading is on; KeyError for one that is not declared."""
        return bool(READINGS[reading]) and reading in self.readings

    def now(self) -> float:
        return time.time()

    @property
    def region(self) -> str:
        return "cn-northwest-1" if self.on("elsewhere") else "us-east-1"

    @property
    def partition(self) -> str:
        return "aws-cn" if self.on("elsewhere") else "aws"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def state(self, since: float, passing: str, lasting: str) -> str:
        """The state of what was made or changed at a moment."""
        return passing if self.on("passing") and self.now() < since + 0.5 else lasting


class Store:
    """What there is of one kind, with its past: lists may be behind."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._past: dict[str, list[tuple[float, Any]]] = {}

    def put(self, key: str, value: Any) -> None:
        self._past.setdefault(key, []).append((self.world.now(), copy.deepcopy(value)))

    def drop(self, key: str) -> None:
        self.put(key, None)

    def get(self, key: str) -> Any:
        """A copy of what is there, or None."""
        past = self._past.get(key)
        return copy.deepcopy(past[-1][1]) if past else None

    def all(self) -> list[Any]:
        """What there is now."""
        return [value for _, value in self.alive()]

    def alive(self) -> list[tuple[str, Any]]:
        """What there is now, each with its key."""
        return [(key, value) for key in self._past if (value := self.get(key)) is not None]

    def listed(self) -> list[Any]:
        """What lists show."""
        found = [value for key in self._past if (value := self.seen(key)) is not None]
        return found[::-1] if self.world.on("other-order") else found

    def seen(self, key: str) -> Any:
        """What lists show of this key."""
        return self._before(key, 1.0 if self.world.on("lagging") else 0.0)

    def described(self, key: str) -> Any:
        """What a description shows of this key."""
        return self.seen(key) if self.world.on("lagging") else self.read(key)

    def found(self, key: str, *, seen: bool) -> Any:
        """What a description shows of this key, or what is there."""
        return self.described(key) if seen else self.get(key)

    def read(self, key: str) -> Any:
        """What is found of this key by who only looks."""
        return self._before(key, 0.7 if self.world.on("eventual") else 0.0)

    def _before(self, key: str, seconds: float) -> Any:
        before = self.world.now() - seconds
        known = [value for moment, value in self._past.get(key, ()) if moment <= before]
        return copy.deepcopy(known[-1]) if known else None


def operations_of(service: str, part: object) -> dict[str, Operation]:
    """The operations that an object has a method for, by their names."""
    methods = {name: xform_name(name) for name in model(service)["operations"]}
    return {name: getattr(part, one) for name, one in methods.items() if hasattr(part, one)}


def pairs(world: World, tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[Any]:
    """Tags as a list of structures."""
    found = [{key: name, value: text} for name, text in tags.items()]
    return found[::-1] if world.on("other-order") else found


def some(letters: str, count: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(count))


def hexadecimal(count: int = 17) -> str:
    return some(string.hexdigits[:16], count)


def page(
    world: World, items: list[Any], size: int, token: str | None, refuse: Refused
) -> tuple[list[Any], str | None]:
    """The items of a page, and what the next one is asked for with."""
    first = token is None
    if token is not None and not (token.startswith("page-") and token[5:].isdecimal()):
        raise refuse
    start = int((token or "page-0")[5:])
    if world.on("short-pages"):
        size = 0 if first and len(items) > 1 else max(1, size // 2) if size > 1 else size
        size = min(size, 3)
    end = start + size
    more = end < len(items) or (world.on("last-token") and start < len(items))
    return items[start:end], f"page-{end}" if more else None
