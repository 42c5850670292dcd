"""The services that run only when they are named: from a model, and from pages in our own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from openapi_spec_validator import validate

from conformance.cli.compare_model import command as compare
from conformance.contract import locate
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Contract
from conformance.contract.validate import violations
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.documents.sdk.models import load_model
from conformance.plan.planner import plan
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import kind_of, referenced_kinds
from tests import contracts
from tests.derived import derived as derive_all

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "tests" / "documents" / "usageplans" / "apigateway-usageplans"
SERVICES = ("scheduler", "apigateway-usageplans")


def committed(service: str) -> Path:
    return ROOT / "specs" / service / "openapi.yaml"


def derived(tmp_path: Path, *arguments: str) -> bytes:
    derive_all(*arguments, "-o", tmp_path / "o.yaml")
    return (tmp_path / "o.yaml").read_bytes()


def test_pages_give_the_committed_bytes(tmp_path: Path) -> None:
    assert derived(tmp_path, str(PAGES)) == committed("apigateway-usageplans").read_bytes()


def test_the_model_gives_the_committed_bytes(tmp_path: Path) -> None:
    model = load_model("scheduler")
    spec = yaml.safe_load(committed("scheduler").read_bytes())
    if spec["x-documents"][model.name]["sha256"] != model.sha256:
        pytest.skip("this botocore has another model of the service: compare-model tells the drift")
    assert derived(tmp_path, "--from-model", "scheduler") == committed("scheduler").read_bytes()


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_spec_is_openapi(service: str) -> None:
    validate(yaml.safe_load(committed(service).read_bytes()))


def test_every_difference_to_the_model_is_explained() -> None:
    assert CliRunner().invoke(compare, ["apigateway-usageplans"]).exit_code == 0


def test_they_run_only_when_they_are_named() -> None:
    assert locate.default_services() == ("apigateway", "location")
    assert locate.selected((), ("scheduler/*",)) == ("apigateway", "location", "scheduler")
    assert locate.selected(("scheduler",), ()) == ("scheduler",)
    assert set(SERVICES) < set(locate.services())


@pytest.mark.parametrize("service", SERVICES)
def test_rules_name_places_that_are_there(service: str) -> None:
    contract = contracts.contract(service)
    seen = 0
    for address, rule in contract.overlay.rules.items():
        source = rule.source
        seen += source.document is not None or source.path is not None
        if source.document is not None:
            assert source.line is not None
            line = (PAGES / source.document).read_text().split("\n")[source.line - 1]
            assert line.strip(), address
        if source.path is not None:
            node: Any = load_model(service).data
            for part in source.path.split("/")[1:]:
                node = node[part]
    assert seen > 0


def sent(contract: Contract, name: str) -> dict[str, Any]:
    """The base of an operation with placeholders as a run would fill them."""
    template = valid_request(contract, contract.operations[name])
    text = yaml.safe_dump(template)
    for token, value in (
        ("${name}", "conformance-abcdefgh-00001"),
        ("${id}", "conformance-abcdefgh-00001"),
        ("${made.ScheduleGroupArn}", "arn:aws:scheduler:a:123456789012:schedule-group/a"),
        *((f"${{id.{kind}}}", "abcdefghij") for kind in contract.overlay.kinds()),
    ):
        text = text.replace(token, value)
    filled: dict[str, Any] = yaml.safe_load(text)
    return filled


@pytest.mark.parametrize("service", SERVICES)
def test_every_base_is_valid_by_the_contract(service: str) -> None:
    contract = contracts.contract(service)
    assert len(contract.operations) > 5
    for name, operation in contract.operations.items():
        values = sent(contract, name)
        if isinstance(values.get("TagKeys"), str):
            values["TagKeys"] = [values["TagKeys"]]
        assert list(violations(dict(operation.input), values)) == [], name


@pytest.mark.parametrize("service", SERVICES)
def test_every_requirement_can_be_planned(service: str) -> None:
    contract = contracts.contract(service)
    found = catalogue(contract)
    assert len({one.id for one in found}) == len(found) > 100
    for requirement in found:
        for probe in plan(contract, requirement).probes:
            assert "${" not in str(sorted(referenced_kinds(probe.values)))
            assert set(referenced_kinds(probe.values)) <= set(contract.overlay.kinds())


def test_a_plan_key_needs_a_plan_and_a_key_of_its_own() -> None:
    contract = contracts.contract("apigateway-usageplans")
    assert kind_of(contract, "GetUsagePlanKeys") == "plan-key"
    assert contract.overlay.kinds()["plan-key"].needs == {"plan": "shared", "key": "fresh"}
    assert contract.overlay.kinds()["key"] == Resource(service="apigateway")
