"""One run from its configuration to its outcome, with every phase and the baseline's marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.engine.events import Decided, Event
from conformance.engine.outcome import RunOutcome, exit_code
from conformance.engine.run import DRAWS, Run, RunConfig
from conformance.engine.service_run import Settings
from conformance.engine.stops import NothingTested
from conformance.errors import CouldNotTest, Problem
from conformance.plan.authentication import Auth
from conformance.record import SummaryLine, Verdict
from conformance.runs.recording import baseline_use, last_line, marked
from conformance.transport.address import is_real

if TYPE_CHECKING:
    from conformance.record.baseline import Gate


def settings_for(profile: str, seed: int, *, auth: str | None = None, url: str = "") -> Settings:
    """The settings of a profile by its name.

    Without an option for signatures, a real AWS at ``url`` must check them; most emulators look at
    none. Raises ValueError for a profile or a mode that there is not.
    """
    if profile not in DRAWS:
        raise ValueError(f"unknown profile {profile!r}; choose from {', '.join(DRAWS)}")
    usual = Auth.REQUIRE if is_real(url) else Auth.REPORT
    return Settings(draws=DRAWS[profile], seed=seed, auth=usual if auth is None else Auth(auth))


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
    config: RunConfig,
    outcome: RunOutcome,
    gate: Gate | None,
    *,
    strict: bool,
    fail_on_unsupported: bool = False,
    whole: bool = True,
) -> SummaryLine:
    """The summary line of a run; not ``whole`` is a part of a run, see baseline_use."""
    code = exit_code(outcome, strict=strict, fail_on_unsupported=fail_on_unsupported)
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
