"""What the tests of several stages share: recorded runs, each made once for all workers."""

from __future__ import annotations

import fcntl
import gc
import os
import pickle
import socketserver
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.clock import Clock
from tests.recorded import ReferenceRun, run_reference

if TYPE_CHECKING:
    from collections.abc import Callable


def pytest_configure() -> None:
    """What makes every test faster.

    Garbage is collected seldom: each worker keeps many contracts, which make a collection slow.
    Tests read YAML by the loader in C, which reads the same.
    """
    gc.set_threshold(100_000, 20, 100)
    yaml.safe_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: some tests wait for a server or a timeout."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> Callable[[str, Callable[[], Any]], Any]:
    """Gives what a function makes: the first worker that asks makes it, the others read it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def give(name: str, make: Callable[[], Any]) -> Any:
        kept = shared / f"{name}.pickle"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_bytes(pickle.dumps(make()))
        return pickle.loads(kept.read_bytes())  # noqa: S301 - written by these tests

    return give


@pytest.fixture(scope="session")
def reference_run(made_once) -> Callable[[str], ReferenceRun]:
    """The recorded run against the reference under a reading."""

    def run(reading: str) -> ReferenceRun:
        found: ReferenceRun = made_once(f"reference-{reading}", partial(run_reference, reading))
        return found

    return run


@pytest.fixture(scope="session", autouse=True)
def clock():
    """Pauses of runs in the process of the tests cost nothing."""
    with pytest.MonkeyPatch.context() as patch:
        skipping = Clock()
        skipping.rule(patch)
        yield skipping


@pytest.fixture(autouse=True)
def _waits(request, clock):
    """A test of how long something takes has the marker ``real_time``: its pauses are waited."""
    clock.waits = request.node.get_closest_marker("real_time") is not None


@pytest.fixture(scope="session", autouse=True)
def _connections_may_end():
    """A double whose client has gone says nothing: another test may be reading what is printed."""
    handle = socketserver.BaseServer.handle_error

    def quiet(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            handle(self, request, client_address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socketserver.BaseServer, "handle_error", quiet)
        yield
