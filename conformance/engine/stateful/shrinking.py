"""The smallest part of a failing sequence that fails: Hypothesis shrinks, the target decides.

A part is drawn as one number for each thing that may be left out; 0 leaves it out, which is what
Hypothesis shrinks towards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from random import Random

from conformance.engine.stateful.moves import ModelStep

OFTEN_KEPT = 5
"""Of so many draws and one more, one leaves a thing out: most of a sequence is needed at first."""
FIRST_TRIES = 15
"""Parts that are tried at random before one of them fails."""
MOST_PLAYED = 40
"""Parts that are played: those that fail, and those that do not."""

Fails = Callable[[Sequence[ModelStep]], Sequence[ModelStep] | None]
"""Plays a sequence; gives the steps that were played when the last of them fails."""


def smallest(steps: Sequence[ModelStep], fails: Fails, seed: int) -> list[ModelStep]:
    """The failing sequence with few steps, and then with few members and items in them."""
    *before, last = steps
    found = _shrunk(
        len(before),
        lambda kept: [*(step for step, keep in zip(before, kept, strict=True) if keep), last],
        fails,
        seed,
    )
    fewer = found or list(steps)
    parts = [(index, part) for index, step in enumerate(fewer) for part in step.parts()]

    def without(kept: Sequence[bool]) -> list[ModelStep]:
        dropped = [one for one, keep in zip(parts, kept, strict=True) if not keep]
        return [
            step.without({part for at, part in dropped if at == index})
            for index, step in enumerate(fewer)
        ]

    return _shrunk(len(parts), without, fails, seed) or fewer


def _shrunk(
    size: int, part: Callable[[Sequence[bool]], list[ModelStep]], fails: Fails, seed: int
) -> list[ModelStep] | None:
    """The smallest part that fails; None where none was met."""
    if not size:
        return None
    from hypothesis import find
    from hypothesis import strategies as st
    from hypothesis.errors import NoSuchExample

    from conformance.plan.generation.determinism import Enough, hypothesis_settings, steady

    known: dict[tuple[bool, ...], bool] = {}
    best: tuple[int, list[ModelStep]] | None = None

    def is_failing(drawn: tuple[int, ...]) -> bool:
        nonlocal best
        kept = tuple(bool(number) for number in drawn)
        if kept in known:
            return known[kept]
        if len(known) >= MOST_PLAYED:
            raise Enough
        played = fails(part(kept))
        known[kept] = played is not None
        if played is not None and (best is None or sum(kept) < best[0]):
            best = (sum(kept), list(played))
        return played is not None

    flags = st.tuples(*[st.integers(0, OFTEN_KEPT)] * size)
    with steady(), contextlib.suppress(NoSuchExample, Enough):
        settings = hypothesis_settings(FIRST_TRIES)
        find(flags, is_failing, settings=settings, random=Random(seed))  # noqa: S311 - a choice
    return None if best is None else best[1]
