"""Services without a spec: a contract is derived from botocore's model when they are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.contract import locate, on_demand
from tests.command import in_process

SERVICE = "osis"
CREATE = f"{SERVICE}/CreatePipeline/status/200"
TOLD = f"{SERVICE}: has no spec; contract derived from the model"


@pytest.fixture
def conformance(tmp_path, monkeypatch):
    """The command with a home of its own, in which nothing was derived before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def call(*arguments):
        on_demand.folder_of.cache_clear()
        locate._on_demand.clear()
        return in_process(*arguments)

    yield call
    on_demand.folder_of.cache_clear()
    locate._on_demand.clear()


LOOKING = [
    (("requirements", "--service", SERVICE), CREATE),
    (("requirements", f"{SERVICE}/CreatePipeline/status/*"), CREATE),
    (("explain", CREATE), "CreatePipeline answers a valid request with 200"),
    (("spec", SERVICE), "operationId: CreatePipeline"),
    (("compare-model", SERVICE), "0 differences"),
]


@pytest.mark.parametrize(("arguments", "shown"), LOOKING, ids=[one[0][0] for one in LOOKING])
def test_it_is_looked_at_as_any_other(arguments, shown, conformance):
    ended = conformance(*arguments)
    assert ended.code == 0, ended.err
    assert shown in ended.out
    assert ended.err.count(TOLD) == 1


def test_it_is_kept(conformance, tmp_path):
    conformance("requirements", "--service", SERVICE)
    (kept,) = tmp_path.glob(f"cache/conformance/models/*/{SERVICE}/openapi.yaml")
    assert "botocore-" in str(kept)
    before = kept.stat()
    again = conformance("requirements", "--service", SERVICE)
    assert again.code == 0
    assert kept.stat().st_mtime_ns == before.st_mtime_ns


def test_a_home_that_cannot_be_written_to_is_done_without(conformance, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder would be")
    ended = conformance("requirements", f"{SERVICE}/CreatePipeline/status/*")
    assert ended.code == 0, ended.err
    assert CREATE in ended.out


def test_an_overlay_stands_beside_its_spec(conformance, tmp_path):
    ended = conformance("overlay", "init", SERVICE)
    assert ended.code == 0, ended.err
    made = tmp_path / "specs" / SERVICE
    assert {one.name for one in made.iterdir()} == {"openapi.yaml", "overlay.yaml"}
    assert f"--specs {Path('specs') / SERVICE}" in ended.out
    checked = conformance("overlay", "check", SERVICE, "--specs", str(made))
    assert checked.code == 0, checked.out
    assert TOLD not in checked.err
    assert conformance("overlay", "init", SERVICE).code == 2


def test_moto_is_tested(conformance, tmp_path):
    pytest.importorskip("moto")
    record = tmp_path / "record.jsonl"
    ended = conformance(
        *("run", "moto", "--service", SERVICE, "--profile", "quick", "--seed", "1", "-q"),
        *("--requirement", "*/status/*", "--record", str(record)),
    )
    assert ended.code in {0, 1}, ended.err
    assert ended.err.count(TOLD) == 1
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    verdicts = {one["verdict"] for one in lines if one["type"] == "verdict"}
    assert verdicts & {"passed", "failed"}
    assert "error" not in verdicts
    summary = lines[-1]
    assert any(TOLD in note for note in summary["notes"])


@pytest.mark.parametrize("command", ["run", "requirements", "judge"])
def test_a_name_like_it_is_proposed(command, conformance, tmp_path):
    traffic = tmp_path / "traffic.jsonl"
    traffic.write_text("")
    arguments = {"run": ["reference"], "judge": [str(traffic)]}.get(command, [])
    ended = conformance(command, *arguments, "--service", "ekss")
    assert ended.code == 2
    assert "there is no spec for the service 'ekss'" in ended.err
    assert "did you mean eks" in ended.err


def test_a_name_like_one_that_has_a_spec_is_proposed(conformance):
    ended = conformance("spec", "locatoin")
    assert ended.code == 2
    assert "did you mean location" in ended.err


@pytest.mark.parametrize(
    ("service", "protocol", "speaks"),
    [
        ("dynamodb", "rest-json-1", "aws-json-1.0"),
        ("s3", "aws-query", "rest-xml"),
        ("cloudwatch", "rest-xml", "rpc-v2-cbor, aws-json-1.0, aws-query"),
    ],
)
def test_a_protocol_that_a_service_lacks_is_named(service, protocol, speaks, conformance):
    ended = conformance("run", "reference", "--service", service, "--protocol", protocol)
    assert ended.code == 2
    assert f"{service} does not speak {protocol}" in ended.err
    assert speaks in ended.err


@pytest.mark.parametrize("name", ["../apigateway", "nothing-of-the-kind", ""])
def test_what_is_no_service_is_refused(name, conformance):
    ended = conformance("run", "reference", "--service", name)
    assert ended.code == 2
    assert "there is no spec for the service" in ended.err
