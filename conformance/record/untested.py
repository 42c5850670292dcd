"""What of an operation a run could not test: a run that leaves much of it open does not conform."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.record.values import ObstacleCause, Verdict, VerdictLine, gate_levels

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
    if line.verdict is Verdict.UNSUPPORTED:
        return False
    return line.verdict not in OPEN or line.obstacle is not None


def _untested(
    service: str, operation: str | None, lines: Sequence[VerdictLine], accepted: set[str]
) -> Untested | None:
    left = [line for line in lines if line.verdict in OPEN and not _is_accepted(line, accepted)]
    large = len(left) == len(lines) or (len(left) > HANDFUL and len(left) >= LARGE * len(lines))
    if not left or not (large or any(map(_is_left, left))):
        return None
    reasons = [line.reason for line in left]
    return Untested(service, operation, len(left), len(lines), max(reasons, key=reasons.count))


def _is_left(line: VerdictLine) -> bool:
    """Whether there was no answer, or no time to ask."""
    obstacle = line.obstacle
    if obstacle is not None and obstacle.cause is ObstacleCause.LIMIT:
        return True
    if line.verdict is not Verdict.INCONCLUSIVE or obstacle is None:
        return False
    return obstacle.cause is ObstacleCause.NO_ANSWER


def _is_accepted(line: VerdictLine, accepted: set[str]) -> bool:
    return line.obstacle is not None and line.obstacle.because in accepted
