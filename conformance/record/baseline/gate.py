"""What a baseline says of the verdicts of a run, and what a run makes of a baseline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from conformance.record import BaselineUse, Record, Verdict, VerdictLine, gate_levels
from conformance.record.baseline.values import Accepted, Baseline


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
    levels = gate_levels(strict=record.run.strict)
    failing = (
        line for line in record.verdicts if line.verdict is Verdict.FAILED and line.level in levels
    )
    added = {
        line.requirement: Accepted(line.requirement, reason or _seen(line), link, expires)
        for line in failing
        if line.requirement not in old.accepted
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


def _seen(line: VerdictLine) -> str:
    """What was seen, in one line: the reason that a reviewer replaces by a better one."""
    last = line.evidence[-1].seen if line.evidence else ""
    text = " ".join((last or line.reason or line.statement).split())
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    return f"not analysed yet: {short}"
