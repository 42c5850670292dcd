"""What a body is that should be JSON and is not, in a few words for people."""

from __future__ import annotations

import codecs
import json
import re

from conformance.transport.exchange import Response

_MARKUP = re.compile(rb"\s*<(?:(\?xml)|(!doctype html|html|head|body)\b|[a-z])", re.IGNORECASE)
UNREADABLE = "no JSON"


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
    return "JSON and something after it" if _begins_with_json(body) else UNREADABLE


def _begins_with_json(body: bytes) -> bool:
    text = body.decode("utf-8", "replace").lstrip()
    if text[:1] not in {"{", "["}:
        return False
    try:
        json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return True
