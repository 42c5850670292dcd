"""A folder of Allure results: one file a requirement, for ``allure generate``."""

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

from conformance.record import Record, VerdictLine
from conformance.reports import facts
from conformance.reports.ctrf import started
from conformance.reports.files import write_report
from conformance.reports.outcome import about, explanation, outcome
from conformance.reports.text import one_line

_STATUS = {"": "passed", "failure": "failed", "error": "broken", "skipped": "skipped"}
_SEVERITY = {"required": "critical", "expected": "normal", "strict": "minor"}
_LONGEST = 500


def write_allure(record: Record, folder: str | Path) -> None:
    """Write the results of a record into a folder. Raises UnwritableReport.

    The name of a file says target and requirement: what another run of the same target left there
    is replaced, the results of other tools stay.
    """
    begin = started(record)
    for line in record.verdicts:
        result = _result(record, line, begin)
        begin = result["stop"]
        file = Path(folder) / f"{result['uuid']}-result.json"
        write_report(file, json.dumps(result, ensure_ascii=False))
    known = ((name, value.replace("\\", "\\\\")) for name, value in about(record))
    properties = "".join(f"{name}={one_line(value, _LONGEST)}\n" for name, value in known)
    write_report(Path(folder) / "environment.properties", properties)


def _result(record: Record, line: VerdictLine, start: int) -> dict[str, Any]:
    target = record.run.target.name
    tag, message = outcome(line, strict=record.run.strict)
    labels = {
        "parentSuite": target,
        "suite": line.service,
        "subSuite": line.operation or "service",
        "severity": _SEVERITY.get(str(line.level), "trivial"),
        "tag": str(line.level),
        "framework": "conformance",
    }
    result: dict[str, Any] = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"conformance:{target}:{line.requirement}")),
        "historyId": hashlib.sha256(f"{target}:{line.requirement}".encode()).hexdigest()[:32],
        "name": line.requirement,
        "fullName": line.requirement,
        "description": line.statement,
        "status": _STATUS[tag],
        "stage": "finished",
        "start": start,
        "stop": start + round(line.seconds * 1000),
        "labels": [{"name": name, "value": value} for name, value in labels.items()],
    }
    address = facts.web_address(line.source)
    if address:
        result["links"] = [{"name": "documents", "url": address, "type": "link"}]
    if message:
        details: dict[str, Any] = {"message": one_line(message, _LONGEST)}
        if line.evidence:
            details["trace"] = explanation(line)
        if line.baseline is not None:
            details["known"] = True
        result["statusDetails"] = details
    return result
