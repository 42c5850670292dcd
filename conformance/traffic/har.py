"""HTTP Archives (HAR 1.2), as browsers, mitmproxy and Playwright write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.target.exchange import Response
from conformance.traffic.bodies import as_bytes, unpacked
from conformance.traffic.entries import (
    Entry,
    Headers,
    Malformed,
    exchange,
    mapping,
    pairs,
    status_of,
)
from conformance.traffic.errors import MalformedTraffic

ENTRIES = re.compile(r'"entries"\s*:\s*\[\s*')


def entries(path: Path, text: str, archive: dict[str, Any]) -> Iterator[Entry]:
    """The entries of an archive. Raises MalformedTraffic with the line of the entry."""
    log = archive["log"]
    found = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(found, list):
        raise MalformedTraffic(path, 1, "the log of this HAR has no list of entries")
    for index, one in enumerate(found):
        try:
            yield _entry(f"{path.name}, entry {index + 1}", one)
        except Malformed as wrong:
            line = _line(text, index)
            raise MalformedTraffic(path, line, f"entry {index + 1}: {wrong}") from None


def _entry(place: str, value: Any) -> Entry:
    entry = mapping(value, "the entry")
    request = mapping(entry.get("request"), "the request")
    headers = pairs(request.get("headers"))
    body, known = _sent(request, headers)
    answer, answer_known = _answer(entry.get("response"))
    made = exchange(request.get("method"), request.get("url"), headers, body, answer)
    return Entry(place, made, known, answer_known)


def _sent(request: dict[str, Any], headers: Headers) -> tuple[bytes | None, bool]:
    """The request's body, and whether it is known: some recorders keep its size only."""
    posted = request.get("postData")
    if posted is None:
        size = request.get("bodySize", 0)
        return None, not (isinstance(size, int) and size > 0)
    posted = mapping(posted, "postData")
    if "text" not in posted:
        return None, False
    encoding = posted.get("encoding") or posted.get("_encoding")
    return unpacked(as_bytes(posted["text"] or "", encoding), headers)


def _answer(value: Any) -> tuple[Response | None, bool]:
    """The response; None where none came, which recorders write as status 0 or leave out."""
    if value is None:
        return None, False
    response = mapping(value, "the response")
    status = status_of(response.get("status"))
    if status == 0:
        return None, False
    headers = pairs(response.get("headers"))
    content = mapping(response.get("content") or {}, "the response's content")
    if content.get("text") is None:
        return Response(status, headers, b""), _is_empty(status, headers, response)
    body, known = unpacked(as_bytes(content["text"], content.get("encoding")), headers)
    size = content.get("size")
    cut = isinstance(size, int) and size > len(body)
    return Response(status, headers, body), known and not cut


def _is_empty(status: int, headers: Headers, response: dict[str, Any]) -> bool:
    """Whether a body without text was empty; browsers also drop the texts of long recordings."""
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    return status in {204, 205, 304} or lengths == ["0"] or response.get("bodySize") == 0


def _line(text: str, index: int) -> int:
    """The line on which entry ``index`` of the archive begins; 1 where it cannot be found."""
    scan = json.JSONDecoder()
    start = ENTRIES.search(text)
    at = start.end() if start else 0
    for _ in range(index if start else 0):
        _, at = scan.raw_decode(text, at)
        at = re.compile(r"[\s,]*").match(text, at).end()  # type: ignore[union-attr]
    return text.count("\n", 0, at) + 1
