"""The published reports: how targets are started, and what is kept of their records."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.record import RecordedTarget, Verdict, read_record
from tests.reports.fakes import fake_record

REPORTS = Path(__file__).parents[2] / "reports"


@pytest.fixture(scope="module")
def refresh() -> Any:
    spec = importlib.util.spec_from_file_location("refresh", REPORTS / "refresh.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["refresh"] = module
    spec.loader.exec_module(module)
    return module


def test_every_target_can_be_started(refresh):
    found = refresh.targets()
    assert [one.name for one in found] == ["reference", "moto", "ministack", "LocalStack"]
    for one in found[2:]:
        assert one.package
        assert one.install
        assert "{port}" in " ".join([*one.start, *one.env.values()])


def test_what_is_published_is_whole_and_small(refresh, tmp_path, monkeypatch):
    monkeypatch.setattr(refresh, "PUBLISHED", tmp_path)
    record = fake_record()
    run = replace(record.run, command="conformance run http://127.0.0.1:5000 --seed 7")
    url = "http://127.0.0.1:5000"
    refresh.publish(replace(record, run=run), RecordedTarget("x", None, "1.0"), url)
    read = read_record(tmp_path / "x" / "record.jsonl")
    assert read.run.target == RecordedTarget("x", None, "1.0")
    assert read.run.command == "conformance run URL --seed 7"
    assert [(v.requirement, v.verdict) for v in read.verdicts] == [
        (v.requirement, v.verdict) for v in record.verdicts
    ]
    assert max(len(line.evidence) for line in read.verdicts) == 1
    assert all(not v.evidence for v in read.verdicts if v.verdict is not Verdict.FAILED)
    page = (tmp_path / "x" / "report.html").read_text()
    assert "curl -sS" in page
    assert (tmp_path / "x" / "badge.svg").read_text().startswith("<svg")


def test_a_server_that_would_listen_everywhere_listens_here(tmp_path):
    (tmp_path / "everywhere.py").write_text(
        "import socket\n"
        "one = socket.create_server(('0.0.0.0', 0))\n"
        "two = socket.socket(socket.AF_INET)\n"
        "two.bind(('', 0))\n"
        "print(one.getsockname()[0], two.getsockname()[0])\n"
    )
    command = [sys.executable, str(REPORTS / "loopback.py"), "everywhere"]
    env = {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True, timeout=300)
    assert done.stdout.split() == ["127.0.0.1", "127.0.0.1"]
    assert socket.socket.bind.__qualname__ != "_bind_here"
