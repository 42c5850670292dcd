"""The tutorial's commands, run in order on moto."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.record import Verdict, read_record

pytest.importorskip("moto", reason="the moto extra is not installed")
pytest.importorskip("flask_cors", reason="the moto extra is not installed")
pytestmark = pytest.mark.moto

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
FENCE = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
RULE = "mediapackage/CreateChannel/behavior/shows-its-description"
UNKNOWN = "mediapackage/DescribeChannel/error/NotFoundException"
EXITS = {"run": 1, "run --baseline": 0}
"""The exit codes that the page states; all other commands end with 0."""


def steps():
    """The commands of the page, and the files that it says to write, in order."""
    for kind, title, body in FENCE.findall(PAGE):
        if title:
            yield title, body
        elif kind == "sh":
            yield from (("", line) for line in body.splitlines() if line)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The folder in which the whole page was carried out, and what each command printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    tools = tmp_path_factory.mktemp("bin")
    command = tools / "conformance"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m conformance "$@"\n')
    command.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    root = str(Path(__file__).parents[2])
    printed = {}
    for title, text in steps():
        if title:
            (folder / title).write_text(text, encoding="utf-8")
            continue
        ended = subprocess.run(
            ["/bin/sh", "-c", text],
            cwd=folder,
            env={**os.environ, "PATH": path, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        name = text.split()[1] + (" --baseline" if "--baseline" in text else "")
        assert ended.returncode == EXITS.get(name, 0), f"{text}\n{ended.stdout}\n{ended.stderr}"
        printed[text] = ended.stdout
    return folder, printed


def test_every_command_ends_as_the_page_says(done):
    _, printed = done
    assert len(printed) == len([text for title, text in steps() if not title])
    assert len(printed) >= 10
    assert {text.split()[0] for text in printed} == {"conformance"}


def test_the_overlay_has_no_mistake(done):
    _, printed = done
    assert printed["conformance overlay check --specs specs"] == "mediapackage: nothing wrong\n"


def test_the_rule_passes_and_the_failure_is_the_one_that_the_page_names(done):
    folder, _ = done
    lines = read_record(folder / "channels.jsonl").verdicts
    verdicts = {line.requirement: line for line in lines}
    assert verdicts[RULE].verdict is Verdict.PASSED
    assert verdicts[UNKNOWN].verdict is Verdict.FAILED
    assert "mediapackage/CreateChannel/request/description/type" in verdicts
    own = [line.requirement for line in lines if line.verdict is Verdict.ERROR]
    assert own == []


def test_the_mistake_that_the_page_shows_is_told_so(done):
    folder, _ = done
    overlay = folder / "specs" / "mediapackage" / "overlay.yaml"
    wrong = folder / "wrong" / "mediapackage"
    wrong.mkdir(parents=True)
    (wrong / "openapi.yaml").write_text((overlay.parent / "openapi.yaml").read_text())
    (wrong / "overlay.yaml").write_text(overlay.read_text().replace("called:", "caled:"))
    ended = subprocess.run(
        [sys.executable, "-m", "conformance", "overlay", "check", "--specs", "wrong"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 2
    shown = next(body for kind, _, body in FENCE.findall(PAGE) if kind == "text")
    for line in shown.splitlines():
        assert re.sub(r"^.*line \d+", "", line) in ended.stdout + ended.stderr
