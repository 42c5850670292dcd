"""What a run is to decide: the requirements of each service, in the region of the run.

Or of them only what an earlier run did not see to hold: what failed, was not decided, or is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import BadInput
from conformance.record import Verdict, VerdictLine, read_record

if TYPE_CHECKING:
    from conformance.contract.given_values import Given
    from conformance.contract.listing.requirements import Requirement
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
    """The id of the requirement that covers this one, if another place states it."""
    found = (sharing.covering(glob) for sharing in shared)
    return next((one for one in found if one is not None), glob)


def notes(
    jobs: Sequence[Job],
    globs: tuple[str, ...],
    given: Given | None = None,
    headers: ExtraHeaders | None = None,
) -> list[str]:
    """The notes on what a run tested, besides its verdicts."""
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
    """The notes on contracts that come from an SDK model, wholly or for their setup."""
    from conformance.contract.locate import is_on_demand
    from conformance.contract.on_demand import derivation_note

    contracts = [job.contract for job in jobs]
    yield from (
        derivation_note(one.service, one.protocol) for one in contracts if is_on_demand(one.service)
    )
    yield from (one.completed for one in contracts if one.completed)


def _given(given: Given) -> Iterator[str]:
    """The resources that were given."""
    may = "may be changed" if given.may_change else "only read"
    yield f"given, {may}: {', '.join(f'{one}={one.value}' for one in given.members)}"


def _shared(jobs: Sequence[Job]) -> Iterator[str]:
    """The structures that a service states once, in one of many places."""
    from conformance.contract.listing.sharing import sharing_of

    yield from (told for job in jobs if (told := sharing_of(job.contract).told()))


def placed(job: Job, region: str) -> Job:
    """The job for the region of the run and its partition, where it was written for another."""
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


class Replaced(BadInput):
    """The record of the run would overwrite the one that it is compared with: ``path``."""

    hint = "write the new record to another file with --record FILE; the old one has what passed"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"--changed-since {path}: this run's record would overwrite it")


class Why(StrEnum):
    """Why a requirement is tested again."""

    FAILED = "failed"
    UNDECIDED = "not decided"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The jobs with what is to be tested again, and how many for which reason."""

    jobs: list[Job]
    reasons: Counter[Why]
    held: int
    """Those that are left out, because they held."""
    since: Path

    def summary(self) -> str:
        kinds = ", ".join(f"{number} {why}" for why in Why if (number := self.reasons[why]))
        total = sum(self.reasons.values())
        of = f"{total} of {total + self.held} requirements"
        why = f" ({kinds})" if kinds else ", all of which passed there"
        return f"since {self.since}: {of}{why}"


def narrowed(jobs: Sequence[Job], path: Path) -> Narrowed:
    """The jobs without what held in the record. Raises RecordProblem."""
    known = {line.requirement: line for line in read_record(path).verdicts}
    reasons: Counter[Why] = Counter()
    kept, held = [], 0
    for job in jobs:
        again = []
        for one in job.requirements:
            why = _why(one, known.get(one.id))
            if why is None:
                held += 1
            else:
                again.append(one)
                reasons[why] += 1
        if again:
            kept.append(replace(job, requirements=tuple(again)))
    return Narrowed(kept, reasons, held, path)


def changed_since(jobs: Sequence[Job], path: Path | None, record: Path) -> Narrowed | None:
    """The same for an optional record, not the run's own. Raises RecordProblem, Replaced."""
    if path is None:
        return None
    if path.resolve() == record.resolve():
        raise Replaced(path)
    return narrowed(jobs, path)


def _why(requirement: Requirement, line: VerdictLine | None) -> Why | None:
    if line is None or line.statement != requirement.statement:
        return Why.NEW  # an id that says something else by now has not been tested
    if line.verdict is Verdict.PASSED:
        return None
    return Why.FAILED if line.verdict is Verdict.FAILED else Why.UNDECIDED
