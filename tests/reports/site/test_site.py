"""A site of many records: every page and link, what changed, the data, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from conformance.cli.site import command
from conformance.record import Record, RecordedTarget, SummaryLine, Verdict, VerdictLine, count
from conformance.record.errors import NoRunLine, UnknownFormat
from conformance.record.writer import RecordWriter
from conformance.reports.site.builder import NotASite, build_site
from conformance.reports.site.record_stream import file_name, find_runs, league_of
from tests.reports.fakes import fake_record

LARGEST = 2_000_000


def put(path: Path, record: Record, name: str, version: str, start: str) -> None:
    """Write a record as that of a target, a version and a day."""
    run = replace(record.run, target=RecordedTarget(name, None, version), start=start)
    path.parent.mkdir(parents=True, exist_ok=True)
    with RecordWriter(path) as writer:
        for line in (run, *record.verdicts, record.summary):
            assert line is not None
            writer.write(line)


def changed(record: Record, requirement: str, verdict: Verdict) -> Record:
    """The record with another verdict of a requirement."""
    lines = tuple(
        replace(line, verdict=verdict) if line.requirement == requirement else line
        for line in record.verdicts
    )
    return replace(record, verdicts=lines)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two targets, one of them in two versions: one requirement broken since, one fixed."""
    folder = tmp_path_factory.mktemp("records")
    new = fake_record(seed=2)
    broken, fixed = names(new)
    old = changed(changed(new, broken, Verdict.PASSED), fixed, Verdict.FAILED)
    put(folder / "moto" / "new.jsonl", new, "moto", "5.2.0", "2026-02-01T00:00:00Z")
    put(folder / "moto" / "old.jsonl", old, "moto", "5.1.0", "2026-01-01T00:00:00Z")
    other = fake_record(seed=3)
    put(folder / "other.jsonl", other, "mini/stack <b>", "1", "2026-02-01T00:00:00Z")
    (folder / "no-record.jsonl").write_text('{"anything": 1}\n')
    return folder


def names(record: Record) -> tuple[str, str]:
    """A requirement of API Gateway that fails and one that passes."""
    own = [line for line in record.verdicts if line.service == "apigateway"]
    return (
        next(line.requirement for line in own if line.verdict is Verdict.FAILED),
        next(line.requirement for line in own if line.verdict is Verdict.PASSED),
    )


@pytest.fixture(scope="module")
def site(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sites") / "site"
    made = build_site(records, folder, workers=1)
    assert (made.targets, made.services, made.records) == (2, 2, 3)
    return folder


def pages(site: Path) -> Sequence[Path]:
    found = sorted(site.rglob("*.html"))
    assert len(found) > 100
    return found


@pytest.fixture(scope="module")
def read_pages(site: Path) -> dict[Path, BeautifulSoup]:
    return {page: BeautifulSoup(page.read_bytes(), "html.parser") for page in pages(site)}


def test_every_link_leads_somewhere_and_no_page_is_too_large(
    read_pages: dict[Path, BeautifulSoup],
) -> None:
    seen = 0
    for page, soup in read_pages.items():
        assert page.stat().st_size < LARGEST
        for tag, attribute in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")):
            for element in soup.find_all(tag):
                address = unquote(str(element[attribute])).partition("#")[0]
                assert (page.parent / address).exists() or not address, (page, address)
                seen += 1
    assert seen > 1000


def test_every_requirement_has_a_page_that_names_each_target(site: Path, records: Path) -> None:
    data = json.loads((site / "api" / "services" / "apigateway.json").read_text())
    assert len(data["requirements"]) > 50
    for one in data["requirements"]:
        operation = "whole-service" if one["operation"] is None else one["operation"]
        name = file_name(one["requirement"].removeprefix("apigateway/"))
        text = (site / "services" / "apigateway" / operation / f"{name}.html").read_text("utf-8")
        soup = BeautifulSoup(text, "html.parser")
        shown = {
            link.get_text(): str(row.select("th")[0].get_text())
            for row in soup.select("main tbody tr")
            for link in row.select("a")
        }
        wanted = zip((t["target"] for t in data["targets"]), one["verdicts"], strict=True)
        assert {k: v for k, v in wanted if v is not None} == shown
        failed = [verdict for verdict in one["verdicts"] if verdict == "failed"]
        assert len(soup.select(".evidence")) == len(failed)


def test_the_history_tells_what_was_fixed_and_broken(site: Path, records: Path) -> None:
    data = json.loads((site / "api" / "targets" / "moto.json").read_text())
    (own,) = [one for one in data["services"] if one["service"] == "apigateway"]
    assert [run["version"] for run in own["runs"]] == ["5.2.0", "5.1.0"]
    broken, fixed = names(fake_record(seed=2))
    assert own["changes"]["broken_requirements"] == [broken]
    assert own["changes"]["fixed_requirements"] == [fixed]
    soup = BeautifulSoup((site / "targets" / "moto.html").read_text("utf-8"), "html.parser")
    assert "1 fixed, 1 broken" in " ".join(soup.get_text(" ").split())


def test_the_league_has_the_scores_of_the_newest_runs(site: Path, records: Path) -> None:
    league = json.loads((site / "api" / "league.json").read_text())
    record = fake_record(seed=2)
    own = [line for line in record.verdicts if line.service == "apigateway"]
    gate = [line for line in own if line.level in {"required", "expected"}]
    held = sum(line.verdict is Verdict.PASSED for line in gate)
    failed = sum(line.verdict is Verdict.FAILED for line in gate)
    (row,) = [one for one in league["services"] if one["service"] == "apigateway"]
    assert row["scores"]["moto"]["gate"] == {"part": held, "of": held + failed}
    soup = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    assert f"{held * 1000 // (held + failed) / 10:g} %" in soup.get_text()
    assert not soup.select("b b")


def test_nothing_that_a_target_sent_is_markup(read_pages: dict[Path, BeautifulSoup]) -> None:
    for soup in read_pages.values():
        scripts = soup.select("script")
        assert all(one.get("src") and not one.get_text() for one in scripts)
        assert not soup.select("img[onerror]")


def test_a_page_of_many_requirements_is_divided(tmp_path: Path) -> None:
    record = fake_record(60, 10)
    line = next(one for one in record.verdicts if one.operation == "UpdateKey")
    many = tuple(
        replace(line, requirement=f"location/UpdateKey/request/m{number}/type", verdict=P)
        for number in range(9_000)
    )
    put(tmp_path / "in" / "a.jsonl", with_lines(record, many), "a", "1", "2026-01-01T00:00:00Z")
    build_site(tmp_path / "in", tmp_path / "out", workers=1)
    first = (tmp_path / "out" / "services" / "location" / "UpdateKey.html").read_text()
    assert 'href="UpdateKey.2.html"' in first
    second = (tmp_path / "out" / "services" / "location" / "UpdateKey.2.html").read_text()
    assert first.count("<tr>") + second.count("<tr>") == 9_000 + 2
    assert len(first) < LARGEST


P = Verdict.PASSED


def with_lines(record: Record, lines: tuple[VerdictLine, ...]) -> Record:
    summary = SummaryLine(len(lines), 1.0, count(lines), 0, interrupted=False)
    return replace(record, verdicts=lines, summary=summary)


def test_an_older_site_is_replaced_and_nothing_else(records: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    build_site(records, folder, workers=1)
    (folder / "stale.html").write_text("")
    build_site(records, folder, workers=1)
    assert not (folder / "stale.html").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious.txt").write_text("")
    with pytest.raises(NotASite):
        build_site(records, other)
    assert (other / "precious.txt").exists()


def test_folders_without_records_and_unknown_formats_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NoRunLine):
        build_site(empty, tmp_path / "site")
    (empty / "a.jsonl").write_text('{"type": "run", "format": 99}\n')
    with pytest.raises(UnknownFormat):
        build_site(empty, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_record_that_was_cut_off_is_read_to_there(tmp_path: Path) -> None:
    file = tmp_path / "in" / "a.jsonl"
    put(file, fake_record(), "a", "1", "2026-01-01T00:00:00Z")
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    build_site(tmp_path / "in", tmp_path / "out", workers=1)
    league = json.loads((tmp_path / "out" / "api" / "league.json").read_text())
    (target,) = league["targets"]
    assert 0 < target["score"]["gate"]["of"] < 400


def test_file_names_are_safe_and_differ() -> None:
    names = ["a", "a/b", "a?b", "a-b", "..", "CON:", "x" * 300, "x" * 301, "é"]
    files = [file_name(name) for name in names]
    assert len(set(files)) == len(files)
    assert all(
        set(one) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
        for one in files
    )
    assert all(len(one) < 120 and not one.startswith(".") for one in files)


def test_the_command(records: Path, tmp_path: Path) -> None:
    options = [str(records), "-o", str(tmp_path / "s"), "--title", "A & B"]
    done = CliRunner().invoke(command, options)
    assert done.exit_code == 0
    assert str(tmp_path / "s" / "index.html") in done.output
    assert "A &amp; B" in (tmp_path / "s" / "index.html").read_text()


def test_a_newer_version_is_the_current_one_whenever_it_was_run(tmp_path: Path) -> None:
    record = fake_record(seed=2)
    for number, version in enumerate(("5.10.0", "5.9.1", "5.1")):
        start = f"2026-01-0{number + 1}T00:00:00Z"
        put(tmp_path / f"{number}.jsonl", record, "moto", version, start)
        put(tmp_path / f"own{number}.jsonl", record, "own", f"{version}-dev", start)
    league = league_of(find_runs(tmp_path))
    assert league.version("moto") == "5.10.0"
    assert league.version("own") == "5.1-dev"
    runs = league.entries["moto", "apigateway"].runs
    assert [one.run.target.version for one in runs] == ["5.10.0", "5.9.1", "5.1"]
