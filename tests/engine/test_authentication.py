"""The group about signatures: one finding, or each fault by its name."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from testbed.edge import Upright
from testbed.switches import Switches, wrongs
from testbed.wire import Request as Asked

from conformance.contract.levels import Level
from conformance.engine.outcome import exit_code
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.engine.stops import WrongCredentials
from conformance.plan.authentication import Auth
from conformance.record import Verdict, fails_gate
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import TEST_KEYS, ServerOptions
from conformance.reference.signatures import SigningKey
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Response
from conformance.transport.retry import RetryingTransport
from conformance.transport.signing import Credentials
from tests import contracts

SERVICES = ("apigateway", "location")
NAMED = {
    "signature-unchecked": "wrong-signature",
    "signature-old-accepted": "expired-date",
    "signature-early-accepted": "future-date",
    "signature-malformed-accepted": "malformed",
    "signature-malformed-500": "malformed",
    "unknown-access-key-accepted": "unknown-key",
    "unknown-access-key-other-code": "unknown-key",
    "signature-errors-401": "unknown-key",
    "signature-errors-400": "unknown-key",
    "signature-errors-500": "no-5xx",
    "signature-errors-other-code": "wrong-signature",
    "unsigned-500": "no-5xx",
    "unsigned-accepted": "unsigned",
}


class Bed:
    """The independent server, without a socket."""

    def __init__(self, *switches):
        self.upright = Upright(Switches(switches))

    def send(self, request):
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers}
        asked = Asked(request.method, parts.path, parts.query, headers, request.body or b"")
        answer = self.upright.answer(asked)
        told = Response(answer.status, tuple(answer.headers.items()), answer.body)
        return Exchange(request, told, None, 0.0)


def run(transport, auth=Auth.REQUIRE, *, globs=("*/auth/*",), credentials=TEST_CREDENTIALS):
    settings = Settings(draws=0, seed=1, auth=auth)
    sending = RetryingTransport(transport, retries=1, base=0.0)
    jobs = contracts.jobs((), tuple(globs))
    config = RunConfig(
        jobs=jobs,
        url=URL,
        credentials=credentials,
        region="us-east-1",
        transport=sending,
        settings=settings,
    )
    return run_all(config)


def by_id(outcome):
    return {line.requirement: line for line in outcome.verdicts}


def gated(outcome):
    return {line.requirement for line in outcome.verdicts if fails_gate(line, strict=False)}


@pytest.mark.parametrize("reading", ["a", "b"])
def test_a_reference_that_checks_signatures_holds_all(reading):
    outcome = run(InProcess(ServerOptions(reading=reading, keys=TEST_KEYS)))
    lines = by_id(outcome)
    assert {line.verdict for line in lines.values()} == {Verdict.PASSED, Verdict.SKIPPED}
    skipped = [name for name, line in lines.items() if line.verdict is Verdict.SKIPPED]
    assert skipped == [f"{service}/auth/session-token/missing" for service in SERVICES]
    assert all(line.cases.reject for line in lines.values() if line.verdict is Verdict.PASSED)


@pytest.mark.parametrize(
    ("auth", "level", "code"), [(Auth.REPORT, "informational", 0), (Auth.REQUIRE, "expected", 1)]
)
def test_a_target_that_looks_at_no_signature_has_one_finding_a_service(auth, level, code):
    globs = ("*/auth/*", "*/Update*/status/200")
    outcome = run(InProcess(ServerOptions()), auth, globs=globs)
    lines = by_id(outcome)
    failed = {name for name, line in lines.items() if line.verdict is Verdict.FAILED}
    assert failed == {f"{service}/auth/enforced" for service in SERVICES}
    rest = [line for name, line in lines.items() if "/auth/" in name and name not in failed]
    assert len(rest) == 28
    assert {line.verdict for line in rest} == {Verdict.SKIPPED}
    assert all("does not authenticate; see" in line.reason for line in rest)
    assert {lines[name].level for name in failed} == {Level(level)}
    assert all("does not authenticate" in lines[name].reason for name in failed)
    assert exit_code(outcome, strict=False) == code


def test_nothing_is_sent_for_signatures_that_nobody_asks_about():
    transport = InProcess(ServerOptions(keys=TEST_KEYS))
    outcome = run(transport, Auth.OFF)
    assert {line.verdict for line in outcome.verdicts} == {Verdict.SKIPPED}
    assert {line.reason for line in outcome.verdicts} == {"switched off (--auth off)"}


def test_every_wrong_of_the_bed_is_expected():
    told = {name for name, wrong in wrongs().items() if wrong.detectable_by == "auth"}
    assert set(NAMED) == told


@pytest.mark.parametrize("wrong", NAMED)
def test_each_wrong_is_named(wrong):
    found = gated(run(Bed(wrong)))
    assert {f"{service}/auth/{NAMED[wrong]}" for service in SERVICES} <= found


@pytest.mark.parametrize("wrong", NAMED)
def test_a_report_never_fails_the_gate(wrong):
    assert gated(run(Bed(wrong), Auth.REPORT)) == set()


@pytest.mark.parametrize(
    "readings",
    [
        [],
        ["unsigned-short-code", "incomplete-short-code"],
        ["clock-ahead"],
        ["clock-behind"],
        ["error-code-in-body-only"],
        ["error-type-with-uri"],
    ],
)
def test_right_servers_are_let_be(readings):
    outcome = run(Bed(*readings))
    assert gated(outcome) == set()
    held = [line for line in outcome.verdicts if line.verdict is Verdict.PASSED]
    assert len(held) >= 16


class ByScope(InProcess):
    """Tells the service from what a request is signed for, as emulators do, and checks nothing."""

    def send(self, request):
        if request.header("Authorization") is None:
            return Exchange(request, Response(404, (), b"no such bucket"), None, 0.0)
        return super().send(request)


def test_a_route_that_needs_a_signature_is_no_check_of_it():
    lines = by_id(run(ByScope(ServerOptions())))
    enforced = lines["location/auth/enforced"]
    assert enforced.verdict is Verdict.FAILED
    assert "wrong-secret" in enforced.reason
    assert lines["location/auth/wrong-signature"].verdict is Verdict.SKIPPED


@pytest.mark.parametrize(
    "credentials", [Credentials("test", "other"), Credentials("AKIANOBODY", "test")]
)
def test_credentials_that_are_not_taken_are_not_the_targets_fault(credentials):
    with pytest.raises(WrongCredentials) as problem:
        run(Bed(), credentials=credentials, globs=("location/*",))
    assert problem.value.exit_code == 3


class Denying(InProcess):
    """Knows who signs, and does not let them update."""

    def send(self, request):
        if request.method != "PATCH":
            return super().send(request)
        text = "User: arn:aws:iam::1:user/x is not authorized to perform: geo:UpdateKey"
        headers = (("x-amzn-errortype", "AccessDeniedException"),)
        told = Response(403, headers, json.dumps({"message": text}).encode())
        return Exchange(request, told, None, 0.0)


def test_a_permission_that_is_lacking_is_not_the_targets_fault():
    outcome = run(Denying(ServerOptions()), Auth.OFF, globs=("location/UpdateKey/*",))
    lines = by_id(outcome)
    status = lines["location/UpdateKey/status/200"]
    assert status.verdict is Verdict.SKIPPED
    assert "the credentials do not allow it" in status.reason
    assert gated(outcome) == set()


def test_temporary_credentials_are_missed_without_their_token():
    keys = {"ASIATEMPORARY": SigningKey("secret", "a-token-of-theirs")}
    credentials = Credentials("ASIATEMPORARY", "secret", "a-token-of-theirs")
    lines = by_id(run(InProcess(ServerOptions(keys=keys)), credentials=credentials))
    assert {line.verdict for line in lines.values()} == {Verdict.PASSED}
    ignoring = by_id(run(_Tokenless(ServerOptions(keys=keys)), credentials=credentials))
    assert ignoring["location/auth/session-token/missing"].verdict is Verdict.FAILED
    assert ignoring["location/auth/session-token/unknown"].verdict is Verdict.PASSED


class _Tokenless(InProcess):
    """Misses no session token."""

    def send(self, request):
        if request.header("X-Amz-Security-Token") is not None:
            return super().send(request)
        return Exchange(request, Response(200, (), b"{}"), None, 0.0)


def test_a_failure_says_how_it_was_signed_and_keeps_the_signature_to_itself():
    lines = by_id(run(Bed("signature-unchecked")))
    written = lines["location/auth/tampered-body"].as_json()
    assert written["evidence"][-1]["request"]["signing"]["fault"] == "other-body"
    assert "Signature=" not in json.dumps(written)


class UnsignedRequest(InProcess):
    """Checks every signature that is there, and serves whoever has none."""

    def __init__(self):
        super().__init__(ServerOptions(keys=TEST_KEYS))
        self.open = InProcess(ServerOptions())

    def send(self, request):
        if request.header("Authorization") is None and "X-Amz-Signature" not in request.url:
            return self.open.send(request)
        return super().send(request)


def test_serving_whoever_does_not_sign_fails_the_gate_where_signatures_are_required():
    found = run(UnsignedRequest())
    assert gated(found) == {f"{service}/auth/unsigned" for service in SERVICES}
    assert exit_code(found, strict=False) == 1
    reason = by_id(found)["location/auth/unsigned"].reason
    assert "MissingAuthenticationToken" in reason
    assert "accepted with 200" in reason


def test_serving_whoever_does_not_sign_is_told_where_signatures_are_reported():
    found = run(UnsignedRequest(), Auth.REPORT)
    assert gated(found) == set()
    assert by_id(found)["location/auth/unsigned"].verdict is Verdict.FAILED


@pytest.mark.parametrize("status", [401, 404])
def test_another_refusal_of_whoever_does_not_sign_is_not_the_documented_one(status):
    class Other(InProcess):
        def send(self, request):
            if request.header("Authorization") is None and "X-Amz-Signature" not in request.url:
                return Exchange(request, Response(status, (), b"{}"), None, 0.0)
            return super().send(request)

    assert gated(run(Other(ServerOptions(keys=TEST_KEYS)))) == {
        f"{service}/auth/unsigned" for service in SERVICES
    }
