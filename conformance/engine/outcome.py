"""What a run has to do, or a part of it, what it came to, and its exit code.

Of a run in parts, each requirement belongs to one, by a hash of its id: which one depends on
nothing else, so that a new requirement moves no other. What is watched in every answer belongs to
every part, as each sees only the answers to its own requests; merging takes the worst that any saw.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from conformance import record
from conformance.contract.levels import Level
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Contract
from conformance.errors import BadInput, Problem
from conformance.plan.planner import is_watched
from conformance.record import ObstacleCause, Shard, Verdict, VerdictLine

SHOWN = 5
"""Operations that are named of those that a run did not get to the end of."""
CONSTRAINTS = {Subject.INPUT_LIMIT, Subject.INPUT_TYPE, Subject.INPUT_REQUIRED}


@dataclass(frozen=True, slots=True)
class Job:
    """A service and those of its requirements that are to be decided."""

    contract: Contract
    requirements: Sequence[Requirement]
    url: str = ""
    """Where this service is, if not where the others are."""
    left_out: frozenset[str] = frozenset()
    """The operations that the user excluded: nothing is sent of them but what sets others up."""


@dataclass(slots=True)
class RunOutcome:
    """What a run came to; ``problem`` is why it ended early."""

    verdicts: list[VerdictLine] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    problem: Problem | None = None

    def coverage(self, jobs: Sequence[Job]) -> record.Coverage:
        wanted = {one.id for job in jobs for one in job.requirements if one.subject in CONSTRAINTS}
        both = sum(
            1
            for line in self.verdicts
            if line.requirement in wanted
            and line.verdict is Verdict.PASSED
            and line.cases.accept
            and line.cases.reject
        )
        return record.Coverage(both, len(wanted))


def what_is_left(lines: Sequence[VerdictLine]) -> str:
    """How much was not reached, and of which operations."""
    causes = ((line, line.obstacle.cause if line.obstacle else None) for line in lines)
    left = [line for line, cause in causes if cause is ObstacleCause.LIMIT]
    names = list(dict.fromkeys(f"{one.service}/{one.operation or 'protocol'}" for one in left))
    shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
    if not left:
        return "nothing was left"
    return (
        f"the run did not reach {len(left)} of {len(lines)} requirements, in {len(names)}: {shown}"
    )


def exit_code(outcome: RunOutcome, *, strict: bool, fail_on_unsupported: bool = False) -> int:
    """0 conforms, 1 a failure at a gate level, 3 not all that matters could be tested."""
    if any(record.fails_gate(line, strict=strict) for line in outcome.verdicts):
        return 1
    if outcome.problem is not None or outcome.interrupted:
        return 3
    if not any(line.verdict in {Verdict.PASSED, Verdict.FAILED} for line in outcome.verdicts):
        return 3
    gated = {Level.REQUIRED, Level.EXPECTED}
    lacking = any(
        line.verdict is Verdict.UNSUPPORTED and line.level in gated for line in outcome.verdicts
    )
    if fail_on_unsupported and lacking:
        return 1
    return 3 if record.untested(outcome.verdicts, strict=strict) else 0


class EmptyShard(BadInput):
    """A shard without requirements: ``shard``."""

    hint = "split the run into fewer parts, or select more requirements"

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        super().__init__(f"shard {shard} has no requirements")


def part_of(jobs: Sequence[Job], shard: Shard) -> list[Job]:
    """The shard's share of the jobs. Raises EmptyShard."""
    parts = [replace(job, requirements=_own(job.requirements, shard)) for job in jobs]
    kept = [job for job in parts if job.requirements]
    if not kept:
        raise EmptyShard(shard)
    return kept


def place(requirement: str, of: int) -> int:
    """Which of ``of`` parts an id belongs to, counted from 1."""
    digest = hashlib.sha256(requirement.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") % of + 1


def in_every_part(requirement: Requirement) -> bool:
    """Whether the answers to any request judge it."""
    return is_watched(requirement) or requirement.subject is Subject.ERROR


def _own(requirements: Sequence[Requirement], shard: Shard) -> tuple[Requirement, ...]:
    return tuple(
        one for one in requirements if in_every_part(one) or place(one.id, shard.of) == shard.index
    )
