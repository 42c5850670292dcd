"""What the commands do when nothing is wrong."""

from __future__ import annotations

import json

import pytest
import yaml

from conformance.record import read_record

FEW = ("--requirement", "location/DescribeKey/status/*", "--profile", "quick")
ONE = "location/UpdateKey/request/Description/maxLength"


def test_requirements_are_listed_with_level_and_statement(conformance):
    ended = conformance("requirements")
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert len(lines) > 400
    assert f"{len(lines)} requirements" in ended.err
    assert all(
        line.split()[0] in {"required", "expected", "strict", "informational"} for line in lines
    )


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        (["location/UpdateKey/request/*"], lambda one: "/UpdateKey/request/" in one["requirement"]),
        (["--service", "location"], lambda one: one["service"] == "location"),
        (["--level", "informational"], lambda one: one["level"] == "informational"),
    ],
)
def test_requirements_can_be_filtered(conformance, arguments, holds):
    ended = conformance("requirements", *arguments, "--json")
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert found
    assert all(map(holds, found))
    assert all(one["source"] and one["statement"] for one in found)


def test_brackets_in_a_filter_stand_for_themselves(conformance):
    place = "location/UpdateKey/request/Restrictions.AllowActions[]/*"
    ended = conformance("requirements", place, "--json")
    found = [json.loads(line)["requirement"] for line in ended.out.splitlines()]
    assert f"{place.removesuffix('*')}pattern" in found


def test_one_requirement_is_explained(conformance):
    ended = conformance("requirements", ONE)
    assert ended.code == 0
    for part in (
        ONE,
        "at most 1000 characters",
        "required:",
        "Length Constraints",
        "accept",
        "reject",
    ):
        assert part in ended.out


@pytest.mark.parametrize(("form", "read"), [("yaml", yaml.safe_load), ("json", json.loads)])
def test_a_spec_is_printed_with_its_overlay(conformance, form, read):
    spec = read(conformance("spec", "location", "--format", form).out)
    assert spec["openapi"].startswith("3.1")
    assert spec["x-conformance"]["resource"]["update"] == "UpdateKey"


def test_a_run_leaves_record_and_page_beside_each_other(conformance, place):
    ended = conformance("run", "reference", *FEW, "--seed", "3")
    assert ended.code == 0
    folder = place / "reports" / "reference"
    assert sorted(path.name for path in folder.iterdir()) == ["record.jsonl", "report.html"]
    record = read_record(folder / "record.jsonl")
    assert (record.exit, record.run.seed, record.run.target.name) == (0, 3, "reference")
    assert record.run.command.endswith("--seed 3")
    assert "exit 0: conforms" in ended.out
    assert "record: reports/reference/record.jsonl" in ended.out


def test_the_folder_of_a_url_has_a_plain_name(conformance, place, target):
    conformance("run", target.url, *FEW)
    (folder,) = (place / "reports").iterdir()
    assert folder.name == target.url.replace("://", "-").replace(":", "-")


def test_with_a_record_named_nothing_else_is_written(conformance, place, target):
    conformance("run", target.url, *FEW, "--record", "deep/down/r.jsonl")
    assert [path.name for path in place.rglob("*") if path.is_file()] == ["r.jsonl"]


def test_quiet_leaves_the_summary(conformance, target):
    loud = conformance("run", target.url, *FEW)
    quiet = conformance("run", target.url, *FEW, "-q")
    assert "location: 2 requirements" in loud.err
    assert quiet.err == ""
    assert "exit 0: conforms" in quiet.out


def test_nothing_conforms_where_nothing_was_shown(conformance, target):
    """A requirement that no request is known to provoke is skipped: that is no pass."""
    ended = conformance("run", target.url, "--requirement", "*/UpdateKey/error/ThrottlingException")
    assert ended.code == 3


@pytest.mark.parametrize(
    "command", ["run", "requirements", "spec", "report", "replay", "serve", "derive"]
)
def test_every_command_has_help(conformance, command):
    ended = conformance(command, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: conformance {command}")


def test_the_version(conformance):
    from conformance import __version__

    assert conformance("--version").out == f"conformance, version {__version__}\n"


def test_requirements_are_listed_without_what_is_excluded(conformance):
    whole = conformance("requirements", "apigateway/ImportApiKeys/*", "apigateway/GetTags/*")
    part = conformance(
        "requirements", "apigateway/ImportApiKeys/*", "apigateway/GetTags/*",
        "--exclude", "apigateway/ImportApiKeys/*",
    )  # fmt: skip
    assert "apigateway/ImportApiKeys/" in whole.out
    assert "apigateway/ImportApiKeys/" not in part.out
    assert "apigateway/GetTags/" in part.out
    assert conformance("requirements", "!*", "location/*").code == 2
