"""What a body is that should be JSON and is not, in a few words for people."""

from __future__ import annotations

import codecs
import json
import re

from conformance.transport.exchange import Response

_MARKUP = re.compile(rb"\s*<(?:(\?xml)|(!doctype html|html|head|body)\b|[a-z])", re.IGNORECASE)
_CONSTANT = re.compile(r"\b(NaN|Infinity)\b")
UNREADABLE = "no JSON"
ENDLESS = "JSON but for a number that has no end, or is none"


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
    return ENDLESS if odd else "JSON and something after it"
