"""Whole references of every protocol, written from models, give what the models say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from openapi_spec_validator import validate

from benchmarks.page_layouts import pages_of
from conformance.contract.building import build_contract
from conformance.contract.comparison.model_comparison import Comparison, compare
from conformance.contract.vocabulary.overlay_access import KnownDifference, Sdk
from conformance.documents.sdk.models import load_model
from tests.derived import SILENCE, derived, loaded
from tests.sampling import one_in

if TYPE_CHECKING:
    from pathlib import Path

# A page gives every error a status, where some models leave it open.
MORE_SILENCE = (
    *SILENCE,
    KnownDifference(at="*/error/*/status", reason="not in models"),
    KnownDifference(at="*/response/body", only="model", reason="bytes have no type on pages"),
)


def derived_again(
    service: str, protocol: str | None, folder: Path
) -> tuple[dict[str, Any], Comparison]:
    model = load_model(service, protocol)
    (folder / service).mkdir()
    for name, text in pages_of(model, service).items():
        (folder / service / name).write_text(text, encoding="utf-8")
    assert "skipped" not in derived(folder / service, "-o", folder / "specs")
    content = (folder / "specs" / service / "openapi.yaml").read_bytes()
    spec: dict[str, Any] = yaml.safe_load(content)
    return spec, compare(service, spec, model, Sdk(differences=MORE_SILENCE))


@pytest.mark.parametrize(
    ("service", "protocol", "shows"),
    one_in(
        2,
        [
            ("secretsmanager", "aws-json-1.1", "bodies in JSON"),
            ("dynamodb", "aws-json-1.0", "recursive types, maps in maps"),
            ("sns", "aws-query", "parameters of lists and maps in dotted names"),
            ("route53", "rest-xml", "bodies in XML, and whole ones"),
            ("elb", "aws-query", "lists in lists"),
        ],
    ),
)
def test_pages_of_a_whole_service_give_what_its_model_says(
    service: str, protocol: str, shows: str, tmp_path: Path
) -> None:
    spec, found = derived_again(service, protocol, tmp_path)
    assert [one.address for one in found.unexplained] == [], shows
    assert spec["x-protocol"] == protocol
    assert spec["x-model"] == service
    assert "x-signing" not in spec
    validate(spec)
    contract = build_contract(service, spec, {})
    assert len(contract.operations) == found.counts["operation"].same
    modelled = build_contract(
        service, yaml.safe_load(from_model(service, tmp_path / "model")), {}
    ).operations
    for name, one in contract.operations.items():
        other = modelled[name]
        assert (one.method, one.path, one.query) == (other.method, other.path, other.query)
        assert one.selectors == other.selectors
        assert (one.root, one.wrapper, one.whole) == (other.root, other.wrapper, other.whole)
        names = {key: (member.location, member.shape.names) for key, member in one.input.items()}
        assert names == {
            key: (member.location, member.shape.names) for key, member in other.input.items()
        }


def from_model(service: str, folder: Path) -> bytes:
    derived("--from-model", service, "-o", folder)
    return (folder / service / "openapi.yaml").read_bytes()


def test_pages_with_a_part_of_the_path_in_the_host(tmp_path: Path) -> None:
    folder = tmp_path / "buckets"
    folder.mkdir()
    pages = pages_of(load_model("s3"), "s3")
    for name in ("PutBucketTagging", "GetObject", "DeleteBucket", "Tagging", "Tag"):
        (folder / f"API_{name}.md").write_text(pages[f"API_{name}.md"], encoding="utf-8")
    assert "buckets: named s3" in derived(folder, "-o", tmp_path / "specs")
    spec = loaded(tmp_path / "specs" / "s3" / "openapi.yaml")
    contract = build_contract("s3", spec, {})
    tagging = contract.operations["PutBucketTagging"]
    assert (tagging.path, tagging.query, tagging.whole) == ("/{Bucket}", {"tagging": ""}, "Tagging")
    assert tagging.input["Tagging"].required
    assert contract.operations["GetObject"].greedy == {"Key"}
    known = Sdk(paths=("GetObject",), differences=MORE_SILENCE)
    found = compare("s3", spec, load_model("s3"), known)
    assert [one.address for one in found.unexplained] == []
