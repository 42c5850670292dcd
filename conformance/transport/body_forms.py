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
    """What the body is: ``XML``, ``HTML`` and so on; for one that is not JSON."""
    body = response.body
    encoded = (response.header("content-encoding") or "identity").lower()
    if encoded != "identity":
        return f"encoded as {encoded}"
    if body.startswith(codecs.BOM_UTF8):
        return "JSON after a byte order mark"
    markup = _MARKUP.match(body)
    if markup:
        return "HTML" if markup[2] else "XML"
    text = body.decode("utf-8", "replace").strip()
    if text[:1] not in {"{", "["}:
        return UNREADABLE
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return UNREADABLE
    # Python takes NaN and Infinity for numbers, which JSON does not have.
    endless = end == len(text) and _CONSTANT.search(text)
    return ENDLESS if endless else "JSON with text after it"


EITHER = 32 + zlib.MAX_WBITS
"""zlib's own way to say: a gzip or a zlib header, whichever is there."""
WINDOWS = {"gzip": (EITHER,), "x-gzip": (EITHER,), "deflate": (EITHER, -zlib.MAX_WBITS)}


def undone(body: bytes, coding: str | None, limit: int) -> bytes:
    """The body without its content coding, if it is packed so and not larger than ``limit``."""
    windows = WINDOWS.get((coding or "").strip().lower(), ())
    found = (inflated(body, window, limit) for window in windows)
    return next((one for one in found if one is not None), body)


def inflated(body: bytes, window: int, limit: int) -> bytes | None:
    """What is packed in a body; None where it is damaged or larger than ``limit`` bytes."""
    unpacking = zlib.decompressobj(window)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error:
        return None
    return found if unpacking.eof and len(found) <= limit else None
