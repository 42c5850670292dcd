"""``python -m benchmarks.workers``: how much faster two workers are than one.

A campaign of 4 targets times 8 services, each part a moto of its own and so many requests, is run
with one worker and with two, from nothing each time. Told are both times, their ratio and how busy
the machine was: the ratio says little where others use its cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVICES = ("sts", "kms", "secretsmanager", "sqs", "sns", "ssm", "scheduler", "eks")
START = """
[[target]]
name = "moto{number}"
start = ["-m", "moto.server", "-H", "127.0.0.1", "-p", "{{port}}"]
"""


def main() -> None:
    """Run both, print what they took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--targets", type=int, default=4)
    parser.add_argument("--services", type=int, default=len(SERVICES))
    parser.add_argument("--requests", type=int, default=400, help="of each part at most")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="conformance-workers-") as name:
        folder = Path(name)
        file = folder / "workers.toml"
        targets = "".join(START.format(number=number) for number in range(given.targets))
        services = SERVICES[: given.services]
        options = json.dumps(["--max-requests", str(given.requests)])
        file.write_text(f"services = {json.dumps(services)}\noptions = {options}\n{targets}")
        took = {workers: _seconds(file, folder / str(workers), workers) for workers in (1, 2)}
    print(json.dumps({
        "parts": given.targets * len(services),
        "one_worker_seconds": round(took[1], 1),
        "two_workers_seconds": round(took[2], 1),
        "ratio": round(took[2] / took[1], 2),
        "load": [round(one, 1) for one in os.getloadavg()],
        "cores": os.cpu_count(),
    }))  # fmt: skip


def _seconds(file: Path, out: Path, workers: int) -> float:
    began = time.monotonic()
    command = [sys.executable, "-m", "conformance", "campaign", str(file), "-o", str(out)]
    subprocess.run([*command, "--workers", str(workers)], check=True)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
