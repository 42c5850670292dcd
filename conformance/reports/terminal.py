"""The summary a person reads in a terminal after a run: what failed, how to see it, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.record import Record, Verdict, VerdictLine, count, fails_gate
from conformance.reports import facts
from conformance.reports.difference import Piece, difference
from conformance.reports.reproduce import curl_script
from conformance.reports.text import one_line, plural, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rich.console import Console
    from rich.text import Text

_WHOLE = 150
"""How many failures are shown whole; the others by id."""
_LONGEST_SCRIPT = 4000
_LONGEST = 300
_EXAMPLES = 3
_STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ERROR: "magenta",
}
_HEADLINE = {0: "bold green", 1: "bold red"}

Span = str | tuple[str, str]
"""A text, or a text and its style."""
Spans = tuple[Span, ...]


def render_terminal(
    record: Record, console: Console, written: Mapping[str, Path] | None = None
) -> None:
    """Print the summary of a record; ``written`` names the reports made and their files.

    Long lines are never broken, so that a curl line can be copied whole. Colours are the
    console's affair: none where it is no terminal or NO_COLOR is set.
    """
    for spans in _lines(record, written or {}):
        console.print(_text(spans, console.encoding), soft_wrap=True)


def _text(spans: Spans, encoding: str) -> Text:
    from rich.text import Text

    text = Text()
    for span in spans:
        content, style = (span, "") if isinstance(span, str) else span
        # A terminal that lacks a character gets a question mark instead of an exception.
        text.append(content.encode(encoding, "replace").decode(encoding), style)
    return text


def _lines(record: Record, written: Mapping[str, Path]) -> Iterator[Spans]:
    yield from _header(record)
    yield from _counts(record)
    yield from _failures(record)
    yield from _undecided(record)
    yield from _end(record, written)


def _header(record: Record) -> Iterator[Spans]:
    style = _HEADLINE.get(record.exit, "bold yellow")
    url = record.run.target.url or ""
    where = "" if url == record.run.target.name else one_line(url)
    yield (
        (facts.target_name(record), "bold"),
        f" at {where} " if where else " ",
        (facts.headline(record), style),
    )
    held, of = facts.score(record)
    yield (f"{facts.gate_sentence(record)}; {held:,} of {of:,} requirements hold",)
    if record.truncated:
        yield (("The last line of the record was cut off and is left out.", "yellow"),)


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


def _failures(record: Record) -> Iterator[Spans]:
    failed = facts.failures(record)
    if not failed:
        return
    yield ("",)
    yield ((f"Failures ({len(failed):,})", "bold"),)
    shown = {line.requirement for line in failed[:_WHOLE]}
    strict = record.run.strict
    for key, lines in facts.by_operation(failed).items():
        yield ("",)
        yield (facts.operation_name(*key), "bold"), f"  {plural(len(lines), 'failure')}"
        for line in lines:
            gates = fails_gate(line, strict=strict)
            whole = line.requirement in shown
            yield from _failure(line, gates=gates) if whole else _brief(line, gates=gates)


def _brief(line: VerdictLine, *, gates: bool) -> Iterator[Spans]:
    level = (f"{line.level:13}", "red" if gates else "dim")
    yield "  ", level, " ", one_line(line.requirement, _LONGEST)


def _failure(line: VerdictLine, *, gates: bool) -> Iterator[Spans]:
    yield ("",)
    note = "" if gates else _why_not(line)
    name = (one_line(line.requirement, _LONGEST), "bold")
    yield "  ", (line.level, "red" if gates else "yellow"), " ", name, (note, "dim")
    yield f"    {one_line(line.statement)}", (f" [{facts.source_text(line.source)}]", "dim")
    exchange = facts.deciding(line)
    if line.reason and (exchange is None or exchange.seen not in line.reason):
        yield (f"    {one_line(line.reason)}",)
    if exchange is None:
        return
    expected, seen = difference(
        one_line(exchange.expected, _LONGEST), one_line(exchange.seen, _LONGEST)
    )
    yield ("    expected  ", "dim"), *_marked(expected, "bold green")
    yield ("    seen      ", "dim"), *_marked(seen, "bold red")
    for command in _script(line):
        # Without indentation it can be copied with nothing to take away.
        yield (visible(command, keep=""),)


def _why_not(line: VerdictLine) -> str:
    if line.baseline is not None:
        return f"  accepted by the baseline: {one_line(line.baseline)}"
    return "  does not fail the gate"


def _script(line: VerdictLine) -> list[str]:
    script = curl_script(line.evidence)
    if len(script) > _LONGEST_SCRIPT:
        return [f"(the request is long: conformance replay RECORD '{one_line(line.requirement)}')"]
    return script.splitlines()


def _marked(pieces: tuple[Piece, ...], style: str) -> Spans:
    return tuple((piece.text, style if piece.differs else "") for piece in pieces)


def _undecided(record: Record) -> Iterator[Spans]:
    groups = tuple(facts.undecided(record))
    if not groups:
        return
    yield ("",)
    yield (("Not decided", "bold"),)
    for group in groups:
        reason = one_line(group.reason) or "no reason recorded"
        style = _STYLES.get(group.verdict, "")
        yield f"  {len(group.lines):>6,}  ", (f"{group.verdict:13}", style), f" {reason}"
        some = ", ".join(one_line(line.requirement) for line in group.lines[:_EXAMPLES])
        more = f" and {len(group.lines) - _EXAMPLES:,} more" if len(group.lines) > _EXAMPLES else ""
        yield ((f"          {some}{more}", "dim"),)


def _end(record: Record, written: Mapping[str, Path]) -> Iterator[Spans]:
    run, summary = record.run, record.summary
    yield ("",)
    for note in summary.notes if summary else ():
        yield (f"note: {one_line(note)}",)
    for news, names in facts.baseline_news(record):
        yield ((news, "yellow"),)
        for name in names:
            yield (f"          {one_line(name, _LONGEST)}",)
    if summary and summary.coverage:
        coverage = summary.coverage
        yield (f"coverage: {coverage.both_sides:,} of {coverage.of:,} constraints on both sides",)
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
