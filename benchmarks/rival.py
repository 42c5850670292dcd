"""Stock Schemathesis on the same contract and target, signed the same way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LIMIT = 40
"""Seconds that Schemathesis is given: it needs a good part of them before its first requests."""

_HOOKS = Path(__file__).with_name("schemathesis_hooks.py")


def rate(url: str, service: str, seed: int, folder: Path) -> float:
    """Requests a second between its first and its last one, until it ends or the limit is reached.

    Its start-up, the loading of the spec and its reports are left out, as they are for us.
    """
    spec, count = folder / f"{service}.yaml", folder / "count.txt"
    spec.write_bytes(_merged_spec(service))
    count.write_text("")
    environment = os.environ | {"SCHEMATHESIS_HOOKS": str(_HOOKS), "BENCHMARK_COUNT": str(count)}
    options = ["--url", url, "--seed", str(seed), "--max-time", str(LIMIT), "--workers", "1"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(spec), *options]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    times = [float(line) for line in count.read_text().split()]
    if len(times) < 2:
        raise RuntimeError(f"Schemathesis sent next to nothing:\n{done.stdout}{done.stderr}")
    return (len(times) - 1) / (times[-1] - times[0])


def _merged_spec(service: str) -> bytes:
    command = [sys.executable, "-m", "conformance", "spec", service]
    return subprocess.run(command, capture_output=True, check=True).stdout
