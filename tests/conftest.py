"""What the tests of several stages share: two recorded runs against the reference."""

from __future__ import annotations

import fcntl
import os
import pickle
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.recorded import ReferenceRun, run_reference

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def reference_run(tmp_path_factory) -> Callable[[str], ReferenceRun]:
    """The recorded run against the reference under a reading, made once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    @cache
    def run(reading: str) -> ReferenceRun:
        kept = shared / f"reference-run-{reading}.pickle"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_bytes(pickle.dumps(run_reference(reading)))
        found: ReferenceRun = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this test run
        return found

    return run
