"""A packed body is unpacked where that can be done within bounds."""

from __future__ import annotations

import gzip
import zlib

import pytest

from conformance.transport.body_forms import undone

TEXT = b'{"name": "x"}' * 10


def raw_deflate(data):
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(data) + packing.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, None),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), " GZIP "),
        (gzip.compress(TEXT, mtime=0), "x-gzip"),
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
        (gzip.compress(TEXT, mtime=0)[:-9], "gzip"),
        (gzip.compress(TEXT + b" ", mtime=0), "gzip"),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "br"),
    ],
)
def test_left_as_it_is(body, coding):
    assert undone(body, coding, len(TEXT)) == body
