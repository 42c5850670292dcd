"""A verdict as the formats have it that only know passed, failed, error and skipped."""

from __future__ import annotations

from conformance.contract.levels import Level
from conformance.record import Verdict, VerdictLine, fails_gate
from conformance.reports import facts


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
        return "failure", f"{line.statement}: {_seen(line)}"
    accepted = line.baseline is not None
    why = f"baseline: {line.baseline}" if accepted else _level(line.level)
    return "skipped", f"{why}: {_seen(line)}"


def _level(level: Level) -> str:
    return f"{level}, does not fail the gate"


def _seen(line: VerdictLine) -> str:
    exchange = facts.deciding(line)
    return (exchange.seen if exchange else line.reason) or "failed"
