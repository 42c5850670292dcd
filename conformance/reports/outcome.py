"""A verdict and a run as the formats have them that only know passed, failed, error and skipped."""

from conformance.record import Record, Verdict, VerdictLine, fails_gate
from conformance.reports import facts
from conformance.reports.reproduce import curl_script
from conformance.reports.text import shortened, visible

_LONGEST = 20_000


def outcome(line: VerdictLine, *, strict: bool) -> tuple[str, str]:
    """``failure``, ``error``, ``skipped`` or "" where it passed, and a message.

    Only what fails the gate is a failure: anything else would make CI red where the run is not.
    """
    if line.verdict is Verdict.PASSED:
        return "", ""
    if line.verdict is Verdict.ERROR:
        return "error", line.reason or "error"
    if line.verdict is not Verdict.FAILED:
        return "skipped", f"{line.verdict}: {line.reason}" if line.reason else line.verdict
    if fails_gate(line, strict=strict):
        return "failure", f"{line.statement}: {facts.seen(line) or 'failed'}"
    accepted = line.baseline is not None
    why = f"baseline: {line.baseline}" if accepted else f"{line.level}, does not fail the gate"
    return "skipped", f"{why}: {facts.seen(line) or 'failed'}"


def explanation(line: VerdictLine) -> str:
    """The text that other tools show for a failure, with the ``curl`` lines that repeat it."""
    exchange = facts.deciding(line)
    said = [line.statement, facts.source_text(line.source), line.source.url or ""]
    if exchange is None or exchange.seen not in line.reason:
        said.append(line.reason)
    if exchange is not None:
        said += [f"expected: {exchange.expected}", f"seen: {exchange.seen}"]
        said += ["", curl_script(line.evidence)]
    return visible(shortened("\n".join(part for part in said if part), _LONGEST))


def about(record: Record) -> tuple[tuple[str, str], ...]:
    run = record.run
    return (
        ("target", facts.target_name(record)),
        ("url", run.target.url or ""),
        ("seed", str(run.seed)),
        ("profile", run.profile),
        ("tool", run.tool),
        ("command", run.command),
    )
