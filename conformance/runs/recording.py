"""The first and the last line of a record: what a command was run with and its outcome."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance import __version__
from conformance.record import BaselineUse, RecordedTarget, RunLine, Shard, SummaryLine, count

if TYPE_CHECKING:
    from conformance.engine.outcome import Job, RunOutcome


def command_line(words: Iterable[str], options: Mapping[str, Any]) -> str:
    """A command as text: ``--its-name`` of what is true, with the value of what has one or more."""
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
    """What is tested, and by which ``command`` line: begun now."""
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
    """What came of it: the counts, the exit code, what the baseline covered."""
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
