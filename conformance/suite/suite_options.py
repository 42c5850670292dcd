"""What a suite tests, once the command line has had its say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import Problem
from conformance.suite import OPTIONS, Suite

if TYPE_CHECKING:
    from conformance.engine.outcome import Job

FIELDS = {"service": "services"}
"""The fields of a suite that are not called as their option is."""


def with_options(suite: Suite, config: pytest.Config, beside: Path) -> Suite:
    """The suite with the options in place; a baseline of a conftest stands beside it.

    Raises pytest.UsageError where no target is given.
    """
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
        raise pytest.UsageError("conformance: say what to test: --conformance-target URL")
    return suite


def jobs_of(suite: Suite) -> list[Job]:
    """The requirements of a suite, by service. Raises pytest.UsageError for what is mistyped."""
    from conformance.contract.given import read_given
    from conformance.contract.globs import excluding
    from conformance.runs.jobs import select_jobs
    from conformance.transport.address import is_real
    from conformance.transport.aws import NAME

    if suite.target == NAME or is_real(suite.target):
        raise pytest.UsageError("conformance: real AWS is tested by `conformance run aws` alone")
    try:
        globs = excluding(suite.requirements, suite.exclude)
        given = read_given(suite.given, may_change=suite.may_change)
        jobs = select_jobs(tuple(suite.services), globs, given)
    except Problem as problem:
        raise pytest.UsageError(f"conformance: {problem}\n  hint: {problem.hint}") from None
    return jobs


def accepted(suite: Suite) -> Mapping[str, str]:
    """The failures that the suite's baseline accepts today, each with why.

    Raises pytest.UsageError where it cannot be read.
    """
    if not suite.baseline:
        return {}
    from conformance.record.baseline import read_baseline
    from conformance.record.baseline.gate import today_in_utc

    try:
        baseline = read_baseline(Path(suite.baseline))
    except Problem as problem:
        raise pytest.UsageError(f"conformance: {problem}\n  hint: {problem.hint}") from None
    today = today_in_utc()
    return {
        name: entry.told() for name, entry in baseline.accepted.items() if not entry.expired(today)
    }
