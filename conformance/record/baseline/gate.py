"""What a baseline says of the verdicts of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from conformance.record import BaselineUse, Verdict, VerdictLine
from conformance.record.baseline.values import Baseline


def today_in_utc() -> date:
    """The day that decides what has expired."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Gate:
    """A baseline on one day. ``strict``: an accepted failure that now passes fails the run."""

    baseline: Baseline
    today: date
    strict: bool = False

    def mark(self, line: VerdictLine) -> VerdictLine:
        """The line, with the reason for which its failure is accepted, where it is.

        A failure whose last day is over says so in its ``reason`` and fails as any other.
        """
        entry = self.baseline.accepted.get(line.requirement)
        if entry is None or line.verdict is not Verdict.FAILED:
            return line
        if not entry.expired(self.today):
            return replace(line, baseline=entry.told())
        ended = f"was accepted until {entry.expires}: {entry.reason}"
        return replace(line, reason=f"{line.reason}; {ended}" if line.reason else ended)

    def use(self, lines: Iterable[VerdictLine], unknown: Iterable[str] = ()) -> BaselineUse:
        """What came of the entries; ``unknown`` are those that no contract has."""
        by_id = {line.requirement: line for line in lines}
        entries = self.baseline.accepted
        met = {name: by_id[name].verdict for name in sorted(entries) if name in by_id}
        failed = [name for name, verdict in met.items() if verdict is Verdict.FAILED]
        expired = tuple(name for name in failed if entries[name].expired(self.today))
        return BaselineUse(
            file=self.baseline.path.name,
            strict=self.strict,
            accepted=len(failed) - len(expired),
            passing=tuple(name for name, verdict in met.items() if verdict is Verdict.PASSED),
            expired=expired,
            unknown=tuple(sorted(unknown)),
        )
