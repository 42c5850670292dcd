"""Baselines: read, refused, applied, changed and written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from conformance.contract.levels import Level
from conformance.record import Verdict, fails_gate
from conformance.record.baseline import (
    Accepted,
    Baseline,
    Gate,
    UnreadableBaseline,
    WrongBaseline,
    parse_baseline,
    pruned,
    read_baseline,
    render,
    schema,
    updated,
)
from tests.reports.fakes import HOSTILE, fake_record, one_failure

FILE = Path("accepted.yaml")
TODAY = date(2026, 6, 1)
WHOLE = """\
# Ours.
format: 1
accepted:
  # Two lines
  # above it.
  - requirement: apigateway/UpdateApiKey/request/patchOperations[].op/enum
    reason: later
    link: https://example.com/issues/1?a=b#c
    expires: 2026-12-31
  - requirement: location/UpdateKey/request/Description/maxLength
    reason: "it: is # odd"
"""


def baseline(*entries: Accepted) -> Baseline:
    return Baseline(FILE, {entry.requirement: entry for entry in entries})


def test_what_is_read_is_written_again():
    read = parse_baseline(WHOLE, FILE)
    assert render(read) == WHOLE
    first, second = read.accepted.values()
    assert (first.link, first.expires) == ("https://example.com/issues/1?a=b#c", date(2026, 12, 31))
    assert (first.line, second.line) == (6, 10)
    assert second.reason == "it: is # odd"


def test_a_baseline_may_be_json():
    read = parse_baseline(WHOLE, FILE)
    as_json = json.dumps(read.as_json())
    again = parse_baseline(as_json, Path("accepted.json"))
    assert again.as_json() == read.as_json()
    assert json.loads(render(again)) == read.as_json()


def test_entries_are_sorted_whatever_their_order():
    read = parse_baseline(WHOLE, FILE)
    turned = Baseline(FILE, dict(reversed(list(read.accepted.items()))), read.comment)
    assert render(turned) == WHOLE


TEXTS = [*HOSTILE, "no", "null", "12", "- a", "a: b", "a #b", "x:", "é 漢字", "yes!", "a  b", "[x]"]


@pytest.mark.parametrize("text", TEXTS)
def test_any_reason_survives(text):
    entry = Accepted("a/b/c", " ".join(text.split()))
    written = render(baseline(entry))
    read = parse_baseline(written, FILE).accepted["a/b/c"]
    assert replace(read, line=0) == entry
    assert len(yaml.safe_load(written)["accepted"]) == 1


def test_what_is_written_fits_the_schema():
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    made = updated(Baseline(FILE), fake_record(), link="https://x", expires=TODAY).baseline
    assert len(made.accepted) > 30
    validator.validate(made.as_json())
    validator.validate(json.loads(json.dumps(yaml.safe_load(render(made)), default=str)))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"format": 1, "accepted": [{"requirement": "a/b"}]})


ENTRY = "format: 1\naccepted:\n  - requirement: a/b\n    reason: c\n"
WRONG = [
    ("", 1, "the file is empty"),
    ("- a\n", 1, "expected `format: 1`"),
    ("a: [\n", 2, "not YAML"),
    ("\x00", 1, "not YAML"),
    ("format: 2\naccepted: []\n", 1, "expected 1, the only known version"),
    ("format: true\naccepted: []\n", 1, "expected 1, the only known version"),
    ("format: 1\n", 1, '"accepted" is a required property'),
    ("format: 1\naccepted: {}\n", 2, "expected a list of entries"),
    ("format: 1\naccepted:\n\n  - a\n", 4, "expected `requirement`, `reason`"),
    (ENTRY + "    why: d\n", 5, "unknown key `why`"),
    (ENTRY + "extra: d\n", 5, "unknown key `extra`"),
    (ENTRY + "    reason: d\n", 5, "`reason` twice"),
    (ENTRY + "    link: example.com\n", 5, "expected a link that begins with https://"),
    (ENTRY + "    expires: soon\n", 5, "expected the last day"),
    (ENTRY + "    expires: 2026-02-30\n", 5, "2026-02-30 is not a date"),
    (ENTRY + "  - requirement: a/b\n    reason: d\n", 5, "a second entry for a/b, after"),
    (ENTRY + "  - requirement: a b\n    reason: d\n", 5, "expected the id of one requirement"),
    (ENTRY + "  - requirement: a/c\n    reason: ''\n", 6, "expected a text that says why"),
    (ENTRY + "  - requirement: a/c\n", 5, '"reason" is a required property'),
    ("a: &a [*a]\n", 1, "expected"),
]


@pytest.mark.parametrize(("text", "line", "said"), WRONG)
def test_a_bad_file_is_told_by_line_and_what_was_expected(text, line, said):
    with pytest.raises(WrongBaseline) as refused:
        parse_baseline(text, FILE)
    assert str(refused.value).startswith(f"accepted.yaml:{line}: ")
    assert said in str(refused.value)
    assert "; expected " in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(UnreadableBaseline, match="No such file"):
        read_baseline(tmp_path / "missing.yaml")
    (tmp_path / "b.yaml").write_bytes(b"format: 1\n\xff")
    with pytest.raises(WrongBaseline, match=r"b\.yaml:2: bytes that are not UTF-8"):
        read_baseline(tmp_path / "b.yaml")


(LINE,) = one_failure().verdicts
ID = LINE.requirement


def test_a_listed_failure_does_not_fail():
    gate = Gate(baseline(Accepted(ID, "known", "https://x/1", date(2026, 6, 1))), TODAY)
    marked = gate.mark(LINE)
    assert fails_gate(LINE, strict=False)
    assert not fails_gate(marked, strict=False)
    assert marked.baseline == "known, https://x/1, until 2026-06-01"
    use = gate.use([marked])
    assert (use.accepted, use.passing, use.expired) == (1, (), ())


def test_an_expired_one_fails_and_says_so():
    gate = Gate(baseline(Accepted(ID, "known", expires=date(2026, 5, 31))), TODAY)
    marked = gate.mark(LINE)
    assert fails_gate(marked, strict=False)
    assert marked.reason == "was accepted until 2026-05-31: known"
    assert gate.use([marked]).expired == (ID,)


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.FAILED])
def test_what_does_not_fail_is_never_marked(verdict):
    gate = Gate(baseline(Accepted(ID, "known")), TODAY, strict=True)
    line = replace(LINE, verdict=verdict)
    assert gate.mark(line) == line
    use = gate.use([line])
    assert use.passing == ((ID,) if verdict is Verdict.PASSED else ())
    assert use.fails == (verdict is Verdict.PASSED)


def test_a_baseline_that_is_not_strict_never_fails():
    gate = Gate(baseline(Accepted(ID, "known")), TODAY)
    assert not gate.use([replace(LINE, verdict=Verdict.PASSED)]).fails


def test_an_update_keeps_what_is_listed_and_adds_what_fails():
    record = fake_record()
    gating = {line.requirement for line in record.verdicts if fails_gate(line, strict=False)}
    first = min(gating)
    mine = Accepted(first, "mine", "https://x/1", date(2020, 1, 1), ("# why",))
    absent = Accepted("other/x/y", "filtered out")
    change = updated(baseline(mine, absent), record, reason="new")
    assert gating | {"other/x/y"} <= set(change.baseline.accepted)
    assert first not in change.added
    assert change.baseline.accepted[first] == mine
    assert change.baseline.accepted["other/x/y"] == absent
    assert {change.baseline.accepted[name].reason for name in change.added} == {"new"}
    assert updated(change.baseline, record).added == ()


def test_what_never_fails_the_gate_is_not_added():
    record = fake_record()
    levels = {line.requirement: line.level for line in record.verdicts}
    added = updated(Baseline(FILE), record).added
    assert {levels[name] for name in added} == {Level.REQUIRED, Level.EXPECTED}
    strict = replace(record, run=replace(record.run, strict=True))
    assert Level.STRICT in {levels[name] for name in updated(Baseline(FILE), strict).added}


def test_pruning_drops_what_passes_and_nothing_else():
    record = fake_record()
    one_of_each = {line.verdict: line.requirement for line in record.verdicts}
    assert set(one_of_each) == set(Verdict)
    names = [*one_of_each.values(), "other/x/y"]
    change = pruned(baseline(*(Accepted(name, "r") for name in names)), record)
    assert change.dropped == (one_of_each[Verdict.PASSED],)
    assert set(change.baseline.accepted) == set(names) - set(change.dropped)


def test_the_day_is_that_of_utc():
    from conformance.record.baseline.gate import today_in_utc

    assert today_in_utc() == datetime.now(UTC).date()
