"""The curated contracts of services that speak XML: small, and run when they are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from openapi_spec_validator import validate

from conformance.cli.derive import command as derive
from conformance.contract import locate
from conformance.documents.sdk.models import load_model
from conformance.plan.sequences.listing import walk
from conformance.plan.sequences.steps import Send
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import read
from tests import contracts

every_service = pytest.mark.parametrize("service", ["sns", "s3"])


def committed(service: str) -> Path:
    return locate.specs_folder() / service / "openapi.yaml"


@every_service
def test_the_model_gives_the_committed_bytes(service: str, tmp_path: Path) -> None:
    model = load_model(service)
    spec = yaml.safe_load(committed(service).read_bytes())
    if spec["x-documents"][model.name]["sha256"] != model.sha256:
        pytest.skip("this botocore has another model of the service: compare-model tells the drift")
    names = contracts.contract(service).operations
    chosen = [argument for name in names for argument in ("--path", name)]
    output = tmp_path / "openapi.yaml"
    result = CliRunner().invoke(derive, ["--from-model", service, *chosen, "-o", str(output)])
    assert result.exit_code == 0, result.output
    assert output.read_bytes() == committed(service).read_bytes()


@every_service
def test_it_is_openapi_and_runs_when_it_is_named(service: str) -> None:
    validate(yaml.safe_load(committed(service).read_bytes()))
    assert service not in locate.default_services()
    assert locate.selected((service,), ()) == (service,)


@every_service
def test_every_operation_and_kind_is_known(service: str) -> None:
    contract = contracts.contract(service)
    assert not contract.overlay.inferred
    assert set(contract.operations) == set(contract.overlay.operations)
    for one in contract.overlay.kinds().values():
        assert all((one.create, one.read, one.delete, one.identifier))


def listed(topics: str, token: str) -> bytes:
    members = "".join(f"<member><TopicArn>{one}</TopicArn></member>" for one in topics)
    more = f"<NextToken>{token}</NextToken>" if token else ""
    body = f"<ListTopicsResult><Topics>{members}</Topics>{more}</ListTopicsResult>"
    return f"<ListTopicsResponse>{body}</ListTopicsResponse>".encode()


def test_a_list_without_a_page_size_is_followed_by_its_tokens() -> None:
    contract = contracts.contract("sns")
    operation = contract.operations["ListTopics"]

    def answered(page: bytes) -> ParsedResponse:
        request = Request("POST", "http://127.0.0.1/", ())
        response = Response(200, (("content-type", "text/xml"),), page)
        return read(Exchange(request, response, None, 0.0), operation)

    pages = [listed("ab", "1"), listed("c", "")]
    walking = walk(Lifecycle.of(contract))
    first = next(walking)
    second = walking.send(answered(pages[0]))
    assert isinstance(first, Send)
    assert isinstance(second, Send)
    assert (first.values, second.values) == ({}, {"NextToken": "1"})
    with pytest.raises(StopIteration) as ended:
        walking.send(answered(pages[1]))
    assert [one["TopicArn"] for one in ended.value.value.entries] == ["a", "b", "c"]
    assert ended.value.value.sizes == [2, 1]
