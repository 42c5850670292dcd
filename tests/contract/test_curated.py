"""The contracts of services that emulators serve most: small, and run when they are named."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from openapi_spec_validator import validate

from benchmarks import snapshots
from conformance.cli.derive import command as derive
from conformance.contract import locate
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.requirements import Subject
from conformance.documents.sdk.models import load_model
from conformance.engine.judge.refusal import refusals
from conformance.plan.probes import Fault
from tests import contracts
from tests.sampling import sampled

SERVICES = ("lambda", "eks", "appconfig", "apigatewayv2", "sesv2")
MOST = 3000
"""Requirements of one service: a quick run of more takes too long for a gate."""

every_service = pytest.mark.parametrize("service", SERVICES)


def committed(service: str) -> Path:
    return locate.specs_folder() / service / "openapi.yaml"


@every_service
def test_the_model_gives_the_committed_bytes(service: str, tmp_path: Path) -> None:
    model = load_model(service)
    spec = yaml.safe_load(committed(service).read_bytes())
    if spec["x-documents"][model.name]["sha256"] != model.sha256:
        pytest.skip("this botocore has another model of the service: compare-model tells the drift")
    paths = [argument for path in spec["paths"] for argument in ("--path", path)]
    output = tmp_path / "openapi.yaml"
    result = CliRunner().invoke(derive, ["--from-model", service, *paths, "-o", str(output)])
    assert result.exit_code == 0, result.output
    assert output.read_bytes() == committed(service).read_bytes()


@pytest.mark.parametrize("service", sampled(SERVICES, *SERVICES[:2]))
def test_the_committed_spec_is_openapi(service: str) -> None:
    validate(yaml.safe_load(committed(service).read_bytes()))


@every_service
def test_it_is_small_and_runs_when_it_is_named(service: str) -> None:
    assert len(catalogue(contracts.contract(service))) < MOST
    assert service not in locate.default_services()
    assert locate.selected((service,), ()) == (service,)


@every_service
def test_every_operation_has_a_request_that_is_known_to_be_valid(service: str) -> None:
    contract = contracts.contract(service)
    assert not contract.overlay.inferred
    assert set(contract.operations) == set(contract.overlay.operations)


@every_service
def test_every_kind_is_created_read_and_deleted(service: str) -> None:
    for one in contracts.contract(service).overlay.kinds().values():
        assert all((one.create, one.read, one.delete, one.identifier))


@every_service
def test_limits_of_answers_that_a_model_states_fail_nothing(service: str) -> None:
    limits = [one for one in catalogue(contracts.contract(service))
              if one.subject is Subject.OUTPUT_LIMIT and one.source.model]  # fmt: skip
    assert {one.level for one in limits} <= {Level.INFORMATIONAL}


def test_a_taken_name_is_refused_with_the_declared_status() -> None:
    ses, functions = contracts.contract("sesv2"), contracts.contract("lambda")
    template, function = (
        ses.operations["CreateEmailTemplate"],
        functions.operations["CreateFunction"],
    )
    assert refusals(ses, template, Fault.CONFLICT) == ((400, "AlreadyExistsException"),)
    assert refusals(functions, function, Fault.CONFLICT) == ((409, "ResourceConflictException"),)


TEST = """
class TestFunctions:
    def test_life(self, aws_client, snapshot):
        made = aws_client.lambda_.create_function(FunctionName="a")
        snapshot.match("made", made)
        snapshot.match("gone", aws_client.lambda_.delete_function(FunctionName="a"))
        with pytest.raises(Exception) as e:
            aws_client.lambda_.get_function(FunctionName="a")
        snapshot.match("not-found", e.value.response)
"""
METADATA = "ResponseMetadata"


def recorded(folder: Path, **answers: object) -> list[str]:
    (folder / "test_one.py").write_text(TEST)
    kept = {"test_one.py::TestFunctions::test_life": {"recorded-content": answers}}
    (folder / "test_one.snapshot.json").write_text(json.dumps(kept))
    contract = contracts.contract("lambda")
    return [f"{one.operation.name}: {broken}" for one in snapshots.recordings(contract, folder)
            for broken in snapshots.breaks(contract, one)]  # fmt: skip


def test_recorded_answers_are_held_beside_a_contract(tmp_path: Path) -> None:
    assert recorded(
        tmp_path,
        made={"FunctionName": "<name:1>", "Timeout": 3, METADATA: {"HTTPStatusCode": 201}},
        gone={METADATA: {"HTTPStatusCode": 204}},
    ) == []  # fmt: skip
    wrong = recorded(
        tmp_path,
        made={"FunctionName": "a", "Timeout": "3", "Colour": 1, METADATA: {"HTTPStatusCode": 200}},
        **{"not-found": {"Error": {"Code": "Gone"}, METADATA: {"HTTPStatusCode": 410}}},
    )
    assert wrong == [
        "CreateFunction: status 200, not 201",
        "CreateFunction: no member Colour",
        'CreateFunction: Timeout breaks type: ["3"]',
        "GetFunction: error 410 Gone (declared: no)",
    ]
