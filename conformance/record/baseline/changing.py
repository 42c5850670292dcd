"""Makes a new baseline from an old one and a record; reasons, links and dates are never lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from conformance.record import Record, Verdict, VerdictLine, gate_levels
from conformance.record.baseline.values import Accepted, Baseline

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class BaselineChange:
    """A new baseline, and which requirements it gained and lost."""

    baseline: Baseline
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def updated(
    old: Baseline,
    record: Record,
    *,
    reason: str | None = None,
    link: str | None = None,
    expires: date | None = None,
) -> BaselineChange:
    """The baseline with every failure of the record that fails the gate.

    What is listed stays as it is. A new entry gets the reason, link and last day that are given;
    without a reason, what was seen.
    """
    failing = {line.requirement: line for line in _gating(record)}
    added = {
        name: Accepted(name, reason or _seen(line), link, expires)
        for name, line in failing.items()
        if name not in old.accepted
    }
    return BaselineChange(_with(old, {**old.accepted, **added}), added=tuple(sorted(added)))


def pruned(old: Baseline, record: Record) -> BaselineChange:
    """The baseline without what the record shows to pass.

    What was skipped, unsupported, inconclusive, or not part of the run stays: nothing is known
    of it.
    """
    passed = {line.requirement for line in record.verdicts if line.verdict is Verdict.PASSED}
    kept = {name: entry for name, entry in old.accepted.items() if name not in passed}
    return BaselineChange(_with(old, kept), dropped=tuple(sorted(set(old.accepted) & passed)))


def _with(old: Baseline, accepted: Mapping[str, Accepted]) -> Baseline:
    return replace(old, accepted=dict(sorted(accepted.items())))


def _gating(record: Record) -> Iterable[VerdictLine]:
    levels = gate_levels(strict=record.run.strict)
    return (
        line for line in record.verdicts if line.verdict is Verdict.FAILED and line.level in levels
    )


def _seen(line: VerdictLine) -> str:
    """What was seen, in one line: the reason that a reviewer replaces by a better one."""
    last = line.evidence[-1].seen if line.evidence else ""
    text = " ".join((last or line.reason or line.statement).split())
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    return f"not looked into yet: {short}"
