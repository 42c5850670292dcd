"""Exploring finds what probes with one fault do not, files it, and is silent where all is right."""

from __future__ import annotations

import json

import pytest

from conformance.contract.load import merged_spec
from conformance.contract.validate import Violation, violations
from conformance.engine.fuzzing.fuzz import fuzz_operations
from conformance.engine.fuzzing.links import prepared
from conformance.engine.fuzzing.requests import faulty, probe, same_fault
from conformance.engine.resources.names import Names
from conformance.engine.run import RunConfig
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.service_run import Settings
from conformance.engine.session import Session
from conformance.plan.probes import Side
from conformance.record import Verdict
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import ServerOptions
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.retry import RetryingTransport
from conformance.transport.signing import Signer
from tests import contracts

SERVICES = ("apigateway", "location")


def explored(service, transport, budget, seed=1, links=0, enough=lambda: False):
    contract = contracts.contract(service)
    signer = Signer(TEST_CREDENTIALS, "us-east-1", contract.signing_name)
    session = Session(contract, SignedChannel(URL, signer, transport), Names(), Masker())
    requirements = {one.id: one for one in contracts.requirements(service)}
    found = fuzz_operations(
        session, requirements, lambda name: True, budget, seed, links=links, enough=enough
    )
    return found, session


@pytest.mark.parametrize("reading", ["a", "b"])
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_found_on_the_reference(service, reading):
    found, _ = explored(service, InProcess(ServerOptions(reading=reading)), 60)
    assert not found.accepted
    assert not found.odd
    assert 40 <= found.requests <= 60


class Careless(InProcess):
    """Passes over items of the wrong shape in lists of several, and refuses lists of one."""

    def __init__(self):
        super().__init__(ServerOptions())
        self.sent = 0

    def send(self, request: Request) -> Exchange:
        self.sent += 1
        operations = _operations(request)
        if isinstance(operations, list) and len(operations) > 1:
            kept = [one for one in operations if isinstance(one, dict)]
            body = json.dumps({"patchOperations": kept}).encode()
            heard = super().send(Request(request.method, request.url, request.headers, body))
            return Exchange(request, heard.response, None, 0.0)
        return super().send(request)


class Fragile(InProcess):
    """Fails at a list in a list of operations."""

    def __init__(self):
        super().__init__(ServerOptions())

    def send(self, request: Request) -> Exchange:
        operations = _operations(request)
        if isinstance(operations, list) and any(isinstance(one, list) for one in operations):
            body = b'{"message":"TypeError"}'
            return Exchange(request, Response(500, (), body), None, 0.0)
        return super().send(request)


def _operations(request):
    try:
        body = json.loads(request.body or b"")
    except ValueError:
        return None
    return body.get("patchOperations") if isinstance(body, dict) else None


def run(transport, *globs, draws):
    jobs = contracts.jobs(("apigateway",), globs)
    retrying = RetryingTransport(transport, retries=1, base=0.0)
    settings = Settings(draws=draws, seed=7)
    config = RunConfig(
        jobs=jobs,
        url=URL,
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=retrying,
        settings=settings,
    )
    outcome = run_all(config)
    return {line.requirement: line for line in outcome.verdicts}


ITEMS = "apigateway/UpdateApiKey/request/patchOperations[]/type"


def test_list_items_of_the_wrong_shape_are_found_by_exploring_alone():
    assert run(Careless(), ITEMS, draws=0)[ITEMS].verdict is Verdict.PASSED
    line = run(Careless(), ITEMS, draws=16)[ITEMS]
    assert line.verdict is Verdict.FAILED
    assert line.reason.endswith("accepted with 200")
    sent = json.loads(line.evidence[-1].request.body or "")["patchOperations"]
    assert len(sent) == 2, "the smallest such list"
    assert not any(isinstance(one, dict) for one in sent)


def test_server_errors_belong_to_the_requirement_that_forbids_them():
    name = "apigateway/UpdateApiKey/status/no-5xx"
    line = run(Fragile(), name, draws=16)[name]
    assert line.verdict is Verdict.FAILED
    assert line.reason.endswith("500 (no error code): TypeError")
    assert json.loads(line.evidence[-1].request.body or "") == {"patchOperations": [[]]}
    assert run(InProcess(ServerOptions()), name, draws=16)[name].verdict is Verdict.PASSED


def test_quick_runs_do_not_explore():
    transport = Careless()
    found, _ = explored("apigateway", transport, 0)
    assert found.requests == 0
    assert transport.sent == 0


def test_once_it_is_enough_no_more_is_explored():
    transport = InProcess(ServerOptions())
    calls = iter(range(1000))
    found, _ = explored("apigateway", transport, 200, links=30, enough=lambda: next(calls) > 9)
    assert 0 < found.requests < 10


def test_walks_reach_what_they_made_and_leave_nothing():
    transport = InProcess(ServerOptions())
    seen = []
    inner = transport.send
    transport.send = lambda request: seen.append(inner(request)) or seen[-1]  # type: ignore[method-assign,func-returns-value]
    explored("location", transport, 1, links=60)
    found = [one for one in seen if one.request.method == "GET" and "/keys/" in one.request.url]
    assert any(one.response is not None and one.response.status == 200 for one in found)
    _, session = explored("location", transport, 20, links=40)
    assert session.clean_up() == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_prepared_document_is_one_that_tools_read(service):
    from openapi_spec_validator import validate

    document = prepared(contracts.contract(service), merged_spec(service))
    assert document["paths"]
    validate(document)
    assert "x-" not in {name[:2] for name in document}


UPDATE = ("apigateway", "UpdateApiKey")
CREATE = ("apigateway", "CreateApiKey")
KEY = ("location", "CreateKey")


@pytest.mark.parametrize(
    ("named", "body", "found"),
    [
        (UPDATE, {"patchOperations": [5, 6]}, ["request/patchOperations[]/type"]),
        (UPDATE, {"patchOperations": [{"op": "replace"}, "x"]}, ["request/patchOperations[]/type"]),
        (UPDATE, {"patchOperations": [None]}, []),  # null items may be dropped
        (UPDATE, {"patchOperations": [5, {"op": 6}]}, []),  # two faults: neither is proved
        (CREATE, {"enabled": "true"}, []),  # may be converted
        (CREATE, {"name": "${name}"}, []),
        (CREATE, {"name": "a" * 1025}, ["request/name/maxLength"]),
        (CREATE, {"name": "\U0001f600" * 1025}, []),  # two ways of counting
        (KEY, {"Restrictions": {"AllowActions": ["geo-maps:GetTile"]}},
         ["request/Restrictions.AllowResources/required"]),
        (KEY, {"Description": None}, []),
        (KEY, {"NoExpiry": 1, "Description": 2},
         ["request/NoExpiry/type", "request/Description/type"]),
    ],
)  # fmt: skip
def test_only_clear_single_faults_are_probed(named, body, found):
    service, name = named
    contract = contracts.contract(service)
    operation = contract.operations[name]
    tried = [faulty(contract, operation, operation.input[one], body[one]) for one in body]
    probes = [one for one in tried if one is not None]
    prefix = f"{operation.service}/{operation.name}/"
    assert [one.requirement for one in probes] == [prefix + one for one in found]
    for one in probes:
        assert one.side is Side.REJECT
        values = {**one.values, **({"KeyName": "x"} if "KeyName" in one.values else {})}
        places = {each.place for each in violations(dict(operation.input), values)}
        assert places == {one.place}
        assert same_fault(one, one.values)


def test_another_fault_is_not_the_same():
    contract = contracts.contract("apigateway")
    update = contract.operations["UpdateApiKey"]
    wrong = probe(contract, update, Violation(("patchOperations", "[]"), "type"), [1])
    assert same_fault(wrong, {"patchOperations": ["x"]})
    assert not same_fault(wrong, {"patchOperations": [{}]})
    assert not same_fault(wrong, {"patchOperations": "x"})
