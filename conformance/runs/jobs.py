"""What a run is to decide: the requirements of each service, in the region of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.contract.given_values import Given
    from conformance.contract.listing.sharing import Sharing
    from conformance.engine.outcome import Job
    from conformance.transport.extra_headers import ExtraHeaders


def select_jobs(
    services: tuple[str, ...], globs: tuple[str, ...], given: Given | None = None
) -> list[Job]:
    """The requirements to decide, by service; a glob after ``!`` leaves out what it matches.

    Every glob must match something: a mistyped one would silently test something else. What is
    ``given`` stands in the requests of every service that takes it.
    Raises UnknownService, SpecProblem, NothingSelected, NothingLeft, BadGiven.
    """
    from conformance.contract.given import check_given, with_given
    from conformance.contract.listing.catalogue import all_match, catalogue, left_out, select
    from conformance.contract.listing.sharing import sharing_of
    from conformance.contract.load import load_contract
    from conformance.contract.locate import selected
    from conformance.engine.outcome import Job

    contracts = [load_contract(service) for service in selected(services, globs)]
    if given:
        check_given(contracts, given)
        contracts = [with_given(contract, given) for contract in contracts]
    every = {contract.service: catalogue(contract) for contract in contracts}
    all_known = [one for of_service in every.values() for one in of_service]
    known_ids = {one.id for one in all_known}
    globs = tuple(
        glob if glob in known_ids else _covering(map(sharing_of, contracts), glob) for glob in globs
    )
    all_match(all_known, globs)
    chosen = select(all_known, globs)
    jobs = []
    for contract in contracts:
        known = every[contract.service]
        own = tuple(one for one in chosen if one.service == contract.service)
        if own:
            jobs.append(Job(contract, own, left_out=left_out(known, globs)))
    return jobs


def _covering(shared: Iterable[Sharing], glob: str) -> str:
    """The id of what covers this one, where it is the id of a place that states nothing itself."""
    found = (sharing.covering(glob) for sharing in shared)
    return next((one for one in found if one is not None), glob)


def notes(
    jobs: Sequence[Job],
    globs: tuple[str, ...],
    given: Given | None = None,
    headers: ExtraHeaders | None = None,
) -> list[str]:
    """What a run says of what it tested, beside its verdicts."""
    return [
        *_excluded(globs),
        *_derived(jobs),
        *(_given(given) if given else ()),
        *(headers.note() if headers else ()),
        *_shared(jobs),
    ]


def _excluded(globs: tuple[str, ...]) -> Iterator[str]:
    """The note on what the options exclude; nothing if none does."""
    from conformance.contract.globs import negative

    unwanted = negative(globs)
    if unwanted:
        yield f"excluded from this run: {', '.join(unwanted)}"


def _derived(jobs: Sequence[Job]) -> Iterator[str]:
    """The contracts that are made of an SDK model, wholly or for their setup."""
    from conformance.contract.locate import is_on_demand
    from conformance.contract.on_demand import told

    contracts = [job.contract for job in jobs]
    yield from (told(one.service, one.protocol) for one in contracts if is_on_demand(one.service))
    yield from (one.completed for one in contracts if one.completed)


def _given(given: Given) -> Iterator[str]:
    """The resources that were given."""
    may = "which may be changed" if given.may_change else "which are only read"
    yield f"given, {may}: {', '.join(f'{one}={one.value}' for one in given.members)}"


def _shared(jobs: Sequence[Job]) -> Iterator[str]:
    """The structures that a service states once, in one of many places."""
    from conformance.contract.listing.sharing import sharing_of

    yield from (told for job in jobs if (told := sharing_of(job.contract).told()))


def placed(job: Job, region: str) -> Job:
    """The job in the region of the run, and in its partition, where it was written for others."""
    from conformance.contract.given import with_given
    from conformance.contract.listing.catalogue import catalogue
    from conformance.contract.load import load_contract
    from conformance.transport.aws import partition_of
    from conformance.transport.credentials import DEFAULT_REGION

    written = job.contract.overlay.signing.region or region
    partition = "aws" if region == DEFAULT_REGION else partition_of(region) or "aws"
    if (written, partition) == (region, "aws"):
        return job
    contract = load_contract(job.contract.service, region, partition)
    contract = with_given(contract, job.contract.given)
    chosen = {one.id for one in job.requirements}
    kept = tuple(one for one in catalogue(contract) if one.id in chosen)
    return replace(job, contract=contract, requirements=kept)
