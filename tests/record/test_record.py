"""A record read is the record written, and whatever else is told by file and line."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.contract.levels import Level, Source
from conformance.record import (
    Coverage,
    LineNotJson,
    NoRunLine,
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    RecordedSigning,
    RecordedTarget,
    RecordProblem,
    RecordWriter,
    Role,
    RunLine,
    SummaryLine,
    UnknownFormat,
    Unreadable,
    Unwritable,
    Use,
    Verdict,
    VerdictLine,
    WrongOrder,
    WrongShape,
    count,
    fails_gate,
    read_record,
    schema,
)
from conformance.reports.site.record_stream import RunFile, find_runs, verdicts_of

RUN = RunLine(
    target=RecordedTarget("moto", "http://127.0.0.1:5000", "5.1"),
    seed=7,
    tool="0.1.0",
    start="2026-01-02T03:04:05Z",
    services=("location",),
    specs={"location": {"openapi.yaml": "0" * 64}},
    command="conformance run moto",
)
CREATE = RecordedExchange(
    RecordedRequest("POST", "http://127.0.0.1:5000/keys", {"Accept": "*/*"}, '{"a":1}'),
    RecordedResponse(200, {"Content-Type": "application/json"}, '{"id":"k1"}'),
    "200",
    "200",
    Role.SETUP,
    0.5,
)
UPDATE = RecordedExchange(
    RecordedRequest(
        "PATCH",
        "http://127.0.0.1:5000/keys/k1",
        body_base64="//8=",
        signing=RecordedSigning("geo", "us-east-1"),
    ),
    None,
    "400 with \x1b \u202e \U0001f600",
    "no answer",
    uses=(Use("k1", 0, "/id"),),
)
FAILED = VerdictLine(
    requirement="location/UpdateKey/request/Description/maxLength",
    level=Level.REQUIRED,
    verdict=Verdict.FAILED,
    service="location",
    operation="UpdateKey",
    statement="Description has at most 1000 characters",
    reason="it was accepted",
    source=Source(document="a.md", section="Request Body", line=53),
    evidence=(CREATE, UPDATE),
    related=("location/UpdateKey/status/no-5xx",),
    baseline="known",
)
PASSED = VerdictLine("location/auth/x", Level.STRICT, Verdict.PASSED, "location", "It holds")
SUMMARY = SummaryLine(
    requests=9,
    seconds=1.5,
    counts=count([FAILED, PASSED]),
    exit=0,
    coverage=Coverage(1, 2),
    notes=("a note",),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "run.jsonl"


def write(path: Path, *lines: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line.as_json()) for line in lines]
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return path


def test_what_is_written_is_read_back(path: Path) -> None:
    with RecordWriter(path) as writer:
        for line in (RUN, FAILED, PASSED, SUMMARY):
            writer.write(line)
    record = read_record(path)
    assert (record.run, record.verdicts, record.summary) == (RUN, (FAILED, PASSED), SUMMARY)
    assert not record.truncated
    assert not record.interrupted


@pytest.mark.parametrize("line", [RUN, FAILED, PASSED, SUMMARY], ids=lambda line: line.__class__)
def test_every_line_holds_to_the_packaged_schema(line: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(line.as_json())


def test_each_line_is_on_disk_as_soon_as_it_is_written(path: Path) -> None:
    with RecordWriter(path) as writer:
        writer.write(RUN)
        writer.write(FAILED)
        record = read_record(path)
    assert record.verdicts == (FAILED,)
    assert record.summary is None
    assert record.interrupted


def test_a_record_is_ascii_so_that_no_editor_acts_on_it(path: Path) -> None:
    with RecordWriter(path) as writer:
        writer.write(RUN)
        writer.write(FAILED)
    assert path.read_bytes().isascii()
    assert b"\x1b" not in path.read_bytes()


def test_a_line_cut_off_is_left_out_and_told(path: Path) -> None:
    write(path, RUN, PASSED)
    path.write_bytes(path.read_bytes() + json.dumps(FAILED.as_json()).encode()[:-40])
    record = read_record(path)
    assert record.truncated
    assert record.verdicts == (PASSED,)


def test_a_last_line_without_its_end_is_read_when_it_is_whole(path: Path) -> None:
    write(path, RUN, PASSED)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert read_record(path).verdicts == (PASSED,)


def test_a_lone_surrogate_becomes_a_replacement_character(path: Path) -> None:
    text = json.dumps(PASSED.as_json()).replace("It holds", "It \\ud800 holds")
    assert read_record(write(path, RUN, text)).verdicts[0].statement == "It \ufffd holds"


def test_properties_not_known_are_ignored(path: Path) -> None:
    text = json.dumps({**PASSED.as_json(), "later": {"a": [1]}})
    assert read_record(write(path, RUN, text)).verdicts == (PASSED,)


def changed(line: Any, **fields: Any) -> str:
    return json.dumps(line.as_json() | fields)


@pytest.mark.parametrize(
    ("lines", "problem", "number"),
    [
        (["hello"], LineNotJson, 1),
        (["[]"], LineNotJson, 1),
        ([RUN, "{", PASSED], LineNotJson, 2),
        ([RUN, '{"a": NaN}'], LineNotJson, 2),
        ([RUN, '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"], LineNotJson, 2),
        ([RUN, "{}"], WrongShape, 2),
        ([RUN, changed(PASSED, type="other")], WrongShape, 2),
        ([RUN, changed(PASSED, level="must")], WrongShape, 2),
        ([RUN, changed(PASSED, cases={"accept": -1, "reject": 0})], WrongShape, 2),
        ([RUN, changed(PASSED, evidence=[{}])], WrongShape, 2),
        ([changed(RUN, seed="x")], WrongShape, 1),
        ([RUN, RUN], WrongOrder, 2),
        ([RUN, PASSED, PASSED], WrongOrder, 3),
        ([RUN, SUMMARY, PASSED], WrongOrder, 3),
        ([PASSED], NoRunLine, 1),
        (["{}"], NoRunLine, 1),
        ([""], NoRunLine, 1),
        ([changed(RUN, format=2)], UnknownFormat, 1),
    ],
)
def test_a_corrupt_record_is_told_by_file_and_line(
    path: Path, lines: list[Any], problem: type[RecordProblem], number: int
) -> None:
    write(path, *lines)
    with pytest.raises(problem) as raised:
        read_record(path)
    message = str(raised.value)
    assert message.startswith(f"{path}:{number}: ")
    assert "\n" not in message
    assert len(message) < len(str(path)) + 300
    assert raised.value.exit_code == 2


def test_a_use_of_a_later_answer_is_the_wrong_shape(path: Path) -> None:
    line = FAILED.as_json()
    line["evidence"][1]["uses"][0]["from"] = 1
    with pytest.raises(WrongShape, match="/evidence/1/uses/0/from"):
        read_record(write(path, RUN, json.dumps(line)))


def test_an_address_that_nobody_can_take_apart_is_told(path: Path) -> None:
    bad = UPDATE.as_json()
    bad["request"]["url"] = "http://[::1"
    with pytest.raises(WrongShape, match="/evidence/0/request/url"):
        read_record(write(path, RUN, changed(PASSED, evidence=[bad])))


def test_bytes_that_are_not_utf_8_are_told(path: Path) -> None:
    write(path, RUN)
    path.write_bytes(path.read_bytes() + b'{"a": "\xff"}\n')
    with pytest.raises(LineNotJson, match="not UTF-8"):
        read_record(path)


@pytest.mark.parametrize("name", ["missing.jsonl", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        read_record(tmp_path / name)


@pytest.mark.parametrize("name", [".", "file/run.jsonl", "a\0b"])
def test_a_path_that_cannot_be_written_is_told_before_anything_is_sent(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable):
        RecordWriter(tmp_path / name)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(Unwritable, match="No space left"), RecordWriter("/dev/full") as writer:
        writer.write(RUN)


@pytest.mark.parametrize(
    "lines", [[PASSED], [RUN, RUN], [RUN, SUMMARY, PASSED], [RUN, PASSED, PASSED]]
)
def test_the_writer_refuses_a_wrong_order(path: Path, lines: list[Any]) -> None:
    *before, last = lines
    with RecordWriter(path) as writer:
        for line in before:
            writer.write(line)
        with pytest.raises(ValueError, match=r"record|second verdict"):
            writer.write(last)


@pytest.mark.parametrize(
    ("level", "strict", "fails"),
    [
        (Level.REQUIRED, False, True),
        (Level.EXPECTED, False, True),
        (Level.STRICT, False, False),
        (Level.STRICT, True, True),
        (Level.INFORMATIONAL, True, False),
    ],
)
def test_the_gate(path: Path, level: Level, strict: bool, fails: bool) -> None:
    line = VerdictLine("a/b", level, Verdict.FAILED, "a", "s")
    assert fails_gate(line, strict=strict) is fails
    run = json.dumps(RUN.as_json() | {"strict": strict})
    assert read_record(write(path, run, line)).exit == (1 if fails else 3)


def test_a_baseline_covers_a_failure_and_what_is_undecided_is_no_pass(path: Path) -> None:
    assert not fails_gate(FAILED, strict=True)
    skipped = VerdictLine("a/b", Level.REQUIRED, Verdict.SKIPPED, "a", "s")
    assert read_record(write(path, RUN, skipped)).exit == 3


@pytest.mark.parametrize("kind", [gzip, bz2])
def test_a_compressed_record_is_read_like_any_other(path: Path, kind: Any) -> None:
    write(path, RUN, FAILED, SUMMARY)
    packed = path.with_suffix(f".jsonl.{'gz' if kind is gzip else 'bz2'}")
    packed.write_bytes(kind.compress(path.read_bytes()))
    read, plain = read_record(packed), read_record(path)
    assert (read.run, read.verdicts, read.summary) == (plain.run, plain.verdicts, plain.summary)
    assert [one.path for one in find_runs(path.parent)] == [path, packed]


@pytest.mark.parametrize("kind", [gzip, bz2])
@pytest.mark.parametrize("cut", [True, False])
def test_what_is_no_whole_compressed_record_is_told(path: Path, kind: Any, cut: bool) -> None:
    write(path, RUN, FAILED, SUMMARY)
    packed = path.with_suffix(f".jsonl.{'gz' if kind is gzip else 'bz2'}")
    data = path.read_bytes()
    packed.write_bytes(kind.compress(data)[:-20] if cut else data)
    with pytest.raises(Unreadable, match="end-of-stream" if cut else "Not a gzipped|Invalid data"):
        read_record(packed)
    with pytest.raises(Unreadable):
        list(verdicts_of(RunFile(packed, RUN), "location"))
