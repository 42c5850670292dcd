"""One recorded exchange, whatever file it comes from, and the checks that every reader makes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from conformance.target.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)

Headers = tuple[tuple[str, str], ...]
METHOD = re.compile(r"[A-Za-z]{1,20}")


class Malformed(ValueError):
    """An entry is not what its format demands; the reader adds file and line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded exchange and what is known of how it was recorded.

    ``place`` is for people: file and line or number. ``request_known`` and ``response_known`` say
    whether the bodies are those of the wire; ``parsed`` that they are what a client made of them,
    so that no body at all may stand there as ``{}``. ``service`` is what the file says that it is.
    """

    place: str
    exchange: Exchange
    request_known: bool = True
    response_known: bool = True
    parsed: bool = False
    service: str = ""


def exchange(
    method: Any, url: Any, headers: Headers, body: bytes | None, answer: Response | None
) -> Exchange:
    """The exchange of one entry. Raises Malformed."""
    if not isinstance(method, str) or not METHOD.fullmatch(method):
        raise Malformed(f"the request's method is {method!r}, not a name")
    if not isinstance(url, str) or not url:
        raise Malformed("the request has no url")
    failure = None
    if answer is None:
        failure = TransportFailure(FailureKind.RESET, "no response was recorded")
    return Exchange(Request(method.upper(), url, headers, body), answer, failure, 0.0)


def mapping(value: Any, what: str) -> dict[str, Any]:
    """A JSON object. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(f"{what} is {kind(value)}, not an object")
    return value


def status_of(value: Any) -> int:
    """A status, 0 where there was none. Raises Malformed."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 999:
        raise Malformed(f"the response's status is {value!r}, not a number of three digits")
    return value


def pairs(headers: Any) -> Headers:
    """Headers from an object of texts or lists of texts, or a list of {name, value}.

    The names of HTTP/2's pseudo headers begin with a colon: they are no headers. Raises Malformed.
    """
    if headers is None:
        return ()
    if isinstance(headers, dict):
        return tuple(
            (str(name), str(value))
            for name, values in headers.items()
            for value in (values if isinstance(values, list) else [values])
            if not str(name).startswith(":")
        )
    if not isinstance(headers, list):
        raise Malformed(f"the headers are {kind(headers)}, not a list or an object")
    found = [mapping(one, "a header") for one in headers]
    return tuple(
        (str(one.get("name", "")), str(one.get("value", "")))
        for one in found
        if not str(one.get("name", "")).startswith(":")
    )


def kind(value: Any) -> str:
    """What a JSON value is, for people."""
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        type(None): "null",
        bool: "a boolean",
    }
    return names.get(type(value), "a number")
