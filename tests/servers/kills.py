"""Kill runs on the stand-in for AWS at random moments, and clean up after each.

python tests/servers/kills.py [--count 50] [--seed N] [--most REQUESTS] [-- OPTIONS OF THE RUN]

Exit status: 0 nothing was ever left behind or harmed and every record could be read, 1 otherwise.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

from testbed.killing import kill_one

from conformance.record import read_record


def main() -> int:
    """Parse the command line, kill, and say what came of it."""
    parser = argparse.ArgumentParser(description="Kill runs at random moments.")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, default=300, help="of the requests of a run")
    parser.add_argument("options", nargs="*", help="of the run")
    given = parser.parse_args()
    rng, bad, orphans = Random(given.seed), 0, 0
    for number in range(given.count):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            killed = kill_one(place, rng, given.most, tuple(given.options))
            record = place / "r.jsonl"
            verdicts = len(read_record(record).verdicts) if record.exists() else 0
        wrong = bool(
            killed.left_later or killed.harmed or killed.journals or killed.code or killed.ended
        )
        bad, orphans = bad + wrong, orphans + killed.left
        print(
            f"{number + 1:3} {'BAD ' if wrong else 'good'} killed at request {killed.requests:4},"
            f" {killed.left} left, {verdicts} verdicts; {killed.told.strip()}",
            flush=True,
        )
    print(f"{given.count} runs killed, {orphans} resources cleaned up, {bad} not as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
