"""What is tried and what came of it: values that go between processes, and how they are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance import __version__
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
    """The profile that decides, and the seed; a quicker profile may name the fault before."""

    profile: str = "standard"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """The gate failures of a run in order; ``problem`` says why it ended early, if it did."""

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
    ran: SuiteResult
    named: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
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
class Campaign:
    """The results in the order of the mutants; ``interrupted`` where some were not tried."""

    results: tuple[Result, ...]
    seconds: float
    interrupted: bool = False


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
        return {
            "mutants": self.of,
            "killed": self.killed,
            "misnamed": self.misnamed,
            "percent": round(self.percent, 2),
        }


def rate(results: tuple[Result, ...]) -> Rate:
    fates = [one.fate for one in results]
    known = len(fates) - fates.count(MutantStatus.ERROR)
    return Rate(fates.count(MutantStatus.NAMED), fates.count(MutantStatus.MISNAMED), known)


def by_kind(results: tuple[Result, ...]) -> Mapping[str, tuple[Result, ...]]:
    kinds = dict.fromkeys(one.mutant.kind for one in results)
    return {kind: tuple(one for one in results if one.mutant.kind == kind) for kind in kinds}


FORMAT = 1
"""The version of the result file's format."""

_SHOWN = 3
"""Requirements shown of a mutant that was killed by others than meant."""


def as_json(campaign: Campaign, plan: MutantPlan) -> dict[str, Any]:
    """What ``schema.json`` describes."""
    groups = by_kind(campaign.results)
    return {
        "format": FORMAT,
        "tool": __version__,
        "profile": plan.profile,
        "seed": plan.seed,
        "seconds": round(campaign.seconds, 3),
        "interrupted": campaign.interrupted,
        "summary": rate(campaign.results).as_json(),
        "kinds": {kind: rate(results).as_json() for kind, results in groups.items()},
        "mutants": [result.as_json() for result in campaign.results],
    }


def lines(campaign: Campaign) -> Iterator[str]:
    """What a person reads: rates by kind, then what was not killed by name."""
    groups = by_kind(campaign.results)
    width = max([len("all"), *map(len, groups)])
    yield f"{'kind':<{width}}  mutants  killed  not by name  survived  kill rate"
    for kind, results in (*groups.items(), ("all", campaign.results)):
        yield _row(f"{kind:<{width}}", results)
    for fate, heading in _HEADINGS.items():
        found = [one for one in campaign.results if one.fate is fate]
        if found:
            yield ""
            yield f"{heading} ({len(found)})"
            for result in found:
                yield from _about(result)


_HEADINGS = {
    MutantStatus.SURVIVED: "Survived",
    MutantStatus.MISNAMED: "Killed, but not by name",
    MutantStatus.ERROR: "Not decided: the run could not test",
}


def _row(kind: str, results: tuple[Result, ...]) -> str:
    found = rate(results)
    survived = found.of - found.killed - found.misnamed
    share = f"{found.percent:>7.1f} %" if found.of else f"{'none':>9}"
    return f"{kind}  {found.of:>7}  {found.killed:>6}  {found.misnamed:>11}  {survived:>8}  {share}"


def _about(result: Result) -> Iterator[str]:
    yield f"  {result.mutant.id}"
    yield f"      {result.mutant.summary}"
    if result.fate is MutantStatus.ERROR:
        yield f"      {result.ran.problem}"
    elif result.fate is MutantStatus.MISNAMED:
        shown = result.ran.failures[:_SHOWN]
        more = len(result.ran.failures) - len(shown)
        yield f"      failed: {', '.join(shown)}{f' and {more} more' if more else ''}"
    if result.fate is not MutantStatus.ERROR:
        yield f"      meant:  {', '.join(result.mutant.killers)}"
