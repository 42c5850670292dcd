"""``python -m benchmarks.site``: a site of many synthetic records, its time, memory and sizes.

By default 20 targets times 150 services times 1,000 requirements, a tenth of which fail with
evidence. Records are made once and kept in the folder that is given. With ``--paint`` a page of
each kind is opened in Chromium, and when something is first to be seen on it is told.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from conformance.contract.levels import Level, Source
from conformance.record import (
    Line,
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    RecordedTarget,
    RunLine,
    SummaryLine,
    Verdict,
    VerdictLine,
    count,
)
from conformance.reports.site.builder import build_site

OPERATIONS = 20
FAILING = 10
"""One requirement in so many fails, which depends on the target."""
MEBIBYTE = 2**20
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PAINTS = "performance.getEntriesByName('first-contentful-paint')"


def main() -> None:
    """Make the records, build the site, print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--targets", type=int, default=20)
    parser.add_argument("--services", type=int, default=150)
    parser.add_argument("--requirements", type=int, default=1_000)
    parser.add_argument("--records", type=Path, help="where the records are kept")
    parser.add_argument("--paint", action="store_true", help="open pages in Chromium")
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
        }), flush=True)  # fmt: skip
        if given.paint:
            print(json.dumps({"first_paint_ms": first_paints(Path(folder) / "site")}))


def first_paints(site: Path) -> dict[str, int]:
    """Milliseconds from opening a page of each kind to its first content, the median of five."""
    from playwright.sync_api import sync_playwright

    largest = max(site.rglob("*.html"), key=lambda page: page.stat().st_size)
    pages = (site / "index.html", site / "targets" / "target0.html", largest)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, CHROMIUM))), args=["--no-sandbox"]
        )
        found = {}
        for page in pages:
            times = []
            for _ in range(5):
                shown = browser.new_page(bypass_csp=True)
                shown.goto(page.as_uri(), wait_until="load")
                shown.wait_for_function(f"{PAINTS}.length > 0")
                times.append(shown.evaluate(f"{PAINTS}[0].startTime"))
                shown.close()
            found[page.relative_to(site).as_posix()] = round(median(times))
        browser.close()
    return found


def _used() -> list[resource.struct_rusage]:
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def _cpu_seconds() -> float:
    return sum(one.ru_utime + one.ru_stime for one in _used())


def make_records(folder: Path, targets: int, services: int, requirements: int) -> None:
    """Write the records that are not there yet."""
    for service in range(services):
        lines = [made_line(f"service{service}", number) for number in range(requirements)]
        # Each line is written in JSON once, not once a target.
        held = [_written(line) for line in lines]
        broken = [_written(failing(line)) for line in lines]
        for target in range(targets):
            path = folder / f"target{target}" / f"service{service}.jsonl"
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            fails = [(number + target) % FAILING == 0 for number in range(requirements)]
            own = [failing(line) if fail else line for fail, line in zip(fails, lines, strict=True)]
            texts = [broken[n] if fail else held[n] for n, fail in enumerate(fails)]
            run = RunLine(
                RecordedTarget(f"target{target}", None, "1.0"), 1, "0.1.0",
                "2026-01-01T00:00:00Z", "quick", (f"service{service}",), {},
            )  # fmt: skip
            summary = SummaryLine(requirements, 1.0, count(own), 1, interrupted=False)
            path.write_text("".join([_written(run), *texts, _written(summary)]), "ascii")


def _written(line: Line) -> str:
    return json.dumps(line.as_json(), separators=(",", ":")) + "\n"


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
