"""What the engine has done by others: phases that it is handed, so that it need not know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from conformance.contract.listing.requirements import Requirement
from conformance.engine.probe_result import ProbeResult
from conformance.engine.recording.evidence import EvidenceStep
from conformance.engine.sending.exchange_log import SentProbe
from conformance.engine.session import Session
from conformance.record import Verdict

Works = Callable[[str], bool]
"""Whether the target has an operation."""


class FuzzFindings(Protocol):
    """What fuzzing found, kept until the requirement that it is about is decided."""

    def of(self, requirement: str) -> list[ProbeResult]:
        """The smallest request found to break a requirement, if any was."""
        ...

    def broken(self, is_open: Works) -> Iterable[SentProbe]:
        """The requests whose answers break a requirement that ``is_open`` still."""
        ...


class Fuzz(Protocol):
    """Sends drawn requests of every operation that works, at most ``budget`` of them."""

    def __call__(
        self,
        session: Session,
        requirements: Mapping[str, Requirement],
        works: Works,
        budget: int,
        seed: int,
        *,
        links: int = 0,
        enough: Callable[[], bool],
    ) -> FuzzFindings:
        """Send them, and ``links`` steps of walks along the links of the spec, until ``enough``."""
        ...


class WanderFindings(Protocol):
    """What random sequences showed: how many held, the verdict, and the steps of a failure."""

    @property
    def held(self) -> int: ...  # noqa: D102 - said by the class
    @property
    def verdict(self) -> Verdict: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def steps(self) -> tuple[EvidenceStep, ...]: ...  # noqa: D102


class Wander(Protocol):
    """Plays random sequences against the target and a model of the resource."""

    def __call__(
        self, requirement: Requirement, session: Session, works: Works, games: int, seed: int
    ) -> WanderFindings:
        """Play ``games`` sequences."""
        ...


@dataclass(frozen=True, slots=True)
class Phases:
    """The phases of a run that are not the engine's own; None leaves one out."""

    fuzz: Fuzz | None = None
    wander: Wander | None = None


NONE = Phases()
