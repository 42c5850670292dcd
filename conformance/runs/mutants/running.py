"""Many mutants, tried in several processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.errors import CouldNotTest
from conformance.runs.mutants.trial import attempt, suite
from conformance.runs.mutants.values import Mutant, MutantPlan, Ran, Result

Heard = Callable[[Result], None]


class ReferenceFails(CouldNotTest):
    """The suite fails the reference without any fault: no kill would show anything."""

    hint = "`conformance run reference` shows what fails; that has to be right first"

    def __init__(self, control: Ran) -> None:
        told = control.problem or ", ".join(control.failures)
        super().__init__(f"the reference without a fault is not passed: {told}")


@dataclass(frozen=True, slots=True)
class Campaign:
    """The results in the order of the mutants; ``interrupted`` where some were not tried.

    ``control`` is the run against the reference without a fault.
    """

    results: tuple[Result, ...]
    control: Ran
    seconds: float
    interrupted: bool = False


def run(mutants: Sequence[Mutant], plan: MutantPlan, workers: int, heard: Heard) -> Campaign:
    """Try every mutant, after the reference itself; ``heard`` gets each result as it comes.

    Ctrl-C ends it with what is known by then. Raises ReferenceFails (the reference without a fault
    does not pass).
    """
    start = time.monotonic()
    tried = tuple(dict.fromkeys(one for mutant in mutants for one in mutant.services))
    try:
        control = suite(tried, plan)
    except CouldNotTest as problem:  # its hint is for a target of the user's own
        raise ReferenceFails(Ran(plan.profile, problem=str(problem))) from problem
    if control.failures or control.problem:
        raise ReferenceFails(control)
    found: dict[str, Result] = {}
    interrupted = False
    try:
        for result in _tried(mutants, plan, min(workers, len(mutants))):
            found[result.mutant.id] = result
            heard(result)
    except KeyboardInterrupt:
        interrupted = True
    results = tuple(found[one.id] for one in mutants if one.id in found)
    return Campaign(results, control, time.monotonic() - start, interrupted)


def _tried(mutants: Sequence[Mutant], plan: MutantPlan, workers: int) -> Iterator[Result]:
    if workers <= 1:
        yield from (attempt(mutant, plan) for mutant in mutants)
        return
    from concurrent.futures import as_completed

    with _pool(workers) as pool:
        waiting = [pool.submit(attempt, mutant, plan) for mutant in mutants]
        for done in as_completed(waiting):
            yield done.result()


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    """Processes that end with this one, and whose waiting work is dropped when this ends early."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Not forked: the progress display runs in a thread, and a fork beside threads can hang.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_settle)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _settle() -> None:
    """In a worker: leave Ctrl-C to the parent, and end when the parent is gone."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: object) -> None:
    from multiprocessing.process import BaseProcess

    if isinstance(parent, BaseProcess):
        parent.join()
        os._exit(1)
