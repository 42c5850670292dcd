"""Lets Hypothesis draw requests and values, and make smaller what breaks something."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis.errors import Flaky, Unsatisfiable

from conformance.engine.fuzzing.requests import FuzzCase, requests
from conformance.engine.probe_result import ProbeResult
from conformance.plan.generation.determinism import (
    BudgetExhausted,
    drawing,
    hypothesis_settings,
    without_local_constants,
)
from conformance.plan.generation.strategies import strategy
from conformance.plan.probes import Drawing, Probe
from conformance.plan.valid_requests.base_requests import with_value

Send = Callable[[FuzzCase, Any], tuple[bytes, Callable[[], list[str]]] | None]
"""Gives a request's bytes, and what sends it and names the requirements that it breaks."""

MORE = 3
"""Values that are drawn for each request that may be sent: some are sent already."""


class FuzzFailure(Exception):
    """Tells Hypothesis of a failure: by a class for each requirement, so that all are shrunk."""


class _Escaped(BaseException):
    """Carries an error of the run through Hypothesis, as an interrupt."""


@dataclass(slots=True)
class Search:
    """One search; once it is ``enough``, nothing more is sent."""

    cases: tuple[FuzzCase, ...]
    send: Send
    draws: int
    cuts: int
    seed: str
    enough: Callable[[], bool] = lambda: False
    _left: int = 0
    _sent: int = 0
    _known: dict[bytes, list[str]] = field(default_factory=dict)
    _classes: dict[str, type[FuzzFailure]] = field(default_factory=dict)

    def run(self) -> int:
        """Draw, send and shrink; gives the number of requests. Raises what sending raises."""
        self._left = self.draws
        chosen = hypothesis_settings(MORE * self.draws, several=True)

        def check(drawn: tuple[int, Any]) -> None:
            self.check(self.cases[drawn[0]], drawn[1])

        test = drawing(requests(self.cases), check, chosen, self.seed)
        try:
            with without_local_constants():
                test()
        except (FuzzFailure, Flaky, Unsatisfiable, BudgetExhausted):
            pass  # the sender keeps what is broken
        except BaseExceptionGroup as group:
            if group.split((FuzzFailure, Flaky))[1] is not None:
                raise
        except _Escaped as escaped:
            raise escaped.__cause__ or escaped from None
        return self._sent

    def check(self, case: FuzzCase, value: Any) -> None:
        """Send what was drawn. Raises FuzzFailure where it breaks something."""
        if self.enough():
            raise BudgetExhausted
        made = self.send(case, value)
        if made is None:
            return
        key, tried = made
        if key not in self._known:
            if self._left <= 0:
                raise BudgetExhausted
            self._left -= 1
            self._sent += 1
            self._known[key] = self._tried(tried)
        for name in self._known[key][:1]:
            raise self._broken(name)

    def _tried(self, tried: Callable[[], list[str]]) -> list[str]:
        try:
            return tried()
        except Exception as error:
            raise _Escaped from error

    def _broken(self, name: str) -> FuzzFailure:
        if name not in self._classes:
            self._left += self.cuts
            self._classes[name] = type("Broken", (FuzzFailure,), {})
        return self._classes[name](name)


Try = Callable[[Probe], ProbeResult]


class _Broken(Exception):
    """Tells Hypothesis that a value breaks the requirement."""


class _Unanswered(BaseException):
    """Ends the drawing: every attempt to shrink would time out as well."""


def find_failure(
    about: Drawing, draws: int, seed: str, attempt: Try
) -> tuple[ProbeResult | None, int]:
    """Send ``draws`` values by the seed; gives the smallest failure, and how many held."""
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
        with without_local_constants():
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
        probe, values=with_value(dict(probe.values), place, value), note="a random value"
    )
