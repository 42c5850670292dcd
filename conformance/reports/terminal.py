"""The summary a person reads in a terminal after a run, on one screen: scores, causes, the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from conformance.record import Record, ServiceScore, Verdict, count
from conformance.reports import facts
from conformance.reports.causes import FailureCause, causes
from conformance.reports.terminal_failures import Span, Spans, each_failure, example
from conformance.reports.text import one_line, plural, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_CAUSES, _LEAST = 6, 2
"""So many causes fit on a screen beside the rest, three lines each, and on a small one."""
_ROWS_IN_BRIEF = 3
"""So many services on the smallest screen."""
_FEW = 2
"""So few failures appear complete, with their curl lines: there is room for them."""
_GROUPS = 4
_SERVICES = 12
_LONGEST, _SHORT = 300, 100
_EXAMPLES = 3
_STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ERROR: "magenta",
}
_HEADLINE = {0: "bold green", 1: "bold red"}


class _Summary(NamedTuple):
    """The groups of a record, made once for all attempts to fit the screen."""

    causes: tuple[FailureCause, ...]
    undecided: tuple[facts.Undecided, ...]


class _Fit(NamedTuple):
    """How much of a summary is printed, and whether in as few rows as possible."""

    causes: int
    brief: bool = False

    @property
    def services(self) -> int:
        return _ROWS_IN_BRIEF if self.brief else _SERVICES


_FITS = (
    *(_Fit(most) for most in range(_CAUSES, _LEAST - 1, -1)),
    *(_Fit(most, brief=True) for most in range(_CAUSES, 0, -1)),
)
"""From the roomiest to the smallest: the first that fits is taken."""


def render_terminal(
    record: Record,
    console: Console,
    written: Mapping[str, Path] | None = None,
    *,
    detail: bool = False,
) -> None:
    """Print the summary of a record; ``written`` names the reports made and their files.

    Without ``detail`` it fits on a screen, be it one of 24 rows: the causes of the failures with
    one example each, fewer and shorter on a small screen. With it every failure is listed, with the
    curl lines that reproduce it.
    Commands and paths are never cut, so that they can be copied whole. Colours are the
    console's affair: none where it is no terminal or NO_COLOR is set.
    """
    summary = _Summary(() if detail else causes(record), tuple(facts.undecided(record)))
    for fit in _FITS:
        lines = [
            *_texts(_lines(record, summary, fit, detail=detail), console, cut=fit.brief),
            *_texts(_end(record, written or {}, fit), console, cut=False),
        ]
        if detail or not console.is_terminal or _height(lines, console) < console.height:
            break
    for line in lines:
        console.print(line, soft_wrap=True)


def _height(lines: Sequence[Text], console: Console) -> int:
    """So many rows of the screen they take, for what is longer than one goes on in the next."""
    return sum(max(1, -(-line.cell_len // console.width)) for line in lines)


def _texts(lines: Iterable[Spans], console: Console, *, cut: bool) -> Iterator[Text]:
    for spans in lines:
        text = _text(spans, console.encoding)
        if cut:
            text.truncate(console.width, overflow="ellipsis")
        yield text


def _text(spans: Spans, encoding: str) -> Text:
    from rich.text import Text

    text = Text()
    for span in spans:
        content, style = (span, "") if isinstance(span, str) else span
        # A terminal that lacks a character gets a question mark instead of an exception.
        text.append(content.encode(encoding, "replace").decode(encoding), style)
    return text


def _lines(record: Record, summary: _Summary, fit: _Fit, *, detail: bool) -> Iterator[Spans]:
    yield from _header(record, fit)
    yield from _scores(record, fit)
    if detail:
        yield from _counts(record)
    failed = facts.failures(record)
    if detail or (len(failed) <= _FEW and not fit.brief):
        yield from each_failure(failed, strict=record.run.strict)
    else:
        yield from _causes(summary.causes, fit)
    if fit.brief:
        yield from _undecided_in_brief(summary.undecided)
    else:
        yield from _undecided(summary.undecided, fit.causes, whole=detail)


def _header(record: Record, fit: _Fit) -> Iterator[Spans]:
    style = _HEADLINE.get(record.exit, "bold yellow")
    url = record.run.target.url or ""
    where = "" if url == record.run.target.name else one_line(url)
    yield (
        (facts.target_name(record), "bold"),
        f" at {where} " if where else " ",
        (facts.headline(record), style),
    )
    yield from _said(record, fit)
    if record.truncated:
        yield (("The last line of the record was cut off; it is missing here.", "yellow"),)


def _said(record: Record, fit: _Fit) -> Iterator[Spans]:
    gate, score = facts.gate_sentence(record), facts.score_sentence(facts.whole_score(record))
    if fit.brief:
        # How much is implemented is in the table.
        yield (f"{gate};",)
        yield (f"{score.partition(';')[0]}.",)
    else:
        yield (f"{gate}; {score}.",)


def _scores(record: Record, fit: _Fit) -> Iterator[Spans]:
    found = facts.scores(record)
    if not found:
        return
    told_of = found[: fit.services]
    widest = max(len("service"), *(len(one_line(one.service, 40)) for one in told_of))
    heads = ("operations", "hold, gate levels", "hold, others", "not decided")
    rows = [_score_cells(one) for one in told_of]
    widths = [max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True)]
    yield ("",)
    told = "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))
    yield ((f"  {'service':{widest}}{told}", "dim"),)
    for one, row in zip(found, rows, strict=False):
        *shares, undecided = (f"{cell:>{w}}" for cell, w in zip(row, widths, strict=True))
        style = "yellow" if one.undecided else "dim"
        yield f"  {one_line(one.service, 40):{widest}}", *shares, (undecided, style)
    if len(found) > len(told_of):
        yield ((f"  and {plural(len(found) - len(told_of), 'more service')}", "dim"),)


def _score_cells(score: ServiceScore) -> tuple[str, ...]:
    shares = map(facts.share_cell, (score.implemented, score.gate, score.below))
    return (*shares, f"{score.undecided:,}")


def _causes(found: Sequence[FailureCause], fit: _Fit) -> Iterator[Spans]:
    count_of = sum(len(one.lines) for one in found)
    yield ("",)
    yield (
        (f"{plural(count_of, 'failure')} by {plural(len(found), 'cause')}, worst first", "bold"),
    )
    for cause in found[: fit.causes]:
        yield from _cause(cause, fit)
    rest = found[fit.causes :]
    left = plural(sum(len(one.lines) for one in rest), "failure")
    more = f"  and {left} by {plural(len(rest), 'more cause')}"
    if rest and fit.brief:
        yield ((f"{more}; use -v or see the files below for all of them", "dim"),)
        return
    if rest:
        yield ((more, "dim"),)
    yield (("  all failures with their curl lines: -v, or the files below", "dim"),)


def _cause(cause: FailureCause, fit: _Fit) -> Iterator[Spans]:
    note = "" if cause.gating else "  does not fail the gate"
    level = (f"{cause.level:13}", "red" if cause.gating else "yellow")
    yield f"  {len(cause.lines):>5,}  ", level, " ", (cause.title, "bold"), (note, "dim")
    yield from islice(example(cause.lines[0]), 1 if fit.brief else None)


def _counts(record: Record) -> Iterator[Spans]:
    counts = count(record.verdicts)
    if not counts:
        return
    shown = [v for v in facts.VERDICTS if any(row.get(v) for row in counts.values())]
    yield ("",)
    yield ((f"{'':14}" + "".join(f"{verdict:>14}" for verdict in shown), "dim"),)
    for level in facts.LEVELS:
        if level in counts:
            yield f"{level:14}", *(_cell(counts[level].get(v, 0), v) for v in shown)


def _cell(number: int, verdict: Verdict) -> Span:
    return f"{number:>14,}", _STYLES.get(verdict, "") if number else "dim"


def _undecided(groups: Sequence[facts.Undecided], most: int, *, whole: bool) -> Iterator[Spans]:
    if not groups:
        return
    most = min(most, _GROUPS)
    yield ("",)
    yield (("Not decided", "bold"),)
    for group in groups if whole else groups[:most]:
        reason = one_line(group.reason, _LONGEST if whole else _SHORT) or "no reason recorded"
        style = _STYLES.get(group.verdict, "")
        yield f"  {len(group.lines):>6,}  ", (f"{group.verdict:13}", style), f" {reason}"
        if whole:
            some = ", ".join(one_line(line.requirement) for line in group.lines[:_EXAMPLES])
            left = len(group.lines) - _EXAMPLES
            yield ((f"          {some}{f' and {left:,} more' if left > 0 else ''}", "dim"),)
    if not whole and len(groups) > most:
        left = sum(len(group.lines) for group in groups[most:])
        yield ((f"  {left:>6,}  for {plural(len(groups) - most, 'other reason')}", "dim"),)


def _undecided_in_brief(groups: Sequence[facts.Undecided]) -> Iterator[Spans]:
    if not groups:
        return
    counts = Counter(group.verdict for group in groups for _ in group.lines)
    lacking = counts.pop(Verdict.UNSUPPORTED, 0)
    told = [f"{number:,} {verdict}" for verdict, number in counts.items()]
    told += [f"{lacking:,} more of operations that it lacks"] if lacking else []
    open_ = sum(counts.values())
    main = max(groups, key=lambda one: one.verdict in counts and len(one.lines))
    if 2 * len(main.lines) > open_ and main.verdict in counts and main.reason:
        # One reason for most of them, such as a limit of the run: it is told at once.
        most = f" (why: -v), {len(main.lines):,}: {one_line(main.reason, _SHORT)}"
        yield (f"{open_:,} not decided", "bold"), most
        return
    yield (f"{open_:,} not decided", "bold"), f": {', '.join(told)}; why: -v"


def _notes(record: Record, fit: _Fit) -> Iterator[Spans]:
    notes = record.summary.notes if record.summary else ()
    if fit.brief and notes:
        yield (f"{plural(len(notes), 'note')}: in the record",)
        return
    for note in notes:
        yield (f"note: {one_line(note)}",)


def _end(record: Record, written: Mapping[str, Path], fit: _Fit) -> Iterator[Spans]:
    run, summary = record.run, record.summary
    if not fit.brief:
        yield ("",)
    yield from _notes(record, fit)
    for news, names in facts.baseline_news(record):
        yield ((news, "yellow"),)
        for name in names:
            yield (f"          {one_line(name, _LONGEST)}",)
    if summary and summary.coverage and not fit.brief:
        coverage = summary.coverage
        proved = f"{coverage.both_sides:,} of {coverage.of:,} constraints proved on both sides"
        yield (f"coverage: {proved}: accepts what is allowed, refuses what is not",)
    strict = ", strict" if run.strict else ""
    yield (f"seed {run.seed}, profile {one_line(run.profile)}{strict}{_effort(record)}",)
    if run.command:
        yield (f"again: {visible(run.command, keep='')}",)
    for name, path in written.items():
        yield (f"{name}: {visible(str(path), keep='')}",)
    meaning = facts.exit_meaning(record)
    style = _HEADLINE.get(record.exit, "bold yellow")
    yield ((f"exit {record.exit}: {meaning}" if meaning else f"exit {record.exit}", style),)


def _effort(record: Record) -> str:
    if record.summary is None:
        return ""
    return f", {plural(record.summary.requests, 'request')} in {record.summary.seconds:,.1f} s"
