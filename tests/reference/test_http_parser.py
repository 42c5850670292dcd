"""The HTTP/1.1 request parser."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.http.parser import HttpLimits, MalformedMessage, RequestParser

HEAD = b"POST /a%20b?c=d HTTP/1.1\r\nHost: x\r\n"


def parsed(data, limits=None):
    parser = RequestParser(limits)
    parser.feed(data)
    return parser.next_request()


def complete(parser):
    request = parser.next_request()
    assert request is not None
    return request


def refused(data, status=400, limits=None):
    with pytest.raises(MalformedMessage) as caught:
        parsed(data, limits)
    assert caught.value.status == status
    return True


def test_a_request():
    request = parsed(HEAD + b"X-A: 1\r\nx-a:  2 \t\r\nContent-Length: 3\r\n\r\nabcd")
    assert (request.method, request.path, request.query) == ("POST", "/a%20b", "c=d")
    assert request.headers == {"host": "x", "x-a": "1, 2", "content-length": "3"}
    assert (request.body, request.keep_alive) == (b"abc", True)


def test_pipelined_requests_come_in_order():
    parser = RequestParser()
    parser.feed(HEAD + b"Content-Length: 1\r\n\r\na" + HEAD + b"\r\n" + b"\r\n" + HEAD + b"\r\n")
    assert [complete(parser).body for _ in range(3)] == [b"a", b"", b""]
    assert parser.next_request() is None


@given(st.lists(st.integers(0, 90), max_size=8))
def test_any_cut_of_the_bytes_gives_the_same_requests(cuts):
    data = (
        HEAD
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"
        + HEAD
        + b"Content-Length: 2\r\n\r\nzz"
    )
    parser, bodies = RequestParser(), []
    edges = [0, *sorted(min(cut * 2, len(data)) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        parser.feed(data[start:end])
        while (request := parser.next_request()) is not None:
            bodies.append(request.body)
    assert bodies == [b"abc0123456789", b"zz"]


@pytest.mark.parametrize(
    "data",
    [
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        b"GET / http/1.1\r\nHost: x\r\n\r\n",
        b"G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /#x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\nC: d\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n: v\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 1, 1\r\n\r\n",
        HEAD + b"Content-Length: 0x1\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\nab",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 2000,
    ],
)
def test_malformed_requests(data):
    assert refused(data)


def test_other_refusals():
    limits = HttpLimits(head=200, headers=3, target=20, body=10)
    assert refused(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501)
    assert refused(HEAD + b"Expect: a-pony\r\n\r\n", 417)
    assert refused(b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505)
    assert refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)
    assert refused(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 300, 431, limits)
    assert refused(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 3 + b"\r\n", 431, limits)
    assert refused(b"GET /" + b"a" * 30 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, limits)
    assert refused(HEAD + b"Content-Length: 11\r\n\r\n", 413, limits)
    assert refused(HEAD + b"Transfer-Encoding: chunked\r\n\r\nb\r\n", 413, limits)


@pytest.mark.parametrize(
    ("head", "keeps"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", True),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n", False),
        (b"GET / HTTP/1.0\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n", True),
    ],
)
def test_keep_alive(head, keeps):
    assert parsed(head + b"\r\n").keep_alive is keeps


def test_continue_is_wanted_once_and_only_before_the_body():
    parser = RequestParser()
    parser.feed(HEAD + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert parser.next_request() is None
    assert [parser.wants_continue(), parser.wants_continue()] == [True, False]
    parser.feed(b"a" + HEAD + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\nb")
    assert [complete(parser).body, complete(parser).body] == [b"a", b"b"]
    assert not parser.wants_continue()


def test_absolute_form():
    request = parsed(b"GET http://h:1/p?q HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (request.path, request.query) == ("/p", "q")
    assert parsed(b"GET http://h HTTP/1.1\r\nHost: x\r\n\r\n").path == "/"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(data):
    parser = RequestParser()
    with suppress(MalformedMessage):  # anything else is a failure
        parser.feed(data)
        parser.next_request()
        parser.feed(b"\r\n\r\n")
        parser.next_request()
