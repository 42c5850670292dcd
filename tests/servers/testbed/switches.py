"""Named switches of the upright server: readings (still right) and wrongs (deliberate defects).

Both are declared in the tables beside this module, one line each, fields parted by `|`;
the code asks for them by name, and asking for a name that no table declares is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_HERE = Path(__file__).parent
_TABLES = ("readings.txt", "wrongs-shared.txt", "wrongs-apigateway.txt", "wrongs-location.txt")
DETECTABLE = ("single", "sequence", "protocol", "auth")
LEVELS = ("required", "expected")


@dataclass(frozen=True)
class Reading:
    """Another answer that the evidence leaves open: a server that gives it is right."""

    name: str
    service: str
    evidence: str
    about: str


@dataclass(frozen=True)
class Wrong:
    """A defect: with it alone the server breaks the documents or what AWS was recorded doing.

    `doubt` says why a careful tool might hold back; it is empty for most.
    """

    name: str
    operation: str
    detectable_by: str
    level: str
    evidence: str
    about: str
    doubt: str = ""


def _rows(table: str) -> list[list[str]]:
    lines = (_HERE / table).read_text(encoding="utf-8").splitlines()
    return [
        [field.strip() for field in line.split("|")]
        for line in lines
        if line.strip() and not line.startswith("#")
    ]


@cache
def readings() -> dict[str, Reading]:
    """Every reading by name, in the order of the table."""
    return {row[0]: Reading(*row) for row in _rows(_TABLES[0])}


@cache
def wrongs() -> dict[str, Wrong]:
    """Every wrong by name, in the order of the tables."""
    return {row[0]: Wrong(*row) for table in _TABLES[1:] for row in _rows(table)}


class Switches:
    """The switches that are on in one server."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = frozenset(names)
        unknown = self.names - readings().keys() - wrongs().keys()
        if unknown:
            raise ValueError(f"no reading or wrong of this name: {', '.join(sorted(unknown))}")

    def on(self, name: str) -> bool:
        """Whether the switch is on; KeyError if no table declares it."""
        if name not in readings() and name not in wrongs():
            raise KeyError(name)
        return name in self.names

    def pick(self, usual: T, others: Mapping[str, T]) -> T:
        """The value of the first switch of `others` that is on, else the usual value."""
        for name, value in others.items():
            if self.on(name):
                return value
        return usual
