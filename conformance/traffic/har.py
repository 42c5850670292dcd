"""HTTP Archives (HAR 1.2), as browsers, proxies, Playwright and Polly.JS write them.

Playwright may keep a body in a separate file (``_file``), beside the archive or in one ZIP with
it. Polly keeps a compressed body as a list of its parts, in Base64 or hexadecimal.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.traffic.bodies import as_bytes, in_parts, unpacked
from conformance.traffic.entries import (
    BODILESS,
    Headers,
    MalformedEntry,
    TrafficEntry,
    exchange,
    mapping,
    pairs,
    status_of,
)
from conformance.traffic.errors import MalformedTraffic
from conformance.transport.exchange import Response

ENTRIES = re.compile(r'"entries"\s*:\s*\[\s*')
SEPARATOR = re.compile(r"[\s,]*")


Attached = Callable[[str], bytes | None]
"""The bytes of a file that an archive names; None where it is not there."""


def is_archive(value: Any) -> bool:
    """True for a document with the log of an archive, whole or not."""
    log = value.get("log") if isinstance(value, dict) else None
    return isinstance(log, dict) and ("entries" in log or "creator" in log)


def entries(
    path: Path, text: str, archive: dict[str, Any], attached: Attached = lambda _: None
) -> Iterator[TrafficEntry]:
    """The entries of an archive. Raises MalformedTraffic with the line of the entry."""
    log = archive["log"]
    found = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(found, list):
        raise MalformedTraffic(path, 1, "the log of this HAR has no list of entries")
    for index, one in enumerate(found):
        try:
            yield _entry(f"{path.name}, entry {index + 1}", one, attached)
        except MalformedEntry as wrong:
            line = _line(text, index)
            raise MalformedTraffic(path, line, f"entry {index + 1}: {wrong}") from None


def _entry(place: str, value: Any, attached: Attached) -> TrafficEntry:
    entry = mapping(value, "the entry")
    request = mapping(entry.get("request"), "the request")
    headers = pairs(request.get("headers"))
    body, known = _sent(request, headers, attached)
    answer, answer_known = _answer(entry.get("response"), attached)
    made = exchange(request.get("method"), request.get("url"), headers, body, answer)
    return TrafficEntry(place, made, known, answer_known)


def _sent(
    request: dict[str, Any], headers: Headers, attached: Attached
) -> tuple[bytes | None, bool]:
    """The request's body, and whether it is known: some recorders keep its size only."""
    posted = request.get("postData")
    if not posted:
        size = request.get("bodySize", 0)
        return None, not (isinstance(size, int) and size > 0)
    posted = mapping(posted, "postData")
    held = _held(posted, attached)
    if held is None and "text" in posted and "_file" not in posted:
        held = b""
    # A form that was taken apart cannot be put together byte for byte.
    if held is None or (not held and posted.get("params")):
        return None, False
    return unpacked(held, headers)


def _held(content: dict[str, Any], attached: Attached) -> bytes | None:
    """The bytes of a body as they are recorded; None where they are not."""
    text, file = content.get("text"), content.get("_file")
    if text is None:
        return attached(file) if isinstance(file, str) else None
    encoding = content.get("encoding") or content.get("_encoding")
    if isinstance(text, str | list) and (content.get("_isBinary") or encoding):
        parts = in_parts(text)
        if parts is not None:
            return parts
    return as_bytes(text, encoding)


def _answer(value: Any, attached: Attached) -> tuple[Response | None, bool]:
    """The response; None where none came, which recorders write as no status or leave out."""
    if value is None:
        return None, False
    response = mapping(value, "the response")
    status = status_of(response.get("status"))
    if status == 0:
        return None, False
    headers = pairs(response.get("headers"))
    content = mapping(response.get("content") or {}, "the response's content")
    held = _held(content, attached)
    if held is None:
        # Was it empty? Browsers also drop the texts of long recordings.
        lengths = [value for name, value in headers if name.lower() == "content-length"]
        is_empty = status in BODILESS or lengths == ["0"] or response.get("bodySize") == 0
        return Response(status, headers, b""), is_empty
    body, known = unpacked(held, headers)
    size, text = content.get("size"), content.get("text")
    # The size is that of the body, packed or not, or of the text that stands for it.
    longest = max(len(body), len(held), len(text) if isinstance(text, str) else 0)
    cut = isinstance(size, int) and size > longest
    return Response(status, headers, body), known and not cut


def _line(text: str, index: int) -> int:
    """The line on which entry ``index`` of the archive begins; 1 where it cannot be found."""
    start = ENTRIES.search(text)
    at = start.end() if start else 0
    for _ in range(index if start else 0):
        _, at = json.JSONDecoder().raw_decode(text, at)
        at = SEPARATOR.match(text, at).end()  # type: ignore[union-attr]
    return text.count("\n", 0, at) + 1
