"""EventBridge: event patterns, and the events that they match."""

from __future__ import annotations

import ipaddress
import json
from fnmatch import fnmatchcase
from typing import Any

from tests.servers.keys.wire import Refused

MATCHES = {
    "prefix", "suffix", "anything-but", "exists", "numeric", "cidr", "equals-ignore-case",
    "wildcard",
}  # fmt: skip
EVENT = {"id", "account", "source", "time", "region", "resources", "detail-type"}


def _bad(why: str) -> Refused:
    return Refused("InvalidEventPatternException", f"Event pattern is not valid. Reason: {why}")


def checked_pattern(text: str) -> Any:
    """A pattern that can be matched."""
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad("it is no JSON") from error
    _check(pattern)
    return pattern


def _check(pattern: Any) -> None:
    if not isinstance(pattern, dict) or not pattern:
        raise _bad("Filter is not an object, or an empty one")
    for name, inner in pattern.items():
        if name == "$or":
            if not isinstance(inner, list) or len(inner) < 2:
                raise _bad("$or has at least two patterns")
            for one in inner:
                _check(one)
        elif isinstance(inner, dict):
            _check(inner)
        elif not isinstance(inner, list) or not inner:
            raise _bad(f'"{name}" must be an object or an array')
        else:
            for one in inner:
                _check_match(one)


def _check_match(one: Any) -> None:
    if isinstance(one, list):
        raise _bad("Match value must be String, number, true, false, or null")
    if isinstance(one, dict):
        if len(one) != 1 or not one.keys() <= MATCHES:
            raise _bad(f"Unrecognized match type {', '.join(one)}")
        [(kind, value)] = one.items()
        if kind == "exists" and not isinstance(value, bool):
            raise _bad("exists match pattern must be either true or false.")
        if kind in {"prefix", "suffix", "cidr", "wildcard"} and not isinstance(value, str | dict):
            raise _bad(f"{kind} match pattern must be a string")


def checked_event(text: str) -> Any:
    """An event that a pattern can be tried on."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("ValidationException", "Parameter Event is not valid.") from error
    if not isinstance(event, dict) or EVENT - event.keys():
        raise Refused("ValidationException", "Parameter Event is not valid. Members are missing.")
    return event


def matches(pattern: Any, event: Any) -> bool:
    for name, inner in pattern.items():
        if name == "$or":
            if not any(matches(one, event) for one in inner):
                return False
            continue
        value = event.get(name) if isinstance(event, dict) else None
        if isinstance(inner, dict):
            if not matches(inner, value):
                return False
            continue
        there = isinstance(event, dict) and name in event
        values = value if isinstance(value, list) else [value]
        if not any(_one(one, each, there) for one in inner for each in values):
            return False
    return True


def _one(match: Any, value: Any, there: bool) -> bool:
    if not isinstance(match, dict):
        return there and type(match) is type(value) and match == value
    [(kind, given)] = match.items()
    if kind == "exists":
        return there is given
    if not there:
        return False
    if kind == "anything-but":
        return value not in (given if isinstance(given, list) else [given])
    if kind == "numeric":
        return isinstance(value, int | float) and _between(given, value)
    return isinstance(value, str) and isinstance(given, str) and _text(kind, given, value)


def _text(kind: str, given: str, value: str) -> bool:
    if kind == "cidr":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(given)
        except ValueError:
            return False
    return {
        "prefix": value.startswith(given),
        "suffix": value.endswith(given),
        "equals-ignore-case": value.lower() == given.lower(),
        "wildcard": fnmatchcase(value, given.replace("[", "[[]").replace("?", "[?]")),
    }[kind]


def _between(given: list[Any], value: float) -> bool:
    kinds = {
        "<": value.__lt__, "<=": value.__le__, ">": value.__gt__, ">=": value.__ge__,
        "=": value.__eq__,
    }  # fmt: skip
    return all(kinds[kind](limit) for kind, limit in zip(given[::2], given[1::2], strict=True))
