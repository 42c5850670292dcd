"""Plays random sequences against a target and tells of the shortest one that fails."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from hypothesis.errors import Flaky, Unsatisfiable

from conformance import record
from conformance.contract.listing.requirements import Requirement
from conformance.engine.recording.evidence import EvidenceStep
from conformance.engine.sending.delivery import confirm, not_repeated
from conformance.engine.session import Session
from conformance.engine.stateful.ambiguity_inference import AmbiguityTracker, model_of
from conformance.engine.stateful.compare import Compared, ModelDifference
from conformance.engine.stateful.machine import machine, smallest, walk
from conformance.engine.stateful.moves import ModelStep, Move, moves_of
from conformance.engine.stateful.sequence_run import (
    NO_RETRY,
    Inconclusive,
    ModelMismatch,
    ReadPolicy,
    SequenceRun,
)
from conformance.plan.generation.determinism import BudgetExhausted, seed_number
from conformance.record import Verdict

STEPS = 8
SHRINKS = 30
"""Sequences that may be played to make a failing one shorter."""
MUTE = 3
"""Sequences without an answer after which no more are played."""
PATIENT = ReadPolicy(patient=True)
SECOND = 1.1
"""A whole second has certainly passed: timestamps may be of whole seconds."""


@dataclass(frozen=True, slots=True)
class StatefulResult:
    """What the sequences showed: how many held and, of a failure, every step of the shortest."""

    held: int
    verdict: Verdict
    reason: str = ""
    steps: tuple[EvidenceStep, ...] = ()


@dataclass(slots=True)
class _Search:
    """The games of one requirement: counts them, and keeps the shortest that failed."""

    session: Session
    beliefs: AmbiguityTracker
    compared: Compared
    held: int = 0
    mute: int = 0
    failed: int = 0
    shortest: list[ModelStep] = field(default_factory=list)
    doubtful: list[ModelStep] = field(default_factory=list)
    """The first sequence in which a time moved that should not have."""

    def open(self) -> SequenceRun:
        if self.mute >= MUTE or (self.shortest and self.failed >= SHRINKS):
            raise BudgetExhausted
        self.failed += bool(self.shortest)
        return SequenceRun(self.session, self.beliefs, self.compared)

    def close(self, game: SequenceRun) -> None:
        game.close()
        if game.broken is not None:
            self._keep(game)
        elif game.mute:
            self.mute += 1
        else:
            self.held, self.mute = self.held + (not self.shortest), 0
        if game.doubt and not self.doubtful:
            self.doubtful = [one.step for one in game.played]

    def _keep(self, game: SequenceRun) -> None:
        steps = [one.step for one in game.played]
        if not self.shortest or len(steps) < len(self.shortest):
            self.shortest = steps
        self.beliefs.narrow = True


def run_stateful(
    requirement: Requirement, session: Session, works: Callable[[str], bool], games: int, seed: int
) -> StatefulResult:
    """Play ``games`` sequences of what ``works``; a failing one is shortened and repeated."""
    moves = [one for one in moves_of(session.contract) if works(one.operation.name)]
    model = model_of(session.contract.service)
    if model is None or not moves:
        return StatefulResult(0, Verdict.SKIPPED, "there is no executable model of this service")
    if not games:
        return StatefulResult(0, Verdict.SKIPPED, "this profile has no random sequences")
    search = _Search(session, AmbiguityTracker(session, model), Compared.of(session.contract))
    _walk(moves, search, games, f"{seed}/{requirement.id}")
    if search.shortest:
        number = seed_number(f"{seed}/{requirement.id}")
        fewest = smallest(search.shortest, lambda steps: _if_it_fails(search, steps), number)
        return _confirmed(search, (fewest, search.shortest))
    if search.doubtful:
        return _confirmed(search, (search.doubtful,), ReadPolicy(patient=True, pause=SECOND))
    if search.held:
        return StatefulResult(search.held, Verdict.PASSED)
    return StatefulResult(0, Verdict.INCONCLUSIVE, "no sequence was answered completely")


def _walk(moves: Sequence[Move], search: _Search, games: int, seed: str) -> None:
    number = seed_number(seed)
    # What failed is kept in the search.
    with contextlib.suppress(BudgetExhausted, ModelMismatch, Flaky, Unsatisfiable):
        walk(machine(moves, search.open, search.close), games, STEPS, number)


def _if_it_fails(search: _Search, steps: Sequence[ModelStep]) -> list[ModelStep] | None:
    """The steps that were played, when the last of them fails; else None."""
    game = _failing(search, steps)
    return None if game is None else [one.step for one in game.played]


def _confirmed(
    search: _Search, candidates: Sequence[Sequence[ModelStep]], care: ReadPolicy = PATIENT
) -> StatefulResult:
    """A failure counts when it comes again on new resources, a moment given to every read."""
    search.beliefs.narrow = False
    for steps in candidates:
        game = confirm(partial(_failing, search, steps, care))
        if game is not None and game.broken is not None:
            reason = f"expected {game.broken.expected}; seen {game.broken.seen}"
            return StatefulResult(search.held, Verdict.FAILED, reason, _shown(game))
    reason = not_repeated("a difference from the model")
    return StatefulResult(search.held, Verdict.INCONCLUSIVE, reason)


def _failing(
    search: _Search, steps: Sequence[ModelStep], care: ReadPolicy = NO_RETRY
) -> SequenceRun | None:
    """The sequence as it was played, where it fails."""
    game = SequenceRun(search.session, search.beliefs, search.compared, care)
    # Where it is a mismatch, or shows nothing, the game knows that itself.
    with contextlib.closing(game), contextlib.suppress(ModelMismatch, Inconclusive):
        game.replay(steps)
    return None if game.broken is None else game


def _shown(game: SequenceRun) -> tuple[EvidenceStep, ...]:
    """Every step as evidence; the last one is the one that decides."""
    *earlier, last = game.played
    before = [EvidenceStep(one.sent, record.Role.CHECK, pause=one.pause) for one in earlier]
    broken = game.broken or ModelDifference("", "")
    decides = EvidenceStep(
        last.sent, record.Role.PROBE, broken.expected, broken.seen, pause=last.pause
    )  # fmt: skip
    return (*before, decides)
