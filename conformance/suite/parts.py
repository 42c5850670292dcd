"""Which requirements are decided by one run, where several workers share a suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def parts(requirements: Sequence[str], workers: int) -> dict[str, int]:
    """The part that each requirement belongs to, as many parts as there are workers.

    Parts are of about one size. The requirements of an operation stay together, those of a
    service as far as may be: they share resources, and what is watched in their answers.
    """
    sizes = Counter(map(group, requirements))
    share = len(requirements) / max(1, workers)
    numbers, before = {}, 0
    for name, size in sizes.items():
        numbers[name] = min(workers - 1, int((before + size / 2) / share)) if share else 0
        before += size
    return {one: numbers[group(one)] for one in requirements}


def group(requirement: str) -> str:
    """The service and operation of a requirement."""
    return "/".join(requirement.split("/")[:2])
