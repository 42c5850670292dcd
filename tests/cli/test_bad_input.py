"""What a user may give wrongly: one line, a hint, exit code 2, and nothing is tested or written."""

from __future__ import annotations

import shutil

import pytest

from conformance.contract import locate

FEW = "location/DescribeKey/status/*"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nonsense"], "'nonsense' is not a target"),
        (["run", "http://"], "has no host"),
        (["run", "ftp://127.0.0.1"], "http or https"),
        (["run", "http://127.0.0.1:99999"], "out of range"),
        (["run", "http://me:secret@127.0.0.1"], "has no user"),
        (["run", "--service", "nope"], "no spec for the service 'nope'"),
        (["run", "--requirement", "nothing*"], "no requirement matches nothing*"),
        (["run", "--requirement", FEW, "--requirement", "typo*"], "matches typo*"),
        (["run", "--service", "location", "--requirement", "apigateway/*"], "no requirement"),
        (["run", "--seed", "x"], "--seed"),
        (["run", "--profile", "x"], "'quick', 'standard', 'deep'"),
        (["run", "--rate", "0"], "--rate"),
        (["run", "a", "b"], "unexpected extra argument"),
        (["run", "--no-such-option"], "--no-such-option"),
        (["run", "--ca-bundle", "missing.pem"], "no certificates at missing.pem"),
        (["nope"], "No such command 'nope'"),
        (["spec", "nope"], "no spec for the service 'nope'"),
        (["requirements", "nothing*"], "no requirement matches nothing*"),
        (["requirements", "--service", "nope"], "no spec for the service 'nope'"),
        (["requirements", "--level", "vital"], "'required', 'expected'"),
        (["serve", "--fault", "nope"], "no fault 'nope'"),
        (["derive", "missing.md", "-o", "x.yaml"], "missing.md"),
    ],
)
def test_is_told_in_one_line_with_a_hint(conformance, place, arguments, said):
    assert said in conformance(*arguments).complaint(2)
    assert list(place.rglob("*.jsonl")) == []


@pytest.mark.parametrize("option", ["--record", "--html", "--junit", "--markdown"])
def test_a_file_that_cannot_be_written_is_told_before_the_run(conformance, place, option):
    (place / "file").write_text("")
    ended = conformance("run", "--requirement", FEW, option, "file/inside")
    assert "cannot write" in ended.complaint(2)
    assert "file/inside" in ended.err
    assert "requirements" not in ended.err


def test_the_hint_of_misuse_names_the_command(conformance):
    assert "`conformance report --help`" in conformance("report").complaint(2)


def test_without_a_command_the_help_is_shown(conformance):
    ended = conformance()
    assert ended.code == 2
    assert "Commands:" in ended.err


@pytest.fixture
def specs(place, monkeypatch):
    """A copy of the contracts that a test may break."""
    copy = place / "specs"
    shutil.copytree(locate.specs_folder(), copy)
    monkeypatch.setattr(locate, "specs_folder", lambda: copy)
    return copy


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("openapi.yaml", "paths: [", "openapi.yaml: file: while parsing"),
        ("openapi.yaml", "- a list", "is not a mapping"),
        ("openapi.yaml", "info: {}", "merged spec: KeyError: 'paths'"),
        ("openapi.yaml", "info: {title: x}\npaths: {/x: {get: {}}}", "merged spec"),
        (
            "overlay.yaml",
            "actions: [{target: $.nothing, update: {}}]",
            "action 1: target $.nothing",
        ),
        ("overlay.yaml", "actions: [{target: '$[', update: {}}]", "action 1: no usable target"),
        ("overlay.yaml", "actions: [{update: {}}]", "action 1: no usable target"),
    ],
)
@pytest.mark.parametrize("command", ["run", "requirements"])
def test_a_contract_that_cannot_be_used(conformance, specs, command, name, content, said):
    if name == "openapi.yaml":
        (specs / "location" / "overlay.yaml").unlink()
    (specs / "location" / name).write_text(content)
    complaint = conformance(command, "--service", "location").complaint(2)
    assert said in complaint
    assert "location" in complaint or name in complaint
