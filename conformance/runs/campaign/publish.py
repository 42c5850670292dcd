"""Small copies of records, for a repository that keeps them: the site can be built from these."""

from __future__ import annotations

import bz2
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from conformance.record import Record, Verdict, VerdictLine, read_record, write_record
from conformance.reports.facts import deciding

LONGEST = 4_000
"""Characters of an exchange that is kept."""


def publish(records: Path, folder: Path) -> int:
    """Copy every record, compressed, without evidence but the deciding exchange of each failure.

    What was published of the same targets before is replaced. Gives how many were copied.
    """
    found = sorted(records.rglob("*.jsonl"))
    for target in {file.relative_to(records).parts[0] for file in found}:
        shutil.rmtree(folder / target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        small = Path(temporary, "record.jsonl")
        for file in found:
            path = folder / file.relative_to(records).with_suffix(".jsonl.bz2")
            path.parent.mkdir(parents=True, exist_ok=True)
            write_record(slim(read_record(file)), small)
            path.write_bytes(bz2.compress(small.read_bytes()))
    return len(found)


def slim(record: Record) -> Record:
    """The record without evidence but the deciding exchange of each failure, where it is short."""
    return replace(record, verdicts=tuple(map(_slim, record.verdicts)))


def _slim(line: VerdictLine) -> VerdictLine:
    exchange = deciding(line) if line.verdict is Verdict.FAILED else None
    if exchange is None or len(str(exchange.as_json())) > LONGEST:
        return replace(line, evidence=())
    return replace(line, evidence=(replace(exchange, uses=()),))
