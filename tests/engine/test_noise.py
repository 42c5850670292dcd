"""A bad connection and throttling change no verdict, and none is invented of them."""

from __future__ import annotations

from random import Random

import pytest

from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.record import Verdict
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import TEST_KEYS, ServerOptions
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, FailureKind, Response, TransportFailure
from conformance.transport.retry import RetryingTransport
from tests import contracts
from tests.sampling import sampled

THROTTLES = (
    Response(429, (("x-amzn-errortype", "TooManyRequestsException"),), b'{"message":"no"}'),
    Response(429, (), b""),
    Response(400, (), b'{"__type":"ThrottlingException","message":"Rate exceeded"}'),
    Response(503, (("x-amzn-errortype", "SlowDown"),), b""),
)
GLOBS = (
    *("apigateway/*ApiKey/status/*", "apigateway/CreateApiKey/request/name/*"),
    "apigateway/DeleteApiKey/*",
    *(
        "location/CreateKey/request/KeyName/*",
        "location/*Key/behavior/*",
        "*/behavior/sequences",
        "*/auth/*",
    ),
)


NOISE = {
    "some throttling": {"throttled": 0.02},
    "much throttling": {"throttled": 0.2},
    "resets": {"reset": 0.01},
    "both": {"throttled": 0.1, "reset": 0.03},
}


class Noisy:
    """The reference behind a bad connection; what is reset may have been carried out."""

    def __init__(self, *, throttled=0.0, reset=0.0, seed=1):
        self.reference, self.rng = InProcess(ServerOptions(seed=1, keys=TEST_KEYS)), Random(seed)
        self.throttled, self.reset, self.noise = throttled, reset, 0

    def send(self, request):
        if self.rng.random() < self.throttled:
            self.noise += 1
            return Exchange(request, self.rng.choice(THROTTLES), None, 0.0)
        carried_out = self.rng.random() < 0.5
        if self.rng.random() >= self.reset:
            return self.reference.send(request)
        self.noise += 1
        if carried_out:
            self.reference.send(request)
        return Exchange(request, None, TransportFailure(FailureKind.RESET, "reset"), 0.0)

    def send_all(self, requests, *, pipelined):
        return self.reference.send_all(requests, pipelined=pipelined)


def decided(transport, *, globs=GLOBS, draws=1, seed=7):
    sender = RetryingTransport(transport, base=0.0)
    config = RunConfig(
        jobs=contracts.jobs((), globs),
        url=URL,
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=sender,
        settings=Settings(draws=draws, seed=seed),
    )
    outcome = run_all(config)
    assert outcome.problem is None
    return {line.requirement: (line.verdict, line.reason) for line in outcome.verdicts}


@pytest.fixture(scope="module")
def quiet(made_once):
    """The same requirements without any noise: a run of all of them shows some of these sooner."""
    return made_once("noise-quiet", lambda: decided(Noisy()))


@pytest.mark.parametrize("noise", sampled(NOISE, "both"))
def test_verdicts_are_the_same_as_without(quiet, noise):
    transport = Noisy(**NOISE[noise])
    found = decided(transport)
    assert transport.noise > 5
    assert len(found) > 50
    changed = {name: one for name, one in found.items() if one[0] is not quiet[name][0]}
    assert changed == {}
    assert not {Verdict.FAILED, Verdict.ERROR} & {verdict for verdict, _ in found.values()}


class Crashing(Noisy):
    """Breaks the connection whenever it sees an update of a description: that is its own doing."""

    def send(self, request):
        if request.method == "PATCH" and b"/description" in (request.body or b""):
            return Exchange(request, None, TransportFailure(FailureKind.RESET, "reset"), 0.0)
        return super().send(request)


def test_a_connection_that_always_breaks_is_the_target_s_doing():
    name = "apigateway/UpdateApiKey/status/no-5xx"
    globs = ("apigateway/UpdateApiKey/status/*", "apigateway/UpdateApiKey/patch/name/*")
    found = decided(Crashing(), globs=globs)
    assert found[name][0] is Verdict.FAILED
    assert "reset" in found[name][1]


class Cut(Noisy):
    """Breaks every answer to a read of one key off."""

    def send(self, request):
        if request.method == "GET" and "/apikeys/" in request.url:
            return Exchange(request, None, TransportFailure(FailureKind.RESET, "reset"), 0.0)
        return super().send(request)


def test_an_operation_of_which_every_connection_breaks_fails_by_its_name():
    found = decided(Cut(), globs=("apigateway/GetApiKey/*", "apigateway/UpdateApiKey/status/*"))
    failed = {name for name, (verdict, _) in found.items() if verdict is Verdict.FAILED}
    assert failed == {f"apigateway/GetApiKey/status/{one}" for one in ("200", "no-5xx")}
    assert all("reset" in found[name][1] for name in failed)


class Slow(Noisy):
    """Now and then takes longer than anybody waits."""

    def send(self, request):
        if self.rng.random() < 0.02:
            self.noise += 1
            return Exchange(request, None, TransportFailure(FailureKind.TIMEOUT, "late"), 0.0)
        return super().send(request)


def test_a_slow_target_fails_nothing():
    found = decided(Slow())
    assert not {Verdict.FAILED, Verdict.ERROR} & {verdict for verdict, _ in found.values()}
    passed = [verdict for verdict, _ in found.values() if verdict is Verdict.PASSED]
    assert len(passed) > len(found) / 2
