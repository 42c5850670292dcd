"""Why recorded traffic cannot be judged.

BadInput              exit 2
├── UnreadableTraffic the file is missing, a folder without traffic, too large
└── MalformedTraffic  a line or an entry is not what the format demands
    └── NotTraffic    the file is of another format; in a folder it is left out
CouldNotTest          exit 3
└── NothingRecognised no exchange is one of the services'
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.errors import BadInput, CouldNotTest

FORMATS = (
    "HAR 1.2, cassettes of VCR, vcrpy and go-vcr (YAML or JSON), nock's recordings and "
    "JSON Lines of exchanges are read"
)


@dataclass(eq=False)
class UnreadableTraffic(BadInput):
    """The file cannot be opened or read."""

    hint = FORMATS

    path: Path
    why: str

    def __str__(self) -> str:
        return f"cannot read the traffic {self.path}: {self.why}"


@dataclass(eq=False)
class MalformedTraffic(BadInput):
    """Something in the file is not what its format demands; ``line`` counts from 1."""

    hint = FORMATS

    path: Path
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}"


@dataclass(eq=False)
class NotTraffic(MalformedTraffic):
    """Nothing in the file is an exchange; ``why`` names its format where it is known."""

    hint: str = FORMATS


@dataclass(eq=False)
class NothingRecognised(CouldNotTest):
    """None of the exchanges belongs to a service that has a contract."""

    hint = (
        "requests are recognised by method, path, signing scope and host; "
        "`--target URL` names an address whose requests are meant"
    )

    exchanges: int
    services: tuple[str, ...]
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.exchanges:
            self.hint = "record the traffic again: whoever wrote these files saw no request"

    def __str__(self) -> str:
        if not self.exchanges:
            return "nothing is recorded in these files: they hold no exchange"
        known = " or ".join(self.services)
        more = f" ({'; '.join(self.details)})" if self.details else ""
        return f"none of {self.exchanges} recorded exchanges is one of {known}{more}"
