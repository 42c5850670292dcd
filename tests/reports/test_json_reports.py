"""CTRF and Allure: what tools that read them need, and that the gate decides what is a failure."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from click.testing import CliRunner

from conformance import reports
from conformance.cli.report import command
from conformance.errors import BadInput
from conformance.record import Record, Verdict, fails_gate
from conformance.reports.ctrf import ctrf_report
from conformance.reports.junit import render_junit
from tests.reports.fakes import HOSTILE, fake_record, one_failure, write_record

STATUS = {"enum": ["passed", "failed", "skipped", "pending", "other"]}
NUMBER = {"type": "integer", "minimum": 0}
COUNTS = ("tests", "passed", "failed", "skipped", "pending", "other")
FACTS: dict[str, Any] = {
    "type": "object",
    "required": ["reportFormat", "specVersion", "results"],
    "additionalProperties": False,
    "properties": {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        "generatedBy": {"type": "string"},
        "results": {
            "type": "object",
            "required": ["tool", "summary", "tests"],
            "additionalProperties": False,
            "properties": {
                "extra": {"type": "object"},
                "tool": {
                    "type": "object",
                    "required": ["name"],
                    "additionalProperties": False,
                    "properties": {"name": {"type": "string", "minLength": 1},
                                   "version": {"type": "string"}},
                },
                "summary": {
                    "type": "object",
                    "required": [*COUNTS, "start", "stop"],
                    "additionalProperties": False,
                    "properties": dict.fromkeys(
                        (*COUNTS, "suites", "start", "stop", "duration"), NUMBER
                    ),
                },
                "tests": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name", "status", "duration"],
                        "additionalProperties": False,
                        "properties": {
                            "id": {"type": "string", "format": "uuid"},
                            "name": {"type": "string", "minLength": 1},
                            "status": STATUS,
                            "duration": NUMBER,
                            "suite": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                            "message": {"type": "string"},
                            "trace": {"type": "string"},
                            "rawStatus": {"type": "string"},
                            "tags": {"type": "array", "items": {"type": "string"}},
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip
"""What version 1 of the published schema asks of the parts that are written here."""


def allure(record: Record, folder: Path) -> dict[str, dict[str, Any]]:
    reports.write("allure", record, folder)
    read = [json.loads(one.read_text()) for one in folder.glob("*-result.json")]
    assert all((folder / f"{one['uuid']}-result.json").is_file() for one in read)
    return {one["name"]: one for one in read}


@pytest.mark.parametrize("strict", [False, True])
def test_ctrf_has_what_its_schema_asks_for(strict: bool) -> None:
    record = fake_record()
    record = replace(record, run=replace(record.run, strict=strict))
    made = ctrf_report(record)
    jsonschema.validate(made, FACTS)
    tests, summary = made["results"]["tests"], made["results"]["summary"]
    assert len(tests) == summary["tests"] == len(record.verdicts)
    counts = Counter(one["status"] for one in tests)
    assert {name: summary[name] for name in COUNTS[1:]} == {
        name: counts[name] for name in COUNTS[1:]
    }
    failing = {one.requirement for one in record.verdicts if fails_gate(one, strict=strict)}
    assert {one["name"] for one in tests if one["status"] == "failed"} == failing
    assert len({UUID(one["id"]) for one in tests}) == len(tests)
    assert summary["stop"] >= summary["start"] > 0


def test_the_facts_refuse_what_is_wrong() -> None:
    made = ctrf_report(fake_record())
    made["results"]["tests"][0]["status"] = "broken"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, FACTS)


def test_all_formats_agree_on_what_fails(tmp_path: Path) -> None:
    record = fake_record()
    ctrf = Counter(one["status"] for one in ctrf_report(record)["results"]["tests"])
    results = Counter(one["status"] for one in allure(record, tmp_path).values())
    junit = render_junit(record)
    assert ctrf["failed"] == results["failed"] == junit.count("<failure ") > 0
    assert ctrf["other"] == results["broken"] == junit.count("<error ")
    assert ctrf["skipped"] == results["skipped"] == junit.count("<skipped ")


def test_a_failure_can_be_repeated_from_both(tmp_path: Path) -> None:
    record = fake_record()
    name = next(one.requirement for one in record.verdicts if fails_gate(one, strict=False))
    ctrf = next(one for one in ctrf_report(record)["results"]["tests"] if one["name"] == name)
    result = allure(record, tmp_path)[name]
    assert "curl" in ctrf["trace"]
    assert "curl" in result["statusDetails"]["trace"]
    labels = {one["name"]: one["value"] for one in result["labels"]}
    line = next(one for one in record.verdicts if one.requirement == name)
    assert labels["suite"] == line.service
    assert labels["tag"] == line.level


def test_what_a_baseline_accepts_is_known(tmp_path: Path) -> None:
    record = one_failure()
    lines = tuple(
        replace(one, baseline="as agreed") if one.verdict is Verdict.FAILED else one
        for one in record.verdicts
    )
    results = allure(replace(record, verdicts=lines), tmp_path)
    known = [one for one in results.values() if one.get("statusDetails", {}).get("known")]
    assert len(known) == sum(one.baseline is not None for one in lines) > 0
    assert {one["status"] for one in known} == {"skipped"}


def test_a_second_run_of_a_target_replaces_the_first(tmp_path: Path) -> None:
    (tmp_path / "other-result.json").write_text("{}")
    record = fake_record()
    first = allure_files(record, tmp_path)
    later = replace(record, run=replace(record.run, start="2030-01-01T00:00:00Z"))
    assert allure_files(later, tmp_path) == first
    target = replace(record.run.target, name="another")
    both = allure_files(replace(record, run=replace(record.run, target=target)), tmp_path)
    assert len(both) == 2 * len(record.verdicts) + 1


def allure_files(record: Record, folder: Path) -> set[str]:
    reports.write("allure", record, folder)
    return {one.name for one in folder.glob("*-result.json")}


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    record = one_failure()
    line = replace(record.verdicts[0], verdict=Verdict.FAILED, reason="".join(HOSTILE), evidence=())
    record = replace(record, verdicts=(line,))
    reports.write("ctrf", record, tmp_path / "c.json")
    text = (tmp_path / "c.json").read_text()
    jsonschema.validate(json.loads(text), FACTS)
    result = allure(record, tmp_path)[line.requirement]
    for message in (
        json.loads(text)["results"]["tests"][0]["message"], result["statusDetails"]["message"],
    ):  # fmt: skip
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", message)


def test_the_command_makes_them(tmp_path: Path) -> None:
    path = write_record(fake_record(), tmp_path / "r.jsonl")
    wanted = ["--ctrf", str(tmp_path / "c.json"), "--allure", str(tmp_path / "a" / "b")]
    done = CliRunner().invoke(command, [str(path), *wanted])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "c.json").read_text())["reportFormat"] == "CTRF"
    assert (tmp_path / "a" / "b" / "environment.properties").read_text().startswith("target=")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput):
        reports.write("allure", fake_record(), tmp_path / "file" / "results")
