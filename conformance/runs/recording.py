"""The first and the last line of a record, and what a baseline does to those between them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance import __version__
from conformance.record import (
    BaselineUse,
    RecordedTarget,
    RunLine,
    Shard,
    SummaryLine,
    VerdictLine,
    count,
)

if TYPE_CHECKING:
    from conformance.engine.outcome import Job, RunOutcome
    from conformance.record.baseline import Gate


def command_line(words: Iterable[str], options: Mapping[str, Any]) -> str:
    """A command as text: ``--name`` for a flag, ``--name VALUE`` for every other value."""
    parts = list(words)
    for name, given in options.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(given, bool):
            parts += [option] if given else []
            continue
        several = given if isinstance(given, list | tuple) else [] if given is None else [given]
        for one in several:
            parts += [option, f"{one:g}" if isinstance(one, float) else str(one)]
    return shlex.join(parts)


def first_line(
    jobs: Sequence[Job],
    target: RecordedTarget,
    command: str,
    *,
    seed: int,
    profile: str,
    strict: bool,
    shard: Shard | None = None,
) -> RunLine:
    """The first line of a record, with the current time as the start."""
    return RunLine(
        target=target,
        seed=seed,
        tool=__version__,
        start=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        profile=profile,
        services=tuple(job.contract.service for job in jobs),
        specs={job.contract.service: job.contract.hashes for job in jobs},
        command=command,
        strict=strict,
        shard=shard,
    )


def last_line(
    jobs: Sequence[Job], outcome: RunOutcome, code: int, use: BaselineUse | None
) -> SummaryLine:
    """The last line of a record: counts, exit code and the use of the baseline."""
    return SummaryLine(
        requests=outcome.requests,
        seconds=round(outcome.seconds, 3),
        counts=count(outcome.verdicts),
        exit=code,
        interrupted=outcome.interrupted or outcome.problem is not None,
        coverage=outcome.coverage(jobs),
        notes=tuple(outcome.notes),
        baseline=use,
    )


def read_gate(path: Path | None, *, strict: bool) -> Gate | None:
    """The baseline of a run, or None where none is given. Raises BaselineProblem."""
    if path is None:
        return None
    from conformance.record.baseline import Gate, read_baseline
    from conformance.record.baseline.gate import today_in_utc

    return Gate(read_baseline(path), today_in_utc(), strict)


def marked(line: VerdictLine, gate: Gate | None) -> VerdictLine:
    """The line as the baseline leaves it."""
    return line if gate is None else gate.mark(line)


def baseline_use(
    gate: Gate | None, lines: Sequence[VerdictLine], jobs: Sequence[Job], *, whole: bool = True
) -> BaselineUse | None:
    """What came of the baseline, for the summary line of the record.

    In a part of a run (not ``whole``), what is watched in every answer is never said to pass:
    another part may see it break.
    """
    if gate is None:
        return None
    decided = {line.requirement for line in lines}
    silent = [name for name in gate.baseline.accepted if name not in decided]
    use = gate.use(lines, _unknown(silent, jobs))
    if whole:
        return use
    unsure = _watched(jobs)
    return replace(use, passing=tuple(name for name in use.passing if name not in unsure))


def _watched(jobs: Iterable[Job]) -> set[str]:
    from conformance.engine.outcome import in_every_part

    return {one.id for job in jobs for one in job.requirements if in_every_part(one)}


def _unknown(names: Iterable[str], jobs: Iterable[Job]) -> Iterable[str]:
    """The names that no contract has; says nothing of services that were not loaded."""
    from conformance.contract.listing.catalogue import catalogue
    from conformance.contract.listing.sharing import sharing_of
    from conformance.contract.locate import services

    loaded = {job.contract.service: job.contract for job in jobs}
    ids = {one.id for contract in loaded.values() for one in catalogue(contract)}
    known = set(services())
    for name in names:
        service = name.partition("/")[0]
        covered = service in loaded and sharing_of(loaded[service]).covering(name) in ids
        if service not in known or (service in loaded and name not in ids and not covered):
            yield name
