"""The Markdown summary, made for the step summary of a CI job ($GITHUB_STEP_SUMMARY)."""

import re
from collections.abc import Iterable, Iterator

from conformance.record import Record, VerdictLine, count, fails_gate
from conformance.reports import facts
from conformance.reports.causes import causes
from conformance.reports.reproduce import curl_script
from conformance.reports.text import one_line, plural, visible

_MOST = 600_000
"""Characters; a step summary of GitHub holds 1 MiB."""
_LONGEST_SCRIPT = 6000
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")
_PLAIN = set("-/:,.()")
_CAUSES = 5
_SEVERAL = 2


def render_markdown(record: Record) -> str:
    head = "\n".join(
        [*_header(record), *_scores(record), *_counts(record), *_baseline(record), *_causes(record)]
    )
    return "\n".join([head, *_failures(record, _MOST - len(head)), *_end(record)]) + "\n"


def escaped(text: str, limit: int = 300) -> str:
    """The text for Markdown: on one line, without markup, HTML and mentions."""
    shown = one_line(text, limit)
    return _MARKS.sub(lambda m: m[0] if m[0] in _PLAIN else f"&#{ord(m[0])};", shown)


def code(text: str) -> str:
    return f"<code>{escaped(text)}</code>"


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _header(record: Record) -> Iterator[str]:
    score = facts.score_sentence(facts.whole_score(record))
    yield f"## {escaped(facts.target_name(record))} {facts.headline(record)}"
    yield ""
    yield f"{escaped(facts.gate_sentence(record))}; {score}."
    yield ""


def _scores(record: Record) -> Iterator[str]:
    found = facts.scores(record)
    if len(found) < _SEVERAL:
        return
    yield "| service | operations | hold, gate levels | hold, other levels | not decided |"
    yield "|---|---:|---:|---:|---:|"
    for one in found:
        shares = (facts.share_cell(share) for share in (one.implemented, one.gate, one.below))
        yield row((escaped(one.service), *shares, f"{one.undecided:,}"))
    yield ""


def _counts(record: Record) -> Iterator[str]:
    counts = count(record.verdicts)
    yield row(("level", *facts.VERDICTS))
    yield "|---|" + "---:|" * len(facts.VERDICTS)
    for level in facts.LEVELS:
        if level in counts:
            cells = (f"{counts[level].get(verdict, 0):,}" for verdict in facts.VERDICTS)
            yield row((level, *cells))
    yield ""


def _baseline(record: Record) -> Iterator[str]:
    for news, names in facts.baseline_news(record):
        yield f"**{escaped(news)}**: {', '.join(code(name) for name in names)}"
        yield ""


def _causes(record: Record) -> Iterator[str]:
    found = causes(record)
    if not found:
        return
    yield "### Fix these first"
    yield ""
    for number, cause in enumerate(found[:_CAUSES], 1):
        failing = f"{plural(len(cause.lines), 'failure')}, {cause.gating:,} of the gate"
        operations = escaped(", ".join(cause.operations), 120)
        yield f"{number}. **{escaped(cause.title)}** ({failing}: {operations})"
    yield ""


def _failures(record: Record, room: int) -> Iterator[str]:
    failed = facts.failures(record)
    if not failed:
        return
    yield f"### {plural(len(failed), 'failure')}"
    yield ""
    for number, line in enumerate(failed):
        text = "\n".join(_failure(line, strict=record.run.strict))
        room -= len(text.encode("utf-8", "replace"))
        if room < 0:
            yield f"- and {len(failed) - number:,} more"
            break
        yield text
    yield ""


def _failure(line: VerdictLine, *, strict: bool) -> Iterator[str]:
    gate = "" if fails_gate(line, strict=strict) else ", does not fail the gate"
    if line.baseline is not None:
        gate = f", accepted by the baseline: {escaped(line.baseline)}"
    yield f"- {code(line.requirement)} ({line.level}{gate}): {escaped(line.statement)}"
    yield from details(line)


def details(line: VerdictLine) -> Iterator[str]:
    """The evidence of a failure, folded below its source; without an exchange, the reason."""
    yield f"  <details><summary>{escaped(facts.source_text(line.source))}</summary>"
    yield ""
    exchange = facts.deciding(line)
    if exchange is not None:
        yield f"  - expected: {code(exchange.expected)}"
        yield f"  - seen: {code(exchange.seen)}"
        yield ""
        yield from fenced(curl_script(line.evidence))
    elif line.reason:
        yield f"  {escaped(line.reason)}"
    yield ""
    yield "  </details>"


def fenced(text: str) -> Iterator[str]:
    """A script as an indented block; nothing where it is too long."""
    if len(text) > _LONGEST_SCRIPT:
        return
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"  {fence}sh"
    for line in visible(text).splitlines():
        yield f"  {line}"
    yield f"  {fence}"


def _end(record: Record) -> Iterator[str]:
    for group in facts.undecided(record):
        reason = escaped(group.reason) or "no reason recorded"
        yield f"- {len(group.lines):,} {group.verdict}: {reason}"
    yield ""
    if record.summary and record.summary.coverage:
        coverage = record.summary.coverage
        proved = f"{coverage.both_sides:,} of {coverage.of:,}"
        yield f"Coverage: {proved} constraints proved on both sides."
    yield f"Seed {record.run.seed}; {code(record.run.command)}"
