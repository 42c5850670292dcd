"""What a run is to decide: the requirements of each service, in the region of the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.engine.run import Job


def select_jobs(services: tuple[str, ...], globs: tuple[str, ...]) -> list[Job]:
    """The requirements to decide, by service; a glob after ``!`` leaves out what it matches.

    Every glob must match something: a mistyped one would silently test something else.
    Raises UnknownService, SpecProblem, NothingSelected, NothingLeft.
    """
    from conformance.contract.catalogue import catalogue
    from conformance.contract.load import load_contract
    from conformance.contract.locate import selected
    from conformance.contract.selection import all_match, left_out, select
    from conformance.engine.run import Job

    contracts = [load_contract(service) for service in selected(services, globs)]
    every = {contract.service: catalogue(contract) for contract in contracts}
    all_known = [one for of_service in every.values() for one in of_service]
    all_match(all_known, globs)
    chosen = select(all_known, globs)
    jobs = []
    for contract in contracts:
        known = every[contract.service]
        own = tuple(one for one in chosen if one.service == contract.service)
        if own:
            jobs.append(Job(contract, own, left_out=left_out(known, globs)))
    return jobs


def excluded_note(globs: tuple[str, ...]) -> list[str]:
    """What a run says it was told to leave out; nothing if no option excludes anything."""
    from conformance.contract.globs import negative

    unwanted = negative(globs)
    if not unwanted:
        return []
    return [f"excluded from this run: {', '.join(unwanted)}"]


def derived_note(jobs: Sequence[Job]) -> list[str]:
    """What a run says of contracts that were derived because their services are named."""
    from conformance.contract.locate import is_on_demand
    from conformance.contract.on_demand import told

    return [told(one) for job in jobs if is_on_demand(one := job.contract.service)]


def placed(job: Job, region: str) -> Job:
    """The job in the region of the run, and in its partition, where it was written for others."""
    from conformance.contract.catalogue import catalogue
    from conformance.contract.load import load_contract
    from conformance.transport.credentials import DEFAULT_REGION
    from conformance.transport.regions import partition_of

    written = job.contract.overlay.signing.region or region
    partition = "aws" if region == DEFAULT_REGION else partition_of(region) or "aws"
    if (written, partition) == (region, "aws"):
        return job
    contract = load_contract(job.contract.service, region, partition)
    chosen = {one.id for one in job.requirements}
    kept = tuple(one for one in catalogue(contract) if one.id in chosen)
    return replace(job, contract=contract, requirements=kept)
