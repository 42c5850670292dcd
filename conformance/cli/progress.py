"""What ``conformance run`` shows while it goes on: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from typing import Any

from conformance.engine.events import Decided, Event, Note, Progress, ServiceStarted
from conformance.record import Verdict, VerdictLine, gate_levels
from conformance.reports.text import Display, one_line

_LONGEST = 100
EVERY = 10
"""Per cent between two plain lines of progress."""
AT_ONCE = 10
"""So many failures of a service are printed while it runs."""


class ProgressDisplay(Display):
    """Shows events; a context manager, which removes the bar at the end."""

    def __init__(
        self, *, quiet: bool, strict: bool, verbose: bool = False, color: bool = True
    ) -> None:
        self._quiet, self._verbose, self._color = quiet, verbose, color
        self._began = 0.0
        self._levels = gate_levels(strict=strict)
        self._task: Any = None
        self._service = ""
        self._shown = 0
        self._failures = 0
        self._latest = ""

    def show(self, event: Event) -> None:
        if self._quiet:
            return
        if isinstance(event, ServiceStarted):
            self._start(event)
        elif isinstance(event, Progress):
            self._advance(event)
        elif isinstance(event, Decided):
            self._decided(event.line)
        elif isinstance(event, Note):
            self.say(f"note: {event.text}")

    def _start(self, event: ServiceStarted) -> None:
        self._service, self._shown, self._began = event.service, 0, time.monotonic()
        self._failures, self._latest = 0, ""
        self.say(f"{event.service}: {event.requirements} requirements")

    def _decided(self, line: VerdictLine) -> None:
        """Print the first gate failures at once, the rest only with --verbose."""
        self._latest = line.requirement
        if line.verdict is Verdict.FAILED and line.level in self._levels:
            self._failure(line)
        elif self._verbose:
            why = f"  ({one_line(line.reason, _LONGEST)})" if line.reason else ""
            self.say(f"  {line.verdict}  {line.requirement}{why}")

    def _failure(self, line: VerdictLine) -> None:
        self._failures += 1
        if self._failures == AT_ONCE + 1 and not self._verbose:
            self.say("  more failures are in the summary at the end")
        if self._failures <= AT_ONCE or self._verbose:
            self.say(f"  {'failed' if line.baseline is None else 'accepted'}  {line.requirement}")

    def _advance(self, event: Progress) -> None:
        if sys.stderr.isatty():
            self._draw(event)
            return
        percent = event.done * 100 // max(1, event.total)
        if percent >= self._shown + EVERY:
            self._shown = percent - percent % EVERY
            left = self._left(event)
            self.say(f"{self._service}: {percent} %, {event.requests} requests{left}")

    def _left(self, event: Progress) -> str:
        """The estimated time that the service still takes."""
        spent = time.monotonic() - self._began
        if not event.done or event.done >= event.total:
            return ""
        return f", about {spent * (event.total - event.done) / event.done:.0f} s left"

    def _draw(self, event: Progress) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[requests]} requests, {task.fields[failures]} failed"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[latest]}", style="dim", markup=False),
                console=Console(stderr=True, no_color=None if self._color else True),
                transient=True,
            )
            self._bar.start()
        if self._task is None or self._bar.tasks[-1].description != self._service:
            self._task = self._bar.add_task(self._service, requests=0, failures=0, latest="")
        self._bar.update(
            self._task,
            completed=event.done,
            total=event.total,
            requests=event.requests,
            failures=self._failures,
            latest=one_line(self._latest, _LONGEST),
        )
