"""CTRF, the Common Test Report Format: one JSON file, one test a requirement (ctrf.io)."""

import json
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from conformance import __version__
from conformance.record import Record, VerdictLine
from conformance.reports import facts
from conformance.reports.outcome import explanation, outcome
from conformance.reports.text import one_line

VERSION = "1.0.0"
"""Of the format, whose schema this follows."""
_STATUS = {"": "passed", "failure": "failed", "error": "other", "skipped": "skipped"}
_STATUSES = ("passed", "failed", "skipped", "pending", "other")
_LONGEST = 500


def render_ctrf(record: Record) -> str:
    return json.dumps(ctrf_report(record), indent=1, ensure_ascii=False) + "\n"


def ctrf_report(record: Record) -> dict[str, Any]:
    tests = [_test(line, strict=record.run.strict) for line in record.verdicts]
    counts = Counter(test["status"] for test in tests)
    start = started(record)
    taken = sum(line.seconds for line in record.verdicts)
    stop = start + round(1000 * (record.summary.seconds if record.summary else taken))
    run = record.run
    return {
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "generatedBy": f"conformance {__version__}",
        "results": {
            "tool": {"name": "conformance", "version": run.tool.rpartition(" ")[2]},
            "summary": {
                "tests": len(tests),
                **{status: counts[status] for status in _STATUSES},
                "suites": len({test["suite"][0] for test in tests}),
                "start": start,
                "stop": stop,
                "duration": stop - start,
            },
            "tests": tests,
            "extra": {
                "target": facts.target_name(record),
                "url": run.target.url or "",
                "seed": run.seed,
                "profile": run.profile,
                "command": run.command,
                "exit": record.exit,
                "verdict": facts.headline(record),
            },
        },
    }


def _test(line: VerdictLine, *, strict: bool) -> dict[str, Any]:
    tag, message = outcome(line, strict=strict)
    made: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"conformance:{line.requirement}")),
        "name": line.requirement,
        "status": _STATUS[tag],
        "duration": round(line.seconds * 1000),
        "suite": [line.service, line.operation or "service"],
        "rawStatus": str(line.verdict),
        "tags": [str(line.level)],
    }
    if message:
        made["message"] = one_line(message, _LONGEST)
    if line.evidence and tag:
        made["trace"] = explanation(line)
    return made


def started(record: Record) -> int:
    """When the run began, in milliseconds since 1970."""
    try:
        start = datetime.fromisoformat(record.run.start)
    except ValueError:
        return 0
    return round((start if start.tzinfo else start.replace(tzinfo=UTC)).timestamp() * 1000)
