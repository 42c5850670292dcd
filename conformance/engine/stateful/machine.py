"""The rule-based state machine: Hypothesis walks it, and makes a sequence that fails smaller."""

import contextlib
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random
from typing import Any

from hypothesis import find, stateful
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from conformance.engine.stateful.moves import ModelStep, Move, values_of
from conformance.engine.stateful.sequence_run import Inconclusive, SequenceRun
from conformance.plan.generation.determinism import (
    BudgetExhausted,
    hypothesis_settings,
    without_local_constants,
)

MOST_RESOURCES = 4
AT_FIRST = 2
"""Resources that every sequence begins with, so that one can be taken for another."""

OFTEN = {"update": 2, "delete": 3}
"""How many times as often as others a move is made: what changes a resource shows most."""

Open = Callable[[], SequenceRun]
Close = Callable[[SequenceRun], None]


class Walk(stateful.RuleBasedStateMachine):
    """One sequence: its rules are the moves of a service, added by ``machine``."""

    opened: Open
    closed: Close
    moves: Sequence[Move] = ()

    def __init__(self) -> None:
        super().__init__()
        self.game = type(self).opened()
        self.made = 0

    def take(self, move: Move, number: int, values: dict[str, Any]) -> None:
        """Play a move on one of the resources it is for, and read back what it changed."""
        slot: int | None = None
        if move.role == "create":
            slot, self.made = self.made, self.made + 1
        elif move.of != "none":
            choice = self.choice(move)
            slot = choice[number % len(choice)]
        self.play(ModelStep(move.operation, move.role, values, slot, frozenset(move.may)))
        if move.changes:
            self.look(slot, number)
        if move.role == "delete":
            self.usual("update", "gone", slot)
        if move.changes and number % 2:
            self.usual("list", "none", None)

    def look(self, slot: int | None, number: int) -> None:
        """Read the resource that was changed, and another one that was not."""
        others = [one for one in self.game.slots if one != slot]
        self.usual("read", "live", slot)
        if others:
            self.usual("read", "live", others[number % len(others)])

    def usual(self, role: str, of: str, slot: int | None) -> None:
        """Play the first move of a role as it usually is."""
        found = (move for move in self.moves if (move.role, move.of) == (role, of))
        for move in islice(found, 1):
            self.play(move.first(slot))

    def play(self, step: ModelStep) -> None:
        """Play a step; what shows nothing ends the sequence quietly."""
        with contextlib.suppress(Inconclusive):
            self.game.play(step)

    def choice(self, move: Move) -> list[int]:
        """The resources that a move is for."""
        return self.game.live() if move.of == "live" else self.game.gone()

    def can(self, move: Move) -> bool:
        """Whether a move can be made now."""
        if move.role == "create":
            return self.made < MOST_RESOURCES
        return move.of == "none" or bool(self.choice(move))

    def teardown(self) -> None:
        type(self).closed(self.game)


def machine(moves: Sequence[Move], opened: Open, closed: Close) -> type[Walk]:
    """The state machine of these moves; ``closed`` is called for every game that ends."""
    body: dict[str, Any] = {"opened": staticmethod(opened), "closed": staticmethod(closed)}
    body["moves"] = moves
    for index, move in enumerate(moves):
        for copy in range(OFTEN.get(move.role, 1) if move.of == "live" else 1):
            name = f"{move.role}_{index}_{copy}"
            body[name] = _rule(move, name)
    makes = [move for move in moves if move.role == "create"]
    for index in range(AT_FIRST):
        body[f"first_{index}"] = _first(makes, f"first_{index}")
    return type("Sequence", (Walk,), body)


def _rule(move: Move, name: str) -> Any:
    def take(self: Walk, number: int, values: dict[str, Any]) -> None:
        self.take(move, number, values)

    take.__name__ = name
    ruled = stateful.rule(number=st.integers(0, MOST_RESOURCES - 1), values=values_of(move))(take)
    return stateful.precondition(lambda self: self.can(move))(ruled)


def _first(makes: Sequence[Move], name: str) -> Any:
    def begin(self: Walk, drawn: tuple[Move, dict[str, Any]]) -> None:
        self.take(drawn[0], 0, drawn[1])

    begin.__name__ = name
    return stateful.initialize(drawn=_drawn(makes))(begin)


def _drawn(makes: Sequence[Move]) -> st.SearchStrategy[tuple[Move, dict[str, Any]]]:
    return st.one_of([st.tuples(st.just(move), values_of(move)) for move in makes])


def walk(walks: type[Walk], games: int, steps: int, seed: int) -> None:
    """Walk ``games`` times, at most ``steps`` moves each; raises what the last failure raised."""
    chosen = hypothesis_settings(games, steps=steps)
    with without_local_constants():
        stateful.run_state_machine_as_test(seeded(seed)(walks), settings=chosen)


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
    known: dict[tuple[bool, ...], bool] = {}
    best: tuple[int, list[ModelStep]] | None = None

    def is_failing(drawn: tuple[int, ...]) -> bool:
        nonlocal best
        kept = tuple(bool(number) for number in drawn)
        if kept in known:
            return known[kept]
        if len(known) >= MOST_PLAYED:
            raise BudgetExhausted
        played = fails(part(kept))
        known[kept] = played is not None
        if played is not None and (best is None or sum(kept) < best[0]):
            best = (sum(kept), list(played))
        return played is not None

    flags = st.tuples(*[st.integers(0, OFTEN_KEPT)] * size)
    with without_local_constants(), contextlib.suppress(NoSuchExample, BudgetExhausted):
        settings = hypothesis_settings(FIRST_TRIES)
        find(flags, is_failing, settings=settings, random=Random(seed))  # noqa: S311 - a choice
    return None if best is None else best[1]
