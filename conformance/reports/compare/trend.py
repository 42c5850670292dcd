"""How a series of runs went: one line for each, with what changed since the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.record import Record, Verdict, gate_levels
from conformance.reports.compare.diff import diff
from conformance.reports.facts import target_name
from conformance.reports.markdown import escaped
from conformance.reports.text import one_line

_HEAD = ("start", "target", "passed", "failed", "unsupported", "fixed", "broken", "note")


@dataclass(frozen=True, slots=True)
class Point:
    """A run: its gate-level verdicts, and what changed since the one before."""

    record: Record
    passed: int
    failed: int
    unsupported: int
    fixed: int | None
    broken: int | None
    note: str

    def cells(self) -> tuple[str, ...]:
        """What a table shows of it."""
        numbers = (self.passed, self.failed, self.unsupported, self.fixed, self.broken)
        run = self.record.run
        shown = ("" if number is None else f"{number:,}" for number in numbers)
        return (one_line(run.start), target_name(self.record), *shown, self.note)


def trend(records: Sequence[Record]) -> tuple[Point, ...]:
    """The runs by their start, each compared with the one before."""
    ordered = sorted(records, key=lambda record: record.run.start)
    return tuple(
        _point(record, before) for before, record in zip([None, *ordered], ordered, strict=False)
    )


def _point(record: Record, before: Record | None) -> Point:
    levels = gate_levels(strict=record.run.strict)
    verdicts = [line.verdict for line in record.verdicts if line.level in levels]
    found = None if before is None else diff(before, record)
    return Point(
        record,
        verdicts.count(Verdict.PASSED),
        verdicts.count(Verdict.FAILED),
        verdicts.count(Verdict.UNSUPPORTED),
        None if found is None else len(found.fixed),
        None if found is None else len(found.broken),
        f"not comparable: {found.incomparable[0]}" if found and found.incomparable else "",
    )


def render_trend(points: Sequence[Point]) -> str:
    """The series as a Markdown table, which is readable as it stands, too."""
    return "\n".join(_rows(points)) + "\n"


def _rows(points: Sequence[Point]) -> Iterator[str]:
    yield "| " + " | ".join(_HEAD) + " |"
    yield "|---|---|---:|---:|---:|---:|---:|---|"
    for point in points:
        yield "| " + " | ".join(escaped(cell) for cell in point.cells()) + " |"
