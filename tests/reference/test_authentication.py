"""The one place where signatures can be checked."""

from __future__ import annotations

import pytest

from conformance.reference.inprocess import URL, InProcess
from conformance.reference.mutations import select
from conformance.reference.mutations.errors import FAULTS
from conformance.reference.outcome import Refusal
from conformance.reference.server import TEST_KEYS, ServerOptions
from conformance.reference.tables import load
from conformance.transport.bad_signatures import SIGNATURE_FAULTS, UnsignedRequest, sign_incorrectly
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.protocols.registry import read
from conformance.transport.signing import Signer


def test_an_authenticator_sees_every_routed_request(make):
    seen = []

    def authenticate(request, service):
        seen.append((request.method, service))
        if "authorization" in request.headers:
            return None
        return Refusal("MissingAuthenticationTokenException", 403, "Missing Authentication Token")

    send = make(authenticate=authenticate)
    assert send("GET", "/apikeys").code == "MissingAuthenticationTokenException"
    assert send("GET", "/apikeys", headers={"authorization": "x"}).status == 200
    assert send("POST", "/metadata/v0/list-keys", b"{").status == 403
    assert send("GET", "/nowhere").code == "AccessDeniedException"
    assert seen == [("GET", "apigateway"), ("GET", "apigateway"), ("POST", "location")]


def test_a_signature_covers_the_request_that_arrived_whatever_a_fault_takes_it_for(make):
    seen = []
    (fault,) = select(("protocol:any-method",), load())

    def authenticate(request, service):
        seen.append((request.method, service))

    make(authenticate=authenticate, faults=(fault,))("POST", "/apikeys/abc")
    assert seen == [("POST", "apigateway")]


SIGNER = Signer(TEST_CREDENTIALS, "us-east-1", "geo")
LIST = UnsignedRequest("POST", f"{URL}/metadata/v0/list-keys?a=%20b&a=%2F", (), b"{}")
INVALID = (403, "InvalidSignatureException")
UNKNOWN = (403, "UnrecognizedClientException")
MISSING = (403, "MissingAuthenticationTokenException")
INCOMPLETE = (403, "IncompleteSignatureException")
TOLD = {
    "unsigned": MISSING,
    "cut-header": INCOMPLETE,
    "header-without-pairs": INCOMPLETE,
    "unknown-key": UNKNOWN,
    "wrong-secret": INVALID,
    "altered-signature": INVALID,
    "other-body": INVALID,
    "expired": INVALID,
    "future": INVALID,
    "no-region": INVALID,
    "other-service": INVALID,
    "foreign-token": UNKNOWN,
    "without-token": (200, None),
    "presigned": MISSING,
    "presigned-altered": MISSING,
}


def told(transport):
    answers = {
        kind: read(transport.send(sign_incorrectly(kind, SIGNER, LIST)))
        for kind in SIGNATURE_FAULTS
    }
    return {kind: (answer.status, answer.code) for kind, answer in answers.items()}


def test_each_way_of_signing_wrongly_is_refused_for_what_it_is():
    assert told(InProcess(ServerOptions(keys=TEST_KEYS))) == TOLD


@pytest.mark.parametrize("fault", [fault.id for fault in FAULTS if fault.checks])
def test_each_fault_in_the_checking_changes_an_answer(fault):
    assert told(InProcess(ServerOptions(faults=(fault,)))) != TOLD


def test_without_keys_no_signature_is_looked_at():
    assert set(told(InProcess(ServerOptions())).values()) == {(200, None)}


def test_pauses_that_tests_do_not_wait_for_make_no_signature_old(clock, monkeypatch):
    # They add up over all tests of a process, to more than a signature may be old.
    monkeypatch.setattr(clock, "ahead", clock.ahead + 24 * 3600)
    assert told(InProcess(ServerOptions(keys=TEST_KEYS))) == TOLD
