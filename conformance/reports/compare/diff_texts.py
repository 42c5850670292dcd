"""A difference between two runs as Markdown, for a pull request, and as text; many as a trend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.record import Record, Verdict, gate_levels
from conformance.reports import facts
from conformance.reports.compare.diff import Diff, VerdictChange, diff
from conformance.reports.facts import target_name
from conformance.reports.markdown import code, details, escaped, row
from conformance.reports.text import one_line, plural

_NAMES = {
    "broken": "broken",
    "fixed": "fixed",
    "covered": "newly covered",
    "lost": "no longer covered",
    "changed": "failing otherwise",
}
_MOST = 60_000
"""Characters; a comment on GitHub holds 65,536."""
_SHOWN = 50


def render_diff_markdown(found: Diff) -> str:
    """The difference as Markdown that says only what changed."""
    lines = list(_head(found))
    room = _MOST - sum(map(len, lines))
    for kind, changes in found.kinds.items():
        part = list(_part(kind, changes, room))
        room -= sum(map(len, part))
        lines += part
    return "\n".join(lines) + "\n"


def render_diff_text(found: Diff) -> str:
    """The difference as plain text, one line a change."""
    lines = [
        f"{facts.target_name(found.before)} -> {facts.target_name(found.after)}: {summary(found)}"
    ]
    lines += [f"not comparable: {one_line(why)}" for why in found.incomparable]
    for kind, changes in found.kinds.items():
        lines += [f"{_NAMES[kind]}"] * bool(changes)
        lines += [line for change in changes for line in _plain(kind, change)]
    return "\n".join(lines) + "\n"


def summary(found: Diff) -> str:
    """``1 broken, 2 fixed``; ``nothing changed``."""
    parts = (f"{len(changes):,} {_NAMES[kind]}" for kind, changes in found.kinds.items() if changes)
    return ", ".join(parts) or "nothing changed"


def _head(found: Diff) -> Iterator[str]:
    name = escaped(facts.target_name(found.after))
    yield f"### Conformance of {name}: {summary(found)}"
    yield ""
    if found.incomparable:
        reasons = "; ".join(escaped(why) for why in found.incomparable)
        yield f"> The runs are not comparable: {reasons}. That may explain the changes below."
        yield ""


def _part(kind: str, changes: tuple[VerdictChange, ...], room: int) -> Iterator[str]:
    if not changes:
        return
    yield f"**{len(changes):,} {_NAMES[kind]}**"
    yield ""
    for number, change in enumerate(changes):
        text = "\n".join(_item(kind, change))
        room -= len(text)
        if number >= _SHOWN or room < 0:
            yield f"- and {len(changes) - number:,} more"
            break
        yield text
    yield ""


def _item(kind: str, change: VerdictChange) -> Iterator[str]:
    line = change.line
    said = "" if kind in {"broken", "fixed"} else f", {change.transition()}"
    accepted = ", accepted by the baseline" if line.baseline is not None else ""
    yield f"- {code(line.requirement)} ({line.level}{said}{accepted}): {escaped(line.statement)}"
    if kind == "changed" and change.before is not None:
        yield f"  - before: {code(facts.seen(change.before))}"
        yield f"  - after: {code(facts.seen(line))}"
    elif kind == "broken" and facts.deciding(line) is not None:
        yield from details(line)


def _plain(kind: str, change: VerdictChange) -> Iterator[str]:
    line = change.line
    said = "" if kind in {"broken", "fixed"} else f"  {change.transition()}"
    yield f"  {line.level:13}  {one_line(line.requirement)}{said}"
    if kind == "changed" and change.before is not None:
        yield f"      before  {one_line(facts.seen(change.before))}"
    if kind in {"broken", "changed"}:
        yield f"      seen    {one_line(facts.seen(line))}"


def said_of_gate(found: Diff) -> str:
    """The sentence that explains why ``--fail-on-broken`` fails."""
    return f"{plural(len(found.gating), 'requirement')} of the gate broke"


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
    yield row(_HEAD)
    yield "|---|---|---:|---:|---:|---:|---:|---|"
    for point in points:
        yield row(escaped(cell) for cell in point.cells())
