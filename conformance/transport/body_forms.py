"""What a body is: its content coding undone, and what one that should be JSON is instead."""

import codecs
import json
import re
import zlib

from conformance.transport.exchange import Response

_MARKUP = re.compile(rb"\s*<(?:(\?xml)|(!doctype html|html|head|body)\b|[a-z])", re.IGNORECASE)
_CONSTANT = re.compile(r"\b(NaN|Infinity)\b")
UNREADABLE = "no JSON"
ENDLESS = "JSON except for NaN or Infinity"


def form_of(response: Response) -> str:
    """What the body is: ``XML``, ``HTML`` and so on; asked of one that is not JSON."""
    body = response.body
    encoded = (response.header("content-encoding") or "identity").lower()
    if encoded != "identity":
        return f"encoded as {encoded}"
    if body.startswith(codecs.BOM_UTF8):
        return "JSON after a byte order mark"
    markup = _MARKUP.match(body)
    if markup:
        return "HTML" if markup[2] else "XML"
    return _of_text(body.decode("utf-8", "replace").strip())


def _of_text(text: str) -> str:
    if text[:1] not in {"{", "["}:
        return UNREADABLE
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return UNREADABLE
    # Python takes NaN and Infinity for numbers, which JSON does not have.
    odd = end == len(text) and _CONSTANT.search(text)
    return ENDLESS if odd else "JSON with text after it"


_EITHER = 32 + zlib.MAX_WBITS
"""zlib's own way to say: a gzip or a zlib header, whichever is there."""
_RAW = -zlib.MAX_WBITS
_WINDOWS = {"gzip": (_EITHER,), "x-gzip": (_EITHER,), "deflate": (_EITHER, _RAW)}


def undone(body: bytes, coding: str | None, limit: int) -> bytes:
    """The body without its content coding.

    As it is where it has none, where it is not packed as it says, and where it would be larger than
    ``limit`` bytes.
    """
    for window in _WINDOWS.get((coding or "").strip().lower(), ()):
        unpacked = _unpacked(body, window, limit)
        if unpacked is not None:
            return unpacked
    return body


def _unpacked(body: bytes, window: int, limit: int) -> bytes | None:
    unpacking = zlib.decompressobj(window)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error:
        return None
    return found if unpacking.eof and len(found) <= limit else None
