"""Draws that the seed alone decides.

Hypothesis mixes constants of the local modules loaded so far into what it draws. The same seed
then gives other values in an editable installation than in an installed one, and others again
after one more import. A run has to send the same requests everywhere, so while it draws no local
constants are known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.internal.conjecture import providers

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_LOCAL = "_local_constants"


def hypothesis_settings(
    examples: int, *, steps: int = 50, shrink: bool = True, several: bool = False
) -> settings:
    """How a run draws: so many examples (of at most so many steps), nothing kept or printed.

    With ``several`` it goes on after a failure, and makes each kind of failure smaller.
    """
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=several,
    )


class BudgetExhausted(BaseException):
    """Ends a search that has sent all it may; Hypothesis lets it pass, as it lets an interrupt."""


def seed_number(text: str) -> int:
    """The number that stands for a seed's text, the same everywhere."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def drawing(
    values: SearchStrategy[Any], check: Callable[[Any], None], chosen: settings, seed: str
) -> Callable[[], None]:
    """A function that draws and checks values; call it within ``without_local_constants``."""
    test: Any = seeded(seed_number(seed))(chosen(given(values)(check)))
    # A failure would be kept under that name; none is, and to make it takes as long as ten draws.
    test._hypothesis_internal_database_key = None  # noqa: SLF001
    drawn: Callable[[], None] = test
    return drawn


@contextmanager
def without_local_constants() -> Iterator[None]:
    """Within it, equal seeds draw equal values, whatever modules are loaded; reentrant."""
    provider = providers.HypothesisProvider
    known = getattr(provider, _LOCAL)
    setattr(provider, _LOCAL, type(providers.GLOBAL_CONSTANTS)())
    _forget()
    try:
        yield
    finally:
        setattr(provider, _LOCAL, known)
        _forget()


def _forget() -> None:
    """Constants that fit a choice are kept by choice, with the local ones among them."""
    providers.CONSTANTS_CACHE.cache.clear()
