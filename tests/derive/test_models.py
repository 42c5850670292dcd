"""Specs from SDK models, and what documents and models state differently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from openapi_spec_validator import validate

from conformance.cli.compare_model import command as compare_command
from conformance.contract.building import build_contract
from conformance.contract.comparison.model_comparison import Only, compare, operation_names
from conformance.contract.deriving import assemble
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.load import derived_spec, stated_overlay
from conformance.contract.model import ProtocolName
from conformance.contract.vocabulary.overlay_access import KnownDifference
from conformance.documents.sdk.models import (
    NoOperations,
    SdkModel,
    UnknownModel,
    load_model,
)
from conformance.documents.sdk.pages import model_pages
from tests.derived import derived, loaded

SERVICES = ("apigateway", "location")


def derived_from_model(*arguments: str, output: Path) -> dict[str, Any]:
    derived(*arguments, "-o", output)
    return loaded(output)


@pytest.mark.parametrize("service", SERVICES)
def test_pages_and_model_give_the_same_ids(service: str) -> None:
    """What only one of them has is what the overlay explains, and nothing else."""
    spec = derived_spec(service)
    names = frozenset(operation_names(spec))
    of_model = assemble(model_pages(load_model(service), service, names))
    ours = {one.id for one in catalogue(build_contract(service, spec, {}))}
    theirs = {one.id for one in catalogue(build_contract(service, of_model, {}))}
    # Of the pages alone: the words of a boolean, and the table of patch operations.
    only_pages = {one.split("/", 1)[1] for one in ours - theirs if "/patch/" not in one}
    assert only_pages <= {"DeleteKey/request/forceDelete/enum"}
    silent = ("/type", "/required", "NotFoundException", "AllowAndroidApps", "AllowAppleApps")
    only_model = [one for one in theirs - ours if "KeyStatus/enum" not in one]
    assert [one for one in only_model if not any(part in one for part in silent)] == []
    assert len(ours & theirs) > 150


@pytest.mark.parametrize("service", SERVICES)
def test_every_difference_is_explained(service: str) -> None:
    result = CliRunner().invoke(compare_command, [service, "--format", "json"])
    told = json.loads(result.output)
    assert result.exit_code == 0, told
    assert told["unexplained"] == 0
    assert told["stale"] == []
    assert told["kinds"]["member"]["precision"] == told["kinds"]["member"]["recall"] == 1.0
    assert all(one["reason"] for one in told["differences"])


def changed_model(service: str, change: Any) -> SdkModel:
    model = load_model(service)
    data = json.loads(json.dumps(model.data))
    change(data)
    return SdkModel(model.name, model.sha256, data)


def drift(change: Any) -> dict[str, Only]:
    model = changed_model("location", change)
    found = compare("location", derived_spec("location"), model, stated_overlay("location").sdk)
    for one in found.unexplained:
        # Both sides have a place: where it stands, or where it would have to stand.
        assert one.document_source or one.kind == "operation"
        assert one.model_source or one.kind == "operation"
    return {one.address: one.only for one in found.unexplained}


@pytest.mark.parametrize(
    ("change", "address", "only"),
    [
        (
            lambda m: m["shapes"]["ResourceDescription"].update(max=2000),
            "UpdateKey/request/Description/maxLength",
            Only.BOTH,
        ),
        (
            lambda m: m["shapes"]["ResourceDescription"].pop("min"),
            "CreateKey/request/Description/minLength",
            Only.DOCUMENTS,
        ),
        (
            lambda m: m["shapes"]["UpdateKeyRequest"]["members"].update(
                Colour={"shape": "ResourceDescription"}
            ),
            "UpdateKey/request/Colour",
            Only.MODEL,
        ),
        (
            lambda m: m["shapes"]["UpdateKeyRequest"]["members"].pop("ForceUpdate"),
            "UpdateKey/request/ForceUpdate",
            Only.DOCUMENTS,
        ),
        (
            lambda m: m["operations"]["UpdateKey"]["http"].update(responseCode=202),
            "UpdateKey/status",
            Only.BOTH,
        ),
        (
            lambda m: m["operations"]["UpdateKey"]["http"].update(method="PUT"),
            "UpdateKey/request-line",
            Only.BOTH,
        ),
        (
            lambda m: m["operations"]["UpdateKey"]["errors"].append({"shape": "ConflictException"}),
            "UpdateKey/error/ConflictException",
            Only.MODEL,
        ),
        (
            lambda m: m["shapes"]["ConflictException"]["error"].update(httpStatusCode=410),
            "CreateKey/error/ConflictException/status",
            Only.BOTH,
        ),
        (
            lambda m: m["shapes"]["ApiKeyRestrictions"]["required"].append("AllowReferers"),
            "types/ApiKeyRestrictions/AllowReferers/required",
            Only.MODEL,
        ),
        (lambda m: m["operations"].pop("DeleteKey"), "DeleteKey", Only.DOCUMENTS),
        (
            lambda m: m["operations"].update(
                RenewKey={
                    **m["operations"]["UpdateKey"],
                    "http": {"method": "PUT", "requestUri": "/metadata/v0/keys/{KeyName}"},
                }
            ),
            "RenewKey",
            Only.MODEL,
        ),
    ],
)
def test_a_change_of_the_model_is_told(change: Any, address: str, only: Only) -> None:
    assert drift(change).get(address) is only


def test_an_explanation_of_nothing_is_told() -> None:
    known = stated_overlay("location").sdk
    more = KnownDifference(at="UpdateKey/nothing", reason="none")
    about = msgspec.structs.replace(known, differences=(*known.differences, more))
    found = compare("location", derived_spec("location"), load_model("location"), about)
    assert found.stale == ["UpdateKey/nothing"]


def test_every_source_of_a_derived_model_is_marked(tmp_path: Path) -> None:
    spec = derived_from_model("--from-model", "scheduler", output=tmp_path / "s.yaml")
    validate(spec)
    model = load_model("scheduler")
    found = list(pointers(spec))
    assert len(found) > 300
    for pointer in found:
        assert pointer["model"] == model.name
        node: Any = model.data
        for part in pointer["path"].split("/")[1:]:
            node = node[part.replace("~1", "/").replace("~0", "~")]
    contract = build_contract("scheduler", spec, {})
    sources = [one.source for one in catalogue(contract) if not one.source.protocol]
    assert {source.model for source in sources} == {model.name}
    assert {source.sha256 for source in sources} == {model.sha256}


def pointers(node: Any) -> Any:
    if isinstance(node, dict):
        if "model" in node and "path" in node:
            yield node
        for value in node.values():
            yield from pointers(value)
    elif isinstance(node, list):
        for value in node:
            yield from pointers(value)


def test_features_of_models(tmp_path: Path) -> None:
    spec = derived_from_model(
        "--from-model", "dataexchange", "--service", "exchange", output=tmp_path / "d.yaml"
    )
    validate(spec)
    assert spec["x-service"] == "exchange"
    send = spec["paths"]["/v1"]["post"]
    assert send["x-host-prefix"] == "api-fulfill."
    places = {one["name"]: (one["in"], one.get("x-prefix", False)) for one in send["parameters"]}
    assert places["x-amzn-dataexchange-header-"] == ("header", True)
    assert places["x-amzn-dataexchange-data-set-id"] == ("header", False)


def test_operations_on_some_paths_only(tmp_path: Path) -> None:
    spec = derived_from_model(
        "--from-model", "apigateway", "--path", "/usageplans*", output=tmp_path / "u.yaml"
    )
    assert "GetUsagePlanKeys" in operation_names(spec)
    assert "CreateApiKey" not in operation_names(spec)
    assert set(spec["components"]["schemas"]) >= {"UsagePlan", "PatchOperation"}
    assert "ApiKey" not in spec["components"]["schemas"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--from-model", "no-such-service"], UnknownModel),
        (["--from-model", "scheduler", "--path", "/nothing"], NoOperations),
    ],
)
def test_what_cannot_be_derived_is_named(
    arguments: list[str], problem: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(problem) as caught:
        derived_from_model(*arguments, output=tmp_path / "n.yaml")
    assert arguments[1] in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_model_has_a_plain_protocol_whoever_asked_first() -> None:
    load_model.cache_clear()
    named = load_model("ec2", ProtocolName.EC2_QUERY)
    assert type(named.protocol) is str
    assert load_model("ec2", "ec2-query") is named


def test_an_error_of_which_the_prose_states_another_status_may_have_any() -> None:
    found = model_pages(load_model("stepfunctions"), "states")
    page = found.operations["PublishStateMachineVersion"]
    statuses = {error.name: error.status for error in page.errors}
    assert statuses["ConflictException"] is None
    assert statuses["StateMachineDoesNotExist"] == 400
