"""What a run tells while it goes on; the progress display and the record writer listen."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.record import VerdictLine


@dataclass(frozen=True, slots=True)
class ServiceStarted:
    """The requirements of a service that will be decided."""

    service: str
    requirements: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is: requirements worked through, requests sent."""

    done: int
    total: int
    requests: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A requirement has its verdict."""

    line: VerdictLine


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know that is no verdict."""

    text: str


Event = ServiceStarted | Progress | Decided | Note
Emit = Callable[[Event], None]
