"""The parts of a run decide together what the whole does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.engine.outcome import EmptyShard, in_every_part, part_of, place
from conformance.record import (
    NotMergeable,
    Record,
    RecordWriter,
    Shard,
    Verdict,
    merged,
    read_record,
)
from conformance.reference.server import HOST, ServerOptions
from tests import contracts, serving
from tests.cli.conftest import conformance
from tests.reports.fakes import fake_record, one_failure

__all__ = ["conformance"]

FAULT = "error:UpdateKey:SerializationException:500:InternalServerException"
WATCHED = "location/UpdateKey/status/no-5xx"
PART = ("--requirement", "location/UpdateKey/*", "--profile", "quick", "--seed", "1", "-q")


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_the_parts_are_the_whole(of):
    jobs = contracts.jobs((), ())
    parts = [part_of(jobs, Shard(index, of)) for index in range(1, of + 1)]
    ids = [[one.id for job in part for one in job.requirements] for part in parts]
    every = {one.id: one for job in jobs for one in job.requirements}
    assert set().union(*ids) == set(every)
    own = [name for part in ids for name in part if not in_every_part(every[name])]
    assert len(own) == len(set(own))
    watched = {name for name, one in every.items() if in_every_part(one)}
    assert all(watched <= set(part) for part in ids)
    sizes = [sum(name not in watched for name in part) for part in ids]
    assert max(sizes) < 1.5 * len(set(own)) / of + 5


def test_a_place_depends_on_the_id_alone():
    assert [place(f"a/b/{n}", 3) for n in range(8)] == [1, 3, 2, 2, 2, 2, 3, 1]


def test_a_part_without_anything_is_told():
    jobs = contracts.jobs((), ("location/UpdateKey/request/Description/maxLength",))
    index = place("location/UpdateKey/request/Description/maxLength", 2)
    assert part_of(jobs, Shard(index, 2))
    with pytest.raises(EmptyShard, match="has no requirements"):
        part_of(jobs, Shard(3 - index, 2))


def test_what_is_watched_is_judged_right(conformance, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with serving.reference(ServerOptions(faults=(FAULT,))) as port:
        url = f"http://{HOST}:{port}"
        assert conformance("run", url, *PART, "--record", "whole.jsonl").code == 1
        for index in (1, 2):
            shard = ("--shard", f"{index}/2", "--record", f"{index}.jsonl")
            assert conformance("run", url, *PART, *shard).code in {0, 1}
    parts = ["1.jsonl", "2.jsonl"]
    assert conformance("report", "merge", *parts, "-o", "all.jsonl").code == 0
    whole, made = read_record("whole.jsonl"), read_record("all.jsonl")
    assert given(made) == given(whole)
    assert given(made)[WATCHED] is Verdict.FAILED
    assert made.exit == whole.exit == 1
    assert made.run.shard is None
    assert made.summary is not None
    assert whole.summary is not None
    assert made.summary.coverage == whole.summary.coverage
    assert made.summary.counts == whole.summary.counts
    assert made.run.command == whole.run.command


def given(record: Record):
    return {line.requirement: line.verdict for line in record.verdicts}


def part(index: int | None, of: int = 2, **changes) -> Record:
    shard = None if index is None else Shard(index, of)
    record = fake_record(40, 0)
    run = replace(record.run, shard=shard, **changes)
    return replace(record, run=run, path=Path(f"{index}.jsonl"))


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([part(1), part(1)], "shard 1/2 is already in 1.jsonl"),
        ([part(1)], "shard 2/2 is missing"),
        ([part(1, 3), part(3, 3)], "shard 2/3 is missing"),
        ([part(1), part(2, 3)], "shard 2/3 does not go with a run of 2 parts"),
        ([part(1), part(None)], "it is not a shard"),
        ([part(1), part(2, seed=9)], "different seed than in 1.jsonl"),
        ([part(1), part(2, profile="deep")], "different profile"),
        ([part(1), part(2, strict=True)], "different --strict"),
        ([part(1), part(2, specs={"location": {}})], "different specs"),
    ],
)
def test_what_is_not_one_run_is_not_merged(records, said):
    with pytest.raises(NotMergeable, match=said):
        merged(records, Path("all.jsonl"))


ORDER = ["failed", "error", "inconclusive", "passed", "unsupported", "skipped"]


@pytest.mark.parametrize("number", range(len(ORDER) - 1))
def test_the_worst_that_a_part_saw_counts(number):
    worse, better = (Verdict(name) for name in ORDER[number : number + 2])
    (line,) = one_failure().verdicts
    one, two = (
        replace(part(index), verdicts=(replace(line, verdict=verdict),))
        for index, verdict in ((1, better), (2, worse))
    )
    (found,) = merged([one, two], Path("x")).verdicts
    assert found.verdict is worse


def test_a_merged_record_is_a_valid_one(tmp_path):
    made = merged([part(1), part(2)], tmp_path / "all.jsonl")
    with RecordWriter(made.path) as writer:
        for line in (made.run, *made.verdicts, made.summary):
            assert line is not None
            writer.write(line)
    assert read_record(made.path).verdicts == made.verdicts


def test_an_interrupted_part_leaves_an_interrupted_whole():
    one = replace(part(1), summary=None)
    assert merged([one, part(2)], Path("x")).exit == 3


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3", "1/99999"])
def test_a_part_that_is_none_is_bad_usage(conformance, text):
    assert "I/N" in conformance("run", "--shard", text).complaint(2)
