"""Which requirements one run decides, where several workers of pytest-xdist share a suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


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
    return "/".join(requirement.split("/")[:2])


def scheduler(config: pytest.Config, log: Any) -> Any:
    """A scheduler that keeps each part of a suite on one worker, and spreads all other tests."""
    from xdist.scheduler import LoadScopeScheduling

    class ByPart(LoadScopeScheduling):  # type: ignore[misc]
        """Scopes are the parts of suites, and single tests of anybody else."""

        _parts: dict[str, str] | None = None

        def _split_scope(self, nodeid: str) -> str:
            if self._parts is None:
                self._parts = scopes(self.collection, len(self.nodes))
            return self._parts.get(nodeid, nodeid)

    return ByPart(config, log)


def scopes(nodeids: Sequence[str], workers: int) -> dict[str, str]:
    """The scope of each requirement among the tests."""
    suites: dict[str, list[str]] = {}
    for nodeid in nodeids:
        path, _, name = nodeid.rpartition("::")
        if path.endswith("conftest.py") and "/" in name:
            suites.setdefault(path, []).append(name)
    return {
        f"{path}::{name}": f"{path}::{number}"
        for path, names in suites.items()
        for name, number in parts(sorted(names), workers).items()
    }
