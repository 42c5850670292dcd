"""Requirements as pytest items: one item each, its id the name, its level a marker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.given import read_given
from conformance.contract.globs import excluding
from conformance.contract.listing.requirements import Requirement
from conformance.engine.outcome import Job
from conformance.errors import Problem
from conformance.plan.planner import is_watched
from conformance.plan.sequences import KINDS, RANDOM
from conformance.record import ObstacleCause, Verdict, VerdictLine, fails_gate, gate_levels
from conformance.record.baseline import read_baseline
from conformance.record.baseline.gate import today_in_utc
from conformance.reports.outcome import explanation
from conformance.reports.text import one_line
from conformance.runs.jobs import select_jobs
from conformance.suite import OPTIONS, Suite
from conformance.suite.running import Runs, UndecidedRequirement
from conformance.transport.address import is_real
from conformance.transport.aws import NAME

FIELDS = {"service": "services"}
"""The fields of a suite that are not called as their option is."""


def with_options(suite: Suite, config: pytest.Config, beside: Path) -> Suite:
    """The suite with the command line's options. Raises pytest.UsageError without a target."""
    if suite.baseline:
        suite = replace(suite, baseline=str(beside / suite.baseline))
    given: dict[str, Any] = {}
    for option in OPTIONS:
        value = config.getoption(f"--conformance-{option}")
        if value is not None:
            given[FIELDS.get(option, option.replace("-", "_"))] = value
    suite = replace(suite, **given)
    if "target" in given:
        suite = replace(suite, fixture="")
    if not suite.target and not suite.fixture:
        raise pytest.UsageError("conformance: give a target to test: --conformance-target URL")
    return suite


def jobs_of(suite: Suite) -> list[Job]:
    """The requirements of a suite, by service. Raises pytest.UsageError for what is mistyped."""
    if suite.target == NAME or is_real(suite.target):
        raise pytest.UsageError("conformance: only `conformance run aws` tests real AWS")
    try:
        globs = excluding(suite.requirements, suite.exclude)
        given = read_given(suite.given, may_change=suite.may_change)
        jobs = select_jobs(tuple(suite.services), globs, given)
    except Problem as problem:
        raise pytest.UsageError(f"conformance: {problem}\n  hint: {problem.hint}") from None
    return jobs


def accepted(suite: Suite) -> Mapping[str, str]:
    """The failures that the baseline accepts today, and why. Raises pytest.UsageError."""
    if not suite.baseline:
        return {}
    try:
        baseline = read_baseline(Path(suite.baseline))
    except Problem as problem:
        raise pytest.UsageError(f"conformance: {problem}\n  hint: {problem.hint}") from None
    today = today_in_utc()
    return {
        name: entry.told() for name, entry in baseline.accepted.items() if not entry.expired(today)
    }


class RequirementBroken(Exception):
    """A requirement that does not hold; pytest shows the message alone."""


class SuiteFile(pytest.File):
    """The requirements of one suite, in the order in which a run decides them."""

    def __init__(self, *, suite: Suite, **rest: Any) -> None:
        super().__init__(**rest)
        self.suite = with_options(suite, self.config, self.path.parent)
        self.jobs: Sequence[Job] = ()

    def collect(self) -> Iterable[pytest.Item]:
        """An item for each requirement; those that are only watched come last."""
        self.jobs = jobs_of(self.suite)
        known = accepted(self.suite)
        for job in self.jobs:
            for requirement in sorted(job.requirements, key=_rank):
                yield _item(self, requirement, known.get(requirement.id))

    def runs(self, known: dict[Any, Runs], target: str) -> Runs:
        """The runs of this suite in this process, begun by its first test."""
        if self not in known:
            chosen = [item.name for item in self.session.items if item.parent is self]
            workers = int(getattr(self.config, "workerinput", {}).get("workercount", 1))
            known[self] = Runs(self.suite, self.jobs, sorted(chosen), target, workers=workers)
        return known[self]


def _rank(requirement: Requirement) -> int:
    """The order in which a run decides: rules over several requests go on beside the rest."""
    if is_watched(requirement):
        return 2
    return 1 if requirement.keyword in {*KINDS, RANDOM} else 0


def _item(parent: SuiteFile, requirement: Requirement, reason: str | None) -> RequirementItem:
    item: RequirementItem = RequirementItem.from_parent(
        parent, name=requirement.id, callobj=_judged
    )
    item.add_marker(str(requirement.level))
    if parent.suite.fixture:
        item.fixturenames.insert(0, parent.suite.fixture)
    if reason is not None:
        item.add_marker(pytest.mark.xfail(reason=reason, strict=True, raises=RequirementBroken))
    return item


def _judged(request: pytest.FixtureRequest) -> None:
    """The body of every test: the setup has fetched the verdict."""
    item = request.node
    line: VerdictLine = item.line
    if line.verdict is Verdict.PASSED:
        return
    if _is_untested(line, strict=item.parent.suite.strict):
        pytest.fail(f"could not be tested: {line.reason}", pytrace=False)
    if line.verdict is not Verdict.FAILED:
        pytest.skip(f"{line.verdict}: {line.reason}")
    if not fails_gate(line, strict=item.parent.suite.strict):
        pytest.xfail(f"{line.level}, does not fail the gate: {line.reason}")
    # The first line is what a summary of failures shows.
    raise RequirementBroken(f"{one_line(line.reason)}\n\n{explanation(line)}")


def _is_untested(line: VerdictLine, *, strict: bool) -> bool:
    """Whether a gated requirement is undecided for lack of an answer or at a limit."""
    cause = None if line.obstacle is None else line.obstacle.cause
    mute = cause is ObstacleCause.NO_ANSWER and line.verdict is Verdict.INCONCLUSIVE
    left = cause is ObstacleCause.LIMIT
    return (mute or left) and line.level in gate_levels(strict=strict)


class RequirementItem(pytest.Function):
    """One requirement; ``line`` is its verdict once it is set up."""

    line: VerdictLine
    parent: SuiteFile

    def setup(self) -> None:
        """Wait for the verdict; what prevents it is an error, not a failure."""
        super().setup()
        # The target first: what is set up later is ended earlier.
        suite = self.parent.suite
        request = self._request
        target = request.getfixturevalue(suite.fixture) if suite.fixture else suite.target
        runs = self.parent.runs(request.getfixturevalue("conformance_runs"), str(target))
        try:
            self.line = runs.verdict(self.name)
        except UndecidedRequirement as why:
            pytest.fail(str(why), pytrace=False)
        if self.line.verdict is Verdict.ERROR:
            pytest.fail(f"a fault of conformance: {self.line.reason}", pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], **more: Any) -> Any:  # type: ignore[override]
        """Our explanation in place of a traceback through our own code."""
        if isinstance(excinfo.value, RequirementBroken):
            return str(excinfo.value)
        return super().repr_failure(excinfo, **more)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where the test stands: the conftest that declares the suite."""
        return self.path, None, self.name
