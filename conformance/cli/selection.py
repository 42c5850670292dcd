"""Which requirements a command is about: the services and globs that the user names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.engine.run import Job


def select_jobs(services: tuple[str, ...], globs: tuple[str, ...]) -> list[Job]:
    """The requirements to decide, by service.

    Raises UnknownService, SpecProblem, NothingSelected.
    """
    from conformance.contract.load import load_contract
    from conformance.contract.locate import selected
    from conformance.contract.requirements import NothingSelected, catalogue, select
    from conformance.engine.run import Job

    jobs = []
    for service in selected(services, globs):
        contract = load_contract(service)
        try:
            chosen = select(catalogue(contract), globs)
        except NothingSelected:
            continue
        jobs.append(Job(contract, chosen))
    if not jobs:
        raise NothingSelected(globs)
    return jobs


def placed(job: Job, region: str) -> Job:
    """The job in the region of the run, and in its partition, where it was written for others."""
    from conformance.contract.load import load_contract
    from conformance.contract.requirements import catalogue
    from conformance.target.credentials import DEFAULT_REGION
    from conformance.target.regions import partition_of

    written = job.contract.facts.get("signing", {}).get("region", region)
    partition = "aws" if region == DEFAULT_REGION else partition_of(region) or "aws"
    if (written, partition) == (region, "aws"):
        return job
    contract = load_contract(job.contract.service, region, partition)
    chosen = {one.id for one in job.requirements}
    kept = tuple(one for one in catalogue(contract) if one.id in chosen)
    return replace(job, contract=contract, requirements=kept)


def all_match(jobs: list[Job], globs: tuple[str, ...]) -> None:
    """Hold every glob to matching something: a mistyped one would test less than was asked for.

    Raises NothingSelected.
    """
    from conformance.contract.requirements import select

    chosen = [one for job in jobs for one in job.requirements]
    for glob in globs:
        select(chosen, (glob,))
