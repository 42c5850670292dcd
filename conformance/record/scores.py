"""Scores of a service: how much of it a target implements, and how much of that holds.

Two figures, because they answer two questions. A target that lacks a service or an operation lacks
it: nothing that it has is the worse for it, so what is unsupported is in the first figure alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from conformance.contract.levels import Level
from conformance.record.exchanges import Recorded
from conformance.record.values import Verdict, gate_levels


class Scored(Protocol):
    """What of a verdict line a score rests on."""

    @property
    def service(self) -> str: ...  # noqa: D102 - as in VerdictLine
    @property
    def operation(self) -> str | None: ...  # noqa: D102
    @property
    def level(self) -> Level: ...  # noqa: D102
    @property
    def verdict(self) -> Verdict: ...  # noqa: D102


DECIDED = frozenset({Verdict.PASSED, Verdict.FAILED})


@dataclass(frozen=True, slots=True)
class Share(Recorded):
    """``part`` of ``of``."""

    part: int = 0
    of: int = 0

    def __add__(self, other: Share) -> Share:
        """Both shares as one."""
        return Share(self.part + other.part, self.of + other.of)

    @property
    def percent(self) -> float | None:
        """The share in per cent, rounded down to a tenth: 100 means all. None of nothing."""
        return self.part * 1000 // self.of / 10 if self.of else None


@dataclass(frozen=True, slots=True)
class ServiceScore(Recorded):
    """What a run says of one service, or of several together.

    ``implemented``: operations that the target has, of those of which the run found that out.
    ``gate`` and ``below``: requirements that hold, of those that were decided, at the levels that
    fail the gate and at the others. ``undecided``: requirements of what the target has, or may
    have, that were neither shown to hold nor shown not to.
    """

    service: str
    implemented: Share = Share()
    gate: Share = Share()
    below: Share = Share()
    undecided: int = 0

    OUTSIDE = frozenset({"service"})  # data files have it by service

    @property
    def is_lacking(self) -> bool:
        """Whether the target has none of its operations."""
        return self.implemented.part == 0 and self.implemented.of > 0

    @property
    def decided(self) -> Share:
        """The requirements of all levels."""
        return self.gate + self.below


def score_services(lines: Iterable[Scored], *, strict: bool) -> tuple[ServiceScore, ...]:
    """The score of each service of a record, in the order of the record."""
    groups: dict[str, list[Scored]] = {}
    for line in lines:
        groups.setdefault(line.service, []).append(line)
    return tuple(_scored(service, group, strict=strict) for service, group in groups.items())


def total(scores: Iterable[ServiceScore]) -> ServiceScore:
    """Several services as one, named ``""``."""
    whole = ServiceScore("")
    for one in scores:
        whole = ServiceScore(
            "",
            whole.implemented + one.implemented,
            whole.gate + one.gate,
            whole.below + one.below,
            whole.undecided + one.undecided,
        )
    return whole


def _scored(service: str, lines: list[Scored], *, strict: bool) -> ServiceScore:
    levels = gate_levels(strict=strict)
    return ServiceScore(
        service,
        _implemented(lines),
        _held(line for line in lines if line.level in levels),
        _held(line for line in lines if line.level not in levels),
        sum(line.verdict not in DECIDED | {Verdict.UNSUPPORTED} for line in lines),
    )


def _held(lines: Iterable[Scored]) -> Share:
    verdicts = [line.verdict for line in lines if line.verdict in DECIDED]
    return Share(verdicts.count(Verdict.PASSED), len(verdicts))


def _implemented(lines: Iterable[Scored]) -> Share:
    """Only an operation of which something was decided is known to be there."""
    has: set[str] = set()
    lacks: set[str] = set()
    for line in lines:
        if line.operation is not None and line.verdict in DECIDED:
            has.add(line.operation)
        elif line.operation is not None and line.verdict is Verdict.UNSUPPORTED:
            lacks.add(line.operation)
    return Share(len(has), len(has | lacks))
