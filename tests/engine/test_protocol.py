"""Every protocol requirement names the fault that it is for, over sockets and without."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from conformance.contract.levels import Level
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.record import Verdict
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import ServerOptions
from conformance.reference.tables import SERVICES
from conformance.runs.execution import run_all
from conformance.runs.mutants.selection import Globs
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, FailureKind, Response, TransportFailure
from conformance.transport.protocols.seam import Labels
from conformance.transport.retry import RetryingTransport
from tests import contracts

BATCHES = 24
"""Tests that share the faults of the protocol between them: each names those that it misses."""
FAST = {
    "protocol:malformed-json-taken": "apigateway",
    "protocol:deep-nesting-500": "location",
    "protocol:content-type-500": "apigateway",
    "protocol:labels-decoded-twice": "location",
    "protocol:any-method": "apigateway",
    "protocol:page-size-500": "location",
    "protocol:chunks-unread": "apigateway",
    "protocol:head-with-body": "location",
    "protocol:errors-are-xml": "apigateway",
    "protocol:empty-object-500": "location",
}
"""One fault for each thing that a protocol requirement is about: bodies, headers, labels, methods,
queries, framing, connections and errors."""


@cache
def cases():
    faults = contracts.every_mutant()
    protocol = [one for one in faults if one.id.startswith("protocol:")]
    return {(one.id, service): one for one in protocol for service in one.services}


def run(transport, globs, *, services=(), url=URL):
    jobs = contracts.jobs(tuple(services), tuple(globs))
    config = RunConfig(
        jobs=jobs,
        url=url,
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=RetryingTransport(transport, retries=0),
        settings=Settings(draws=0, seed=3),
    )
    return run_all(config)


def failed(outcome):
    return {line.requirement for line in outcome.verdicts if line.verdict is Verdict.FAILED}


class Failing(InProcess):
    """A reference that does not answer requests for a path, all of them or the first so many."""

    def __init__(self, kind, path, times=99):
        super().__init__(ServerOptions())
        self.kind, self.path, self.times = kind, path, times
        self.failed = 0

    def send(self, request):
        if self.path not in request.url or self.failed >= self.times:
            return super().send(request)
        self.failed += 1
        return Exchange(request, None, TransportFailure(self.kind, "nothing came"), 0.0)


NOT_UTF8 = "location/protocol/label-not-utf8"


@pytest.mark.parametrize("kind", [FailureKind.RESET, FailureKind.TIMEOUT, FailureKind.PROTOCOL])
def test_no_answer_to_an_odd_request_fails_when_it_came_three_times(kind):
    failing = Failing(kind, "%FF")
    outcome = run(failing, [NOT_UTF8])
    assert failed(outcome) == {NOT_UTF8}
    assert failing.failed >= 3
    line = next(line for line in outcome.verdicts if line.requirement == NOT_UTF8)
    assert "nothing came" in line.reason


@pytest.mark.parametrize("times", [1, 2])
def test_no_answer_that_does_not_come_again_is_nobodys_failure(times):
    outcome = run(Failing(FailureKind.RESET, "%FF", times), [NOT_UTF8])
    assert [str(line.verdict) for line in outcome.verdicts] == ["passed"]


CHUNKED = "apigateway/protocol/chunked-body"


@pytest.mark.parametrize(("is_old", "verdict"), [(True, "inconclusive"), (False, "failed")])
def test_chunks_are_not_for_servers_of_http_1_0(is_old, verdict):
    class Deaf(InProcess):
        def send(self, request):
            if request.header("Transfer-Encoding"):
                request = replace(request, body=b"")
            exchange = super().send(request)
            assert exchange.response is not None
            return replace(exchange, response=replace(exchange.response, is_old=is_old))

    line = next(one for one in run(Deaf(ServerOptions()), [CHUNKED]).verdicts)
    assert (line.requirement, str(line.verdict)) == (CHUNKED, verdict)


def test_a_server_error_now_and_then_is_no_matter_of_connections():
    class Moody(InProcess):
        asked = 0

        def send_all(self, requests, *, pipelined):
            exchanges = super().send_all(requests, pipelined=pipelined)
            self.asked += 1
            if self.asked % 3 == 0:
                exchanges[-1] = replace(exchanges[-1], response=Response(500, (), b""))
            return exchanges

    outcome = run(Moody(ServerOptions()), ["*/protocol/keep-alive-*"])
    assert failed(outcome) == set()


def test_a_name_that_no_path_can_hold_is_no_fault_of_ours():
    assert {how.encoded("\ud83d")[:3].upper() for how in Labels} == {"%ED", "%25"}


def test_a_form_is_not_blamed_for_a_request_that_fails_without_it():
    """The list is broken whatever its query: that is another requirement's business."""
    name = "apigateway/protocol/unknown-query-parameter"

    class Broken(InProcess):
        def send(self, request):
            self.asked = self.asked or "conformance=1" in request.url
            exchange = super().send(request)
            if request.method == "GET" and self.asked:
                return replace(exchange, response=Response(500, (), b""))
            return exchange

        asked = False

    outcome = run(Broken(ServerOptions()), [name])
    assert [str(line.verdict) for line in outcome.verdicts] == ["inconclusive"]
    assert "no better in its usual form" in outcome.verdicts[0].reason


@pytest.mark.exhaustive
@pytest.mark.parametrize("batch", range(BATCHES))
def test_each_protocol_fault_fails_the_requirement_that_names_it(batch):
    own = sorted(cases())[batch::BATCHES]
    assert own
    assert [case for case in own if not is_named(cases()[case], case[1])] == []


@pytest.mark.parametrize(("fault", "service"), FAST.items())
def test_a_protocol_fault_fails_the_requirement_that_names_it(fault, service):
    assert is_named(cases()[fault, service], service)


def is_named(mutant, service):
    globs = [glob.replace("*/", f"{service}/", 1) for glob in mutant.killers]
    watched = globs[0].endswith(("/error-codes-agree", "/error-is-json", "/error-status"))
    extra = [f"{service}/protocol/keep-alive-after-error", f"{service}/*/error/*"]
    outcome = run(
        InProcess(ServerOptions(faults=(mutant.id,))), [*globs, *(extra if watched else [])],
        services=(service,),
    )  # fmt: skip
    return any(map(Globs(tuple(globs)).match, failed(outcome)))


def test_each_protocol_requirement_of_the_gate_has_a_fault():
    # A byte order mark spoils every answer: it is no fault of the protocol's own.
    faults = [one for one in contracts.every_mutant() if one.id != "wire:byte-order-mark"]
    killers = Globs(tuple(glob for one in faults for glob in one.killers))
    gated = [
        one.id
        for service in SERVICES
        for one in contracts.requirements(service)
        if one.id.startswith(f"{service}/protocol/")
        and one.level in {Level.REQUIRED, Level.EXPECTED}
    ]
    assert [one for one in gated if not killers.match(one)] == []
