"""Contracts without an overlay: what is inferred, and what is held against nobody."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from conformance.cli.derive import command as derive
from conformance.cli.overlay import command as overlay
from conformance.cli.requirements import command as requirements
from conformance.contract import locate
from conformance.contract.building import build_contract
from conformance.contract.deriving import assemble
from conformance.contract.deriving.writing import as_yaml
from conformance.contract.inference.inferring import SURE, infer, inferred_overlay
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.readback import read_backs
from conformance.contract.load import load_contract
from conformance.contract.locate import NoSpecs
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_access import Signing
from conformance.contract.vocabulary.overlay_model import Identifier
from conformance.documents.sdk.models import SdkModel, load_model
from conformance.documents.sdk.pages import model_pages
from conformance.documents.sdk.prose import SHOWS_SOME
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.errors import BadInput
from conformance.plan.valid_requests.resources import kind_of
from conformance.record import Verdict
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.retry import RetryingTransport
from tests import contracts
from tests.json_double import OneByOne


@pytest.fixture(autouse=True)
def shipped() -> Iterator[None]:
    yield
    locate.use(None)


def test_lifecycles_of_a_service() -> None:
    schedule, group = infer(contracts.modelled("scheduler"))
    assert schedule.resource.create == "CreateSchedule"
    assert schedule.resource.identifier == Identifier(label="Name", given="Name", unknown="${name}")
    # Entries of ListSchedules stand elsewhere than the schedules' own path leads to.
    assert group.resource.list == "ListScheduleGroups"
    assert group.resource.page is not None
    assert group.resource.page.output_token == "NextToken"
    assert group.resource.update is None
    assert set(schedule.why.values()) == {SURE}


def test_chains_are_inferred_from_paths() -> None:
    kinds = {one.name: one for one in infer(contracts.modelled("apigateway"))}
    identifier = kinds["usage-plan"].resource.identifier
    assert identifier is not None
    assert identifier.created == "id"
    assert kinds["usage-plan-key"].resource.needs == {"usage-plan": "shared"}
    assert kinds["stage"].resource.needs == {"rest-api": "shared", "deployment": "shared"}
    # A gateway response is of one of some types: no new name can be made for it.
    response = kinds["gateway-response"].resource.identifier
    assert response is not None
    assert response.given == "restapi_id"
    contract = contracts.modelled("apigateway")
    found = inferred_overlay(contract)
    known = replace(contract, overlay=found)
    assert found.main.alias in {"rest-api", "api-key"}
    assert kind_of(known, "CreateUsagePlan") == "usage-plan"


def _empty(contract: Contract) -> dict[str, Any]:
    spec: dict[str, Any] = assemble(model_pages(load_model(contract.service), contract.service))
    return spec


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CreateSchedule", "LaunchSchedule"),
        ("DeleteSchedule", "DropSchedule"),
        ("DeleteSchedule", "DeleteTimetable"),
    ],
)
def test_what_is_uncertain_is_left_out(old: str, new: str) -> None:
    spec = copy.deepcopy(_empty(contracts.modelled("scheduler")))
    for item in spec["paths"].values():
        for node in item.values():
            if node.get("operationId") == old:
                node["operationId"] = new
    assert [one.name for one in infer(build_contract("scheduler", spec, {}))] == ["schedule-group"]


def folder(tmp_path: Path) -> Path:
    result = CliRunner().invoke(derive, ["--from-model", "scheduler", "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    return tmp_path / "scheduler"


def test_a_drafted_overlay_says_what_would_be_inferred(tmp_path: Path) -> None:
    own = folder(tmp_path)
    locate.use(tmp_path)
    before = {one.id for one in catalogue(load_contract("scheduler"))}
    result = CliRunner().invoke(overlay, ["init", "scheduler", "--specs", str(own)])
    assert result.exit_code == 0, result.output
    facts = yaml.safe_load((own / "overlay.yaml").read_text())["actions"][0]["update"]
    assert facts["x-conformance"]["inferred"] is True
    assert facts["x-conformance"]["operations"]["GetSchedule"]["base"] == {"Name": "${id}"}
    locate.use(tmp_path)
    contract = load_contract("scheduler")
    assert contract.overlay.main.create == "CreateSchedule"
    after = {one.id for one in catalogue(contract)}
    inferred = {f"scheduler/{one}" for one in contracts.inferred("scheduler").overlay.rules}
    assert {"scheduler/DeleteSchedule/behavior/gone-after-deletion"} < inferred
    # Which of its resources an update names is inferred, too: what it changes is not looked at.
    changed = ("-parts-are-stored", "/moves-times")
    within = {one for one in before - after if one.endswith(changed)}
    assert all("/UpdateSchedule/" in one for one in within)
    assert before - after - within == inferred
    again = CliRunner().invoke(overlay, ["init", "scheduler", "--specs", str(own)])
    assert isinstance(again.exception, BadInput)
    assert str(again.exception).endswith("overlay.yaml exists")


def test_own_specs_stand_in_for_the_shipped_ones(tmp_path: Path) -> None:
    folder(tmp_path)
    told = CliRunner().invoke(requirements, ["--specs", str(tmp_path)])
    assert "scheduler/CreateSchedule/request/Name/maxLength" in told.output
    assert "location/" not in told.output
    assert "location/" in CliRunner().invoke(requirements, []).output
    missing = CliRunner().invoke(requirements, ["--specs", str(tmp_path / "none")])
    assert isinstance(missing.exception, NoSpecs)


class Server(OneByOne):
    """Answers every request to the scheduler alike."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code

    def send(self, request: Request) -> Exchange:
        known = "/schedule" in request.url or "/tags/" in request.url
        headers = (("x-amzn-errortype", self.code if known else "NoSuchRoute"),)
        response = Response(self.status if known else 403, headers, b"{}")
        return Exchange(request, response, None, 0.0)


def verdicts(server: Server) -> dict[str, Verdict]:
    contract = contracts.modelled("scheduler")
    contract = replace(contract, overlay=inferred_overlay(contract))
    chosen = [one for one in catalogue(contract) if one.operation == "CreateScheduleGroup"]
    config = RunConfig(
        jobs=[Job(contract, chosen)],
        url="http://127.0.0.1:1",
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=RetryingTransport(server, retries=0, base=0.0),
        settings=Settings(draws=0, seed=1),
    )
    outcome = run_all(config)
    return {line.requirement: line.verdict for line in outcome.verdicts}


def test_a_refusal_of_a_guessed_request_is_held_against_nobody() -> None:
    found = verdicts(Server(400, "ValidationException"))
    assert Verdict.FAILED not in found.values()
    assert found["scheduler/CreateScheduleGroup/status/200"] is Verdict.SKIPPED


def test_a_server_error_is_one_whatever_was_guessed() -> None:
    found = verdicts(Server(500, "InternalFailure"))
    assert found["scheduler/CreateScheduleGroup/status/no-5xx"] is Verdict.FAILED


def derived_contract(model: str, **overlay: Any) -> Contract:
    """What a spec of a model says, with an overlay's words at the root."""
    spec = assemble(model_pages(load_model(model), model))
    return build_contract(model, {**spec, **({"x-conformance": overlay} if overlay else {})}, {})


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("amp", "aps"), ("efs", "elasticfilesystem"), ("apigatewayv2", "apigateway"),
        ("sesv2", "ses"), ("iot-data", "iotdata"), ("mq", "mq"),
    ],
)  # fmt: skip
def test_a_model_says_what_requests_are_signed_for(model: str, name: str) -> None:
    assert derived_contract(model).signing_name == name


def test_an_overlay_may_say_another_name_and_leaves_the_rest() -> None:
    mine = derived_contract("amp", signing={"service": "mine"})
    placed = derived_contract("amp", signing={"region": "eu-west-1"})
    assert mine.overlay.signing == Signing(service="mine")
    assert placed.overlay.signing == Signing(service="aps", region="eu-west-1")


def test_one_host_prefix_of_all_operations_is_that_of_the_service() -> None:
    data = load_model("mq").data
    moved = {
        name: {**one, "endpoint": {"hostPrefix": "data."}}
        for name, one in data["operations"].items()
    }
    model = SdkModel("mq", "0", {**data, "operations": moved})
    spec = assemble(model_pages(model, "mq"))
    first = next(iter(moved))
    mixed = SdkModel("mq", "0", {**data, "operations": {**data["operations"], first: moved[first]}})
    assert build_contract("mq", spec, {}).overlay.endpoint.prefix == "data."
    assert "host-prefix" not in mixed.signing


def test_the_signing_name_reaches_the_run_and_the_draft(tmp_path: Path) -> None:
    """A derived spec alone, without an overlay: load it, and draft one from it."""
    own = tmp_path / "amp"
    own.mkdir()
    spec = assemble(model_pages(load_model("amp"), "amp"))
    (own / "openapi.yaml").write_text(as_yaml(spec))
    load_contract("amp")  # derived before, because it was named: the folder has it all the same
    locate.use(tmp_path)
    contract = load_contract("amp")
    result = CliRunner().invoke(overlay, ["init", "amp", "--specs", str(own)])
    text = (own / "overlay.yaml").read_text()
    assert result.exit_code == 0, result.output
    assert contract.signing_name == "aps"
    assert contract.overlay.inferred
    assert "      signing: {service: aps}\n" in text
    assert "as the SDK model has it" in text


def test_a_marker_that_leads_on_is_not_that_of_the_request():
    known = contracts.inferred("efs").overlay
    pages = [one.page for one in known.kinds().values() if one.list == "DescribeFileSystems"]
    assert [page.output_token for page in pages if page is not None] == ["NextMarker"]


def test_what_takes_away_tags_and_things_is_held_against_a_target():
    rules = contracts.inferred("iam").overlay.rules
    assert rules["UntagUser/behavior/removes"].level is Level.EXPECTED
    assert rules["DeleteUser/behavior/gone-after-deletion"].level is Level.EXPECTED
    assert "DisableRule/behavior/shown" in contracts.inferred("events").overlay.rules


@pytest.mark.parametrize(
    ("service", "operation", "member", "by", "at"),
    [
        ("kms", "Decrypt", "CiphertextBlob", "Encrypt", "CiphertextBlob"),
        ("kms", "VerifyMac", "Mac", "GenerateMac", "Mac"),
        ("kinesis", "GetRecords", "ShardIterator", "GetShardIterator", "ShardIterator"),
        ("sqs", "DeleteMessage", "ReceiptHandle", "ReceiveMessage", "Messages[].ReceiptHandle"),
        ("ssm", "GetCommandInvocation", "CommandId", "SendCommand", "Command.CommandId"),
        ("swf", "RespondDecisionTaskCompleted", "taskToken", "PollForDecisionTask", "taskToken"),
    ],
)
def test_what_only_an_answer_shows_is_asked_for(service, operation, member, by, at):
    overlay = contracts.inferred(service).overlay
    bound = overlay.words_of(operation).binds[member]
    answer = overlay.answers[bound.removeprefix("${answer.").removesuffix("}")]
    assert (answer.operation, answer.at) == (by, at)


@pytest.mark.parametrize(
    ("service", "operation", "member"),
    [
        # What is put there is chosen by whom puts it.
        ("kms", "PutKeyPolicy", "Policy"),
        # It would be that of something else, or cost something.
        ("organizations", "TerminateResponsibilityTransfer", "Id"),
        ("redshift", "GetReservedNodeExchangeOfferings", "ReservedNodeId"),
        # The account of the run is known.
        ("inspector2", "GetMember", "accountId"),
    ],
)
def test_what_a_request_may_choose_or_the_run_knows_is_no_answer(service, operation, member):
    words = contracts.inferred(service).overlay.words_of(operation)
    assert "${answer" not in str(words.binds.get(member))


def test_what_is_given_as_a_name_and_may_be_listed_as_an_arn_is_not_sure_to_be_listed() -> None:
    rules = contracts.inferred("logs").overlay.rules
    assert "DescribeIndexPolicies/behavior/lists-what-was-made" not in rules
    named = contracts.inferred("kinesis").overlay.rules
    assert named["ListStreams/behavior/lists-what-was-made"].level is Level.EXPECTED


def test_a_list_that_may_lack_what_there_is_is_only_told_of() -> None:
    made, gone = (f"ListStreams/behavior/{rule}"
                  for rule in ("lists-what-was-made", "gone-after-deletion"))  # fmt: skip
    plain = contracts.modelled("kinesis")
    listing = replace(plain.operations["ListStreams"], said=(SHOWS_SOME,))
    some = replace(plain, operations={**plain.operations, "ListStreams": listing})
    assert gone in contracts.inferred("kinesis").overlay.rules
    rules = inferred_overlay(some).rules
    assert rules[made].level is Level.INFORMATIONAL
    assert gone not in rules


def test_an_update_that_goes_on_by_itself_or_names_nothing_made_is_only_told_of() -> None:
    wanted = {"ModifyVolume/behavior/Size-is-stored",
              "ModifyAccountVpcEncryptionControl/behavior/Mode-is-stored"}  # fmt: skip
    contract = contracts.some(
        "ec2", "CreateVolume", "ModifyVolume", "DescribeVolumes", "DeleteVolume",
        "CreateSubnet", "ModifySubnetAttribute", "DescribeSubnets", "DeleteSubnet",
        "ModifyAccountVpcEncryptionControl", "DescribeAccountVpcEncryptionControl",
        "CreateVpcEncryptionControl", "DescribeVpcEncryptionControls",
        "DeleteVpcEncryptionControl", "CreateVpc", "DescribeVpcs", "DeleteVpc",
    )  # fmt: skip
    sure = {one.address for one in read_backs(contract) if one.level is Level.EXPECTED}
    assert wanted.isdisjoint(sure)
    assert "ModifySubnetAttribute/behavior/EnableLniAtDeviceIndex-is-stored" in sure
