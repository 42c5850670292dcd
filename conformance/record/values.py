"""The lines of a run record as typed values, and their JSON form.

A record is JSON Lines: one ``RunLine``, a ``VerdictLine`` for each requirement as soon as it is
decided, at most one ``SummaryLine`` (an interrupted run may lack it). ``as_json`` gives the
object that ``schema.json`` describes and leaves out what is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.contract.levels import Level, Source
from conformance.record.exchanges import RecordedExchange, known

FORMAT = 1
"""The version of the record format that this package writes and reads."""


class Verdict(StrEnum):
    """What a run found out about one requirement."""

    PASSED = "passed"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    SKIPPED = "skipped"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


Counts = Mapping[Level, Mapping[Verdict, int]]
"""How many requirements of each level got each verdict."""


class ObstacleCause(StrEnum):
    """What kept a requirement from being tested, where no option did."""

    NO_ANSWER = "no-answer"
    """A request for it was not answered."""
    SETUP = "setup"
    """What it rests on did not succeed: a valid request, or the making of a resource."""
    LIMIT = "limit"
    """The run ended at a limit that it was given before this was reached."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a requirement was not tested; ``because`` is the one whose failure stands in the way."""

    cause: ObstacleCause
    because: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        return {"cause": str(self.cause)} | known(because=self.because)


@dataclass(frozen=True, slots=True)
class Cases:
    """How many cases were sent on each side of a requirement."""

    accept: int = 0
    reject: int = 0


@dataclass(frozen=True, slots=True)
class RecordedTarget:
    """What was tested."""

    name: str
    url: str | None = None
    version: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        return {"name": self.name} | known(url=self.url, version=self.version)


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``index`` (from 1) of a run that was cut into ``of`` parts."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        return {"index": self.index, "of": self.of}


@dataclass(frozen=True, slots=True)
class RunLine:
    """The first line: what was tested, with which tool, seed and specs.

    ``specs`` maps a service to the sha256 of its spec files; ``start`` is an ISO 8601 time in
    UTC; ``command`` is the command line that reproduces the run.
    """

    target: RecordedTarget
    seed: int
    tool: str
    start: str
    profile: str = "standard"
    services: tuple[str, ...] = ()
    specs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    command: str = ""
    strict: bool = False
    shard: Shard | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        made: dict[str, Any] = {
            "type": "run",
            "format": FORMAT,
            "tool": self.tool,
            "target": self.target.as_json(),
            "seed": self.seed,
            "profile": self.profile,
            "services": list(self.services),
            "specs": {service: dict(files) for service, files in self.specs.items()},
            "start": self.start,
            "command": self.command,
            "strict": self.strict,
        }
        return made | ({} if self.shard is None else {"shard": self.shard.as_json()})


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """What was found out about one requirement, and its proof.

    ``operation`` is None for a requirement on the whole service. ``related`` names requirements
    that fail by the same exchange. ``baseline`` is the reason for which a baseline accepts the
    failure, or None where no baseline covers it.
    """

    requirement: str
    level: Level
    verdict: Verdict
    service: str
    statement: str
    operation: str | None = None
    reason: str = ""
    source: Source = field(default_factory=Source)
    cases: Cases = field(default_factory=Cases)
    seconds: float = 0.0
    requests: int = 0
    """HTTP requests that were sent for it alone."""
    evidence: tuple[RecordedExchange, ...] = ()
    related: tuple[str, ...] = ()
    baseline: str | None = None
    obstacle: Obstacle | None = None
    """What kept it from being tested; None where nothing did, or where it was not meant to be."""
    covers: tuple[str, ...] = ()
    """The places of the same structure that it stands for: ``Operation/request/member``."""

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        made: dict[str, Any] = {
            "type": "verdict",
            "requirement": self.requirement,
            "service": self.service,
            "operation": self.operation,
            "statement": self.statement,
            "level": str(self.level),
            "verdict": str(self.verdict),
            "reason": self.reason,
            "source": self.source.as_json(),
            "cases": {"accept": self.cases.accept, "reject": self.cases.reject},
            "seconds": self.seconds,
            "requests": self.requests,
            "evidence": [exchange.as_json() for exchange in self.evidence],
        }
        obstacle = None if self.obstacle is None else self.obstacle.as_json()
        return made | known(
            related=list(self.related) or None, baseline=self.baseline, obstacle=obstacle,
            covers=list(self.covers) or None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the ``of`` constraints were proved on both sides."""

    both_sides: int
    of: int


@dataclass(frozen=True, slots=True)
class BaselineUse:
    """What came of a baseline in a run.

    ``accepted`` failures were covered. The others are ids: ``passing`` are listed and passed
    (which fails the run where ``strict``), ``expired`` failed after their last day, ``unknown``
    name nothing that the contracts have.
    """

    file: str
    strict: bool = False
    accepted: int = 0
    passing: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether the baseline itself makes the run exit with 1."""
        return self.strict and bool(self.passing)

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        return {
            "file": self.file,
            "strict": self.strict,
            "accepted": self.accepted,
            "passing": list(self.passing),
            "expired": list(self.expired),
            "unknown": list(self.unknown),
        }


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """The last line; ``requests`` counts every HTTP request the run sent, ``seconds`` its time."""

    requests: int
    seconds: float
    counts: Counts
    exit: int
    interrupted: bool = False
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()
    baseline: BaselineUse | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        counts = {
            str(level): {str(verdict): n for verdict, n in row.items()}
            for level, row in self.counts.items()
        }
        made: dict[str, Any] = {
            "type": "summary",
            "requests": self.requests,
            "seconds": self.seconds,
            "counts": counts,
            "exit": self.exit,
            "interrupted": self.interrupted,
            "notes": list(self.notes),
        }
        if self.coverage is not None:
            made["coverage"] = {"both_sides": self.coverage.both_sides, "of": self.coverage.of}
        if self.baseline is not None:
            made["baseline"] = self.baseline.as_json()
        return made


Line = RunLine | VerdictLine | SummaryLine


def count(verdicts: Iterable[VerdictLine]) -> dict[Level, dict[Verdict, int]]:
    """Count verdicts by level; a level or verdict that does not occur has no entry."""
    counts: dict[Level, dict[Verdict, int]] = {}
    for line in verdicts:
        row = counts.setdefault(line.level, {})
        row[line.verdict] = row.get(line.verdict, 0) + 1
    return counts


def gate_levels(*, strict: bool) -> frozenset[Level]:
    """The levels whose failures fail the gate."""
    always = frozenset({Level.REQUIRED, Level.EXPECTED})
    return always | {Level.STRICT} if strict else always


def fails_gate(line: VerdictLine, *, strict: bool) -> bool:
    """Whether this verdict makes the run exit with 1."""
    failed = line.verdict is Verdict.FAILED and line.baseline is None
    return failed and line.level in gate_levels(strict=strict)
