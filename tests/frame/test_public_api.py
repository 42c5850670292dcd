"""``conformance.run``: typed, lazily loaded, and the same run as that of the command."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import conformance
from conformance import api, record
from conformance.contract.levels import Level
from conformance.contract.locate import NoSpecs, services
from conformance.engine.events import Decided, Event, ServiceStarted
from conformance.errors import BadInput, CouldNotTest
from conformance.record import Verdict, read_record

ROOT = Path(__file__).resolve().parents[2]
GLOBS = ("apigateway/GetApiKey/status/*", "apigateway/GetApiKey/behavior/*")


def python(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_importing_the_package_loads_nothing_of_it():
    code = """
import sys
before = set(sys.modules)
import conformance
print(*sorted(set(sys.modules) - before))
"""
    loaded = python(code).split()
    ours = [name for name in loaded if name.startswith("conformance")]
    assert ours == ["conformance"]
    assert {name.partition(".")[0] for name in loaded} - {"conformance"} <= sys.stdlib_module_names
    assert len(loaded) < 40


def test_loading_the_api_loads_nothing_that_a_short_run_does_without():
    code = "import sys, conformance; conformance.run; print(*sys.modules)"
    loaded = set(python(code).split())
    assert "conformance.api" in loaded
    slow = {"hypothesis", "schemathesis", "pytest", "rich", "jinja2", "bs4", "click"}
    assert loaded & {*slow, "conformance.reference", "conformance.cli"} == set()


def test_every_public_function_says_what_it_does():
    public = {**vars(api), **vars(record)}
    ours = {
        name: value
        for name, value in public.items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("conformance")
    }
    assert {"run", "RunResult", "Record", "read_record"} <= ours.keys()
    silent = []
    for name, value in ours.items():
        members = vars(value) if inspect.isclass(value) else {}
        for member, inner in {"": value, **members}.items():
            function = inner.fget if isinstance(inner, property) else inner
            if inspect.isroutine(function) and not member.startswith("_") and not function.__doc__:
                silent.append(f"{name} {member}")
    assert silent == []


def test_the_help_of_commands_loads_nothing_heavy():
    code = """
import importlib, sys
from conformance.cli import SUBCOMMANDS
for name in SUBCOMMANDS:
    importlib.import_module(f"conformance.cli.{name.replace('-', '_')}")
print(*sys.modules)
"""
    loaded = set(python(code).split())
    assert "conformance.cli.mutants" in loaded
    heavy = {"hypothesis", "botocore", "jinja2", "distributed", "requests", "rich", "yaml"}
    assert loaded & {*heavy, "conformance.reference", "conformance.engine.run"} == set()


def test_its_use_is_typed():
    command = [sys.executable, "-m", "mypy", "tests/typing/api.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert (ROOT / "conformance" / "py.typed").is_file()


def test_what_there_is_not_is_an_attribute_error():
    assert {"run", "RunResult", "__version__"} == set(conformance.__all__)
    with pytest.raises(AttributeError, match="no attribute 'check'"):
        conformance.check  # type: ignore[attr-defined] # noqa: B018 - the access is what is tested


@pytest.fixture(scope="module")
def ran():
    events: list[Event] = []
    result = conformance.run(
        "reference",
        services="apigateway",
        requirements=GLOBS,
        profile="quick",
        seed=3,
        strict=True,
        on_event=events.append,
    )
    return result, events


def test_a_run_finds_what_holds(ran):
    result, events = ran
    assert result.exit_code == 0
    assert {line.verdict for line in result.verdicts} <= {Verdict.PASSED, Verdict.SKIPPED}
    assert Verdict.PASSED in {line.verdict for line in result.verdicts}
    assert sum(sum(row.values()) for row in result.counts.values()) == len(result.verdicts) > 0
    assert set(result.counts) <= set(Level)
    assert result.failures == ()
    assert result.problem is None
    assert not result.interrupted
    assert result.seed == 3
    assert result.requests > len(result.verdicts)
    assert result.seconds > 0
    assert any(isinstance(event, ServiceStarted) for event in events)
    decided = [event.line for event in events if isinstance(event, Decided)]
    assert tuple(decided) == result.verdicts


def test_a_result_cannot_be_changed(ran):
    with pytest.raises(AttributeError):
        ran[0].problem = None


def test_a_saved_record_is_read_as_any_other(ran, tmp_path):
    result, _ = ran
    result.save(tmp_path / "record.jsonl")
    read = read_record(tmp_path / "record.jsonl")
    assert read.verdicts == result.verdicts
    assert read.summary == result.summary
    assert read.run.command == (
        "conformance run reference --service apigateway"
        " --requirement 'apigateway/GetApiKey/status/*'"
        " --requirement 'apigateway/GetApiKey/behavior/*'"
        " --profile quick --seed 3 --timeout 10 --strict"
    )


def test_reports_are_made_of_it(ran, tmp_path):
    result, _ = ran
    result.write_html(tmp_path / "report.html")
    result.write_junit(tmp_path / "report.xml")
    result.write_markdown(tmp_path / "report.md")
    result.write_ctrf(tmp_path / "report.json")
    result.write_allure(tmp_path / "allure")
    for name in ("report.html", "report.xml", "report.md", "report.json"):
        assert "reference" in (tmp_path / name).read_text("utf-8")
    assert len(list((tmp_path / "allure").glob("*-result.json"))) == len(result.verdicts)


def test_specs_are_used_for_the_run_alone(tmp_path):
    before = services()
    with pytest.raises(NoSpecs):
        conformance.run("reference", specs=tmp_path)
    with pytest.raises(BadInput):
        conformance.run("reference", specs=ROOT / "specs" / "location", services="no-such-service")
    assert services() == before


@pytest.mark.parametrize("target", ["aws", "https://apigateway.us-east-1.amazonaws.com"])
def test_real_aws_is_left_to_the_command(target):
    with pytest.raises(BadInput) as raised:
        conformance.run(target)
    assert "conformance run aws" in str(raised.value)


@pytest.mark.parametrize("wrong", [{"profile": "thorough"}, {"auth": "maybe"}])
def test_a_mistyped_choice_is_told(wrong):
    with pytest.raises(ValueError, match=r"thorough|maybe"):
        conformance.run("reference", **wrong)


def test_a_target_that_is_not_there_is_a_problem_with_a_hint(tmp_path):
    with pytest.raises(CouldNotTest) as raised:
        conformance.run("http://127.0.0.1:9", services="location", journal_folder=tmp_path)
    assert raised.value.hint
    assert list(tmp_path.iterdir()) == []
