"""Services without a spec: a contract is derived from botocore's model when they are named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE = "osis"
CREATE = f"{SERVICE}/CreatePipeline/status/200"
TOLD = f"{SERVICE}: there is no spec of it: derived from botocore"


@pytest.fixture
def conformance(tmp_path):
    """The command as a user starts it, with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **kept, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip

    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "conformance", *arguments],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=240,
            check=False,
        )  # fmt: skip

    return call


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
    assert ended.returncode == 0, ended.stderr
    assert shown in ended.stdout
    assert ended.stderr.count(TOLD) == 1


def test_it_is_kept(conformance, tmp_path):
    conformance("requirements", "--service", SERVICE)
    (kept,) = tmp_path.glob(f"cache/conformance/models/*/{SERVICE}/openapi.yaml")
    assert "botocore-" in str(kept)
    before = kept.stat()
    again = conformance("requirements", "--service", SERVICE)
    assert again.returncode == 0
    assert kept.stat().st_mtime_ns == before.st_mtime_ns


def test_a_home_that_cannot_be_written_to_is_done_without(conformance, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder would be")
    ended = conformance("requirements", f"{SERVICE}/CreatePipeline/status/*")
    assert ended.returncode == 0, ended.stderr
    assert CREATE in ended.stdout


def test_an_overlay_stands_beside_its_spec(conformance, tmp_path):
    ended = conformance("overlay", "init", SERVICE)
    assert ended.returncode == 0, ended.stderr
    made = tmp_path / "specs" / SERVICE
    assert {one.name for one in made.iterdir()} == {"openapi.yaml", "overlay.yaml"}
    assert f"--specs {Path('specs') / SERVICE}" in ended.stdout
    checked = conformance("overlay", "check", SERVICE, "--specs", str(made))
    assert checked.returncode == 0, checked.stdout
    assert TOLD not in checked.stderr
    assert conformance("overlay", "init", SERVICE).returncode == 2


def test_moto_is_tested(conformance, tmp_path):
    pytest.importorskip("moto")
    record = tmp_path / "record.jsonl"
    ended = conformance(
        *("run", "moto", "--service", SERVICE, "--profile", "quick", "--seed", "1", "-q"),
        *("--requirement", "*/status/*", "--record", str(record)),
    )
    assert ended.returncode in {0, 1}, ended.stderr
    assert ended.stderr.count(TOLD) == 1
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
    assert ended.returncode == 2
    assert "there is no spec for the service 'ekss'" in ended.stderr
    assert "did you mean eks" in ended.stderr


def test_a_name_like_one_that_has_a_spec_is_proposed(conformance):
    ended = conformance("spec", "locatoin")
    assert ended.returncode == 2
    assert "did you mean location" in ended.stderr


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
    assert ended.returncode == 2
    assert f"{service} does not speak {protocol}" in ended.stderr
    assert speaks in ended.stderr


@pytest.mark.parametrize("name", ["../apigateway", "nothing-of-the-kind", ""])
def test_what_is_no_service_is_refused(name, conformance):
    ended = conformance("run", "reference", "--service", name)
    assert ended.returncode == 2
    assert "there is no spec for the service" in ended.stderr
