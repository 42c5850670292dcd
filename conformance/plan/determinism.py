"""Draws that the seed alone decides.

Hypothesis mixes constants of the local modules loaded so far into what it draws. The same seed
then gives other values in an editable installation than in an installed one, and others again
after one more import. A run has to send the same requests everywhere, so while it draws no local
constants are known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.internal.conjecture import providers

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


def seed_number(text: str) -> int:
    """The number that stands for a seed's text, the same everywhere."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


@contextmanager
def steady() -> Iterator[None]:
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
