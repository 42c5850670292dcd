"""What a worker does: one part, from starting its target to the bytes of its record."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.record import RecordedTarget, RecordProblem, read_record, write_record
from conformance.runs.campaign.errors import PartFailed
from conformance.runs.campaign.launch import started, supervised
from conformance.runs.campaign.parts import Part

_TAIL = 500


@dataclass(frozen=True, slots=True)
class PartResult:
    """The record of a part, as it is to stand on the disk, and the seconds that it took."""

    record: bytes
    seconds: float


def run_part(part: Part) -> PartResult:
    """Run a part. Nothing of it is left but what is returned. Raises PartFailed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="conformance-part-") as name:
        folder = Path(name)
        with started(part.target, folder, part.start_seconds) as (target, version):
            record = _tested(part, target, folder)
        _name_target(record, part, version)
        return PartResult(record.read_bytes(), time.monotonic() - began)


def _tested(part: Part, target: str, folder: Path) -> Path:
    record, log = folder / "record.jsonl", folder / "run.log"
    command = [
        sys.executable, "-m", "conformance", "run", target, "--quiet",
        "--service", part.service, "--profile", part.profile, "--seed", str(part.seed),
        "--record", str(record), *part.options,
    ]  # fmt: skip
    if part.of > 1:
        command += ["--shard", f"{part.index}/{part.of}"]
    with supervised(command, log, cwd=folder) as process:
        try:
            process.wait(part.part_seconds)
        except subprocess.TimeoutExpired:
            raise PartFailed(f"not finished after {part.part_seconds} s") from None
    said = log.read_text("utf-8", "replace").strip()[-_TAIL:]
    if not record.exists():
        raise PartFailed(said or "the run wrote no record")
    return record


def _name_target(path: Path, part: Part, version: str | None) -> None:
    """Give the record the target's name, and refuse one of a run that did not get to its end."""
    try:
        record = read_record(path)
    except RecordProblem as error:
        raise PartFailed(str(error)) from None
    if record.interrupted:
        raise PartFailed("the run was interrupted")
    found = record.run.target
    url = part.target.url if found.url and part.target.url else None
    target = RecordedTarget(part.target.name, url, version or found.version)
    command = record.run.command.replace(found.url, "URL") if found.url else record.run.command
    run = replace(record.run, target=target, command=command)
    write_record(replace(record, run=run), path)
