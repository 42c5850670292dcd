"""The GitHub Action and the GitLab template, their scripts run here as a runner would."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conformance.cli.ci import MARK

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SPEC, JOB = yaml.safe_load_all((ROOT / "templates" / "conformance.yml").read_text())
SERVE = f"{sys.executable} -m conformance serve --port"
GLOBS = "apigateway/UpdateApiKey/patch/name/* apigateway/UpdateApiKey/patch/id/replace"
BASH = shutil.which("bash") or "bash"


def filled(text, inputs, **more):
    """A text with its expressions filled, as the runner does."""
    values = {f"inputs.{name}": value for name, value in inputs.items()} | more
    return re.sub(r"\$(?:\{\{|\[\[)\s*([\w.]+)\s*(?:\}\}|\]\])", lambda m: values[m[1]], str(text))


def defaults(inputs):
    return {name: one.get("default", "") for name, one in inputs.items()}


@pytest.fixture
def port():
    """A port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """Runs a script as a runner does: bash that stops at the first error, files to write to."""
    shim = tmp_path / "bin" / "conformance"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m conformance "$@"\n')
    shim.chmod(0o755)

    def run(script, env):
        files = {name: str(tmp_path / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        whole = {
            **os.environ, **files, **env,
            "GITHUB_ACTIONS": "true", "PYTHONPATH": str(ROOT),
            "PATH": f"{shim.parent}:{os.environ['PATH']}",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }  # fmt: skip
        return subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=tmp_path, env=whole, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    return run


def step(name):
    return next(one for one in ACTION["runs"]["steps"] if one["name"] == name)


def acted(runner, **inputs):
    """The test step of the action with these inputs."""
    given = defaults(ACTION["inputs"]) | {"profile": "quick", "requirements": GLOBS} | inputs
    test = step("Test")
    env = {name: filled(value, given) for name, value in test["env"].items()}
    return runner(test["run"], env)


def test_the_action_passes_and_reports(runner, port, tmp_path):
    url = f"http://127.0.0.1:{port}"
    done = acted(runner, target=url, start=f"{SERVE} {port}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "::error" not in done.stdout
    folder = tmp_path / "conformance-report"
    names = {path.name for path in folder.iterdir()}
    wanted = {"record.jsonl", "report.html", "junit.xml", "summary.md", "comment.md", "server.log"}
    assert names == wanted
    assert (folder / "comment.md").read_text().startswith(MARK)
    assert "conforms" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text()
    told = dict(
        line.split("=", 1) for line in (tmp_path / "GITHUB_OUTPUT").read_text().splitlines()
    )
    assert told["exit"] == told["failures"] == "0"
    assert set(told) == set(ACTION["outputs"])


def test_the_action_fails_and_says_where(runner, port, tmp_path):
    url = f"http://127.0.0.1:{port}"
    start = f"{SERVE} {port} --fault update:name:stale"
    done = acted(runner, target=url, start=start, output="out")
    assert done.returncode == 1, done.stdout + done.stderr
    found = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    assert found
    assert found[0].startswith("::error title=apigateway/UpdateApiKey/patch/")
    assert "exit=1\n" in (tmp_path / "GITHUB_OUTPUT").read_text()
    assert (tmp_path / "out" / "junit.xml").exists()


def test_a_target_that_does_not_start(runner, port):
    url = f"http://127.0.0.1:{port}"
    done = acted(runner, target=url, start="echo no such emulator; exit 7")
    assert done.returncode == 3
    assert "no such emulator" in done.stderr
    assert "Traceback" not in done.stderr


def test_inputs_are_data(runner, tmp_path):
    done = acted(runner, target='"; touch hacked; echo "', services="$(touch hacked)")
    assert done.returncode == 2
    assert not (tmp_path / "hacked").exists()


def test_the_action_is_thin():
    assert [one["name"] for one in ACTION["runs"]["steps"]] == [
        "Install", "Test", "Keep the reports",
    ]  # fmt: skip
    for one in ACTION["runs"]["steps"]:
        assert "${{" not in one.get("run", "")
        assert one.get("shell", "bash") == "bash"
    subprocess.run([BASH, "-n", "-c", step("Install")["run"]], check=True)
    used = set(re.findall(r"inputs\.(\w+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    outputs = (one["value"] for one in ACTION["outputs"].values())
    assert {re.findall(r"outputs\.(\w+)", value)[0] for value in outputs} == set(ACTION["outputs"])


def test_the_template_of_gitlab(runner, port, tmp_path):
    job = JOB["conformance"]
    url = f"http://127.0.0.1:{port}"
    given = defaults(SPEC["spec"]["inputs"]) | {
        "target": url, "start": f"{SERVE} {port}", "profile": "quick", "requirements": GLOBS,
    }  # fmt: skip
    env = {name: filled(value, given) for name, value in job["variables"].items()}
    install, test = job["script"]
    assert install == 'pip install --quiet "$PACKAGE"'
    done = runner(test, env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).exists()
    assert all((tmp_path / path).is_dir() for path in job["artifacts"]["paths"])
