"""Terminal, JUnit and Markdown, and the command that makes them."""

from __future__ import annotations

import io
import json
import re
import textwrap
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from conformance.cli.report import command
from conformance.contract.levels import Level
from conformance.errors import BadInput
from conformance.record import (
    Record,
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    Role,
    Verdict,
    fails_gate,
)
from conformance.reports.causes import causes, skeleton
from conformance.reports.junit import render_junit
from conformance.reports.markdown import escaped, render_markdown
from conformance.reports.terminal import render_terminal
from conformance.reports.text import difference, has_hidden, visible
from tests.reports.fakes import BASE, HOSTILE, fake_record, one_failure, write_record


def printed(record: Record, **options: Any) -> str:
    out = io.StringIO()
    render_terminal(record, Console(file=out, **options), {"html": Path("r.html")}, detail=True)
    return out.getvalue()


def exchange(status: int, body: str, expected: str = "400", seen: str = "") -> RecordedExchange:
    return RecordedExchange(
        RecordedRequest("GET", BASE), RecordedResponse(status, {}, body), expected, seen
    )


def on_a_screen(record: Record, width: int, height: int) -> list[str]:
    """The rows of a terminal that the summary fills."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system=None, width=width, height=height)
    written = {
        "record": Path("reports/moto/record.jsonl"),
        "html": Path("reports/moto/report.html"),
    }
    render_terminal(record, console, written)
    lines = out.getvalue().splitlines()
    return [row for line in lines for row in textwrap.wrap(line, width) or [""]]


@pytest.mark.parametrize(("height", "least"), [(24, 1), (30, 2), (200, 6)])
def test_the_summary_fits_on_the_screen_and_tells_the_worst_causes(height: int, least: int) -> None:
    record = fake_record()
    assert len(causes(record)) > 6
    rows = on_a_screen(record, 80, height)
    assert len(rows) < height
    assert sum("for example" in row for row in rows) >= least
    assert rows[0].endswith("does not conform")
    assert any("more cause" in row for row in rows)
    assert rows[-1].startswith("exit 1")
    assert "html: reports/moto/report.html" in rows


def test_many_services_and_notes_fit_on_a_small_screen() -> None:
    record = fake_record()
    assert record.summary is not None
    notes = tuple(
        f"note {number}, which is longer than a row of the screen " * 2 for number in range(9)
    )
    services = [
        replace(
            line, service=f"service{number}", requirement=f"service{number}/x/{line.requirement}"
        )
        for number in range(14)
        for line in record.verdicts[:2]
    ]
    crowded = replace(
        record,
        verdicts=(*record.verdicts, *services),
        summary=replace(record.summary, notes=notes),
    )
    rows = on_a_screen(crowded, 80, 24)
    assert len(rows) < 24
    assert any("more services" in row for row in rows)
    assert "9 notes: in the record" in rows


def test_a_small_screen_tells_what_most_was_not_decided_for() -> None:
    record = fake_record()
    limit = "the run ended at its limit (--time-limit 60)"
    lines = tuple(
        replace(line, verdict=Verdict.SKIPPED, reason=limit, evidence=())
        if line.verdict is Verdict.PASSED
        else line
        for line in record.verdicts
    )
    rows = on_a_screen(replace(record, verdicts=lines), 100, 24)
    assert len(rows) < 24
    assert any(row.endswith(f": {limit}") and "not decided (why: -v)" in row for row in rows)
    assert not any(limit in row for row in on_a_screen(record, 100, 24))


def test_one_failure_that_is_long_is_shortened_on_a_small_screen() -> None:
    long = one_failure(exchange(200, "x" * 3000))
    assert len(on_a_screen(long, 80, 24)) < 24
    assert any("curl" in row for row in on_a_screen(long, 80, 300))


def test_the_summary_tells_every_failure_and_what_to_do() -> None:
    record = fake_record()
    text = printed(record)
    failed = [line for line in record.verdicts if line.verdict is Verdict.FAILED]
    assert all(line.requirement in text for line in failed)
    assert text.startswith("moto 5.1.18 at http://127.0.0.1:5000 does not conform\n")
    assert text.endswith("exit 1: a gate-level failure that no baseline covers\n")
    assert "html: r.html\n" in text
    assert "coverage: 370 of 400 constraints proved on both sides: " in text


def test_no_escape_sequence_without_a_terminal() -> None:
    text = printed(fake_record())
    assert not has_hidden(text.replace("\n", ""))


def test_a_terminal_gets_colours_and_nothing_of_the_targets() -> None:
    text = printed(fake_record(), force_terminal=True, color_system="standard")
    assert "\x1b[1;31mdoes not conform" in text
    assert "\x1b[31mred" not in text
    assert "\u202e" not in text


def test_an_ascii_terminal_gets_question_marks() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    render_terminal(one_failure(exchange(200, "é", "é", "漢")), Console(file=out))
    out.flush()
    assert b"seen      ?" in raw.getvalue()


def test_a_thousand_failures_stay_readable() -> None:
    text = printed(fake_record(2000, 1000))
    assert len(text.splitlines()) < 3500


def test_a_thousand_failures_fit_on_a_screen() -> None:
    record, out = fake_record(2000, 1000), io.StringIO()
    render_terminal(record, Console(file=out), {"html": Path("r.html")})
    text = out.getvalue()
    assert len(text.splitlines()) <= 50
    failed = [line for line in record.verdicts if line.verdict is Verdict.FAILED]
    assert f"{len(failed):,} failures by" in text
    worst = causes(record)[0]
    assert f"{len(worst.lines):,}" in text
    assert worst.lines[0].requirement in text
    assert "curl" not in text.replace("curl lines", "")


def test_a_single_failure_is_shown_whole_with_its_curl_line() -> None:
    out = io.StringIO()
    render_terminal(one_failure(exchange(200, "{}")), Console(file=out))
    assert "curl -sS" in out.getvalue()


def test_worst_failures_come_first() -> None:
    record = fake_record()
    text = printed(record)
    gating = [line.requirement for line in record.verdicts if fails_gate(line, strict=False)]
    first = text.split("Failures (")[1].split("\n\n")[2].split()[1]
    assert first in gating


def test_junit_has_a_case_for_each_requirement() -> None:
    record = fake_record()
    root = ET.fromstring(render_junit(record))  # noqa: S314 - our own text
    cases = root.findall(".//testcase")
    assert sorted(str(c.get("name")) for c in cases) == sorted(
        v.requirement for v in record.verdicts
    )
    gating = sum(fails_gate(line, strict=False) for line in record.verdicts)
    assert len(root.findall(".//failure")) == gating == int(root.get("failures", ""))
    assert len(root.findall(".//error")) == int(root.get("errors", "")) == 11
    assert len(cases) == int(root.get("tests", "")) == 400
    skipped = len(root.findall(".//skipped"))
    passed = sum(v.verdict is Verdict.PASSED for v in record.verdicts)
    assert passed + skipped + gating + 11 == 400


@pytest.mark.parametrize(
    ("changes", "tag", "message"),
    [
        ({"level": Level.STRICT}, "skipped", "strict, does not fail the gate"),
        ({"baseline": "issue 3"}, "skipped", "baseline: issue 3"),
        ({"verdict": Verdict.UNSUPPORTED, "reason": "501"}, "skipped", "unsupported: 501"),
        ({"verdict": Verdict.ERROR, "reason": "KeyError"}, "error", "KeyError"),
        ({}, "failure", "Description has at most 1000 characters"),
    ],
)
def test_junit_outcomes(changes: dict[str, Any], tag: str, message: str) -> None:
    root = ET.fromstring(render_junit(one_failure(**changes)))  # noqa: S314 - our own text
    assert message in str(root.find(f".//{tag}").get("message"))  # type: ignore[union-attr]


@pytest.mark.parametrize("text", [*HOSTILE, "".join(map(chr, range(0x20))), "\ufffe\uffff"])
def test_junit_is_valid_for_any_text(text: str) -> None:
    record = one_failure(exchange(200, text, text, text), statement=text, reason=text)
    root = ET.fromstring(render_junit(record))  # noqa: S314 - our own text
    assert len(root.findall(".//failure")) == 1


def test_markdown_shows_hostile_text_as_it_is() -> None:
    text = escaped("a|b *c* <img> `x` [l](u) @me #1 \n\n# h")
    assert not set(text) & set("|*<>`[]@\n")
    record = one_failure(exchange(200, "", HOSTILE[2], HOSTILE[0]), statement=HOSTILE[0])
    assert "<script" not in render_markdown(record)
    assert "<img" not in render_markdown(record)


def test_a_fence_is_longer_than_what_it_fences() -> None:
    request = RecordedRequest("PATCH", BASE, body='{"a": "```"}')
    text = render_markdown(
        one_failure(RecordedExchange(request, RecordedResponse(200), "400", "200"))
    )
    assert "  ````sh\n" in text


def test_markdown_fits_a_step_summary() -> None:
    text = render_markdown(fake_record(5000, 5000))
    assert len(text.encode()) < 1024 * 1024
    assert re.search(r"^- and [0-9,]+ more$", text, re.MULTILINE)


def test_failures_that_look_alike_have_one_cause() -> None:
    record = fake_record()
    found = causes(record)
    failed = sum(line.verdict is Verdict.FAILED for line in record.verdicts)
    assert sum(len(cause.lines) for cause in found) == failed
    assert len(found) < failed / 2
    assert found[0].gating >= found[-1].gating
    broken = [cause for cause in found if cause.title.startswith("Fails with 500")]
    assert len(broken) == 1


@pytest.mark.parametrize(("accept", "is_wrong"), [("application/json", True), ("*/*", False)])
def test_xml_is_wrong_where_json_was_asked_for(accept: str, is_wrong: bool) -> None:
    request = RecordedRequest("POST", BASE, {"Accept": accept})
    exchange = RecordedExchange(
        request, RecordedResponse(200, {}, "<Done/>"), "refused with 400", "accepted", Role.PROBE
    )
    [found] = causes(one_failure(exchange))
    assert (found.title == "Answers are XML instead of JSON") is is_wrong


def test_a_message_loses_its_particulars() -> None:
    one = skeleton("Invalid id 'abc' for key c-1234abcd at /a/b: 17 > 5")
    two = skeleton("Invalid id 'x' for key c-9876ffff at /c/d/e: 3 > 1")
    assert one == two


@pytest.mark.parametrize(
    ("expected", "seen", "marked"),
    [
        ("name is a string", "name is a number", ["string", "number"]),
        ("400 BadRequest, as documented", "200", ["400 BadRequest", "200"]),
        ("same", "same", []),
        ("", "x", []),
    ],
)
def test_the_difference_is_marked(expected: str, seen: str, marked: list[str]) -> None:
    sides = difference(expected, seen)
    assert ["".join(p.text for p in side) for side in sides] == [expected, seen]
    found = [piece.text.strip() for side in sides for piece in side if piece.differs]
    assert found == marked


def test_hidden_characters_are_shown() -> None:
    assert visible("\x1b\x7f\u202e\ud800\x85") == "\u241b\u2421[U+202E][U+D800][U+0085]"


@pytest.fixture
def record_file(tmp_path: Path) -> Path:
    return write_record(fake_record(), tmp_path / "run.jsonl")


def test_the_command_prints_the_summary(record_file: Path) -> None:
    done = CliRunner().invoke(command, [str(record_file)])
    assert done.exit_code == 0
    assert done.output.startswith("moto 5.1.18 at")


def test_the_command_writes_what_is_asked(record_file: Path, tmp_path: Path) -> None:
    names = {"--html": "a/r.html", "--junit": "r.xml", "--markdown": "r.md"}
    options = [text for name, file in names.items() for text in (name, str(tmp_path / file))]
    done = CliRunner().invoke(command, [*options, str(record_file)])
    assert done.exit_code == 0
    assert all((tmp_path / file).stat().st_size > 10_000 for file in names.values())
    assert len(done.output.splitlines()) == 3


@pytest.mark.parametrize("option", ["--html", "--junit", "--markdown"])
def test_a_report_that_cannot_be_written_is_bad_input(record_file: Path, option: str) -> None:
    path = record_file / "report"
    done = CliRunner().invoke(command, [str(record_file), option, str(path)])
    assert isinstance(done.exception, BadInput)
    assert str(done.exception).startswith(f"cannot write the report {path}: ")


def test_a_corrupt_record_is_bad_input(record_file: Path) -> None:
    record_file.write_text("{}\n" + json.dumps([]))
    done = CliRunner().invoke(command, [str(record_file)])
    assert isinstance(done.exception, BadInput)
