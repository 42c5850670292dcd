"""The tutorial's commands, run in order on moto."""

from __future__ import annotations

import contextlib
import re
import shlex
from pathlib import Path

import pytest

from conformance.record import Verdict, read_record
from tests.command import in_process

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
    printed = {}
    for title, text in steps():
        if title:
            (folder / title).write_text(text, encoding="utf-8")
            continue
        program, *arguments = shlex.split(text)
        assert program == "conformance"
        assert not set(text) & set("|&;<>$`*?#"), "only a shell would read it as it is meant"
        with contextlib.chdir(folder):
            ended = in_process(*arguments)
        name = arguments[0] + (" --baseline" if "--baseline" in text else "")
        assert ended.code == EXITS.get(name, 0), f"{text}\n{ended.out}\n{ended.err}"
        printed[text] = ended.out
    return folder, printed


def test_every_command_ends_as_the_page_says(done):
    _, printed = done
    assert len(printed) == len([text for title, text in steps() if not title])
    assert len(printed) >= 10


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
    (wrong / "overlay.yaml").write_text(overlay.read_text().replace("alias:", "alais:"))
    with contextlib.chdir(folder):
        ended = in_process("overlay", "check", "--specs", "wrong")
    assert ended.code == 2
    shown = next(body for kind, _, body in FENCE.findall(PAGE) if kind == "text")
    for line in shown.splitlines():
        assert re.sub(r"^.*line \d+", "", line) in ended.out + ended.err
