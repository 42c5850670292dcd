"""Only what an earlier run did not see to hold: what failed, was not decided, or is new since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import BadInput
from conformance.record import Verdict, VerdictLine, read_record

if TYPE_CHECKING:
    from conformance.contract.listing.requirements import Requirement
    from conformance.engine.outcome import Job


class Replaced(BadInput):
    """The record of the run would replace the one that it is compared with."""

    hint = "--record FILE puts the new record elsewhere; the old one has what held"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"--changed-since {path}: the record of this run would replace it")


class Why(StrEnum):
    """Why a requirement is tested again."""

    FAILED = "failed"
    UNDECIDED = "not decided"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The jobs with what is to be tested again, and how many for which reason."""

    jobs: list[Job]
    reasons: Counter[Why]
    held: int
    """Those that are left out, because they held."""
    since: Path

    def told(self) -> str:
        """The same in one line."""
        kinds = ", ".join(f"{number} {why}" for why in Why if (number := self.reasons[why]))
        total = sum(self.reasons.values())
        of = f"{total} of {total + self.held} requirements"
        return f"since {self.since}: {of}" + (f" ({kinds})" if kinds else ", all held there")


def narrowed(jobs: Sequence[Job], path: Path) -> Narrowed:
    """The jobs without what held in the record. Raises RecordProblem."""
    known = {line.requirement: line for line in read_record(path).verdicts}
    reasons: Counter[Why] = Counter()
    kept, held = [], 0
    for job in jobs:
        again = []
        for one in job.requirements:
            why = _why(one, known.get(one.id))
            if why is None:
                held += 1
            else:
                again.append(one)
                reasons[why] += 1
        if again:
            kept.append(replace(job, requirements=tuple(again)))
    return Narrowed(kept, reasons, held, path)


def since(jobs: Sequence[Job], path: Path | None, record: Path) -> Narrowed | None:
    """The same for an option that may be missing; ``record`` is where the run writes.

    Raises RecordProblem, Replaced.
    """
    if path is None:
        return None
    if path.resolve() == record.resolve():
        raise Replaced(path)
    return narrowed(jobs, path)


def _why(requirement: Requirement, line: VerdictLine | None) -> Why | None:
    if line is None or line.statement != requirement.statement:
        return Why.NEW  # an id that says something else by now has not been tested
    if line.verdict is Verdict.PASSED:
        return None
    return Why.FAILED if line.verdict is Verdict.FAILED else Why.UNDECIDED
