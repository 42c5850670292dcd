"""Baselines in use: the command, and a pull request from red to green."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from dataclasses import replace

import pytest

from conformance.record import Shard, Verdict, read_record
from conformance.reference.server import HOST, ServerOptions
from tests import serving
from tests.cli.conftest import conformance, place
from tests.reports.fakes import fake_record, write_record

__all__ = ["conformance", "place"]

KNOWN = "location/UpdateKey/request/Description/maxLength"
BROKEN = "location/UpdateKey/request/Restrictions.AllowActions/maxItems"
STILL = "location/UpdateKey/status/200"
FEW = [part for name in (KNOWN, BROKEN, STILL) for part in ("--requirement", name)]
RUN = [*FEW, "--profile", "quick", "--seed", "1", "--quiet"]
FAULT = {
    KNOWN: "constraint:UpdateKey:Description:maxLength:off",
    BROKEN: "constraint:UpdateKey:Restrictions.AllowActions:maxItems:off",
}


@pytest.fixture
def emulator():
    """Serves the reference with faults and gives its URL; ended with the test."""
    with ExitStack() as started:

        def serve(*names):
            options = ServerOptions(faults=tuple(FAULT[name] for name in names))
            return f"http://{HOST}:{started.enter_context(serving.reference(options))}"

        yield serve


def verdicts(path):
    return {line.requirement: line for line in read_record(path).verdicts}


def test_a_pull_request_from_red_to_green(conformance, place, emulator):
    # The emulator has a fault that its authors know: red, then accepted.
    before = emulator(KNOWN)
    assert conformance("run", before, *RUN, "--record", "old.jsonl").code == 1
    made = conformance("baseline", "update", "old.jsonl", "-o", "accepted.yaml", "--reason", "old")
    assert made.code == 0
    assert KNOWN in made.out
    gated = [*RUN, "--baseline", "accepted.yaml"]
    assert conformance("run", before, *gated, "--record", "old.jsonl").code == 0
    assert verdicts("old.jsonl")[KNOWN].baseline == "old"

    # A change breaks something else: red for that alone.
    ended = conformance("run", emulator(KNOWN, BROKEN), *gated, "--record", "new.jsonl")
    assert ended.code == 1
    assert "1 failure of level required or expected, 1 failure accepted" in ended.out

    compare = ("report", "diff", "old.jsonl", "new.jsonl", "--markdown", "diff.md")
    ended = conformance(*compare, "--fail-on-broken")
    assert ended.code == 1
    assert "reference" not in ended.err
    told = (place / "diff.md").read_text()
    assert ": 1 broken\n" in told
    assert BROKEN in told
    assert KNOWN not in told
    assert STILL not in told
    assert told.count("Restrictions.AllowActions has at most 24 items") == 1

    # It is mended: green. The known one is mended, too: told, and red where that is asked for.
    after = emulator(BROKEN)
    assert conformance("run", after, *gated, "--record", "c.jsonl").code == 1
    mended = emulator()
    ended = conformance("run", mended, *gated, "--record", "new.jsonl")
    assert ended.code == 0
    told = "1 requirement in the baseline now passed; remove with: conformance baseline prune\n"
    assert told in ended.out
    ended = conformance("run", mended, *gated, "--strict-baseline", "--record", "new.jsonl")
    assert ended.code == 1
    assert ended.out.endswith("exit 1: failures that the baseline accepts now pass\n")

    # Pruned: green for the strict, too.
    assert conformance("baseline", "prune", "new.jsonl", "-o", "accepted.yaml").code == 0
    assert "0 accepted" in conformance("baseline", "show", "accepted.yaml").out
    assert conformance("run", mended, *gated, "--strict-baseline").code == 0


def test_every_report_shows_what_is_accepted(conformance, place, emulator):
    (place / "b.yaml").write_text(
        f"format: 1\naccepted:\n  - requirement: {KNOWN}\n    reason: odd\n"
        f"    link: https://example.com/7\n    expires: 2999-01-01\n"
        f"  - requirement: {STILL}\n    reason: odd\n"
        f"  - requirement: location/UpdateKey/status/299\n    reason: odd\n"
        f"  - requirement: {BROKEN}\n    reason: odd\n    expires: 2020-01-01\n"
    )
    files = ["--html=r.html", "--junit=r.xml", "--markdown=r.md", "--record=r.jsonl"]
    ended = conformance("run", emulator(KNOWN, BROKEN), *RUN, "--baseline", "b.yaml", *files)
    assert ended.code == 1
    why = "odd, https://example.com/7, until 2999-01-01"
    assert verdicts("r.jsonl")[KNOWN].baseline == why
    assert verdicts("r.jsonl")[BROKEN].baseline is None
    summary = read_record("r.jsonl").summary
    assert summary is not None
    use = summary.baseline
    assert use is not None
    assert (use.accepted, use.passing, use.expired) == (1, (STILL,), (BROKEN,))
    assert use.unknown == ("location/UpdateKey/status/299",)
    texts = [ended.out, *((place / f"r.{kind}").read_text() for kind in ("html", "md"))]
    for text in texts:
        assert why in text
        assert "in the baseline now passed" in text
        assert "past the last day" in text
        assert "that no contract has" in text
    root = ET.parse(place / "r.xml").getroot()  # noqa: S314 - our own file
    skipped = root.findall(f".//testcase[@name='{KNOWN}']/skipped")
    assert f"baseline: {why}: " in str([found.attrib for found in skipped])
    assert [c.get("name") for c in root.findall(".//testcase[failure]")] == [BROKEN]


def test_a_bad_baseline_ends_the_run_before_it_starts(conformance, place):
    (place / "b.yaml").write_text("format: 1\naccepted: 3\n")
    complaint = conformance("run", "http://127.0.0.1:9", "--baseline", "b.yaml").complaint(2)
    assert "b.yaml:2: " in complaint
    assert "expected a list of entries" in complaint
    assert not (place / "reports").exists()
    missing = conformance("run", "--baseline", "none.yaml").complaint(2)
    assert "cannot read the baseline none.yaml" in missing
    assert "needs --baseline" in conformance("run", "--strict-baseline").complaint(2)


@pytest.mark.parametrize("name", ["update", "prune"])
def test_a_bad_file_is_never_overwritten(conformance, place, name):
    (place / "b.yaml").write_text("not a baseline\n")
    (place / "r.jsonl").write_text("{}\n")
    assert conformance("baseline", name, "r.jsonl", "-o", "b.yaml").code == 2
    assert (place / "b.yaml").read_text() == "not a baseline\n"


def test_show_as_json(conformance, place):
    (place / "b.yaml").write_text("format: 1\naccepted: []\n")
    shown = json.loads(conformance("baseline", "show", "b.yaml", "--json").out)
    assert shown == {"format": 1, "accepted": []}


def test_a_failure_that_nobody_accepted_is_not_hidden(conformance, place, emulator):
    (place / "b.yaml").write_text(
        f"format: 1\naccepted:\n  - requirement: {STILL}\n    reason: odd\n"
    )
    run = conformance("run", emulator(KNOWN), *RUN, "--baseline", "b.yaml", "--record", "r.jsonl")
    assert run.code == 1
    assert verdicts("r.jsonl")[KNOWN].verdict is Verdict.FAILED


def test_a_part_of_a_run_prunes_nothing(conformance, place):
    record = fake_record(40, 0)
    part = replace(record, run=replace(record.run, shard=Shard(1, 2)))
    write_record(part, place / "r.jsonl")
    name = next(line.requirement for line in part.verdicts if line.verdict is Verdict.PASSED)
    text = f"format: 1\naccepted:\n  - requirement: {name}\n    reason: odd\n"
    (place / "b.yaml").write_text(text)
    prune = ("baseline", "prune", "r.jsonl", "-o", "b.yaml")
    assert "is only shard 1/2 of a run" in conformance(*prune).complaint(2)
    assert (place / "b.yaml").read_text() == text
    write_record(record, place / "r.jsonl")
    assert conformance(*prune).code == 0
    assert name not in (place / "b.yaml").read_text()
