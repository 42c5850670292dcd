"""The phases that a run hands to the engine: fuzzing, and random sequences against the model.

Both are slow to load, so each is loaded when it first has something to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.contract.listing.requirements import Requirement
from conformance.engine.phases import FuzzFindings, Phases, WanderFindings, Works
from conformance.engine.session import Session


def _fuzz(
    session: Session,
    requirements: Mapping[str, Requirement],
    works: Works,
    budget: int,
    seed: int,
    *,
    links: int = 0,
    enough: Callable[[], bool],
) -> FuzzFindings:
    from conformance.engine.fuzzing.fuzz import explore

    return explore(session, requirements, works, budget, seed, links=links, enough=enough)


def _wander(
    requirement: Requirement, session: Session, works: Works, games: int, seed: int
) -> WanderFindings:
    from conformance.engine.stateful.search import wander

    return wander(requirement, session, works, games, seed)


PHASES = Phases(_fuzz, _wander)
