"""Traffic with the reference, right or with a fault, as a user's client would send it."""

from __future__ import annotations

import json

import pytest

from conformance.engine.sending.channel import SignedChannel
from conformance.record import Verdict
from conformance.reference.inprocess import InProcess
from conformance.reference.server import ServerOptions
from conformance.traffic.recorded_calls import classify
from conformance.traffic.routes import Routes
from conformance.traffic.verdicts import judge_all, verdict_lines
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.protocols.seam import WireRequest
from conformance.transport.signing import Signer
from tests import contracts
from tests.reference.conftest import RESTRICTIONS
from tests.traffic.recorder import Recorder

URL = "http://127.0.0.1:5000"
SERVICES = ("apigateway", "location")


class Client:
    """Sends signed requests and remembers the exchanges."""

    def __init__(self, **options):
        self._recorder = Recorder(InProcess(ServerOptions(seed=1, **options)))
        self._channels = {
            name: SignedChannel(URL, Signer(TEST_CREDENTIALS, "us-east-1", name), self._recorder)
            for name in ("apigateway", "geo")
        }

    @property
    def exchanges(self):
        return self._recorder.exchanges

    def __call__(self, method, target, body=None, *, raw=None):
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        name = "geo" if target.startswith("/metadata") else "apigateway"
        wired = WireRequest(method, target, data, "application/json" if data else None)
        sent = self._channels[name].send(wired)
        try:
            return json.loads(sent.response.body) if sent.response else {}
        except ValueError:
            return {}

    def patch(self, key, *operations):
        return self("PATCH", f"/apikeys/{key}", {"patchOperations": list(operations)})


@pytest.fixture
def client():
    return Client


@pytest.fixture
def verdicts():
    """Judges entries: the verdict lines by requirement."""

    def judge(entries):
        known = [(contracts.contract(one), contracts.requirements(one)) for one in SERVICES]
        items = classify(entries, Routes([contract for contract, _ in known])).items
        judged = judge_all(known, items)
        return {line.requirement: line for line in verdict_lines(judged, items)}

    return judge


@pytest.fixture
def broken(verdicts):
    """Judges entries: the requirements that are broken."""

    def judge(entries):
        lines = verdicts(entries).values()
        return {line.requirement for line in lines if line.verdict is Verdict.FAILED}

    return judge


def usual(client):
    """What a user does with keys of both services, right and wrong requests."""
    made = client("POST", "/apikeys", {"name": "first", "enabled": True, "tags": {"a": "b"}})
    key = made.get("id", "none")
    client.patch(key, {"op": "replace", "path": "/name", "value": "second"})
    client.patch(key, {"op": "replace", "path": "/enabled", "value": "false"})
    client.patch(key, {"op": "replace", "path": "/id", "value": "anything"})
    client.patch(key, {"op": "add", "path": "/name", "value": "third"})
    client.patch(key, {"op": "upsert", "path": "/name", "value": "third"})
    client("GET", f"/apikeys/{key}?includeValue=true")
    client("GET", "/apikeys?limit=5")
    client("POST", "/apikeys", {"name": "n" * 1025})
    client("POST", "/apikeys", {"name": "short", "value": "short"})
    client("POST", "/apikeys", {"name": 1})
    client("GET", "/apikeys/unknown")
    client("DELETE", f"/apikeys/{key}")
    client("PATCH", f"/apikeys/{key}", {"patchOperations": []})
    new = {"KeyName": "place", "NoExpiry": True, "Restrictions": RESTRICTIONS}
    client("POST", "/metadata/v0/keys", new)
    client("POST", "/metadata/v0/keys", {**new, "KeyName": "other", "Description": "d" * 1001})
    client("POST", "/metadata/v0/keys", {**new, "KeyName": "not a name"})
    client("PATCH", "/metadata/v0/keys/place", {"Description": "words"})
    client("PATCH", "/metadata/v0/keys/place", {"Description": "d" * 1001})
    client("PATCH", "/metadata/v0/keys/place", {"Description": 5})
    client("GET", "/metadata/v0/keys/place")
    client("POST", "/metadata/v0/list-keys", {"MaxResults": 0})
    client("POST", "/metadata/v0/list-keys", {"MaxResults": 1})
    client("DELETE", "/metadata/v0/keys/place?forceDelete=true")
    return client.exchanges


@pytest.fixture
def traffic(client):
    """The usual exchanges with a reference of these options."""
    return lambda **options: usual(client(**options))
