"""Bodies as a recording holds them: text, Base64, compressed."""

import base64
import binascii
import json
import re
import zlib
from typing import Any

from conformance.traffic.entries import Headers, MalformedEntry, kind

LARGEST = 64 * 1024 * 1024
"""Bytes of a body that is unpacked: more is no API answer."""
HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
GZIP = b"\x1f\x8b"
IDENTITY = {"", "identity", "utf-8"}


def as_bytes(value: Any, encoding: Any = None) -> bytes:
    """A recorded text as the bytes it stands for. Raises MalformedEntry."""
    if isinstance(value, bytes):
        return from_base64(value.decode("latin-1")) if _is_base64(encoding) else value
    if not isinstance(value, str):
        raise MalformedEntry(f"a body is {kind(value)}, not a text")
    if _is_base64(encoding):
        return from_base64(value)
    if isinstance(encoding, str) and encoding.lower() == "hex" and HEX.fullmatch(value):
        return bytes.fromhex(value)
    return value.encode("utf-8", "surrogatepass")


def _is_base64(encoding: Any) -> bool:
    return isinstance(encoding, str) and encoding.lower() == "base64"


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
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.startswith("[") else None
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, list) or not value:
        return None
    if not all(isinstance(one, str) for one in value):
        return None
    if all(HEX.fullmatch(one) for one in value):
        return b"".join(bytes.fromhex(one) for one in value)
    try:
        return b"".join(from_base64(one) for one in value)
    except MalformedEntry:
        return None


def unpacked(body: bytes, headers: Headers) -> tuple[bytes, bool]:
    """The body without its content encodings, and whether it could be read.

    Browsers record bodies that are unpacked already, beside a header that says that they are not:
    so a body is unpacked by what it is, where that can be seen.
    """
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    for coding in reversed([part.strip().lower() for part in named.split(",")]):
        if coding in IDENTITY or _is_plain(body):
            continue
        plain = _inflate(body) if coding in {"gzip", "x-gzip", "deflate"} else None
        if plain is None:
            return b"", False
        body = plain
    if body.startswith(GZIP):
        plain = _inflate(body)
        return (b"", False) if plain is None else (plain, True)
    return body, True


def is_text(body: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        body.decode()
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
        return _has_half_letters(body)
    shorter = length.isascii() and length.isdigit() and len(body) < int(length[:12])
    return shorter and "content-encoding" not in named and not _has_end(body)


def _has_half_letters(body: bytes) -> bool:
    """Whether a text has halves of letters in it, which only a recorder puts there."""
    try:
        body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _has_end(body: bytes) -> bool:
    if body.lstrip()[:1] == b"<":
        return body.rstrip()[-1:] == b">"
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _is_plain(body: bytes) -> bool:
    # A compressed body may by chance be UTF-8, but never begins as JSON or a page does.
    return is_text(body) and (not body or body.lstrip()[:1] in {b"{", b"[", b"<", b'"', b""})


def _inflate(body: bytes) -> bytes | None:
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        unpacking = zlib.decompressobj(window)
        try:
            plain = unpacking.decompress(body, LARGEST)
        except zlib.error:
            continue
        return plain if unpacking.eof else None
    return None
