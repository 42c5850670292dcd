"""Canaries: each names a part of a library that is no promise of it, and what leans on that part.

One that fails says what a new version has changed, before a run goes wrong in a way that nobody
understands.
"""

from __future__ import annotations

import http.client
import importlib
import inspect
import io
import queue
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from botocore import auth
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from urllib3 import connection, connectionpool

from conformance.plan.generation.determinism import without_local_constants
from conformance.transport.signing import Credentials, Signer

PACKAGE = Path(__file__).resolve().parents[2] / "conformance"


def test_hypothesis_keeps_local_constants_where_determinism_takes_them_away():
    assert "_local_constants" in vars(providers.HypothesisProvider)
    constants = type(providers.GLOBAL_CONSTANTS)()
    assert list(constants) == []
    assert callable(providers.CONSTANTS_CACHE.cache.clear)


def drawn():
    found = []

    @settings(max_examples=40, database=None, deadline=None)
    @seed(5)
    @given(st.text(max_size=8))
    def draw(text):
        found.append(text)

    with without_local_constants():
        draw()
    return found


def test_equal_seeds_draw_equal_values_once_more_modules_are_known():
    before = drawn()
    providers.HypothesisProvider._local_constants  # noqa: B018 - is there to be patched
    assert len(before) > 10
    assert drawn() == before


def test_the_parse_tree_of_re_has_the_nodes_that_strings_are_built_from():
    text = (PACKAGE / "plan" / "generation" / "strings.py").read_text()
    constants = importlib.import_module("re._constants")
    parser = importlib.import_module("re._parser")
    used = set(re.findall(r"\bop\.([A-Z_]+)", text))
    assert {"LITERAL", "IN", "BRANCH", "MAX_REPEAT"} <= used
    assert {name for name in used if not hasattr(constants, name)} == set()
    repeat, (least, most, inner) = parser.parse("a*")[0]
    assert (repeat, least, most) == (constants.MAX_REPEAT, 0, parser.MAXREPEAT)
    assert list(inner) == [(constants.LITERAL, ord("a"))]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("headers_to_sign", ["self", "request"]),
        ("canonical_query_string", ["self", "request"]),
        ("_modify_request_before_signing", ["self", "request"]),
        ("signature", ["self", "string_to_sign", "request"]),
        ("_sign", ["self", "key", "msg", "hex"]),
    ],
)
def test_botocores_signer_has_the_methods_that_signing_refines(name, parameters):
    found = inspect.signature(getattr(auth.SigV4Auth, name))
    assert list(found.parameters) == parameters


def test_botocores_signer_reads_no_more_of_a_request_than_the_draft_has():
    signer = Signer(Credentials("AKID", "secret"), "us-east-1", "geo")
    request = signer.sign("GET", "http://127.0.0.1/x?b=2&a=1")
    assert (request.header("authorization") or "").startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert auth.SIGV4_TIMESTAMP == "%Y%m%dT%H%M%SZ"
    assert "user-agent" in auth.SIGNED_HEADERS_BLACKLIST


def test_urllib3_makes_connections_and_responses_of_the_classes_that_it_names():
    assert vars(connectionpool.HTTPConnectionPool)["ConnectionCls"] is connection.HTTPConnection
    assert vars(connectionpool.HTTPSConnectionPool)["ConnectionCls"] is connection.HTTPSConnection
    assert issubclass(connection.HTTPConnection, http.client.HTTPConnection)
    assert http.client.HTTPConnection.response_class is http.client.HTTPResponse
    assert isinstance(vars(connection.HTTPConnection)["is_connected"], property)
    assert isinstance(connectionpool.HTTPConnectionPool("127.0.0.1").pool, queue.LifoQueue)


def test_a_response_of_the_standard_library_has_the_parts_that_a_head_is_read_with():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        response: Any = http.client.HTTPResponse(ours, method="GET")
        assert response._method == "GET"
        assert response._read_status() == ("HTTP/1.1", 204, "No Content\r\n")
        response.version, response.headers = 11, http.client.parse_headers(response.fp)
        assert response._check_close() is True
        response.close()


def test_a_response_of_the_standard_library_reads_a_file_that_can_be_replaced():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        response = http.client.HTTPResponse(ours)
        response.fp = io.BufferedReader(response.fp.detach())
        response.begin()
        assert response.read() == b"ok"
