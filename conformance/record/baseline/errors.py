"""Why a baseline cannot be used; each is reported in one line, with file and line.

BaselineProblem          exit 2, as every BadInput
├── UnreadableBaseline   the file is missing, a folder, not permitted
└── WrongBaseline        what it says is not a baseline
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.errors import BadInput, FileProblem


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
        "a baseline is `format: 1` and a list `accepted`, each with `requirement` and `reason`, "
        "and if need be `link` and `expires`"
    )

    path: Path
    line: int
    why: str
    expected: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}; expected {self.expected}"
