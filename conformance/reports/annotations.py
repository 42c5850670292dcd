"""Workflow commands of GitHub Actions: each failure as an annotation of the job."""

from collections.abc import Iterator

from conformance.record import Record, Verdict, VerdictLine, fails_gate
from conformance.reports import facts
from conformance.reports.text import one_line, plural

MOST = 10
"""GitHub shows so many errors of a step."""
_LONGEST = 1000


def render_annotations(record: Record, most: int = MOST) -> str:
    """The failures that fail the gate as ``::error`` lines, accepted ones as a ``::notice``."""
    return "".join(f"{line}\n" for line in _lines(record, max(1, most)))


def _lines(record: Record, most: int) -> Iterator[str]:
    strict = record.run.strict
    failing = [one for one in facts.failures(record) if fails_gate(one, strict=strict)]
    shown = failing if len(failing) <= most else failing[: most - 1]
    for line in shown:
        yield _command("error", line.requirement, _told(line))
    if len(failing) > len(shown):
        more = plural(len(failing) - len(shown), "more failure")
        yield _command("error", "conformance", f"{more}: see the summary of the job")
    if record.exit not in {0, 1}:
        yield _command("error", "conformance", f"{facts.target_name(record)} {_untested(record)}")
    covered = sum(one.baseline is not None for one in facts.failures(record))
    if covered:
        said = f"{plural(covered, 'failure')} accepted by the baseline"
        yield _command("notice", "conformance", said)


def _untested(record: Record) -> str:
    """The headline and the most frequent reason, for a run that could not test."""
    reasons = [
        line.reason
        for line in record.verdicts
        if line.verdict in {Verdict.SKIPPED, Verdict.INCONCLUSIVE, Verdict.ERROR}
    ]
    commonest = max(set(reasons), key=reasons.count, default="")
    return f"{facts.headline(record)}{f': {commonest}' if commonest else ''}"


def _told(line: VerdictLine) -> str:
    exchange = facts.deciding(line)
    seen = (
        line.reason if exchange is None else f"expected {exchange.expected}; seen {exchange.seen}"
    )
    return f"{line.statement} [{facts.source_text(line.source)}]: {seen}"


def _command(kind: str, title: str, text: str) -> str:
    """One workflow command; a target's text stays one line and cannot become another command."""
    named = one_line(title, _LONGEST).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={named}::{one_line(text, _LONGEST).replace('%', '%25')}"
