"""Bodies as a recording holds them: text, Base64, compressed."""

import base64
import binascii
import json
import re
from typing import Any

from conformance.traffic.entries import Headers, MalformedEntry, kind
from conformance.transport.body_forms import WINDOWS, inflated

LARGEST = 64 * 1024 * 1024
"""Bytes of a body that is unpacked: more is no API answer."""
HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
GZIP = b"\x1f\x8b"
IDENTITY = {"", "identity", "utf-8"}


def as_bytes(value: Any, encoding: Any = None) -> bytes:
    """A recorded text as the bytes it stands for. Raises MalformedEntry."""
    coding = encoding.lower() if isinstance(encoding, str) else ""
    if isinstance(value, bytes):
        return from_base64(value.decode("latin-1")) if coding == "base64" else value
    if not isinstance(value, str):
        raise MalformedEntry(f"a body is {kind(value)}, not a text")
    if coding == "base64":
        return from_base64(value)
    if coding == "hex" and HEX.fullmatch(value):
        return bytes.fromhex(value)
    return value.encode("utf-8", "surrogatepass")


def from_base64(text: Any) -> bytes:
    """The bytes of a Base64 text, with or without line breaks. Raises MalformedEntry."""
    try:
        return base64.b64decode("".join(str(text).split()), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedEntry("a body is said to be Base64 and is not") from None


def in_parts(value: Any) -> bytes | None:
    """The body whose parts are listed, in Base64 or hexadecimal; None for anything else.

    The list may stand in a text, as JSON.
    """
    try:
        if isinstance(value, str):
            value = json.loads(value) if value.startswith("[") else None
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return None
        read = bytes.fromhex if all(map(HEX.fullmatch, value)) else from_base64
        return b"".join(map(read, value)) if value else None
    except (ValueError, RecursionError):  # MalformedEntry is a ValueError
        return None


def unpacked(body: bytes, headers: Headers) -> tuple[bytes, bool]:
    """The body without its content encodings, and whether it could be read.

    Browsers record bodies that are unpacked already, beside a header that says that they are not:
    so a body is unpacked by what it is, where that can be seen.
    """
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    for coding in reversed([part.strip().lower() for part in named.split(",")]):
        # A compressed body may by chance be UTF-8, but never begins as JSON or a page does.
        is_plain = is_text(body) and body.lstrip()[:1] in {b"{", b"[", b"<", b'"', b""}
        if coding in IDENTITY or is_plain:
            continue
        plain = _inflate(body) if coding in WINDOWS else None
        if plain is None:
            return b"", False
        body = plain
    plain = _inflate(body) if body.startswith(GZIP) else body
    return plain or b"", plain is not None


def is_text(body: bytes, errors: str = "strict") -> bool:
    try:
        body.decode(errors=errors)
    except UnicodeDecodeError:
        return False
    return True


def is_lost(body: bytes | None, headers: Headers) -> bool:
    """Whether what is recorded cannot be the whole body: cut, dropped, or with broken letters.

    One that is shorter than its header says may have names hidden in it, if it has an end.
    """
    body = body or b""
    named = {name.lower(): value.strip() for name, value in headers}
    length = named.get("content-length", "")
    if not is_text(body):
        return is_text(body, "surrogatepass")  # halves of letters, which only a recorder puts there
    shorter = length.isascii() and length.isdigit() and len(body) < int(length[:12])
    return shorter and "content-encoding" not in named and not _has_end(body)


def _has_end(body: bytes) -> bool:
    if body.lstrip()[:1] == b"<":
        return body.rstrip()[-1:] == b">"
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _inflate(body: bytes) -> bytes | None:
    found = (inflated(body, window, LARGEST) for window in WINDOWS["deflate"])
    return next((one for one in found if one is not None), None)
