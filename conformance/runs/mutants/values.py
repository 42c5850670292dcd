"""What is tried and what came of it, as values that go between processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.record.exchanges import Recorded


class MutantStatus(StrEnum):
    """What became of a mutant."""

    NAMED = "killed"
    """At least one gate-level failure names what is wrong."""
    MISNAMED = "killed, but not by name"
    """The gate fails, by requirements that point somewhere else only."""
    SURVIVED = "survived"
    ERROR = "error"
    """The run itself came to grief: nothing is known of the mutant."""


@dataclass(frozen=True, slots=True)
class Mutant(Recorded):
    """The reference with one fault; ``killers`` are globs of the requirements that name it."""

    id: str
    kind: str
    summary: str
    services: tuple[str, ...]
    killers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MutantPlan:
    """How each mutant is run: as ``conformance run`` does with this profile and seed.

    The profile is the one that decides; where a quicker one names the fault, that is enough.
    """

    profile: str = "standard"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the suite showed: ids of the requirements that failed the gate, in order.

    ``problem`` is why the run ended early, "" where it did not.
    """

    profile: str = "standard"
    failures: tuple[str, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A mutant and its fate; ``named`` are those of ``ran.failures`` that name the fault."""

    mutant: Mutant
    fate: MutantStatus
    ran: Ran
    named: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result file's form."""
        return {
            **self.mutant.as_json(),
            "fate": str(self.fate),
            "profile": self.ran.profile,
            "failures": list(self.ran.failures),
            "named": list(self.named),
            "requests": self.ran.requests,
            "seconds": round(self.ran.seconds, 3),
            **({"problem": self.ran.problem} if self.ran.problem else {}),
        }


@dataclass(frozen=True, slots=True)
class Rate:
    """How many mutants of a group were killed, of those whose fate is known."""

    killed: int
    misnamed: int
    of: int

    @property
    def percent(self) -> float:
        """Per cent of the group that were killed, by name or not; 100 for an empty group."""
        return 100.0 * (self.killed + self.misnamed) / self.of if self.of else 100.0

    def as_json(self) -> dict[str, Any]:
        """The result file's form."""
        return {
            "mutants": self.of,
            "killed": self.killed,
            "misnamed": self.misnamed,
            "percent": round(self.percent, 2),
        }


def rate(results: tuple[Result, ...]) -> Rate:
    """The kill rate of some results."""
    fates = [one.fate for one in results]
    known = len(fates) - fates.count(MutantStatus.ERROR)
    return Rate(fates.count(MutantStatus.NAMED), fates.count(MutantStatus.MISNAMED), known)


def by_kind(results: tuple[Result, ...]) -> Mapping[str, tuple[Result, ...]]:
    """The results of each kind, in order of first appearance."""
    kinds = dict.fromkeys(one.mutant.kind for one in results)
    return {kind: tuple(one for one in results if one.mutant.kind == kind) for kind in kinds}
