"""What a run did not make is not touched: the transport itself sees to that."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.journal import Header, Journal
from conformance.engine.resources.names import Names
from conformance.engine.resources.run_tag import TAG, RunTag
from conformance.engine.safety.guard import GuardedTransport
from conformance.engine.safety.request_classifier import RequestEffect, RouteTable
from conformance.engine.safety.run_safety import RunSafety
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)
from conformance.transport.protocols.registry import read
from conformance.transport.signing import Signer
from tests import contracts
from tests.json_double import OneByOne

URL = "http://127.0.0.1:1/base"
HEADER = Header(URL, "abcd1234", "us-east-1", "2026-01-01T00:00:00Z", {}, None, TAG)
GATEWAY, LOCATION = "apigateway", "location"


class Target(OneByOne):
    """Answers what it is told to, and remembers what the journal said when it was asked."""

    def __init__(self, journal):
        self.journal, self.sent = journal, []
        self.answer: Any = (200, {})
        self.open = 0

    def send(self, request):
        self.sent.append((request.method, request.url.removeprefix(URL)))
        self.open = len(self.journal.state.open)
        if isinstance(self.answer, FailureKind):
            return Exchange(request, None, TransportFailure(self.answer, "x"), 0.0)
        status, body = self.answer
        return Exchange(request, Response(status, (), json.dumps(body).encode()), None, 0.0)


@pytest.fixture
def journal(tmp_path):
    made = Journal.begin(tmp_path / "j.jsonl", HEADER)
    yield made
    made.close()


class Guarded:
    """A guard around such a target; a call sends a request, and gives "withheld" or the answer."""

    def __init__(self, journal, service, absent):
        self.target, self.names = Target(journal), Names(HEADER.nonce)
        routes = RouteTable(contracts.contract(service), URL)
        self.transport = GuardedTransport(self.target, routes, journal, self.names, absent)

    def __call__(self, method, path, body=None, answer=(200, {})):
        self.target.answer = answer
        text = None if body is None else json.dumps(body).encode()
        exchange = self.transport.send(Request(method, URL + path, (), text))
        withheld = exchange.failure and exchange.failure.kind is FailureKind.WITHHELD
        return "withheld" if withheld else exchange


@pytest.fixture
def guarded(journal):
    return lambda contract, absent=None: Guarded(journal, contract, absent)


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        (GATEWAY, "PATCH", "/apikeys/0123456789"),
        (GATEWAY, "DELETE", "/apikeys/0123456789"),
        (GATEWAY, "PUT", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapikeys%2F0123456789"),
        (GATEWAY, "DELETE", "/apikeys/"),
        (GATEWAY, "DELETE", "/apikeys"),
        (GATEWAY, "DELETE", "/restapis/0123456789"),
        (GATEWAY, "POST", "/restapis"),
        (LOCATION, "DELETE", "/metadata/v0/keys/a?forceDelete=true"),
        (LOCATION, "DELETE", "/metadata/v0/keys/conformance-another1-00001?forceDelete=true"),
        (LOCATION, "PATCH", "/metadata/v0/keys/.."),
        (LOCATION, "PATCH", "/metadata/v0/keys/x%2F..%2Fy"),
    ],
)
def test_what_is_not_of_the_run_is_withheld(guarded, service, method, path):
    send = guarded(service)
    assert send(method, path, {}) == "withheld"
    assert send.target.sent == []


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        (GATEWAY, "GET", "/apikeys/0123456789"),
        (GATEWAY, "GET", "/apikeys?limit=500"),
        (LOCATION, "POST", "/metadata/v0/list-keys"),
        (LOCATION, "PATCH", "/metadata/v0/keys/conformance-abcd1234-00001"),
        (LOCATION, "DELETE", "/metadata/v0/keys/CONFORMANCE-ABCD1234-00001"),
        (GATEWAY, "POST", "/no-such-route-abcd1234/v0/nothing"),
    ],
)
def test_what_only_looks_or_bears_the_nonce_is_sent(guarded, service, method, path):
    send = guarded(service)
    send(method, path, {})
    assert send.target.sent == [(method, path)]


def test_a_random_identifier_of_the_run_is_sent(guarded):
    send = guarded(GATEWAY)
    assert send("PATCH", f"/apikeys/{send.names.unknown(10)}", {}) != "withheld"
    assert send("PATCH", f"/apikeys/{send.names.unknown(3)}", {}) == "withheld"


def test_what_was_made_can_be_changed_and_deleted(guarded, journal):
    send = guarded(GATEWAY)
    send("POST", "/apikeys", {"name": "x-abcd1234-1"}, answer=(201, {"id": "k1"}))
    assert send.target.open == 1  # noted before it was sent
    assert journal.state.alive("apigateway") == ["k1"]
    assert send("PATCH", "/apikeys/k1", {}) != "withheld"
    assert send("BREW", "/apikeys/k1") != "withheld"
    assert send("BREW", "/apikeys/k2") == "withheld"
    arn = "arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapikeys%2Fk1"
    assert send("PUT", f"/tags/{arn}", {"tags": {}}) != "withheld"
    send("DELETE", "/apikeys/k1", answer=(500, {}))
    assert journal.state.alive("apigateway") == ["k1"]
    send("DELETE", "/apikeys/k1", answer=(404, {"__type": "UnknownOperationException"}))
    assert journal.state.alive("apigateway") == ["k1"]  # nothing was even looked for
    send("DELETE", "/apikeys/k1", answer=(202, {}))
    assert journal.state.alive("apigateway") == []


@pytest.mark.parametrize(
    ("answer", "is_open"),
    [
        ((400, {}), False),
        ((429, {}), False),
        ((500, {}), True),
        ((200, []), True),
        (FailureKind.TIMEOUT, True),
        (FailureKind.RESET, True),
        (FailureKind.REFUSED, False),
    ],
)
def test_a_creation_without_an_outcome_stays_open(guarded, journal, answer, is_open):
    send = guarded(GATEWAY)
    send("POST", "/apikeys", {"name": "x-abcd1234-1"}, answer=answer)
    assert bool(journal.state.doubtful("apigateway")) is is_open


@pytest.mark.parametrize(
    ("path", "body", "is_sent"),
    [
        ("/apikeys", {"name": "plain"}, False),
        ("/apikeys", [], False),
        ("/apikeys", {"name": "plain", "tags": {TAG: "abcd1234"}}, True),
        ("/apikeys", {"name": "plain", "tags": {TAG: "another1"}}, False),
        ("/apikeys", {"name": "x-abcd1234"}, True),
        ("/apikeys?mode=import&format=csv", "Name,Key\nabcd1234,x", True),
        ("/apikeys?mode=import&format=csv", "Name,Key\nplain,x", False),
    ],
)
def test_a_creation_that_could_not_be_told_apart_is_withheld(guarded, path, body, is_sent):
    send = guarded(GATEWAY)
    assert (send("POST", path, body) != "withheld") is is_sent
    assert len(send.target.sent) == is_sent
    # On an emulator, where nothing of value is, it is sent.
    assert guarded(GATEWAY, lambda name, visit: True)("POST", path, body) != "withheld"


def test_an_emulator_is_asked_whether_it_has_something(guarded):
    asked = []

    def absent(name, visit):
        asked.append(name)
        return name == "aa"

    send = guarded(LOCATION, absent)
    assert send("PATCH", "/metadata/v0/keys/aa", {}) != "withheld"
    assert send("PATCH", "/metadata/v0/keys/a", {}) == "withheld"
    assert asked == ["aa", "a"]


@pytest.mark.parametrize(
    ("name", "status", "answer", "is_sent"),
    [
        ("aa", 404, {"__type": "ResourceNotFoundException"}, True),
        ("aa", 400, {"__type": "ResourceNotFoundException"}, True),
        ("aa", 400, {"__type": "ValidationException", "message": "aa does not exist"}, True),
        ("aa", 400, {"__type": "ValidationException", "message": "invalid key"}, False),
        ("a" * 101, 400, {"__type": "ValidationException", "message": "invalid key"}, True),
        ("aa", 403, {"__type": "AccessDeniedException", "message": "aa not found"}, False),
        ("a" * 101, 400, {"__type": "ThrottlingException"}, False),
        ("aa", 429, {}, False),
        ("aa", 404, {"__type": "UnknownOperationException"}, False),
        ("aa", 500, {}, False),
        ("aa", 200, {}, False),
    ],
)
def test_only_what_is_said_to_be_missing_is_absent(journal, name, status, answer, is_sent):
    """The list of the target is of no help: it answers as the read does."""
    contract, names = contracts.contract(LOCATION), Names(HEADER.nonce)
    target = Target(journal)
    target.answer = (status, answer)
    signer = Signer(TEST_CREDENTIALS, "us-east-1", "geo")
    safety = RunSafety(journal, names, strict=False)
    transport = safety.guarded(contract, URL, signer, target)
    exchange = transport.send(Request("PATCH", f"{URL}/metadata/v0/keys/{name}", (), b"{}"))
    assert ("PATCH" in [method for method, _ in target.sent]) is is_sent
    assert (exchange.attempts > 0) is is_sent


def sent_to(journal, answer, *names):
    """Which keys a run updates that did not make them, of a target that answers so."""
    target = Target(journal)

    def send(request):
        target.answer = answer(request.url)
        return Target.send(target, request)

    signer = Signer(TEST_CREDENTIALS, "us-east-1", "geo")
    safety = RunSafety(journal, Names(HEADER.nonce), strict=False)
    contract = contracts.contract(LOCATION)
    transport = safety.guarded(contract, URL, signer, SimpleNamespace(send=send))
    return [
        name
        for name in names
        if transport.send(Request("PATCH", f"{URL}/metadata/v0/keys/{name}", (), b"{}")).attempts
    ]


@pytest.mark.parametrize(
    ("more", "absent"),
    [({}, ["aa"]), ({"NextMarker": "m"}, []), ({"IsTruncated": True}, []), ({"More": ""}, ["aa"])],
)
def test_a_whole_list_says_what_a_read_that_is_refused_does_not(journal, more, absent):
    def answer(url):
        body = {"Entries": [{"KeyName": "ab"}], **more} if "list-keys" in url else {}
        return 200 if body else 403, body

    assert sent_to(journal, answer, "aa", "ab") == absent


def test_of_a_name_with_slashes_the_whole_is_looked_for(journal):
    missing = (404, {"__type": "ResourceNotFoundException"})
    there: Any = {f"{URL}/metadata/v0/keys/x%2Fy": (200, {})}
    found = sent_to(journal, lambda url: there.get(url, missing), "x%2Fy", "x%2Fz")
    assert found == ["x%2Fz"]


def test_routes_with_a_literal_query_come_first():
    routes = RouteTable(contracts.contract(GATEWAY), URL)

    def kind(method, path):
        visit = routes.visit(Request(method, URL + path, ()))
        return visit.kind, visit.operation and visit.operation.name

    assert kind("POST", "/apikeys?mode=import&format=csv") == (
        RequestEffect.CREATE,
        "ImportApiKeys",
    )
    assert kind("POST", "/apikeys") == (RequestEffect.CREATE, "CreateApiKey")
    assert kind("DELETE", "/apikeys/x") == (RequestEffect.DELETE, "DeleteApiKey")
    assert kind("BREW", "/apikeys/x") == (RequestEffect.UNKNOWN, None)


def test_the_tag_is_put_on_and_taken_off():
    contract = contracts.contract(GATEWAY)
    mark = RunTag.of(contract, "abcd1234")
    assert mark is not None
    create, update = contract.operations["CreateApiKey"], contract.operations["UpdateApiKey"]
    assert mark.add_to(create, {"name": "x"}) == {"name": "x", "tags": {TAG: "abcd1234"}}
    assert mark.add_to(create, {"tags": {"a": "b"}}) == {"tags": {"a": "b"}}
    assert mark.add_to(update, {"name": "x"}) == {"name": "x"}

    def seen(operation, body):
        response = Response(200, (), json.dumps(body).encode())
        return mark.strip_from(
            operation, read(Exchange(Request("GET", URL, ()), response, None, 0.0))
        ).body

    tagged = {"id": "k", "tags": {TAG: "abcd1234"}}
    assert seen(create, tagged) == {"id": "k"}
    assert seen(update, tagged) == {"id": "k", "tags": {}}
    assert seen(update, {"item": [{"tags": {TAG: "x", "a": "b"}}]}) == {
        "item": [{"tags": {"a": "b"}}]
    }
    assert seen(update, {"tags": {"a": "b"}}) == {"tags": {"a": "b"}}


def test_an_import_is_known_by_the_nonce_in_its_rows(guarded, journal):
    send = guarded(GATEWAY)
    send("POST", "/apikeys?mode=import&format=csv", "Name,Key\nabcd1234-1,x", answer=(500, {}))
    (creation,) = journal.state.doubtful("apigateway")
    # Without a name of its own it would be mistaken for every key that has none.
    assert creation.named == "abcd1234"
