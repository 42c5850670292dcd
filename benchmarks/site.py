"""``python -m benchmarks.site``: a site of many synthetic records, its time, memory and sizes.

By default 20 targets times 150 services times 1,000 requirements, a tenth of which fail with
evidence. Records are made once and kept in the folder that is given.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from conformance.contract.levels import Level, Source
from conformance.record import (
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    RecordedTarget,
    RunLine,
    SummaryLine,
    Verdict,
    VerdictLine,
    count,
    write_record,
)
from conformance.record.reader import Record
from conformance.site.builder import build_site

OPERATIONS = 20
FAILING = 10
"""One requirement in so many fails, which depends on the target."""
MEBIBYTE = 2**20


def main() -> None:
    """Make the records, build the site, print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--targets", type=int, default=20)
    parser.add_argument("--services", type=int, default=150)
    parser.add_argument("--requirements", type=int, default=1_000)
    parser.add_argument("--records", type=Path, help="where the records are kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        records = given.records or Path(folder) / "records"
        make_records(records, given.targets, given.services, given.requirements)
        began, before = time.monotonic(), _cpu_seconds()
        build_site(records, Path(folder) / "site")
        seconds = time.monotonic() - began
        sizes = [file.stat().st_size for file in (Path(folder) / "site").rglob("*.html")]
        print(json.dumps({
            "seconds": round(seconds, 1),
            "cpu_seconds": round(_cpu_seconds() - before, 1),
            "largest_process_mib": max(one.ru_maxrss for one in _used()) // 1024,
            "pages": len(sizes),
            "largest_page_bytes": max(sizes),
            "site_mib": sum(sizes) // MEBIBYTE,
        }))  # fmt: skip


def _used() -> list[resource.struct_rusage]:
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def _cpu_seconds() -> float:
    return sum(one.ru_utime + one.ru_stime for one in _used())


def make_records(folder: Path, targets: int, services: int, requirements: int) -> None:
    """Write the records that are not there yet."""
    for service in range(services):
        lines = [made_line(f"service{service}", number) for number in range(requirements)]
        for target in range(targets):
            path = folder / f"target{target}" / f"service{service}.jsonl"
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            own = tuple(
                failing(line) if (number + target) % FAILING == 0 else line
                for number, line in enumerate(lines)
            )
            run = RunLine(
                RecordedTarget(f"target{target}", None, "1.0"), 1, "0.1.0",
                "2026-01-01T00:00:00Z", "quick", (f"service{service}",), {},
            )  # fmt: skip
            summary = SummaryLine(requirements, 1.0, count(own), 1, interrupted=False)
            write_record(Record(path, run, own, summary), path)


def made_line(service: str, number: int) -> VerdictLine:
    """A requirement that holds."""
    operation = f"Operation{number % OPERATIONS}"
    return VerdictLine(
        requirement=f"{service}/{operation}/request/Member{number}/maxLength",
        level=(Level.REQUIRED, Level.EXPECTED, Level.INFORMATIONAL)[number % 3],
        verdict=Verdict.PASSED,
        service=service,
        operation=operation,
        statement=f"Member{number} has at most 1000 characters",
        source=Source(document=f"{operation}.md", section="Request Body", line=number),
    )


def failing(line: VerdictLine) -> VerdictLine:
    """The same requirement, broken, with a request and an answer."""
    request = RecordedRequest(
        "POST", "http://127.0.0.1:5000/things", {"Content-Type": "application/json"}, '{"a": "xx"}'
    )
    answer = RecordedResponse(200, {"Content-Type": "application/json"}, '{"id": "abc"}')
    exchange = RecordedExchange(request, answer, "400 ValidationException", "accepted with 200")
    reason = "expected 400 ValidationException; seen accepted with 200"
    return replace(line, verdict=Verdict.FAILED, reason=reason, evidence=(exchange,))


if __name__ == "__main__":
    main()
