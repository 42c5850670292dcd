"""Recordings of nock: a list of scopes with the answer to one request each."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.traffic.bodies import HEX, is_text, unpacked
from conformance.traffic.entries import (
    Headers,
    MalformedEntry,
    TrafficEntry,
    exchange,
    pairs,
    status_of,
    text_of,
)
from conformance.traffic.errors import MalformedTraffic
from conformance.transport.exchange import Response


def is_nock(value: Any) -> bool:
    """True for a list of what nock records."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and {"scope", "response"} <= one.keys() for one in value)
    )


def entries(path: Path, found: list[dict[str, Any]]) -> Iterator[TrafficEntry]:
    """The exchanges of a recording. Raises MalformedTraffic."""
    for number, one in enumerate(found, 1):
        try:
            yield _entry(f"{path.name}, recording {number}", one)
        except MalformedEntry as wrong:
            raise MalformedTraffic(path, 1, f"recording {number}: {wrong}") from None


def _entry(place: str, given: dict[str, Any]) -> TrafficEntry:
    sent = pairs(given.get("reqheaders"))
    got = pairs(given.get("rawHeaders") or given.get("headers"))
    body, known = _body(given.get("body"), sent)
    hexadecimal = given.get("responseIsBinary") is True
    data, answer_known = _body(given.get("response"), got, hexadecimal=hexadecimal)
    status = status_of(given.get("status", 200))
    answer = Response(status, got, data or b"") if status else None
    url = text_of(given["scope"]).rstrip("/") + text_of(given.get("path"))
    made = exchange(given.get("method") or "GET", url, sent, body, answer)
    return TrafficEntry(place, made, known, answer_known)


def _body(value: Any, headers: Headers, *, hexadecimal: bool = False) -> tuple[bytes | None, bool]:
    """A body as nock keeps it: JSON as its value, a compressed one as parts in hexadecimal.

    One that is no text is in hexadecimal too, and nothing says so of a request's.
    """
    if value is None or value == "":
        return None, True
    if isinstance(value, list) and value and all(_is_hex(one) for one in value):
        return unpacked(b"".join(bytes.fromhex(one) for one in value), headers)
    if isinstance(value, str):
        packed = _is_hex(value) and (
            hexadecimal
            or any(name.lower() == "content-encoding" for name, _ in headers)
            or not is_text(bytes.fromhex(value))
        )
        return unpacked(bytes.fromhex(value) if packed else value.encode(), headers)
    return json.dumps(value).encode(), True


def _is_hex(value: Any) -> bool:
    return isinstance(value, str) and HEX.fullmatch(value) is not None
