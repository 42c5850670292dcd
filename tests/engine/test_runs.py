"""Whole runs against the reference, right and wrong, and against servers that refuse everything."""

import dataclasses
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conformance.engine.outcome import exit_code
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.engine.stops import WrongCredentials
from conformance.record import Verdict
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import ServerOptions
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, FailureKind, Response, TransportFailure
from conformance.transport.http import HttpTransport
from conformance.transport.retry import RetryingTransport
from tests import contracts
from tests.recorded import RememberingReference as Reference


def run(transport, *, services=(), globs=(), draws=2, seed=7, url=URL):
    jobs = contracts.jobs(tuple(services), tuple(globs))
    config = RunConfig(
        jobs=jobs,
        url=url,
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=RetryingTransport(transport, retries=1, base=0.0),
        settings=Settings(draws=draws, seed=seed),
        sleep=lambda seconds: None,
    )
    return run_all(config)


def verdicts(outcome):
    return {line.requirement: line.verdict for line in outcome.verdicts}


def failed(outcome):
    return {line.requirement for line in outcome.verdicts if line.verdict is Verdict.FAILED}


@pytest.mark.parametrize("reading", ["a", "b"])
def test_the_reference_conforms_under_both_readings(reference_run, reading):
    made = reference_run(reading)
    bad = {Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE}
    assert {name for name, verdict in made.verdicts.items() if verdict in bad} == set()
    assert made.problem == ""
    assert made.exit == 0
    assert sum(verdict is Verdict.PASSED for verdict in made.verdicts.values()) > 400


def test_one_seed_gives_the_same_requests_and_verdicts():
    def shape(transport):
        nonce = re.compile(rb"[a-z0-9]{8}[-0]\d{5}")
        found = []
        for method, target, body in transport.requests:
            known = re.sub(r"/[a-z0-9]{10}\b|%2F[a-z0-9]{10}\b", "/ID", target)
            text = nonce.sub(b"N", known.encode())
            found.append((method, re.sub(rb"/keys/[^?]*", b"/keys/K", text), len(body or b"")))
        return found

    first, second = Reference(seed=1), Reference(seed=1)
    globs = ("*/CreateKey/*", "*/UpdateApiKey/patch/*")
    assert verdicts(run(first, globs=globs)) == verdicts(run(second, globs=globs))
    assert shape(first) == shape(second)


LENGTH = "location/CreateKey/request/Description/maxLength"
FAULTS = [
    ("constraint:CreateKey:Description:maxLength:plus1", LENGTH),
    ("constraint:CreateKey:Description:maxLength:minus1", LENGTH),
    ("constraint:CreateKey:KeyName:pattern:off", "location/CreateKey/request/KeyName/pattern"),
]


@pytest.mark.parametrize(("fault", "requirement"), FAULTS)
def test_a_fault_fails_the_requirement_that_names_it(fault, requirement):
    outcome = run(Reference(faults=(fault,)), globs=(requirement, "location/*/status/*"))
    assert failed(outcome) == {requirement}
    line = next(line for line in outcome.verdicts if line.requirement == requirement)
    assert line.evidence
    assert line.evidence[-1].expected
    assert line.evidence[-1].seen
    assert exit_code(outcome, strict=False) == 1


class Uniform(BaseHTTPRequestHandler):
    """Answers everything in one way."""

    protocol_version = "HTTP/1.1"
    status, code, body = 400, "BadRequestException", b'{"message":"no"}'

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("x-amzn-errortype", self.code)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def uniform(request):
    handler = type("Handler", (Uniform,), request.param)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "uniform",
    [
        {},
        {"code": "ValidationException"},
        {"status": 404, "code": "NotFoundException"},
        {"status": 501, "code": "NotImplemented"},
        {"status": 500, "code": "InternalFailure"},
    ],
    indirect=True,
)
def test_a_target_that_answers_everything_with_one_error_is_unsupported(uniform):
    outcome = run(HttpTransport(timeout=60), url=uniform)
    assert set(verdicts(outcome).values()) == {Verdict.UNSUPPORTED}
    assert exit_code(outcome, strict=False) == 3


@pytest.mark.parametrize(
    "uniform", [{"status": 403, "code": "UnrecognizedClientException"}], indirect=True
)
def test_credentials_that_are_not_taken_end_the_run(uniform):
    with pytest.raises(WrongCredentials):
        run(HttpTransport(timeout=60), url=uniform)


def test_a_target_that_dies_leaves_what_is_known():
    class Dying(Reference):
        def send(self, request):
            if len(self.requests) < 60:
                return super().send(request)
            failure = TransportFailure(FailureKind.REFUSED, "nobody there")
            return Exchange(request, None, failure, 0.0)

    outcome = run(Dying(), services=("location",))
    assert outcome.problem is not None
    assert "no connections" in str(outcome.problem)
    by_verdict = set(verdicts(outcome).values())
    assert Verdict.SKIPPED in by_verdict
    assert not by_verdict & {Verdict.ERROR}
    assert exit_code(outcome, strict=False) in {1, 3}


@pytest.mark.parametrize("reading", ["a", "b"])
def test_everything_that_was_made_is_deleted(reference_run, reading):
    made = reference_run(reading)
    assert made.notes == ()
    assert made.created > 100
    assert made.deleted > 100
    assert made.left == 0


def test_evidence_holds_no_secret():
    transport = Reference(faults=("constraint:CreateKey:Description:maxLength:plus1",))
    outcome = run(transport, globs=("location/CreateKey/request/Description/*",))
    text = repr([dataclasses.asdict(line) for line in outcome.verdicts])
    assert "v1.public." not in text
    assert "<secret:" in text
    assert "Authorization" not in text


class Stateless(InProcess):
    """A mock: whatever is asked for, it shows one key that never changes."""

    KEY = {  # noqa: RUF012
        "id": "abcdefghij",
        "value": "a" * 40,
        "enabled": False,
        "createdDate": 1_700_000_000,
        "lastUpdatedDate": 1_700_000_000,
        "stageKeys": [],
    }
    STATUS = {"POST": 201, "DELETE": 202}  # noqa: RUF012

    def __init__(self):
        super().__init__(ServerOptions())

    def send(self, request):
        listed = request.method == "GET" and request.url.split("?")[0].endswith("/apikeys")
        body = b"" if request.method == "DELETE" else json.dumps(
            {"item": [self.KEY]} if listed else self.KEY
        ).encode()  # fmt: skip
        headers = (("content-type", "application/json"),)
        response = Response(self.STATUS.get(request.method, 200), headers, body)
        return Exchange(request, response, None, 0.0)


def test_a_mock_without_state_passes_nothing_about_two_keys():
    globs = ["apigateway/*ApiKey*/behavior/*"]
    outcome = run(Stateless(), services=["apigateway"], globs=globs)
    passed = {name for name, verdict in verdicts(outcome).items() if verdict is Verdict.PASSED}
    assert "apigateway/UpdateApiKey/behavior/identity" in failed(outcome)
    assert passed <= {
        # What such a mock honestly meets.
        "apigateway/CreateApiKey/behavior/both-dates-are-one",
        "apigateway/CreateApiKey/behavior/absent-members-are-left-out",
        "apigateway/UpdateApiKey/behavior/identity-never-changes",
        "apigateway/UpdateApiKey/behavior/repeating-changes-nothing-more",
        "apigateway/CreateApiKey/behavior/disabled-unless-enabled",
        "apigateway/GetApiKeys/behavior/last-page-has-no-position",
    }
