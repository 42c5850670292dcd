"""One recorded exchange, whatever file it comes from, and the checks that every reader makes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.traffic.addresses import readable
from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)

Headers = tuple[tuple[str, str], ...]
METHOD = re.compile(r"[A-Za-z]{1,20}")
STATUS = re.compile(r"(-?\d{1,3})(?:\s.*)?", re.DOTALL)
LARGEST_STATUS = 999
PAIR = 2
BODILESS = {204, 205, 304}
"""Statuses whose answers have no body."""


class MalformedEntry(ValueError):
    """An entry is not what its format demands; the reader adds file and line."""


@dataclass(frozen=True, slots=True)
class TrafficEntry:
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
    """The exchange of one entry. Raises MalformedEntry."""
    method, url = (text_of(one) if isinstance(one, bytes) else one for one in (method, url))
    if not isinstance(method, str) or not METHOD.fullmatch(method):
        raise MalformedEntry(f"the request's method is {method!r}, not a name")
    if not isinstance(url, str) or not url:
        raise MalformedEntry("the request has no url")
    failure = None
    if answer is None:
        failure = TransportFailure(FailureKind.RESET, "no response was recorded")
    return Exchange(Request(method.upper(), readable(url), headers, body), answer, failure, 0.0)


def mapping(value: Any, what: str) -> dict[str, Any]:
    """A JSON object. Raises MalformedEntry."""
    if not isinstance(value, dict):
        raise MalformedEntry(f"{what} is {kind(value)}, not an object")
    return value


def status_of(value: Any) -> int:
    """A status (``201``, ``"201 Created"``), 0 where there was none. Raises MalformedEntry.

    What was aborted has none: recorders write 0, a negative number or nothing at all.
    """
    if value is None or value == "":
        return 0
    if isinstance(value, dict):
        value = value.get("code")
    text = text_of(value) if isinstance(value, str | bytes) else ""
    if match := STATUS.fullmatch(text.strip()):
        value = int(match[1])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value > LARGEST_STATUS:
        raise MalformedEntry(f"the response's status is {value!r}, not a number of three digits")
    return max(value, 0)


def pairs(headers: Any) -> Headers:
    """Headers, however they are written; names and values may be bytes and values lists of texts.

    An object, a list of {name, value}, a list of [name, value], or names and values by turns. The
    names of HTTP/2's pseudo headers begin with a colon: they are no headers. Raises MalformedEntry.
    """
    if headers is None or headers == "":
        return ()
    if isinstance(headers, dict):
        given = list(headers.items())
    elif isinstance(headers, list | tuple):
        given = list(_listed(list(headers)))
    else:
        raise MalformedEntry(f"the headers are {kind(headers)}, not a list or an object")
    return tuple(
        (named, text_of(value))
        for name, values in given
        for value in (values if isinstance(values, list | tuple) else [values])
        if (named := text_of(name)) and not named.startswith(":")
    )


def _listed(headers: list[Any]) -> Iterator[tuple[Any, Any]]:
    if len(headers) == 1 and isinstance(headers[0], list):
        headers = headers[0]  # the members of a set, as Python's tags write them
    if all(isinstance(one, str | bytes) for one in headers):
        if len(headers) % 2:
            raise MalformedEntry("the headers are an odd number of names and values")
        headers = list(zip(headers[::2], headers[1::2], strict=True))
    for one in headers:
        if isinstance(one, list | tuple) and len(one) == PAIR:
            yield one[0], one[1]
        else:
            named = mapping(one, "a header")
            yield named.get("name", ""), named.get("value", "")


def text_of(value: Any) -> str:
    """A name, a header's value or an address as text, however it is held. Raises MalformedEntry."""
    match value:
        case None:
            return ""
        case bytes():
            return value.decode("utf-8", "replace")
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
    raise MalformedEntry(f"{kind(value)} instead of a text")


def kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
