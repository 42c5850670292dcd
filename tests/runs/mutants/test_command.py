"""``conformance mutants``, from the command line to its result file."""

from __future__ import annotations

import json

import jsonschema
import pytest
from click.testing import CliRunner

from conformance.cli.mutants import command
from conformance.engine.stops import WrongCredentials
from conformance.record import fails_gate
from conformance.reports.files import UnwritableReport
from conformance.runs.mutants import (
    Campaign,
    Mutant,
    MutantPlan,
    MutantStatus,
    ReferenceFails,
    Result,
    run,
    running,
    schema,
)
from conformance.runs.mutants.values import SuiteResult, as_json, lines
from tests.command import in_process

KILLED = {
    "wire:iso-dates": "apigateway/CreateApiKey/response/createdDate/type",
    "status:UpdateKey:202": "location/UpdateKey/status/200",
    "status:UpdateApiKey:202": "apigateway/UpdateApiKey/status/200",
    "error:UpdateApiKey:NotFoundException:404:UnknownError": (
        "apigateway/UpdateApiKey/error/NotFoundException"
    ),
    "constraint:UpdateKey:Description:maxLength:plus1": (
        "location/UpdateKey/request/Description/maxLength"
    ),
    "constraint:CreateKey:Tags{key}:pattern:off": "location/CreateKey/request/Tags.{key}/pattern",
    "limit:value-min:minus1": "apigateway/CreateApiKey/request/value/minLength",
    "patch:/name:replace:refused": "apigateway/UpdateApiKey/patch/name/replace",
    "update:frozen-date": "apigateway/UpdateApiKey/behavior/lastUpdatedDate-advances",
    "update:overlapping-lost": (
        "apigateway/UpdateApiKey/behavior/parallel-updates-of-different-members"
    ),
    "UpdateKey:overlapping-lost": (
        "location/UpdateKey/behavior/parallel-updates-of-different-members"
    ),
}


def invoke(*options):
    return CliRunner().invoke(command, options)


FEW = ("status:UpdateApiKey:202", "limit:value-min:minus1")


@pytest.mark.parametrize("chosen", [FEW, pytest.param((*KILLED,), marks=pytest.mark.exhaustive)])
def test_faults_are_killed_by_the_requirements_that_name_them(tmp_path, chosen):
    result = tmp_path / "deep" / "result.json"
    faults = [option for fault in chosen for option in ("--fault", fault)]
    ended = invoke(*faults, "--workers", "2", "--profile", "quick", "--json", str(result))
    assert ended.exit_code == 0, ended.output
    found = json.loads(result.read_text())
    jsonschema.validate(found, schema())
    named = {one["id"]: one["named"] for one in found["mutants"]}
    assert set(named) == set(chosen)
    assert {fault for fault, by in named.items() if KILLED[fault] not in by} == set()
    assert {one["fate"] for one in found["mutants"]} == {"killed"}
    assert found["summary"] == {
        "mutants": len(chosen),
        "killed": len(chosen),
        "misnamed": 0,
        "percent": 100.0,
    }
    assert not found["interrupted"]
    assert "100.0 %" in ended.stdout
    assert str(result) in ended.stdout


@pytest.mark.parametrize("reading", ["a", "b"])
def test_an_unmutated_reference_gives_no_failure(reference_run, reading):
    control = reference_run(reading)
    assert [one.requirement for one in control.lines if fails_gate(one, strict=False)] == []
    assert control.problem == ""
    assert control.requests > 500


def mutant(name="some:fault", killers=("location/*/status/200",)):
    return Mutant(name, "some kind", "Something is wrong.", ("location",), killers)


def ran(*failures, problem=""):
    return SuiteResult("standard", failures, problem=problem)


@pytest.mark.parametrize(
    ("shown", "fate"),
    [
        (ran("location/ListKeys/status/200", "x"), MutantStatus.NAMED),
        (ran("location/ListKeys/status/no-5xx"), MutantStatus.MISNAMED),
        (SuiteResult(), MutantStatus.SURVIVED),
        (SuiteResult(problem="died"), MutantStatus.ERROR),
        (ran("location/ListKeys/status/200", problem="died"), MutantStatus.NAMED),
    ],
)
def test_the_fate_of_a_mutant(shown, fate):
    assert running.judged(mutant(), shown).fate is fate


def campaign(*shown, interrupted=False):
    results = tuple(running.judged(mutant(f"f{n}"), one) for n, one in enumerate(shown))
    return Campaign(results, 1.0, interrupted)


MIXED = campaign(
    ran("location/ListKeys/status/200"),
    ran("elsewhere"),
    SuiteResult(),
    SuiteResult(problem="it broke"),
)


def test_the_result_tells_what_was_not_killed_by_name():
    text = "\n".join(lines(MIXED))
    assert "Survived (1)\n  f2\n      Something is wrong." in text
    assert "Killed, but not by name (1)\n  f1" in text
    assert "failed: elsewhere" in text
    assert "Not decided: the run could not test (1)\n  f3" in text
    assert "it broke" in text
    assert "66.7 %" in text


def test_every_fate_fits_the_schema():
    found = as_json(MIXED, MutantPlan())
    jsonschema.validate(found, schema())
    assert [one["fate"] for one in found["mutants"]] == [str(fate) for fate in MutantStatus]
    assert found["summary"]["mutants"] == 3


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (campaign(ran("location/ListKeys/status/200")), 0),
        (campaign(ran("elsewhere")), 0),
        (campaign(ran("elsewhere"), SuiteResult()), 1),
        (campaign(SuiteResult(), SuiteResult(problem="it broke")), 1),
        (campaign(interrupted=True), 3),
    ],
)
def test_exit_codes(monkeypatch, ended, code):
    monkeypatch.setattr("conformance.runs.mutants.run", lambda *_: ended)
    assert invoke("--fault", "status:CreateKey:201", "--quiet").exit_code == code


def test_a_mutant_that_cannot_be_run_is_no_kill(monkeypatch):
    def broken(*_):
        raise RuntimeError("our own fault")

    monkeypatch.setattr(running, "suite", broken)
    result = running.run_mutant(mutant(), MutantPlan())
    assert result.fate is MutantStatus.ERROR
    assert result.ran.problem == "RuntimeError: our own fault"


def test_a_longer_run_is_made_where_the_quick_one_names_nothing(monkeypatch):
    shown = {"quick": ran("elsewhere"), "deep": ran("location/ListKeys/status/200")}
    monkeypatch.setattr(running, "suite", lambda _, plan, __: shown[plan.profile])
    assert running.run_mutant(mutant(), MutantPlan("deep")).fate is MutantStatus.NAMED
    assert running.run_mutant(mutant(), MutantPlan("quick")).fate is MutantStatus.MISNAMED
    monkeypatch.setitem(shown, "quick", ran("location/ListKeys/status/200"))
    monkeypatch.delitem(shown, "deep")
    assert running.run_mutant(mutant(), MutantPlan("deep")).fate is MutantStatus.NAMED


def test_nothing_is_tried_where_the_reference_itself_fails(monkeypatch):
    monkeypatch.setattr("conformance.runs.mutants.running.suite", lambda *_: ran("an/id"))
    with pytest.raises(ReferenceFails, match="an/id"):
        run((mutant(),), MutantPlan(), 1, lambda _: None)


def refused(*_):
    raise WrongCredentials("403 InvalidSignatureException")


def test_credentials_that_a_mutant_refuses_are_an_error_with_a_hint(monkeypatch):
    monkeypatch.setattr(
        running, "suite", lambda _, __, *faults: refused() if faults else SuiteResult()
    )
    ended = in_process("mutants", "--fault", "status:CreateKey:201", "--workers", "1", "-q")
    assert ended.code == 3
    assert "refuses the credentials: 403 InvalidSignatureException" in ended.out
    assert "100.0 %" not in ended.out
    assert "1 mutants were not decided\n  hint: " in ended.err
    assert "Traceback" not in ended.out + ended.err


def test_credentials_that_the_reference_refuses_are_its_own_failure(monkeypatch):
    monkeypatch.setattr("conformance.runs.mutants.running.suite", refused)
    ended = in_process("mutants", "--fault", "status:CreateKey:201", "--workers", "1", "-q")
    assert ended.code == 3
    assert "the reference fails without a fault" in ended.err
    assert "hint: `conformance run reference`" in ended.err
    assert "AWS_ACCESS_KEY_ID" not in ended.err


def test_ctrl_c_leaves_what_is_known(monkeypatch):
    def interrupted(one, plan):
        if one.id == "second":
            raise KeyboardInterrupt
        return Result(one, MutantStatus.SURVIVED, SuiteResult())

    monkeypatch.setattr("conformance.runs.mutants.running.suite", lambda *_: SuiteResult())
    monkeypatch.setattr("conformance.runs.mutants.running.run_mutant", interrupted)
    mutants = (mutant("first"), mutant("second"), mutant("third"))
    found = run(mutants, MutantPlan(), 1, lambda _: None)
    assert found.interrupted
    assert [one.mutant.id for one in found.results] == ["first"]


def test_the_list_is_printed_and_nothing_is_tried():
    ended = invoke("--list", "--kind", "refusal", "--service", "location")
    assert ended.exit_code == 0
    assert "UpdateKey:refusal-spoils\trefusal\tA refused update sets Description." in ended.stdout


def test_a_result_that_cannot_be_written_is_found_out_first(tmp_path):
    (tmp_path / "file").touch()
    ended = invoke("--fault", "status:*", "--json", str(tmp_path / "file" / "result.json"))
    assert isinstance(ended.exception, UnwritableReport)
