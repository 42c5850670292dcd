"""How pytest-xdist hands the requirements to its workers: as many parts as there are workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


def scheduler(config: pytest.Config, log: Any) -> Any:
    """A scheduler that keeps a part of a suite on one worker, and every other test alone."""
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
    from conformance.suite.parts import parts

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
