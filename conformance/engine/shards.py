"""Cuts a run into parts that together decide what the whole would.

Each requirement belongs to one part, by a hash of its id: which one depends on nothing else, so
that a new requirement moves no other. What is watched in every answer belongs to every part, as
each sees only the answers to its own requests; merging takes the worst that any part saw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from conformance.contract.listing.requirements import Requirement, Subject
from conformance.engine.outcome import Job
from conformance.errors import BadInput
from conformance.plan.planner import is_watched
from conformance.record import Shard


class EmptyShard(BadInput):
    """A part that has nothing to decide."""

    hint = "cut the run into fewer parts, or select more requirements"

    def __init__(self, shard: Shard) -> None:
        super().__init__(f"shard {shard} has no requirement to decide")


def part_of(jobs: Sequence[Job], shard: Shard) -> list[Job]:
    """The part's share of the jobs.

    Raises:
        EmptyShard: no requirement of that part, nor any that is watched.
    """
    parts = [
        replace(job, requirements=tuple(_own(job.requirements, shard)))
        for job in jobs
    ]  # fmt: skip
    kept = [job for job in parts if job.requirements]
    if not kept:
        raise EmptyShard(shard)
    return kept


def place(requirement: str, of: int) -> int:
    """Which of ``of`` parts an id belongs to, counted from 1."""
    digest = hashlib.sha256(requirement.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") % of + 1


def in_every_part(requirement: Requirement) -> bool:
    """Whether it is judged by the answers to whatever is sent."""
    return is_watched(requirement) or requirement.subject is Subject.ERROR


def _own(requirements: Sequence[Requirement], shard: Shard) -> Sequence[Requirement]:
    return [
        one for one in requirements if in_every_part(one) or place(one.id, shard.of) == shard.index
    ]
