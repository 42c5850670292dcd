"""A packed body is unpacked where that can be done within bounds."""

from __future__ import annotations

import gzip
import zlib

import pytest

from conformance.transport.coding import undone

TEXT = b'{"name": "x"}' * 10


def raw_deflate(data):
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(data) + packing.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, None),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), " GZIP "),
        (gzip.compress(TEXT), "x-gzip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
    ],
)
def test_undone(body, coding):
    assert undone(body, coding, len(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, "gzip"),
        (b"", "gzip"),
        (gzip.compress(TEXT)[:-9], "gzip"),
        (gzip.compress(TEXT + b" "), "gzip"),
        (gzip.compress(b"\0" * 50_000_000), "gzip"),
        (gzip.compress(TEXT), "br"),
    ],
)
def test_left_as_it_is(body, coding):
    assert undone(body, coding, len(TEXT)) == body
