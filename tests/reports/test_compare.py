"""What changed between runs, series of runs, targets side by side, badges."""

from __future__ import annotations

import json
import re
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from bs4 import BeautifulSoup

from conformance.contract.levels import Level
from conformance.record import (
    Record,
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    Share,
    SummaryLine,
    Verdict,
    count,
)
from conformance.reports.badge import badge, render_svg
from conformance.reports.compare import diff, schema
from conformance.reports.compare.diff_texts import (
    render_diff_markdown,
    render_diff_text,
    render_trend,
    trend,
)
from conformance.reports.compare.matrix import matrix, render_matrix_html, render_matrix_markdown
from conformance.reports.compare.weighted_causes import render_weighted_causes, weighted_causes
from conformance.reports.text import has_hidden
from tests.cli.conftest import conformance, place
from tests.reports.fakes import HOSTILE, fake_record, fake_run, one_failure, write_record

__all__ = ["conformance", "place"]

(LINE,) = one_failure(
    RecordedExchange(
        RecordedRequest("GET", "http://x/k"), RecordedResponse(200, {}, "{}"), "400", "200"
    )
).verdicts


def record(exit_code: int = 1, /, **verdicts: Verdict) -> Record:
    lines = tuple(
        replace(LINE, requirement=f"location/UpdateKey/request/{name}/type", verdict=verdict)
        for name, verdict in verdicts.items()
    )
    summary = SummaryLine(1, 1.0, count(lines), exit_code)
    return Record(Path("run.jsonl"), fake_run(), lines, summary)


P, F, U, S = Verdict.PASSED, Verdict.FAILED, Verdict.UNSUPPORTED, Verdict.SKIPPED


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (P, F, "broken"),
        (F, P, "fixed"),
        (U, P, "covered"),
        (S, F, "covered"),
        (None, F, "covered"),
        (F, S, "lost"),
        (P, U, "lost"),
        (P, None, "lost"),
        (U, S, None),
        (P, P, None),
        (F, F, None),
        (None, S, None),
    ],
)
def test_every_change_has_its_kind(before, after, kind):
    one = record(**({"a": before} if before else {}))
    two = record(**({"a": after} if after else {}))
    found = diff(one, two)
    assert [name for name, changes in found.kinds.items() if changes] == ([kind] if kind else [])


def test_names_of_the_run_are_no_change_but_another_answer_is():
    def failing(name: str, status: int) -> Record:
        body = json.dumps({"message": f"no key {name}"})
        seen = f"{status} for '{name}'"
        return one_failure(
            RecordedExchange(
                RecordedRequest("GET", "http://x"), RecordedResponse(status, {}, body), "", seen
            )
        )

    old = failing("c-12345678-001", 404)
    assert not diff(old, failing("c-87654321-002", 404)).changed
    (changed,) = diff(old, failing("c-12345678-001", 500)).changed
    text = render_diff_markdown(diff(old, failing("c-12345678-001", 500)))
    assert changed.transition() == "failed -> failed"
    assert "before: <code>404 for" in text
    assert "after: <code>500 for" in text


def test_the_markdown_names_what_changed_and_nothing_else():
    before = record(same=P, old=F, mended=F, broken=P, gone=P)
    after = record(same=P, old=F, mended=P, broken=F, gone=S)
    text = render_diff_markdown(diff(before, after))
    named = set(re.findall(r"request/(\w+)/type", text))
    assert named == {"mended", "broken", "gone"}
    assert text.startswith("### Conformance of moto 5.1.18: 1 broken, 1 fixed, 1 no longer covered")
    assert "curl -sS -i" in text
    assert "nothing changed" in render_diff_text(diff(before, before))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 8}, "seed 7 before, 8 after"),
        ({"profile": "deep"}, "profile standard before, deep after"),
        ({"specs": {"location": {"openapi.yaml": "1"}}}, "the specs of location differ"),
        ({"services": ("location",)}, "services apigateway, location before"),
    ],
)
def test_runs_that_are_not_comparable_say_so(changes, said):
    before, after = record(a=P), record(a=F)
    after = replace(after, run=replace(after.run, **changes))
    found = diff(before, after)
    assert said in found.incomparable[0]
    assert said in render_diff_text(found)
    assert "not comparable" in render_diff_markdown(found)
    assert not diff(before, before).incomparable


def test_a_huge_difference_fits_a_comment():
    before, after = fake_record(3000, 0), fake_record(3000, 3000)
    text = render_diff_markdown(diff(before, after))
    assert len(text.encode()) < 65_536
    assert re.search(r"and [\d,]+ more", text)


def test_hostile_text_stays_text():
    evil = RecordedExchange(
        RecordedRequest("GET", "http://x"), RecordedResponse(200, {}, ""), HOSTILE[0], HOSTILE[2]
    )
    (bad,) = one_failure(evil, statement=HOSTILE[0], requirement="a/b/" + HOSTILE[1]).verdicts
    good = replace(bad, verdict=P)
    one = replace(record(), verdicts=(good,))
    two = replace(record(), verdicts=(bad,))
    for text in (
        render_diff_markdown(diff(one, two)),
        render_matrix_markdown(matrix([one, two], Path())),
        render_matrix_html(matrix([one, two], Path())),
        render_trend(trend([one, two])),
        render_diff_text(diff(one, two)),
    ):
        assert not has_hidden(text.replace("\n", "").replace("\t", ""))
    for text in (
        render_diff_markdown(diff(one, two)),
        render_matrix_markdown(matrix([one, two], Path())),
        render_matrix_html(matrix([one, two], Path())),
    ):
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize("name", ["diff", "matrix", "badge"])
def test_the_data_fits_its_schema(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))
    validator = jsonschema.Draft202012Validator(schema(name))
    before, after = fake_record(400, 60), fake_record(500, 90)
    made: Any = {
        "diff": diff(before, after),
        "matrix": matrix([before, after], Path()),
        "badge": badge(before),
    }[name]
    data = json.loads(json.dumps(made.as_json()))
    validator.validate(data)
    for key in schema(name)["required"]:
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({other: data[other] for other in data if other != key})


@pytest.mark.parametrize(
    ("made", "message", "colour"),
    [
        (record(0, a=P, b=P), "2 of 2 (100 %) hold", "brightgreen"),
        (record(1, a=P, b=F, c=U), "1 of 2 (50 %) hold", "red"),
        (record(0, a=P, c=U), "1 of 1 (100 %) hold", "brightgreen"),
        (record(3, c=U), "could not be tested", "lightgrey"),
        (replace(record(1, a=P), summary=None), "1 of 1 (100 %) hold (unfinished)", "lightgrey"),
    ],
)
def test_a_badge_says_how_it_stands(made, message, colour):
    found = badge(made)
    assert (found.message, found.colour) == (message, colour)
    svg = ET.fromstring(render_svg(found))  # noqa: S314 - our own text
    assert message in "".join(svg.itertext())


def test_a_badge_leaves_out_what_never_fails():
    failed = replace(LINE, level=Level.INFORMATIONAL)
    made = replace(record(0, a=P), verdicts=(*record(a=P).verdicts, failed))
    assert badge(made).message == "1 of 1 (100 %) hold"


def test_a_badge_of_an_odd_label_is_still_an_image():
    ET.fromstring(render_svg(badge(record(a=P), "<\"&'>")))  # noqa: S314 - our own text


def test_what_a_target_lacks_or_nobody_asked_does_not_lower_its_score():
    found = matrix([record(a=P, b=P, c=P, d=P), record(a=P, b=U, c=S)], Path())
    assert found.score(0, Level.REQUIRED) == Share(4, 4)
    assert found.score(1, Level.REQUIRED) == Share(1, 1)
    assert "1 of 1 (100 %)" in render_matrix_markdown(found)
    failing = matrix([record(a=P, b=F, c=U)], Path())
    assert failing.score(0, Level.REQUIRED) == Share(1, 2)


def test_a_percentage_is_never_rounded_up_to_all():
    many = {f"m{n}": P for n in range(2999)}
    assert matrix([record(**many, x=F)], Path()).score(0, Level.REQUIRED).percent == 99.9


def test_the_matrix_links_each_targets_report(tmp_path):
    folder = tmp_path / "a b"
    folder.mkdir()
    (folder / "report.html").write_text("")
    one = replace(record(a=F), path=folder / "record.jsonl")
    found = matrix([one, replace(record(a=P), path=tmp_path / "x.jsonl")], tmp_path)
    soup = BeautifulSoup(render_matrix_html(found), "html.parser")
    links = [str(a["href"]) for a in soup.select("a") if not str(a["href"]).startswith("#")]
    assert links == [
        "a%20b/report.html",
        "a%20b/report.html#location/UpdateKey/request/a/type",
    ]


def test_a_large_matrix_is_small_and_asks_nothing_of_the_network():
    records = [fake_record(5000, 5000) for _ in range(6)]
    start = time.process_time()
    page = render_matrix_html(matrix(records, Path()))
    assert time.process_time() - start < 120
    assert len(page.encode()) < 5_000_000
    soup = BeautifulSoup(page[:200_000], "html.parser")
    assert "default-src 'none'" in str(soup.select_one("meta[http-equiv]"))
    assert not soup.select("[src], link, iframe, [style]")


def test_a_trend_is_in_the_order_of_the_runs():
    early, late = record(a=P, b=F), record(a=F, b=F)
    late = replace(late, run=replace(late.run, start="2027-01-01T00:00:00Z"))
    rows = render_trend(trend([late, early])).splitlines()[2:]
    assert rows[0].startswith("| 2026-01-02T03:04:05Z | moto 5.1.18 | 1 | 1 | 0 |  |  |")
    assert rows[1].startswith("| 2027-01-01T00:00:00Z | moto 5.1.18 | 0 | 2 | 0 | 0 | 1 |")


@pytest.fixture
def files(place):
    write_record(record(a=P, b=F), place / "a.jsonl")
    write_record(record(a=F, b=F), place / "b.jsonl")
    return ("a.jsonl", "b.jsonl")


def test_diff_fails_only_where_that_is_asked_for(conformance, place, files):
    ended = conformance("report", "diff", *files, "--markdown=d.md", "--json=d.json")
    assert ended.code == 0
    assert "1 broken" in ended.out
    assert json.loads((place / "d.json").read_text())["broken"]
    assert (place / "d.md").read_text().startswith("### Conformance of")
    assert conformance("report", "diff", *files, "--fail-on-broken").code == 1
    assert conformance("report", "diff", *reversed(files), "--fail-on-broken").code == 0


def test_what_a_baseline_accepts_does_not_break(conformance, place, files):
    (line, other) = record(a=F, b=F).verdicts
    accepted = replace(record(), verdicts=(replace(line, baseline="known"), other))
    write_record(accepted, place / "c.jsonl")
    assert conformance("report", "diff", "a.jsonl", "c.jsonl", "--fail-on-broken").code == 0


def test_the_other_reports_of_records(conformance, place, files):
    assert json.loads(conformance("report", "badge", "a.jsonl").out)["message"] == (
        "1 of 2 (50 %) hold"
    )
    assert conformance("report", "badge", "a.jsonl", "--svg=b.svg", "--json=b.json").code == 0
    assert (place / "b.svg").read_text().startswith("<svg")
    assert "moto 5.1.18" in conformance("report", "matrix", *files).out
    made = ("--html=m.html", "--json=m.json", "--markdown=m.md")
    assert conformance("report", "matrix", *files, *made).code == 0
    assert all((place / f"m.{kind}").exists() for kind in ("html", "json", "md"))
    assert "| 1 | 1 | 0 |" in conformance("report", "trend", *files).out


@pytest.mark.parametrize("name", ["diff", "trend", "badge", "matrix", "causes", "merge"])
def test_a_record_that_is_none_is_told(conformance, place, name):
    (place / "x.jsonl").write_text("{}\n")
    more = {"diff": ["x.jsonl"], "merge": ["-o", "y.jsonl"]}.get(name, [])
    assert "x.jsonl:1: " in conformance("report", name, "x.jsonl", *more).complaint(2)


def broken(status: int, number: int, of: int, service: str = "location") -> Record:
    """A run in which ``number`` of ``of`` requirements fail with a status, each with its text."""
    lines = []
    for index in range(of):
        answer = RecordedResponse(status, {}, json.dumps({"message": f"word{chr(97 + index)} x"}))
        exchange = RecordedExchange(
            RecordedRequest("GET", "http://x/k"), answer, "400", f"{status} {index}"
        )
        name = f"{service}/UpdateKey/request/member{index}/maxLength"
        verdict = F if index < number else P
        evidence = (exchange,) if verdict is F else ()
        lines.append(
            replace(LINE, requirement=name, service=service, verdict=verdict, evidence=evidence)
        )
    return replace(record(), verdicts=tuple(lines))


def test_causes_are_listed_by_their_largest_share_of_a_score():
    runs = [broken(500, 2, 20), broken(502, 4, 8, "kms"), broken(200, 1, 10, "sts")]
    crash, accepted = weighted_causes(runs, 1)
    assert crash.title == "Fails with a status of 5xx"
    assert crash.shares == (("kms", Share(4, 8)), ("location", Share(2, 20)))
    assert len(crash.lines) == 6
    assert (accepted.shares, accepted.percent) == ((("sts", Share(1, 10)),), 10.0)
    (heaviest,) = weighted_causes(runs, 10)
    assert heaviest.shares == (("kms", Share(4, 8)),)
    assert "| 50.0 % | 4 | kms |" in render_weighted_causes([heaviest])
    below = [replace(one, level=Level.INFORMATIONAL) for one in broken(500, 2, 20).verdicts]
    assert weighted_causes([replace(record(), verdicts=tuple(below))], 0) == ()
    assert "No cause" in render_weighted_causes(())


def test_causes_are_listed_of_a_folder(conformance, tmp_path):
    path = write_record(fake_record(), tmp_path / "some" / "moto.jsonl")
    done = conformance("report", "causes", str(path.parent), "--over", "0")
    assert done.code == 0
    assert done.out.startswith("## moto 5.1.18\n\n| cause | of the score |")
    assert "<script>" not in done.out
    assert conformance("report", "causes", str(path), "--over", "0").out == done.out
