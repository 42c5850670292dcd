"""Scores of a service: how much of it a target implements, and how much of that holds.

Two figures, because they answer two questions. A target that lacks a service or an operation lacks
it: nothing that it has is the worse for it, so what is unsupported is in the first figure alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from conformance.contract.levels import Level
from conformance.record.exchanges import Recorded
from conformance.record.values import ObstacleCause, Verdict, VerdictLine, gate_levels


class Scored(Protocol):
    """What of a verdict line a score rests on."""

    @property
    def service(self) -> str: ...
    @property
    def operation(self) -> str | None: ...
    @property
    def level(self) -> Level: ...
    @property
    def verdict(self) -> Verdict: ...


DECIDED = frozenset({Verdict.PASSED, Verdict.FAILED})


@dataclass(frozen=True, slots=True)
class Share(Recorded):
    """``part`` of ``of``."""

    part: int = 0
    of: int = 0

    def __add__(self, other: Share) -> Share:
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
        """Whether the target has none of the operations of the service."""
        return self.implemented.part == 0 and self.implemented.of > 0

    @property
    def decided(self) -> Share:
        """The decided requirements of all levels."""
        return self.gate + self.below


def score_services(lines: Iterable[Scored], *, strict: bool) -> tuple[ServiceScore, ...]:
    """The score of each service of a record, in the order of the record."""
    groups: dict[str, list[Scored]] = {}
    for line in lines:
        groups.setdefault(line.service, []).append(line)
    return tuple(_scored(service, group, strict=strict) for service, group in groups.items())


def total(scores: Iterable[ServiceScore]) -> ServiceScore:
    """Several services as one, named ``""``."""
    known = list(scores)
    return ServiceScore(
        "",
        sum((one.implemented for one in known), Share()),
        sum((one.gate for one in known), Share()),
        sum((one.below for one in known), Share()),
        sum(one.undecided for one in known),
    )


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


def _implemented(lines: list[Scored]) -> Share:
    """Only an operation of which something was decided is known to be there."""
    has = {one.operation for one in lines if one.operation and one.verdict in DECIDED}
    unsupported = [one for one in lines if one.verdict is Verdict.UNSUPPORTED]
    lacks = {one.operation for one in unsupported if one.operation}
    return Share(len(has), len(has | lacks))


OPEN = frozenset({Verdict.SKIPPED, Verdict.INCONCLUSIVE})
HANDFUL = 5
"""So many of an operation's requirements may stay open where they are not all of them."""
LARGE = 0.5
"""More than that, and this share of an operation's requirements, is a large part."""


@dataclass(frozen=True, slots=True)
class Untested:
    """An operation (None: the service as a whole) of whose requirements ``open`` were not tested.

    ``of`` are those that were meant to be; ``reason`` is the commonest one.
    """

    service: str
    operation: str | None
    open: int
    of: int
    reason: str


def untested(lines: Iterable[VerdictLine], *, strict: bool) -> tuple[Untested, ...]:
    """The operations that were not tested, in the order of the record.

    One of these holds of each, at the levels of the gate: a requirement is inconclusive for lack
    of an answer, or was not reached before the run ended at a limit; or all of its requirements
    that were meant to be tested were not, or at least half and more than a handful, since what
    they rest on did not succeed. What stands in their way because of a failure that a baseline
    accepts is accepted with it.
    """
    known = list(lines)
    accepted = {line.requirement for line in known if line.baseline is not None}
    levels = gate_levels(strict=strict)
    groups: dict[tuple[str, str | None], list[VerdictLine]] = {}
    for line in known:
        if line.level in levels and _was_meant(line):
            groups.setdefault((line.service, line.operation), []).append(line)
    found = (_untested(*key, group, accepted) for key, group in groups.items())
    return tuple(one for one in found if one is not None)


def _was_meant(line: VerdictLine) -> bool:
    """Whether the target has the operation, and something was to be sent for the requirement."""
    if line.verdict in OPEN:
        return line.obstacle is not None
    return line.verdict is not Verdict.UNSUPPORTED


def _untested(
    service: str, operation: str | None, lines: Sequence[VerdictLine], accepted: set[str]
) -> Untested | None:
    left = [
        line
        for line in lines
        if line.verdict in OPEN and (line.obstacle is None or line.obstacle.because not in accepted)
    ]
    large = len(left) == len(lines) or (len(left) > HANDFUL and len(left) >= LARGE * len(lines))
    if not left or not (large or any(map(_went_unanswered, left))):
        return None
    reasons = [line.reason for line in left]
    return Untested(service, operation, len(left), len(lines), max(reasons, key=reasons.count))


def _went_unanswered(line: VerdictLine) -> bool:
    """Whether there was no answer, or no time to ask."""
    cause = line.obstacle.cause if line.obstacle is not None else None
    if cause is ObstacleCause.NO_ANSWER:
        return line.verdict is Verdict.INCONCLUSIVE
    return cause is ObstacleCause.LIMIT
