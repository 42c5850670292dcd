"""Runs a command and tells how long it took, how much memory and when it first said something."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

_POLL = 0.02
GRACE = 60.0
"""Seconds that an interrupted command has to end by itself."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished command: times in seconds from its start, memory in MiB at its peak.

    ``first`` is when the first line that matches was read, ``memory`` of the process itself
    without its children; each None where there was none or the system does not tell.
    """

    status: int
    seconds: float
    first: float | None
    memory: float | None
    output: str
    ended: bool = False
    """It was interrupted when its time was over."""


def measure(command: list[str], first: str, cwd: Path, limit: float | None = None) -> Measured:
    """Run a command to its end; ``first`` is a pattern that is searched in every line it writes.

    After ``limit`` seconds it is interrupted, and killed where that does not end it.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = _Peak(process)
    peak.start()
    over = [] if limit is None else _ending(process, limit)
    for timer in over:
        timer.start()
    seen, lines = None, []
    with process:
        for line in process.stdout or ():
            if seen is None and re.search(first, line):
                seen = time.perf_counter() - start
            lines.append(line)
    peak.join()
    for timer in over:
        timer.cancel()
    seconds = time.perf_counter() - start
    ended = limit is not None and seconds > limit
    return Measured(process.returncode, seconds, seen, peak.mebibytes, "".join(lines), ended)


def _ending(process: subprocess.Popen[str], limit: float) -> list[threading.Timer]:
    return [
        threading.Timer(limit, process.send_signal, [signal.SIGINT]),
        threading.Timer(limit + GRACE, process.kill),
    ]


class _Peak(threading.Thread):
    """Watches the high-water mark of a process's memory, where /proc tells it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__()
        self._process = process
        self._status = Path(f"/proc/{process.pid}/status")
        self.mebibytes: float | None = None

    def run(self) -> None:
        while self._process.returncode is None and self._status.exists():
            self._look()
            time.sleep(_POLL)

    def _look(self) -> None:
        try:
            found = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text())
        except OSError:
            return
        if found:
            self.mebibytes = int(found[1]) / 1024
