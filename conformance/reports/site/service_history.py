"""What the runs of a service say: scores now and before, what changed, and why things fail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.record import ServiceScore, Verdict, gate_levels, score_services
from conformance.reports.causes import cause_title, signature
from conformance.reports.facts import grouped
from conformance.reports.site.record_stream import (
    Entry,
    RunFile,
    StreamedVerdict,
    file_name,
    operation_file,
    verdicts_of,
)

_CAUSES = 5
_CHANGES = 100
"""So many requirements of a change are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run and the score that it gave."""

    version: str
    start: str
    profile: str
    score: ServiceScore

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version or None,
            "start": self.start,
            "profile": self.profile,
            "score": self.score.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """What holds since the run before, and what no longer does; ids, shortened lists."""

    since: PastRun
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    fixed_count: int
    broken_count: int

    def as_json(self) -> dict[str, Any]:
        return {
            "since": {"version": self.since.version or None, "start": self.since.start},
            "fixed": self.fixed_count,
            "broken": self.broken_count,
            "fixed_requirements": list(self.fixed),
            "broken_requirements": list(self.broken),
        }


@dataclass(frozen=True, slots=True)
class CommonCause:
    """Failures that one mend may settle; ``page`` is that of the example, below ``services/``."""

    title: str
    failures: int
    example: str
    page: str


@dataclass(frozen=True, slots=True)
class ServiceHistory:
    """A target's standing in a service: its runs newest first, changes, causes."""

    target: str
    service: str
    runs: tuple[PastRun, ...]
    changes: Changes | None
    causes: tuple[CommonCause, ...]
    operations: Mapping[str | None, ServiceScore] = field(default_factory=dict)

    @property
    def score(self) -> ServiceScore:
        return self.runs[0].score

    @property
    def version(self) -> str:
        return self.runs[0].version


def history_of(entry: Entry, current: Sequence[StreamedVerdict]) -> ServiceHistory:
    """The standing from these runs; ``current`` are the verdicts of the newest."""
    runs = [_past(entry.current, entry.service, current)]
    changes = None
    for number, file in enumerate(entry.runs[1:]):
        before = tuple(verdicts_of(file, entry.service))
        runs.append(_past(file, entry.service, before))
        if number == 0:
            changes = _changes(runs[1], before, current)
    return ServiceHistory(
        entry.target,
        entry.service,
        tuple(runs),
        changes,
        _common_causes(current),
        {name: _score(entry.service, lines) for name, lines in by_operation(current).items()},
    )


def by_operation(lines: Iterable[StreamedVerdict]) -> dict[str | None, list[StreamedVerdict]]:
    return grouped(lines, lambda line: line.operation)


def _past(file: RunFile, service: str, lines: Sequence[StreamedVerdict]) -> PastRun:
    run = file.run
    return PastRun(run.target.version or "", run.start, run.profile, _score(service, lines))


def _score(service: str, lines: Sequence[StreamedVerdict]) -> ServiceScore:
    found = score_services(lines, strict=False)
    return found[0] if found else ServiceScore(service)


def _changes(
    since: PastRun, before: Sequence[StreamedVerdict], now: Sequence[StreamedVerdict]
) -> Changes:
    known = {line.requirement: line.verdict for line in before}
    turns = [(known.get(line.requirement), line.verdict, line.requirement) for line in now]
    fixed = [name for *turn, name in turns if turn == [Verdict.FAILED, Verdict.PASSED]]
    broken = [name for *turn, name in turns if turn == [Verdict.PASSED, Verdict.FAILED]]
    return Changes(
        since, tuple(fixed[:_CHANGES]), tuple(broken[:_CHANGES]), len(fixed), len(broken)
    )


def _common_causes(lines: Sequence[StreamedVerdict]) -> tuple[CommonCause, ...]:
    """The causes of failures that gate, the most frequent first."""
    levels = gate_levels(strict=False)
    failing = (
        line
        for line in lines
        if line.verdict is Verdict.FAILED and line.level in levels and line.baseline is None
    )
    found = sorted(grouped(failing, signature).items(), key=lambda item: -len(item[1]))
    return tuple(
        CommonCause(cause_title(key, some), len(some), some[0].requirement, page_of(some[0]))
        for key, some in found[:_CAUSES]
    )


def page_of(line: StreamedVerdict) -> str:
    """Where the page of a requirement is, below ``services/``."""
    name = file_name(line.requirement.removeprefix(f"{line.service}/"))
    return f"{file_name(line.service)}/{operation_file(line.operation)}/{name}.html"
