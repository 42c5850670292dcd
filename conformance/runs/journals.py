"""Where the journals of runs are, and how a run begins its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.transport.targets.known import KNOWN

if TYPE_CHECKING:
    from conformance.engine.outcome import Job
    from conformance.engine.safety.run_safety import RunSafety
    from conformance.runs.access import Access

FOLDER = Path("reports") / "journals"
EMBEDDED = frozenset(KNOWN)
"""Targets that end with the run, and all that was made on them."""


def begin(
    target: str,
    region: str,
    urls: Mapping[str, str],
    *,
    account: str | None = None,
    strict: bool = False,
    folder: Path = FOLDER,
) -> RunSafety:
    """What keeps a run safe that is about to start, with its journal on the disk.

    ``strict`` for targets where others have things of value: what is made is tagged, too. Raises
    JournalProblem.
    """
    from conformance.engine.journal import Header, Journal
    from conformance.engine.resources.names import Names
    from conformance.engine.resources.run_tag import TAG
    from conformance.engine.safety.run_safety import RunSafety

    names = Names()
    now = datetime.now(UTC)
    header = Header(
        target, names.nonce, region, now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        dict(urls), account, TAG if strict else None,
    )  # fmt: skip
    path = folder / f"{now:%Y%m%dT%H%M%S}-{names.nonce}.jsonl"
    return RunSafety(Journal.begin(path, header), names, strict)


def of_run(
    target: str, jobs: Sequence[Job], access: Access, folder: Path = FOLDER, **how: Any
) -> RunSafety | None:
    """The journal of a run; None for a target that ends with the run. ``how`` as in ``begin``."""
    if target in EMBEDDED:
        return None
    return begin(target, access.region, services(jobs, access.url), folder=folder, **how)


@contextmanager
def closing(safety: RunSafety | None, tell: Callable[[str], object]) -> Iterator[None]:
    """Close the journal afterwards, and report where it is if something may be left."""
    try:
        yield
    finally:
        if safety is not None and safety.journal.close():
            tell(
                f"something may be left behind; delete it with: conformance cleanup --journal"
                f" {safety.journal.path}"
            )


def services(jobs: Sequence[Job], url: str) -> dict[str, str]:
    """The URL of each service of a run, and of those that lend it resources."""
    from conformance.plan.valid_requests.resources import foreign_kinds

    found = {job.contract.service: job.url or url for job in jobs}
    for job in jobs:
        for service in foreign_kinds(job.contract).values():
            found.setdefault(service, job.url or url)
    return found
