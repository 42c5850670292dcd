"""What a person at a terminal asks for: explanations, completion, more or less to read."""

from __future__ import annotations

import re

import pytest

from conformance.cli.progress import ProgressDisplay
from conformance.engine.events import Progress, ServiceStarted

CELL = "apigateway/UpdateApiKey/patch/name/add"
FEW = ["--requirement", "apigateway/UpdateApiKey/patch/name/*", "--profile", "quick"]


def test_a_requirement_is_explained_with_a_request_of_each_side(conformance):
    said = conformance("explain", "location/UpdateKey/request/Description/maxLength")
    assert said.code == 0
    assert "Description has at most 1000 characters" in said.out
    assert "API_UpdateKey.md" in said.out
    assert "required: the documents state it" in said.out
    assert "accept  PATCH /metadata/v0/keys/example {" in said.out
    assert "reject  PATCH /metadata/v0/keys/example {" in said.out
    assert "${" not in said.out


def test_what_is_only_watched_says_so(conformance):
    said = conformance("explain", "apigateway/UpdateApiKey/response/id/type")
    assert "checked in every answer" in said.out


def test_an_unknown_id_has_neighbours(conformance):
    text = conformance("explain", "location/UpdateKey/request/Description/maxLenght").complaint(2)
    assert "no requirement location/UpdateKey/request/Description/maxLenght" in text
    assert "did you mean location/UpdateKey/request/Description/maxLength" in text
    assert "`conformance requirements` lists the ids" in conformance("explain", "x").complaint(2)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_to_complete(conformance, shell, monkeypatch):
    script = conformance("completion", shell)
    assert script.code == 0
    assert "_CONFORMANCE_COMPLETE" in script.out
    monkeypatch.setenv("_CONFORMANCE_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", "conformance expl")
    monkeypatch.setenv("COMP_CWORD", "expl" if shell == "fish" else "1")
    assert "explain" in conformance().out


def test_verbose_tells_every_verdict(conformance, target):
    told = conformance("run", target.url, *FEW, "-v")
    assert f"  passed  {CELL}\n" in told.err
    assert f"  passed  {CELL}\n" not in conformance("run", target.url, *FEW).err


def test_no_colour(conformance, target, monkeypatch):
    coloured = re.compile(r"\x1b\[(\d+;)*3\dm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert coloured.search(conformance("run", target.url, *FEW).out)
    assert not coloured.search(conformance("run", target.url, *FEW, "--no-color").out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured.search(conformance("run", target.url, *FEW).out)


def test_the_time_that_is_left(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr("conformance.cli.progress.time.monotonic", lambda: now[0])
    display = ProgressDisplay(quiet=False, strict=False)
    display.show(ServiceStarted("orchard", 40))
    now[0] += 10
    display.show(Progress(10, 40, 55))
    display.show(Progress(40, 40, 99))
    assert capsys.readouterr().err.splitlines()[1:] == [
        "orchard: 25 %, 55 requests, about 30 s left",
        "orchard: 100 %, 99 requests",
    ]
