"""Filter policies of subscriptions: whether one is right, and whether a message passes it."""

from __future__ import annotations

import fnmatch
import ipaddress
import json
import math
from typing import Any

from tests.servers.testbed.wire import Refusal

Body = dict[str, Any]
WORDS = {
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "numeric",
    "equals-ignore-case",
    "wildcard",
    "cidr",
}
SIGNS = {"=", "<", "<=", ">", ">="}


def invalid(text: str) -> Refusal:
    return Refusal(400, "InvalidParameter", f"Invalid parameter: {text}")


def checked(text: str, scope: str) -> str:
    """The policy as it was given, or a refusal."""
    try:
        policy = json.loads(text or "{}")
    except ValueError as error:
        raise invalid("FilterPolicy: no JSON") from error
    if not isinstance(policy, dict):
        raise invalid("FilterPolicy: no object")
    keys, combinations = _check(policy, nested=scope == "MessageBody")
    if keys > 5 or combinations > 150:
        raise invalid("FilterPolicy: too complex")
    return text


def _check(policy: Body, *, nested: bool) -> tuple[int, int]:
    keys, combinations = 0, 1
    for key, value in policy.items():
        if key == "$or" and isinstance(value, list) and len(value) > 1:
            for one in value:
                if isinstance(one, dict):
                    _check(one, nested=nested)
            keys += 1
        elif isinstance(value, dict):
            if not nested:
                raise invalid("FilterPolicy: nested policies are for bodies")
            inner, many = _check(value, nested=True)
            keys, combinations = keys + inner, combinations * many
        elif isinstance(value, list) and value:
            for one in value:
                _condition(one)
            keys, combinations = keys + 1, combinations * len(value)
        else:
            raise invalid(f"FilterPolicy: {key} is no list of conditions")
    return keys, combinations


def _condition(one: Any) -> None:
    if isinstance(one, list):
        raise invalid("FilterPolicy: no list in a list")
    if not isinstance(one, dict):
        return
    if len(one) != 1 or not one.keys() <= WORDS:
        raise invalid("FilterPolicy: unrecognized match type")
    (word, value) = next(iter(one.items()))
    if word == "exists" and not isinstance(value, bool):
        raise invalid("FilterPolicy: exists is true or false")
    if word in {"prefix", "suffix", "equals-ignore-case", "wildcard", "cidr"}:
        if not isinstance(value, str):
            raise invalid(f"FilterPolicy: {word} is a string")
    elif word == "numeric":
        _numeric(value)
    elif word == "anything-but" and isinstance(value, dict):
        _condition(value)


def _numeric(value: Any) -> None:
    if not isinstance(value, list) or len(value) not in {2, 4}:
        raise invalid("FilterPolicy: numeric is one or two comparisons")
    for sign, number in zip(value[::2], value[1::2], strict=True):
        if sign not in SIGNS or isinstance(number, bool) or not isinstance(number, (int, float)):
            raise invalid("FilterPolicy: a comparison has a sign and a number")
    if len(value) == 4:
        lower, upper = value[0].startswith(">"), value[2].startswith("<")
        if not lower or not upper or value[1] >= value[3]:
            raise invalid("FilterPolicy: bottom before top")


def passes(policy: Body, values: Body) -> bool:
    """Whether the values of each key fit one of its conditions."""
    for key, conditions in policy.items():
        if key == "$or" and isinstance(conditions, list):
            if not any(passes(one, values) for one in conditions):
                return False
            continue
        value = values.get(key)
        if isinstance(conditions, dict):
            inner = value if isinstance(value, list) else [value]
            if not any(isinstance(one, dict) and passes(conditions, one) for one in inner):
                return False
            continue
        if not _any(conditions, value, there=key in values):
            return False
    return True


def _any(conditions: list[Any], value: Any, *, there: bool) -> bool:
    items = value if isinstance(value, list) else [value]
    for one in conditions:
        if isinstance(one, dict) and "exists" in one:
            if one["exists"] == there:
                return True
        elif there and any(_fits(one, item) for item in items):
            return True
    return False


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _fits(one: Any, value: Any) -> bool:
    if not isinstance(one, dict):
        same = isinstance(one, bool) == isinstance(value, bool)
        return bool(same and one == value)
    (word, given) = next(iter(one.items()))
    if word == "anything-but":
        if isinstance(given, dict):
            return isinstance(value, str) and not _fits(given, value)
        return value not in (given if isinstance(given, list) else [given])
    if word == "numeric":
        pairs = zip(given[::2], given[1::2], strict=True)
        return _number(value) and all(_compared(value, sign, number) for sign, number in pairs)
    return isinstance(value, str) and _text(word, given, value)


def _text(word: str, given: str, value: str) -> bool:
    if word == "prefix":
        return value.startswith(given)
    if word == "suffix":
        return value.endswith(given)
    if word == "equals-ignore-case":
        return value.lower() == given.lower()
    if word == "cidr":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(given, strict=False)
        except ValueError:
            return False
    return fnmatch.fnmatchcase(value, given.replace("[", "[[]").replace("?", "[?]"))


def _compared(value: float, sign: str, number: float) -> bool:
    if sign == "=":
        return math.isclose(value, number, rel_tol=1e-12)
    more, equal = value > number, value == number
    return (more if ">" in sign else not more and not equal) or (equal and "=" in sign)
