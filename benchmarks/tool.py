"""A standard run of the tool, as a user starts it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.child import measure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FAILURE = r"^\s*(failed|FAIL)"
"""How the display begins the line of a failure."""

_FINISHED = (0, 1)
"""Exit statuses of a run that tested the target: it conforms, or it does not."""


@dataclass(frozen=True, slots=True)
class Run:
    """``requests`` and ``testing`` (seconds) are the record's own; the rest is seen from outside.

    ``wall`` and ``first_failure`` are seconds from the start of the process, ``memory`` is MiB.
    """

    requests: int
    testing: float
    wall: float
    first_failure: float | None
    memory: float | None

    @property
    def rate(self) -> float:
        """Requests a second while it tested, start-up and reports left out."""
        return self.requests / self.testing


def run(target: str, seed: int, folder: Path, root: Path, services: Sequence[str] = ()) -> Run:
    """Run the standard profile, every service or these, on a target; files go to ``folder``."""
    record = folder / "record.jsonl"
    files = ["--record", str(record), "--html", str(folder / "report.html")]
    command = [sys.executable, "-m", "conformance", "run", target, "--seed", str(seed)]
    options = [text for one in services for text in ("--service", one)]
    measured = measure([*command, *files, *options], _FAILURE, root)
    if measured.status not in _FINISHED:
        raise RuntimeError(f"conformance run {target} ended so:\n{measured.output}")
    summary = json.loads(record.read_text(encoding="utf-8").splitlines()[-1])
    return Run(
        requests=summary["requests"],
        testing=summary["seconds"],
        wall=measured.seconds,
        first_failure=measured.first,
        memory=measured.memory,
    )
