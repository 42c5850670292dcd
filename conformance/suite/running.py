"""Runs beside the tests: the engine decides, and each test takes its verdict when it is there.

A run decides its requirements together, because they share what they send. Doing so in a thread
lets the first test end as soon as the first verdict is found, and ``-x`` end the run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from conformance.engine.events import Decided, Event, ServiceStarted
from conformance.engine.outcome import Job
from conformance.engine.stops import Limits
from conformance.errors import CouldNotTest, Problem
from conformance.record import VerdictLine
from conformance.runs.access import gain_access
from conformance.runs.execution import config_of, run_all, settings_for
from conformance.suite import Suite
from conformance.suite.scheduling import parts
from conformance.transport.endpoint import Target, open_target
from conformance.transport.exchange import CheckedTransport
from conformance.transport.retry import RetryingTransport


class UndecidedRequirement(CouldNotTest):
    """A requirement without a verdict, for a reason that is not the target's conformance."""

    def __init__(self, requirement: str, why: str) -> None:
        self.requirement, self.why = requirement, why
        super().__init__(f"{requirement}: could not be tested: {why}")


class Running:
    """One run in a separate thread."""

    def __init__(self, suite: Suite, jobs: Sequence[Job], target: Target) -> None:
        self._suite, self._jobs, self._target = suite, jobs, target
        self._lines: dict[str, VerdictLine] = {}
        self._open = 0
        self._why = "the run ended earlier"
        self._ended = False
        self._news = threading.Condition()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="conformance", daemon=True)
        self._thread.start()

    def line(self, requirement: str) -> VerdictLine:
        """The verdict of a requirement, as soon as there is one. Raises UndecidedRequirement."""
        with self._news:
            self._news.wait_for(lambda: requirement in self._lines or self._ended)
        if requirement not in self._lines:
            raise UndecidedRequirement(requirement, self._why)
        return self._lines[requirement]

    def close(self) -> None:
        """End the run, and wait until it has deleted what it made."""
        if not self._ended:
            self._stopped.set()
        self._thread.join()

    def _check(self) -> None:
        """Raise KeyboardInterrupt, once, if the run is to end; not during its clean-up."""
        if self._stopped.is_set() and self._open > 0:
            self._stopped.clear()
            raise KeyboardInterrupt

    def _work(self) -> None:
        try:
            self._run()
        except Problem as problem:
            self._why = _told(problem)
        except Exception as error:  # noqa: BLE001 - reported by every test that waits for a verdict
            self._why = f"a fault of conformance: {type(error).__name__}: {error}"
        finally:
            with self._news:
                self._ended = True
                self._news.notify_all()

    def _run(self) -> None:
        suite = self._suite
        access = gain_access(self._target, timeout=suite.timeout, ca_bundle=None)
        transport = RetryingTransport(CheckedTransport(access.transport, self._check), retries=0)
        limits = Limits(suite.time_limit, suite.max_requests)
        settings = settings_for(suite.profile, suite.seed, auth=suite.auth)
        config = config_of(
            access, self._jobs, settings, transport=transport, emit=self._hear, limits=limits
        )
        run_all(config)

    def _hear(self, event: Event) -> None:
        if isinstance(event, ServiceStarted):
            self._open = event.requirements
        elif isinstance(event, Decided):
            with self._news:
                self._open -= 1
                self._lines[event.line.requirement] = event.line
                self._news.notify_all()


class Runs:
    """The runs of a suite: one for all that was chosen or, with workers, one for each part."""

    def __init__(
        self, suite: Suite, jobs: Sequence[Job], chosen: Iterable[str], target: str, *, workers: int
    ) -> None:
        self._suite = suite
        self._parts = parts(list(chosen), workers)
        self._jobs = [
            replace(job, requirements=[one for one in job.requirements if one.id in self._parts])
            for job in jobs
        ]
        self._name = target
        self._target: Target | None = None
        self._stack = ExitStack()
        self._running: dict[int, Running] = {}

    def verdict(self, requirement: str) -> VerdictLine:
        """The verdict of a requirement. Raises UndecidedRequirement, and what opening does."""
        key = self._parts[requirement]
        if key not in self._running:
            jobs = [
                replace(job, requirements=mine)
                for job in self._jobs
                if (mine := [one for one in job.requirements if self._parts[one.id] == key])
            ]
            self._running[key] = Running(self._suite, jobs, self._open(requirement))
        return self._running[key].line(requirement)

    def close(self) -> None:
        """End what is still going on, then the target if we started it."""
        for running in self._running.values():
            running.close()
        self._stack.close()

    def _open(self, requirement: str) -> Target:
        if self._target is None:
            try:
                self._target = self._stack.enter_context(open_target(self._name))
            except Problem as problem:
                raise UndecidedRequirement(requirement, _told(problem)) from None
        return self._target


def _told(problem: Problem) -> str:
    return f"{problem} ({problem.hint})" if problem.hint else str(problem)
