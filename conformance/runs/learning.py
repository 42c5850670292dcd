"""What a target shows of the valid requests of a service that nobody wrote an overlay for."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.found_requests import FoundRequest
from conformance.runs import journals
from conformance.runs.access import gain_access
from conformance.runs.execution import config_of, run_all, settings_for
from conformance.runs.jobs import placed, select_jobs
from conformance.transport import endpoint

VALID = "{service}/*/status/2*"
"""The requirements that a valid request of each operation decides."""
TIMEOUT = 10.0
PROFILE = "quick"


def found_requests(service: str, target: str) -> Mapping[str, FoundRequest]:
    """Valid requests by operation, where the one of the required members alone was refused.

    It is a separate run, with a journal where the target outlives it, and deletes what it made.
    Raises what a run raises.
    """
    jobs = select_jobs((service,), (VALID.format(service=service),))
    with endpoint.open_target(target) as opened:
        access = gain_access(opened, timeout=TIMEOUT, ca_bundle=None)
        jobs = [placed(job, access.region) for job in jobs]
        settings = settings_for(PROFILE, 0, auth="off", url=access.url)
        safety = journals.of_run(target, jobs, access)
        with journals.closing(safety, lambda _: None):
            run_all(config_of(access, jobs, settings, safety=safety))
    return {name: one for job in jobs for name, one in job.contract.found.by_operation.items()}
