"""One mutant, tried: whole runs of the suite against it, without a socket in between."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from conformance.engine.outcome import Job
from conformance.runs.mutants.killers import Globs
from conformance.runs.mutants.values import Mutant, MutantPlan, MutantStatus, Ran, Result

QUICK = "quick"
"""The profile whose requests every other profile sends too, and sooner than its own."""


def attempt(mutant: Mutant, plan: MutantPlan) -> Result:
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
        ran = Ran(plan.profile, problem=f"{type(error).__name__}: {error}")
    return judged(mutant, ran)


def judged(mutant: Mutant, ran: Ran) -> Result:
    """The fate of a mutant, given what the suite showed."""
    named = tuple(filter(Globs(mutant.killers).match, ran.failures))
    if named:
        fate = MutantStatus.NAMED
    elif ran.failures:
        fate = MutantStatus.MISNAMED
    else:
        fate = MutantStatus.ERROR if ran.problem else MutantStatus.SURVIVED
    return Result(mutant, fate, ran, named)


def suite(services: tuple[str, ...], plan: MutantPlan, faults: tuple[str, ...] = ()) -> Ran:
    """What ``conformance run reference`` does, in this process, with these faults built in."""
    from conformance.engine.run import RunConfig
    from conformance.plan.authentication import Auth
    from conformance.record import fails_gate
    from conformance.reference.inprocess import URL, InProcess
    from conformance.reference.server import TEST_KEYS, ServerOptions
    from conformance.runs.execution import run_all, settings_for
    from conformance.transport.credentials import DEFAULT_REGION, TEST_CREDENTIALS
    from conformance.transport.retry import RetryingTransport

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
    return Ran(
        plan.profile,
        tuple(line.requirement for line in outcome.verdicts if fails_gate(line, strict=False)),
        outcome.requests,
        outcome.seconds,
        "" if outcome.problem is None else str(outcome.problem),
    )


@cache
def _job(service: str) -> Job:
    """A service with all its requirements, read once a process."""
    from conformance.contract.listing.catalogue import catalogue
    from conformance.contract.load import load_contract
    from conformance.engine.outcome import Job

    contract = load_contract(service)
    return Job(contract, catalogue(contract))
