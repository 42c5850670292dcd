"""The lines of a run record as typed values, and their JSON form.

A record is JSON Lines: one ``RunLine``, a ``VerdictLine`` for each requirement as soon as it is
decided, at most one ``SummaryLine`` (an interrupted run may lack it). ``as_json`` gives the
object that ``schema.json`` describes and leaves out what is not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.contract.levels import Level, Source
from conformance.record.exchanges import Recorded, RecordedExchange

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
class Obstacle(Recorded):
    """Why a requirement was not tested; ``because`` is the one whose failure stands in the way."""

    cause: ObstacleCause
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Cases(Recorded):
    """How many cases were sent on each side of a requirement."""

    accept: int = 0
    reject: int = 0


@dataclass(frozen=True, slots=True)
class RecordedTarget(Recorded):
    """What was tested."""

    name: str
    url: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Shard(Recorded):
    """Part ``index`` (from 1) of a run that was cut into ``of`` parts."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


@dataclass(frozen=True, slots=True)
class RunLine(Recorded):
    """The first line: what was tested, with which tool, seed and specs.

    ``specs`` maps a service to the sha256 of its spec files; ``start`` is an ISO 8601 time in
    UTC; ``command`` is the command line that reproduces the run.
    """

    FIRST = {"type": "run", "format": FORMAT} | dict.fromkeys(
        ("tool", "target", "seed", "profile", "services", "specs")
    )

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


@dataclass(frozen=True, slots=True)
class VerdictLine(Recorded):
    """What was found out about one requirement, and its proof.

    ``operation`` is None for a requirement on the whole service. ``related`` names requirements
    that fail by the same exchange. ``baseline`` is the reason for which a baseline accepts the
    failure, or None where no baseline covers it.
    """

    FIRST = {"type": "verdict"} | dict.fromkeys(
        ("requirement", "service", "operation", "statement")
    )
    NULL = frozenset({"operation"})
    SPARSE = frozenset({"related", "covers"})

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


@dataclass(frozen=True, slots=True)
class Coverage(Recorded):
    """How many of the ``of`` constraints were proved on both sides."""

    both_sides: int
    of: int


@dataclass(frozen=True, slots=True)
class BaselineUse(Recorded):
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


@dataclass(frozen=True, slots=True)
class SummaryLine(Recorded):
    """The last line; ``requests`` counts every HTTP request the run sent, ``seconds`` its time."""

    FIRST = {"type": "summary"} | dict.fromkeys(
        ("requests", "seconds", "counts", "exit", "interrupted", "notes")
    )

    requests: int
    seconds: float
    counts: Counts
    exit: int
    interrupted: bool = False
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()
    baseline: BaselineUse | None = None


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
