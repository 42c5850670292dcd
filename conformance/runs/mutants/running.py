"""Many mutants, tried in several processes: whole runs of the suite with no socket in between."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

from conformance.contract.listing.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.errors import CouldNotTest
from conformance.plan.authentication import Auth
from conformance.record import fails_gate
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import TEST_KEYS, ServerOptions
from conformance.runs.execution import run_all, settings_for
from conformance.runs.mutants.selection import Globs
from conformance.runs.mutants.values import (
    Campaign,
    Mutant,
    MutantPlan,
    MutantStatus,
    Result,
    SuiteResult,
)
from conformance.transport.credentials import DEFAULT_REGION, TEST_CREDENTIALS
from conformance.transport.retry import RetryingTransport

QUICK = "quick"
"""The profile whose requests every other profile sends too, and sooner than its own."""


def run_mutant(mutant: Mutant, plan: MutantPlan) -> Result:
    """Run the suite against the mutant.

    What the quick profile names, every profile names: a longer run is only made where it does not.
    An exception of our own becomes the fate ``error``: one mutant must not end the others.
    """
    result = _attempt(mutant, replace(plan, profile=QUICK))
    if result.fate is MutantStatus.NAMED or plan.profile == QUICK:
        return result
    return _attempt(mutant, plan)


def _attempt(mutant: Mutant, plan: MutantPlan) -> Result:
    try:
        ran = suite(mutant.services, plan, (mutant.id,))
    except Exception as error:  # noqa: BLE001 - reported as our fault, never as a kill
        ran = SuiteResult(plan.profile, problem=f"{type(error).__name__}: {error}")
    return judged(mutant, ran)


def judged(mutant: Mutant, ran: SuiteResult) -> Result:
    """The fate of a mutant, given the failures of the suite."""
    named = tuple(filter(Globs(mutant.killers).match, ran.failures))
    if named:
        fate = MutantStatus.NAMED
    elif ran.failures:
        fate = MutantStatus.MISNAMED
    else:
        fate = MutantStatus.ERROR if ran.problem else MutantStatus.SURVIVED
    return Result(mutant, fate, ran, named)


def suite(services: tuple[str, ...], plan: MutantPlan, faults: tuple[str, ...] = ()) -> SuiteResult:
    """What ``conformance run reference`` does, in this process, with these faults built in."""
    jobs = [_job(service) for service in services]
    transport = RetryingTransport(InProcess(ServerOptions(faults=faults, keys=TEST_KEYS)))
    # The reference shows at once what was done: there is nothing to wait for.
    settings = replace(settings_for(plan.profile, plan.seed, auth=Auth.REQUIRE), settle=0.0)
    outcome = run_all(
        RunConfig(
            jobs=jobs, url=URL, credentials=TEST_CREDENTIALS, region=DEFAULT_REGION,
            transport=transport, settings=settings,
        )
    )  # fmt: skip
    if outcome.interrupted:
        raise KeyboardInterrupt
    return SuiteResult(
        plan.profile,
        tuple(line.requirement for line in outcome.verdicts if fails_gate(line, strict=False)),
        outcome.requests,
        outcome.seconds,
        "" if outcome.problem is None else str(outcome.problem),
    )


@cache
def _job(service: str) -> Job:
    """A service with all its requirements, read once a process."""
    contract = load_contract(service)
    return Job(contract, catalogue(contract))


Heard = Callable[[Result], None]


class ReferenceFails(CouldNotTest):
    """The suite fails the reference without any fault: no kill would show anything."""

    hint = "`conformance run reference` shows what fails; fix that first"

    def __init__(self, control: SuiteResult) -> None:
        why = control.problem or ", ".join(control.failures)
        super().__init__(f"the reference fails without a fault: {why}")


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
        raise ReferenceFails(SuiteResult(plan.profile, problem=str(problem))) from problem
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
    return Campaign(results, time.monotonic() - start, interrupted)


def _tried(mutants: Sequence[Mutant], plan: MutantPlan, workers: int) -> Iterator[Result]:
    if workers <= 1:
        yield from (run_mutant(mutant, plan) for mutant in mutants)
        return
    from concurrent.futures import as_completed

    with _pool(workers) as pool:
        waiting = [pool.submit(run_mutant, mutant, plan) for mutant in mutants]
        for done in as_completed(waiting):
            yield done.result()


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    """Processes that end with this one; waiting work is dropped when this ends early."""
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
