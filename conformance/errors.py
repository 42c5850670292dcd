"""What can go wrong outside our control, drawn once.

Problem                    every error a user may see: one line, a hint, an exit code
├── BadInput               exit 2: a file or option the user gave cannot be used
│   ├── (documents)        PageProblem and friends live beside the reader
│   └── (contract)         SpecProblem, UnknownService, NothingSelected
└── CouldNotTest           exit 3: the target could not be tested at all
    └── (target)           Unreachable, WrongCredentials, TargetDidNotStart

Subclasses make their sentence of the facts; a fact that somebody reads is a field, too.
Anything that is not a Problem and escapes is our own fault and is reported as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


def reason(error: Exception) -> str:
    """Why something could not be done, as the system says it."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


class Problem(Exception):
    """An error reported in one line, with what to do about it.

    ``exit_code`` is the process exit status (2 bad input, 3 could not test); ``hint`` says what to
    do next and may be empty. ``told`` is the sentence of a class that is always about the same.
    """

    exit_code: ClassVar[int] = 2
    hint: str = ""
    told: ClassVar[str] = ""

    def __init__(self, message: str = "", hint: str = "") -> None:
        super().__init__(message or self.told)
        if hint:
            self.hint = hint


class BadInput(Problem):
    """A file, an option or an identifier that cannot be used as given."""

    exit_code = 2


@dataclass(eq=False)
class FileProblem(BadInput):
    """A file that cannot be used, on a line of it or as a whole; ``told`` is the sentence."""

    told: ClassVar[str] = "{place}: {why}"

    path: Path
    why: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return self.told.format(place=place, why=self.why)


@dataclass(eq=False)
class LineProblem(BadInput):
    """A line of a file that is not what its format demands; ``line`` counts from 1."""

    told: ClassVar[str] = "{place}: {why}"

    path: Path
    line: int
    why: str

    def __str__(self) -> str:
        return self.told.format(place=f"{self.path}:{self.line}", why=self.why)


class CouldNotTest(Problem):
    """The target could not be tested: nothing can be said of it."""

    exit_code = 3
