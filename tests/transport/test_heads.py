"""The heads of answers are read as the library reads them, only faster."""

from __future__ import annotations

import http.client
import io
from random import Random

import pytest

from conformance.transport.response_reader import header_lines, parsed_headers

PIECES = (
    *(
        b"Content-Type",
        b":",
        b" ",
        b"\t",
        b"\r\n",
        b"\n",
        b"\r",
        b"\xe9",
        b"\x00",
        b"\x0b",
        b"\x85",
    ),
    *(b"X-A: 1\r\n", b"Set-Cookie: a=b; c", b": v\r\n", b"From ", b"=?utf-8?q?x?=", b'"'),
    *(b"multipart/mixed; boundary=x", b"Transfer-Encoding: chunked\r\n"),
)


def usual(data):
    return list(http.client.parse_headers(io.BytesIO(data)).items())


def ours(data):
    return list(parsed_headers(header_lines(io.BytesIO(data))).items())


def test_a_head_says_what_the_library_says_of_it():
    random, plain = Random(1), 0
    for _ in range(3000):
        lines = b"".join(random.choice(PIECES) for _ in range(random.randint(1, 14)))
        head = lines + random.choice([b"\r\n\r\n", b"\n\n", b""])
        assert ours(head) == usual(head)
        plain += len(usual(head)) > 0
    assert plain > 300


@pytest.mark.parametrize(
    "head", [b"A: b\r\n" * 101 + b"\r\n", b"A: " + b"b" * 65_536 + b"\r\n\r\n"]
)
def test_the_limits_are_the_library_s(head):
    with pytest.raises(http.client.HTTPException) as by_us:
        ours(head)
    with pytest.raises(http.client.HTTPException) as by_it:
        usual(head)
    assert (type(by_us.value), str(by_us.value)) == (type(by_it.value), str(by_it.value))
