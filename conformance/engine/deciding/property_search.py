"""Random values beyond the boundaries: drawn and shrunk by Hypothesis, sent by the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis.errors import Unsatisfiable

from conformance.engine.probe_result import ProbeResult
from conformance.plan.generation.determinism import drawing, hypothesis_settings, steady
from conformance.plan.generation.strategies import strategy
from conformance.plan.probes import Drawing, Probe
from conformance.plan.valid_requests.base_requests import edited

Try = Callable[[Probe], ProbeResult]


class _Broken(Exception):
    """Tells Hypothesis that a value breaks the requirement."""


class _Unanswered(BaseException):
    """Ends the drawing: each value tried for a smaller failure would time out as well."""


def explore(about: Drawing, draws: int, seed: str, attempt: Try) -> tuple[ProbeResult | None, int]:
    """Send ``draws`` values of a drawing; gives the smallest failure, if any, and how many held.

    The seed alone decides the values, so that a run can be repeated.
    """
    held, failure = 0, None

    def check(value: Any) -> None:
        nonlocal held, failure
        trial = attempt(_with(about, value))
        if trial.finding is None:
            return
        if trial.finding.held:
            held += 1
            return
        failure = trial
        raise _Unanswered if trial.silent else _Broken

    test = drawing(strategy(about), check, hypothesis_settings(draws), seed)
    try:
        with steady():
            test()
    except (_Broken, _Unanswered, Unsatisfiable):
        pass  # a failure is kept in `failure`; nothing to draw is no finding
    except BaseExceptionGroup as group:
        if not group.subgroup(_Broken):
            raise
    return failure, held


def _with(about: Drawing, value: Any) -> Probe:
    probe = about.probe
    place = probe.place or ()
    return replace(
        probe, values=edited(dict(probe.values), place, value), note="a value drawn at random"
    )
