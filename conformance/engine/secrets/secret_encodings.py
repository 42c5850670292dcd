"""The forms in which a text comes back: escaped for JSON, URLs or HTML, in base64, in hex."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

_ESCAPE = re.compile(r"%[0-9A-F]{2}")


def forms(text: str, least: int) -> tuple[str, ...]:
    """The text itself and its other forms of at least so many characters, each once."""
    return tuple(dict.fromkeys(form for form in _forms(text) if len(form) >= least))


def _forms(text: str) -> Iterator[str]:
    yield text
    plain = text.encode(errors="surrogatepass")
    for quoted in (quote(plain, safe=""), quote(plain)):
        yield quoted
        yield _ESCAPE.sub(lambda found: found[0].lower(), quoted)
        yield quote(quoted, safe="")
    for escaped in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        inner = escaped[1:-1]
        yield inner
        yield inner.replace("/", "\\/")
        yield json.dumps(inner)[1:-1]
    yield html.escape(text)
    data = text.encode("utf-8", "replace")
    yield data.hex()
    yield data.hex().upper()
    yield from base64_fragments(data)


def base64_fragments(data: bytes) -> Iterator[str]:
    """What of the text shows in base64, wherever in a longer text it stands.

    Three bytes are four characters; those at either end also depend on the neighbours.
    """
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).rstrip(b"=").decode()
        whole = encoded[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")
