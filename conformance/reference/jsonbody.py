"""Strict JSON: RFC 8259 in UTF-8, nothing Python adds to it, and bounded in depth."""

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 200
"""Levels of nesting; far more than any request of these services has."""


class InvalidJson(Exception):
    """The bytes are not one JSON text."""


def decoded(body: bytes) -> Any:
    """The value of a JSON text; of duplicate names the last counts.

    Raises InvalidJson for invalid UTF-8 or JSON, a byte order mark, NaN or an infinity, a lone
    surrogate, an absurdly long number, or nesting deeper than MAX_DEPTH.
    """
    _check_depth(body)
    try:
        value = _decode(body.decode("utf-8"))
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # finds lone surrogates
    except (ValueError, RecursionError) as error:
        raise InvalidJson(str(error)) from error
    return value


def _no_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not JSON")


def _finite(text: str) -> float:
    """A number with a fraction or exponent; 1e999 is no number that Java could hold either."""
    number = float(text)
    if math.isinf(number):
        raise InvalidJson(f"{text[:20]} is out of range")
    return number


_decode = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite).decode


def _check_depth(body: bytes) -> None:
    """Refuse deep nesting before the parser recurses; brackets in strings do not count."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _STRINGS.sub(b"", body):
        depth += _STEPS.get(bracket, 0)
        if depth > MAX_DEPTH:
            raise InvalidJson(f"nested deeper than {MAX_DEPTH} levels")


_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}

encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as compact JSON text."""
