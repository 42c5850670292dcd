"""The scripts of a moto run reproduce their failures on a fresh moto, as they stand."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request

import pytest

from conformance.record import VerdictLine, read_record
from conformance.reports.facts import deciding, failures
from conformance.reports.reproduce import curl_script, python_script
from conformance.transport import endpoint
from tests.cli.conftest import conformance

__all__ = ["conformance"]

pytest.importorskip("moto", reason="the moto extra is not installed")
pytest.importorskip("flask_cors", reason="the moto extra is not installed")
pytestmark = pytest.mark.moto

WANTED = {
    "apigateway/GetApiKeys/response/item[].description/type",
    "apigateway/UpdateApiKey/behavior/lastUpdatedDate-advances",
    "apigateway/UpdateApiKey/patch/id/replace",
    "apigateway/UpdateApiKey/patch/unknown-op",
    "apigateway/DeleteApiKey/response/body/empty",
}


@pytest.fixture(scope="module")
def moto():
    with endpoint.open_target("moto") as target:
        yield target.url


@pytest.fixture
def failed(conformance, moto, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chosen = [part for name in sorted(WANTED) for part in ("--requirement", name)]
    run = ("run", moto, *chosen, "--profile", "quick", "--seed", "1", "-q", "--record", "r.jsonl")
    assert conformance(*run).code == 1
    return failures(read_record("r.jsonl"))


def answers(script: str, kind: str) -> str:
    command = ["sh", "-c", script] if kind == "curl" else [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def last_answer(text: str, kind: str) -> tuple[int, str]:
    """The status and the body of what was printed last."""
    if kind == "curl":
        head, _, body = text[text.rindex("HTTP/1.1 ") :].replace("\r", "").partition("\n\n")
        return int(head.split()[1]), body
    lines = text.splitlines()
    at = max(n for n, line in enumerate(lines) if line.isdecimal() and len(line) == 3)
    return int(lines[at]), "\n".join(lines[at + 2 :])


def kinds(body: str) -> set[str]:
    """The members of a JSON answer, or of the entries that it lists, with their types."""
    try:
        value = json.loads(body)
    except ValueError:
        return {"no JSON"}
    entries = value["item"] if isinstance(value.get("item"), list) else [value]
    return {str({name: type(part) for name, part in one.items()}) for one in entries}


@pytest.mark.parametrize("kind", ["curl", "python"])
def test_every_script_reproduces_its_failure(failed, moto, kind):
    assert {line.requirement for line in failed} == WANTED
    for line in failed:
        reset = urllib.request.Request(f"{moto}/moto-api/reset", data=b"", method="POST")
        urllib.request.urlopen(reset).read()
        assert same(line, kind), line.requirement


def same(line: VerdictLine, kind: str) -> bool:
    decisive = deciding(line)
    assert decisive is not None
    assert decisive.response is not None
    script = curl_script(line.evidence) if kind == "curl" else python_script(line.evidence)
    if line.requirement.endswith("advances"):
        assert "sleep" in script
    status, body = last_answer(answers(script, kind), kind)
    wanted = decisive.response
    return status == wanted.status and set() < kinds(body) <= kinds(wanted.body or "")
