"""The campaign of the published reports, and what is kept of its records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from conformance.record import RecordedTarget, Verdict, read_record, write_record
from conformance.reports.site.builder import build_site
from conformance.runs.campaign.file import read_campaign
from conformance.runs.campaign.store import publish
from tests.reports.fakes import fake_record

ROOT = Path(__file__).resolve().parents[3]


def test_every_target_of_the_published_campaign_is_pinned_to_this_machine() -> None:
    campaign = read_campaign(ROOT / "reports" / "campaign.toml")
    started = [one for one in campaign.target if one.start]
    assert {"moto", "ministack", "LocalStack"} <= {one.name for one in campaign.target}
    assert len(started) >= 2
    for one in started:
        assert one.package
        assert one.install
        assert "{port}" in " ".join([*one.start, *one.env.values()])
        assert one.loopback or "127.0.0.1" in "".join(one.env.values())


def test_what_is_published_has_every_verdict_and_is_small(tmp_path: Path) -> None:
    record = fake_record()
    run = replace(record.run, target=RecordedTarget("x", None, "1.0"))
    path = tmp_path / "records" / "x" / "1.0" / "location.jsonl"
    path.parent.mkdir(parents=True)
    write_record(replace(record, run=run), path)
    stale = tmp_path / "published" / "x" / "0.9" / "location.jsonl"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    assert publish(tmp_path / "records", tmp_path / "published") == 1
    assert not stale.exists()
    small = tmp_path / "published" / "x" / "1.0" / "location.jsonl.bz2"
    read = read_record(small)
    assert read.run.target == RecordedTarget("x", None, "1.0")
    assert [(v.requirement, v.verdict) for v in read.verdicts] == [
        (v.requirement, v.verdict) for v in record.verdicts
    ]
    assert max(len(line.evidence) for line in read.verdicts) == 1
    assert all(not v.evidence for v in read.verdicts if v.verdict is not Verdict.FAILED)
    assert small.stat().st_size < path.stat().st_size
    assert build_site(tmp_path / "published", tmp_path / "site").records == 1


def test_the_published_records_make_a_site(tmp_path: Path) -> None:
    """Of one service: of all of them it takes minutes."""
    published = ROOT / "reports" / "published"
    for path in published.glob("*/*/sts.*"):
        copied = tmp_path / "records" / path.relative_to(published)
        copied.parent.mkdir(parents=True)
        copied.write_bytes(path.read_bytes())
    made = build_site(tmp_path / "records", tmp_path / "site")
    assert made.targets >= 3
