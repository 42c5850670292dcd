"""Random sequences against the reference: silent when it is right, short when it is not."""

from __future__ import annotations

import dataclasses

import pytest

from conformance.contract.levels import Level
from conformance.engine.recording.evidence import as_evidence
from conformance.engine.replay import replay
from conformance.engine.resources.names import Names
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.session import Session
from conformance.engine.stateful.ambiguity_inference import AmbiguityTracker, model_of
from conformance.engine.stateful.compare import Compared
from conformance.engine.stateful.moves import ModelStep
from conformance.engine.stateful.search import run_stateful
from conformance.engine.stateful.sequence_run import ModelMismatch, SequenceRun
from conformance.plan.sequences import RANDOM
from conformance.record import Role, Verdict
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.application import Application, Setting
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import ServerOptions
from conformance.reference.tables import load
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.signing import Signer
from tests import contracts
from tests.sampling import one_in

SERVICES = ("apigateway", "location")


def channel(service, transport):
    signing = contracts.contract(service).signing_name
    return SignedChannel(URL, Signer(TEST_CREDENTIALS, "us-east-1", signing), transport)


def session(service, transport):
    return Session(contracts.contract(service), channel(service, transport), Names(), Masker())


def requirement(service):
    return next(one for one in contracts.requirements(service) if one.keyword == RANDOM)


def wandered(service, transport, games=8, seed=1):
    return run_stateful(
        requirement(service), session(service, transport), lambda name: True, games, seed
    )


def with_readings(**chosen):
    """The reference with some of its readings turned round: neither reading a nor b."""
    transport = InProcess(ServerOptions())
    setting = Setting(readings=Ambiguities(**chosen))
    transport.application = Application(load(), setting)
    return transport


@pytest.mark.parametrize("service", SERVICES)
def test_the_requirement_is_of_the_gate(service):
    assert requirement(service).id == f"{service}/behavior/sequences"
    assert requirement(service).level is Level.EXPECTED


@pytest.mark.parametrize("reading", ["a", "b"])
@pytest.mark.parametrize("service", SERVICES)
def test_the_reference_is_right_in_both_readings(service, reading):
    transport = InProcess(ServerOptions(reading=reading))
    found = wandered(service, transport)
    assert found.verdict is Verdict.PASSED, found.reason
    assert found.held >= 8
    left = transport.application.world
    assert not left.location.keys
    assert not left.gateway.keys


MIXED = [
    ("apigateway", {"bad_boolean_keeps_value": True, "tags_only_when_tagged": True}),
    ("location", {"no_expiry_delete_needs_force": True, "empty_members_hidden": True}),
    ("location", {"no_expiry_shows_far_time": True, "arn_says_key": True}),
]


@pytest.mark.parametrize(("service", "chosen"), MIXED)
def test_a_target_may_mix_the_readings(service, chosen):
    found = wandered(service, with_readings(**chosen), games=12)
    assert found.verdict is Verdict.PASSED, found.reason


FAULTS = [
    ("apigateway", "update:lost", 3),
    ("apigateway", "update:wrong-key", 4),
    ("apigateway", "delete:neighbour", 4),
    ("apigateway", "limit:duplicates:off", 2),
    ("location", "UpdateKey:Restrictions:reset", 3),
    ("location", "UpdateKey:untagged", 3),
    ("location", "DeleteKey:everything", 4),
]


@pytest.mark.parametrize(("service", "fault", "most"), one_in(5, FAULTS))
def test_a_fault_is_shown_in_the_fewest_steps(service, fault, most):
    transport = InProcess(ServerOptions(faults=(fault,)))
    found = wandered(service, transport, games=15)
    assert found.verdict is Verdict.FAILED
    assert len(found.steps) <= most
    *before, last = found.steps
    assert last.role is Role.PROBE
    assert last.expected in found.reason
    assert last.seen in found.reason
    assert {one.role for one in before} <= {Role.CHECK}


def test_a_failing_sequence_can_be_replayed():
    transport = InProcess(ServerOptions(faults=("update:lost",)))
    found = wandered("apigateway", transport, games=15)
    evidence = as_evidence(found.steps, Masker(), None)
    again = replay(evidence, channel("apigateway", transport))
    assert len(again) == len(found.steps)
    assert all(one.same for one in again)
    right = replay(evidence, channel("apigateway", InProcess(ServerOptions())))
    assert right[-1].answer.body != again[-1].answer.body


def test_one_seed_gives_one_course():
    def course(seed):
        seen = []
        transport = InProcess(ServerOptions())
        one = session("apigateway", transport)
        one.observers.append(lambda sent: seen.append(sent.probe.operation.name))
        run_stateful(requirement("apigateway"), one, lambda name: True, 4, seed)
        return seen

    assert course(5) == course(5)
    assert course(5) != course(6)


def test_quick_runs_and_services_without_a_model_have_none():
    transport = InProcess(ServerOptions())
    assert wandered("location", transport, games=0).verdict is Verdict.SKIPPED
    third = dataclasses.replace(contracts.contract("location"), service="third")
    one = Session(third, channel("location", transport), Names(), Masker())
    found = run_stateful(requirement("location"), one, lambda name: True, 5, 1)
    assert found.verdict is Verdict.SKIPPED
    assert "no executable model" in found.reason


def test_moves_of_operations_that_do_not_work_are_left_out():
    names = set()
    one = session("apigateway", InProcess(ServerOptions()))
    one.observers.append(lambda sent: names.add(sent.probe.operation.name))
    lacking = {"TagResource", "UntagResource", "GetTags"}
    found = run_stateful(requirement("apigateway"), one, lambda name: name not in lacking, 8, 1)
    assert found.verdict is Verdict.PASSED
    assert not names & lacking


def game(service, transport):
    one = session(service, transport)
    model = model_of(service)
    assert model is not None
    return SequenceRun(one, AmbiguityTracker(one, model), Compared.of(contracts.contract(service)))


def step(operation, role, slot, **values):
    return ModelStep(contracts.contract("apigateway").operations[operation], role, values, slot)


def test_a_target_is_held_to_one_reading():
    """What it answers once in one way, it may not answer in the other the next time."""
    played = game("apigateway", with_readings(bad_boolean_keeps_value=True))
    odd = [{"op": "replace", "path": "/enabled", "value": "not-a-boolean"}]
    create = step("CreateApiKey", "create", 0, name="x", enabled=True)
    update = step("UpdateApiKey", "update", 0, api_Key="${id}", patchOperations=odd)
    played.replay([create, update])
    assert played.beliefs.chosen == {"bad_boolean_keeps_value"}

    played.session._channel = channel("apigateway", _Forgetful(played))
    with pytest.raises(ModelMismatch, match="enabled"):
        played.play(update)


class _Forgetful:
    """Answers as the target did, and disables the key."""

    def __init__(self, played):
        self.transport = played.session._channel._transport

    def send(self, request):
        exchange = self.transport.send(request)
        body = exchange.response.body.replace(b'"enabled":true', b'"enabled":false')
        return dataclasses.replace(
            exchange, response=dataclasses.replace(exchange.response, body=body)
        )


def test_a_value_of_a_deleted_resource_is_not_used_again():
    """Whether it may be is not recorded."""
    played = game("apigateway", InProcess(ServerOptions()))
    create = step("CreateApiKey", "create", 0, name="x", value="${secret.one}")
    delete = step("DeleteApiKey", "delete", 0, api_Key="${id}")
    played.replay([create, delete])
    assert not played.play(dataclasses.replace(create, slot=1))


class _Late:
    """Shows an update in a read only the third time it is asked."""

    def __init__(self, *, ever=True):
        self.transport, self.reads, self.ever = InProcess(ServerOptions()), 0, ever

    def send(self, request):
        exchange = self.transport.send(request)
        if request.method == "GET":
            self.reads += 1
            if self.reads < 3 or not self.ever:
                assert exchange.response is not None
                body = exchange.response.body.replace(b"new", b"old")
                response = dataclasses.replace(exchange.response, body=body)
                return dataclasses.replace(exchange, response=response)
        return exchange


@pytest.mark.parametrize("ever", [True, False])
def test_a_confirmation_gives_reads_a_moment(ever, monkeypatch):
    monkeypatch.setattr("conformance.engine.stateful.sequence_run.SETTLES", (0.0, 0.0))
    from conformance.engine.stateful.sequence_run import ReadPolicy

    played = game("apigateway", _Late(ever=ever))
    played._care = ReadPolicy(patient=True)
    create = step("CreateApiKey", "create", 0, name="new")
    read = step("GetApiKey", "read", 0, api_Key="${id}")
    if ever:
        played.replay([create, read])
        assert played.broken is None
    else:
        with pytest.raises(ModelMismatch):
            played.replay([create, read])
