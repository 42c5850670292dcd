"""``python -m benchmarks``: everything in one run, medians of three rounds, as a table.

The measures take turns within a round, so that a busy moment of the machine strikes all of them.
There are two yardsticks: a loop over one cheap request, and one over the requests of the run. The
first of them and Schemathesis use API Gateway, and are left out where ``--service`` names what is
run. Everything about the tool is that of one standard run of every service, its rate by the
record's own summary line, planning and pauses included: a run of few requests would show little
but the second that it waits for a timestamp to move on.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from benchmarks import plain, replayed, rival, tool
from conformance.transport.endpoint import open_target

ROOT = Path(__file__).resolve().parent.parent
SERVICE = "apigateway"

Figures = dict[str, list[float]]


def main() -> None:
    """Measure and print."""
    given = _arguments()
    for target in given.targets:
        figures: Figures = defaultdict(list)
        for number in range(given.rounds):
            print(f"{target}: round {number + 1} of {given.rounds}", flush=True)
            with tempfile.TemporaryDirectory() as folder:
                _round(target, given, number, Path(folder), figures)
        print(_table(target, figures), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("targets", nargs="*", default=["reference", "moto"])
    parser.add_argument("--service", action="append", default=[], help="run these alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0, help="that the plain loop is timed")
    return parser.parse_args()


def _round(
    target: str, given: argparse.Namespace, seed: int, folder: Path, figures: Figures
) -> None:
    if not given.service:
        with open_target(target) as opened:
            figures["plain"].append(plain.rate(opened.url, given.seconds))
        with open_target(target) as opened:
            figures["rival"].append(rival.rate(opened.url, SERVICE, seed, folder))
    sent = replayed.sent(target, given.service, seed, folder, ROOT)
    with open_target(target) as opened:
        figures["replayed"].append(replayed.rate(opened.url, sent))
    run = tool.run(target, seed, folder, ROOT, given.service)
    figures["rate"].append(run.rate)
    figures["testing"].append(run.testing)
    figures["requests"].append(run.requests)
    figures["wall"].append(run.wall)
    if run.first_failure is not None:
        figures["first"].append(run.first_failure)
    if run.memory is not None:
        figures["memory"].append(run.memory)


def _table(target: str, figures: Figures) -> str:
    middle = {name: median(values) for name, values in figures.items()}
    others = {
        name: middle[key]
        for key, name in (
            ("plain", "plain signed PATCH loop"),
            ("replayed", "plain loop of the run's requests"),
            ("rival", "stock Schemathesis"),
        )
        if key in middle
    }
    rate = middle["rate"]
    rows = [
        *((name, f"{one:.0f} requests/s") for name, one in others.items()),
        ("standard run", f"{rate:.0f} requests/s"),
        *((f"  against the {name}", f"{rate / one:.2f} times") for name, one in others.items()),
        ("  requests", f"{middle['requests']:.0f} in {middle['testing']:.1f} s"),
        ("  with start-up and reports", f"{middle['wall']:.1f} s"),
        ("  first failure printed", f"{middle['first']:.2f} s" if "first" in middle else "none"),
        ("  peak memory", f"{middle['memory']:.0f} MiB" if "memory" in middle else "unknown"),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join([f"\n{target}", *(f"  {name:{width}}  {value}" for name, value in rows), ""])


if __name__ == "__main__":
    main()
