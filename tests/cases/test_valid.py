"""Requests that nobody wrote: what they speak of is made first, and what refusals say is heeded."""

from __future__ import annotations

import json
import subprocess
from http.server import ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.journal import Header, Journal
from conformance.engine.resources.companions import Companions
from conformance.engine.resources.disposal import Disposal
from conformance.engine.resources.names import Names
from conformance.engine.resources.sdk_calls import SdkCaller
from conformance.transport.http import HttpTransport
from conformance.transport.signing import Credentials
from tests.cases.conftest import COMMAND, LONGEST
from tests.plan.test_effects import inferred
from tests.serving import Quiet, running

REGION = "us-east-1"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}
HEADER = Header("moto", "abcdefgh", REGION, "2026-01-01T00:00:00Z")


@pytest.fixture
def companions(moto_port, tmp_path):
    """Those of a run on moto, with a journal; and the caller that makes them."""
    journal = Journal.begin(tmp_path / "journal.jsonl", HEADER)
    transport = HttpTransport(timeout=LONGEST)
    keys = Credentials("test", "test")
    caller = SdkCaller(f"http://127.0.0.1:{moto_port}", keys, REGION, transport)
    yield Companions(Names(HEADER.nonce), REGION, caller, journal), caller, journal
    journal.close()


def _all(caller):
    roles = caller.call("iam", "ListRoles", {}).members["Roles"]
    subnets = caller.call("ec2", "DescribeSubnets", {}).members["Subnets"]
    vpcs = caller.call("ec2", "DescribeVpcs", {}).members["Vpcs"]
    groups = caller.call("ec2", "DescribeSecurityGroups", {}).members["SecurityGroups"]
    return [len(one) for one in (roles, subnets, vpcs, groups)]


def test_what_is_made_first_is_there_and_is_deleted(companions):
    made, caller, journal = companions
    before = _all(caller)
    values = made.values()
    role, subnet = values["aws.role-arn"](None), values["aws.subnet-id"](None)
    values["aws.security-group-id"](None)
    assert values["aws.role-arn"](None) == role  # one for the whole run
    (listed,) = (one for one in caller.call("iam", "ListRoles", {}).members["Roles"]
                 if one["Arn"] == role)  # fmt: skip
    assert HEADER.nonce in listed["RoleName"]
    given = {"SubnetIds": [subnet]}
    assert caller.call("ec2", "DescribeSubnets", given).members["Subnets"]
    assert not journal.state.empty
    assert made.clean_up() == []
    assert journal.state.empty
    assert _all(caller) == before


def test_what_requests_put_into_a_role_of_the_run_is_taken_away_before_it_is_deleted(companions):
    made, caller, _ = companions
    name = made.values()["aws.role-name"](None)
    put = {"RoleName": name, "PolicyName": "one", "PolicyDocument": json.dumps(POLICY)}
    assert caller.call("iam", "PutRolePolicy", put).members is not None

    def send(probe, **_):
        answer = caller.call("iam", probe.operation.name, probe.values)
        shown = SimpleNamespace(ok=answer.members is not None, members=answer.members or {})
        return SimpleNamespace(answer=shown)

    inventory: Any = SimpleNamespace()
    Disposal(inferred("iam"), send, inventory).empty(made.created_by("iam"))
    assert made.clean_up() == []


def test_what_a_tested_operation_deleted_is_not_left(companions):
    made, _, journal = companions
    made.values()["aws.role-arn"](None)
    made.values()["aws.bucket-name"](None)
    for (owner, identifier), _ in list(journal.state.made.items()):
        assert made.delete(owner.partition("/")[2], identifier)
    assert made.clean_up() == []
    assert journal.state.empty


def test_what_an_interrupted_run_left_is_found_in_its_journal(companions):
    made, caller, journal = companions
    before = _all(caller)
    made.values()["aws.bucket-name"](None)
    made.values()["aws.subnet-id"](None)
    later = Companions(Names(HEADER.nonce), REGION, caller, journal)
    assert later.sweep() == (3, [])  # the bucket, the subnet and the network that it is in
    assert journal.state.empty
    assert _all(caller) == before


def test_without_leave_nothing_is_made():
    values = Companions(Names(), REGION).values()
    assert values["aws.role-arn"](None) == "arn:aws:iam::123456789012:role/conformance"


class _Particular(Quiet):
    """A server of one operation that takes what its model does not require: it says so."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, object]]

    def answer(self):
        body = json.loads(self.body() or b"{}")
        self.seen.append(body)
        if self.path != "/v1/createjobqueue":
            self._reply(404, {"message": "no such route"})
        elif "state" not in body:
            self._reply(400, {"message": "state must be provided"})
        elif "computeEnvironmentOrder" not in body:
            self._reply(400, {"message": "computeEnvironmentOrder must be provided"})
        else:
            name = body["jobQueueName"]
            arn = f"arn:aws:batch:{REGION}:123456789012:job-queue/{name}"
            self._reply(200, {"jobQueueName": name, "jobQueueArn": arn})

    def _reply(self, status, body):
        data = json.dumps(body).encode()
        named = {"x-amzn-errortype": "ClientException"} if status == 400 else {}
        self.reply(status, {**named, "Content-Type": "application/json"}, data)


@pytest.fixture
def particular():
    seen: list[dict[str, object]] = []
    handler = type("Handler", (_Particular,), {"seen": seen})
    with running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as url:
        yield url, seen


STATUS = "batch/CreateJobQueue/status/200"


def test_what_refusals_ask_for_is_given(particular, run):
    url, seen = particular
    ended = run(url, "--service", "batch", "--requirement", STATUS, "--auth", "off")
    assert ended.verdict(STATUS) == "passed", ended.err
    assert any({"state", "computeEnvironmentOrder"} <= one.keys() for one in seen)
    assert "found valid requests for 1 operation by trying: CreateJobQueue" in ended.out


def test_a_request_that_is_never_accepted_is_held_against_nobody(particular, run):
    url, _ = particular
    ended = run(url, "--service", "batch", "--requirement", "batch/SubmitJob/*", "--auth", "off")
    assert ended.failed() == set()


def test_a_draft_has_the_requests_that_were_found(environment, tmp_path, moto_port):
    draft = tmp_path / "overlay.yaml"
    ended = subprocess.run(
        [*COMMAND, "overlay", "init", "connectcampaigns", "--learn",
         f"http://127.0.0.1:{moto_port}", "-o", str(draft)],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "by trying them on http" in ended.stdout
    assert "resource:" in draft.read_text()
    assert not list(tmp_path.glob("reports/journals/*"))
