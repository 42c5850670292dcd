"""What is given is never deleted, and changed only where that is allowed: read from the bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance.contract.given import BadGiven, read_given, with_given
from conformance.contract.given_values import Given, GivenMember
from conformance.engine.safety.guard import GivenGuard
from conformance.engine.safety.request_classifier import RouteTable
from conformance.transport.exchange import Exchange, FailureKind, Request
from tests import contracts

URL = "http://127.0.0.1:1"
KEYS = f"{URL}/metadata/v0/keys"
ARN = "arn:aws:geo:us-east-1:123456789012:api-key/my-key"


class Sink:
    """Takes every request in."""

    def __init__(self) -> None:
        self.taken: list[Request] = []

    def send(self, request: Request) -> Exchange:
        self.taken.append(request)
        return Exchange(request, None, None, 0.0)

    def send_all(self, requests, *, pipelined: bool) -> list[Exchange]:
        assert pipelined in {True, False}
        return [self.send(request) for request in requests]


def guard(service: str, *members: GivenMember, may_change: bool) -> tuple[GivenGuard, Sink]:
    contract = with_given(contracts.contract(service), Given(members, may_change))
    sink = Sink()
    return GivenGuard(sink, sink, RouteTable(contract, URL)), sink


def request(method: str, url: str, body: object = None) -> Request:
    data = None if body is None else json.dumps(body).encode()
    return Request(method, url, (("Content-Type", "application/json"),), data)


def is_sent(guarded: tuple[GivenGuard, Sink], one: Request) -> bool:
    transport, sink = guarded
    before = len(sink.taken)
    exchange = transport.send(one)
    together = transport.send_all([one], pipelined=False)
    sent = len(sink.taken) == before + 2
    withheld = exchange.failure is not None and exchange.failure.kind is FailureKind.WITHHELD
    assert sent != withheld
    assert len(together) == 1
    return sent


GIVEN = GivenMember("KeyName", "my-key")
DELETIONS = [
    f"{KEYS}/my-key",
    f"{KEYS}/my-key?forceDelete=true",
    f"{KEYS}/my%2Dkey",
    f"{KEYS}/my%252Dkey",
    f"{KEYS}/MY-KEY",
    f"{KEYS}/{ARN.replace(':', '%3A').replace('/', '%2F')}",
]


@pytest.mark.parametrize("may_change", [False, True])
@pytest.mark.parametrize("url", DELETIONS)
def test_a_deletion_is_never_sent(url: str, may_change: bool) -> None:
    assert not is_sent(guard("location", GIVEN, may_change=may_change), request("DELETE", url))


@pytest.mark.parametrize("may_change", [False, True])
def test_a_change_is_sent_where_that_is_allowed(may_change: bool) -> None:
    guarded = guard("location", GIVEN, may_change=may_change)
    update = request("PATCH", f"{KEYS}/my-key", {"Description": "x"})
    assert is_sent(guarded, update) is may_change


@pytest.mark.parametrize(
    "one",
    [
        request("GET", f"{KEYS}/my-key"),
        request("POST", f"{URL}/metadata/v0/list-keys", {"Filter": {"KeyStatus": "Active"}}),
        request("DELETE", f"{KEYS}/another-key"),
        request("PATCH", f"{KEYS}/another-key", {"Description": "my-key"}),
        request("POST", KEYS, {"KeyName": "another-key", "Description": "my-key"}),
    ],
    ids=lambda one: f"{one.method} {one.url.rpartition('/')[2]}",
)
def test_what_looks_and_what_is_about_others_goes_on(one: Request) -> None:
    assert is_sent(guard("location", GIVEN, may_change=False), one)


@pytest.mark.parametrize("may_change", [False, True])
def test_nothing_is_made_in_its_place(may_change: bool) -> None:
    guarded = guard("location", GIVEN, may_change=may_change)
    assert not is_sent(guarded, request("POST", KEYS, {"KeyName": "my-key"}))


@pytest.mark.parametrize("may_change", [False, True])
def test_no_other_method_or_path_reaches_it(may_change: bool) -> None:
    guarded = guard("location", GIVEN, may_change=may_change)
    for method, url in (("PUT", f"{KEYS}/my-key"), ("DELETE", f"{URL}/v1/keys/my-key")):
        assert not is_sent(guarded, request(method, url, {}))


def test_what_is_made_in_what_is_given_is_made_and_deleted() -> None:
    given = GivenMember("name", "mine")
    guarded = guard("eks", given, may_change=False)
    groups = f"{URL}/clusters/mine/node-groups"
    assert is_sent(guarded, request("POST", groups, {"nodegroupName": "x"}))
    assert is_sent(guarded, request("DELETE", f"{groups}/x"))
    assert not is_sent(guarded, request("DELETE", f"{URL}/clusters/mine"))


def test_a_deletion_that_names_it_in_the_body_is_never_sent() -> None:
    given = GivenMember("jobQueue", "mine")
    for value in ("mine", "arn:aws:batch:us-east-1:123456789012:job-queue/mine"):
        one = request("POST", f"{URL}/v1/deletejobqueue", {"jobQueue": value})
        assert not is_sent(guard("batch", given, may_change=True), one)
    other = request("POST", f"{URL}/v1/deletejobqueue", {"jobQueue": "another"})
    assert is_sent(guard("batch", given, may_change=False), other)


@pytest.mark.parametrize("jobs", [["mine"], ["mine", "another"], ["another", "mine"]])
def test_one_of_several_that_a_change_names_is_known(jobs: list[str]) -> None:
    one = request("POST", f"{URL}/v1/canceljobs", {"jobs": jobs, "reason": "x"})
    for may_change in (False, True):
        guarded = guard("batch", GivenMember("jobs", "mine"), may_change=may_change)
        assert is_sent(guarded, one) is may_change


def test_tags_of_it_are_a_change() -> None:
    quoted = ARN.replace(":", "%3A").replace("/", "%2F")
    contract = contracts.contract("eks")
    assert "TagResource" in contract.operations
    given = GivenMember("name", "my-key")
    for may_change in (False, True):
        guarded = guard("eks", given, may_change=may_change)
        one = request("POST", f"{URL}/tags/{quoted}", {"tags": {"a": "b"}})
        assert is_sent(guarded, one) is may_change
        untag = request("DELETE", f"{URL}/tags/{quoted}?tagKeys=a")
        assert is_sent(guarded, untag) is may_change


@pytest.mark.parametrize("text", ["KeyName", "=x", "KeyName=", "Key.=x"])
def test_what_is_not_written_as_it_is_to_be_is_refused(text: str) -> None:
    with pytest.raises(BadGiven):
        read_given([text])


def test_a_kind_may_be_named() -> None:
    (one,) = read_given(["key.KeyName=a=b"]).members
    assert (one.kind, one.member, one.value, str(one)) == ("key", "KeyName", "a=b", "key.KeyName")
    assert replace(one, kind="") == GivenMember("KeyName", "a=b")
