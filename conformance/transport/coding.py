"""Content codings undone, so that a body is read for what it says, however it was packed."""

from __future__ import annotations

import zlib

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
