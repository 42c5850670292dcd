"""One run from its configuration to its outcome, with every phase and the baseline's marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from conformance.engine.events import Decided, Event
from conformance.engine.outcome import Job, RunOutcome, exit_code
from conformance.engine.run import DRAWS, Run, RunConfig
from conformance.engine.service_run import Settings
from conformance.engine.stops import Limits, NothingTested
from conformance.errors import CouldNotTest, Problem
from conformance.plan.authentication import Auth
from conformance.record import SummaryLine, Verdict
from conformance.record.baseline import Gate
from conformance.runs.access import Access, RunRequest
from conformance.runs.recording import baseline_use, last_line, marked
from conformance.transport.address import is_real


def settings_for(profile: str, seed: int, *, auth: str | None = None, url: str = "") -> Settings:
    """The settings of a profile; real AWS at ``url`` must check signatures. Raises ValueError."""
    if profile not in DRAWS:
        raise ValueError(f"unknown profile {profile!r}; choose from {', '.join(DRAWS)}")
    usual = Auth.REQUIRE if is_real(url) else Auth.REPORT
    return Settings(draws=DRAWS[profile], seed=seed, auth=usual if auth is None else Auth(auth))


def config_of(access: Access, jobs: Sequence[Job], settings: Settings, **more: Any) -> RunConfig:
    """The configuration of a run on a target; ``more`` are other fields of RunConfig."""
    return RunConfig(
        jobs=jobs, url=access.url, credentials=access.credentials, region=access.region,
        settings=settings, **{"transport": access.transport, **more},
    )  # fmt: skip


def requested_config(
    request: RunRequest, access: Access, jobs: Sequence[Job], **more: Any
) -> RunConfig:
    """The configuration that was requested."""
    settings = settings_for(request.profile, request.seed, auth=request.auth, url=access.url)
    limits = Limits(request.time_limit, request.max_requests)
    return config_of(access, jobs, settings, limits=limits, secrets=request.headers.secrets, **more)


def run_all(config: RunConfig) -> RunOutcome:
    """Do every phase of a run. Raises WrongCredentials when nothing can be tested at all."""
    return Run(config).run()


def run_gated(config: RunConfig, gate: Gate | None, hear: Callable[[Event], None]) -> RunOutcome:
    """Do every phase of a run, its verdicts marked by the baseline.

    ``hear`` is given every event instead of the configuration's own. A problem that ends the run
    is in the outcome: what was decided before it, of another service for example, is kept.
    """

    def emit(event: Event) -> None:
        if isinstance(event, Decided):
            event = Decided(marked(event.line, gate))
        hear(event)

    run = Run(replace(config, emit=emit))
    try:
        run.run()
    except CouldNotTest as problem:
        run.outcome.problem = problem
    run.outcome.verdicts = [marked(line, gate) for line in run.outcome.verdicts]
    return run.outcome


def concluded(
    request: RunRequest,
    config: RunConfig,
    outcome: RunOutcome,
    gate: Gate | None,
    *,
    whole: bool = True,
) -> SummaryLine:
    """The summary line of a run; not ``whole`` is a part of a run, see baseline_use."""
    code = exit_code(
        outcome, strict=request.strict, fail_on_unsupported=request.fail_on_unsupported
    )
    use = baseline_use(gate, outcome.verdicts, config.jobs, whole=whole)
    if use is not None and use.fails:
        code = code or 1
    return last_line(config.jobs, outcome, code, use)


def nothing_tested(outcome: RunOutcome) -> Problem | None:
    """Why nothing was decided, where nothing was."""
    decided = {Verdict.PASSED, Verdict.FAILED}
    if outcome.interrupted or any(line.verdict in decided for line in outcome.verdicts):
        return None
    reasons = Counter(line.reason for line in outcome.verdicts)
    return NothingTested(reasons.most_common(1)[0][0]) if reasons else None
