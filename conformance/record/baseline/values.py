"""A baseline as values, and what can be wrong with one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from conformance.errors import BadInput, FileProblem
from conformance.record.exchanges import Recorded

FORMAT = 1
"""The version of the baseline format that this package writes and reads."""


@dataclass(frozen=True, slots=True)
class Accepted(Recorded):
    """A failure that is accepted.

    ``expires`` is the last day, in UTC, on which it is; None accepts it for good. ``comment`` are
    the comment lines above the entry, kept when the file is written again. ``line`` is where it
    stands in its file, from 1; 0 where it comes from no file.
    """

    requirement: str
    reason: str
    link: str | None = None
    expires: date | None = None
    comment: tuple[str, ...] = ()
    line: int = 0

    OUTSIDE = frozenset({"comment", "line"})

    def expired(self, today: date) -> bool:
        return self.expires is not None and self.expires < today

    def told(self) -> str:
        """Why it is accepted, on one line: reason, link and last day."""
        until = None if self.expires is None else f"until {self.expires.isoformat()}"
        return ", ".join(part for part in (self.reason, self.link, until) if part)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The accepted failures of a file, by requirement; ``comment`` are the lines at its top."""

    path: Path
    accepted: Mapping[str, Accepted] = field(default_factory=dict)
    comment: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form of the file, sorted by requirement."""
        entries = sorted(self.accepted.values(), key=lambda entry: entry.requirement)
        return {"format": FORMAT, "accepted": [entry.as_json() for entry in entries]}


class BaselineProblem(BadInput):
    """A baseline that cannot be used."""


class UnreadableBaseline(BaselineProblem, FileProblem):
    """The file cannot be opened or read."""

    told = "cannot read the baseline {place}: {why}"
    hint = "`conformance baseline update RECORD -o FILE` makes one from a run's record"


@dataclass(eq=False)
class WrongBaseline(BaselineProblem):
    """The file is not a baseline; ``line`` counts from 1, ``expected`` says what belongs there."""

    hint = (
        "a baseline has `format: 1` and a list `accepted` of entries with `requirement` and"
        " `reason`, and optionally `link` and `expires`"
    )

    path: Path
    line: int
    why: str
    expected: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}; expected {self.expected}"
