"""Ctrl-C while a contract is derived, listed or planned: nothing of that is gone through first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from conformance.cli.interrupts import Interrupts
from conformance.record import read_record
from tests.sampling import one_in

ROOT = Path(__file__).parents[2]
LONGEST = 300
"""Seconds after which a command that does not end is given up: a bound, not an expectation."""
MARKED = """
import importlib, sys
from conformance.cli import main

def marked(module, name):
    there = importlib.import_module(module)
    inner = getattr(there, name)
    def outer(*given, **named):
        print(name, file=sys.stderr, flush=True)
        found = inner(*given, **named)
        print("through with", name, file=sys.stderr, flush=True)
        return found
    setattr(there, name, outer)

marked(sys.argv[1], sys.argv[2])
sys.argv = ["conformance", *sys.argv[3:]]
main()
"""
ENDLESS = """
import sys
from conformance.cli import main
from conformance.engine.deciding import probe_decider

def plan(*given):
    print("plan", file=sys.stderr, flush=True)
    while True:
        pass

probe_decider.plan = plan
sys.argv = ["conformance", *sys.argv[1:]]
main()
"""


@pytest.fixture
def script(tmp_path):
    """Starts a program with the command in it, which can be interrupted."""
    started = []
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(text, *arguments):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path)}
        child = subprocess.Popen(
            [sys.executable, "-c", text, *map(str, arguments)], env=environment, cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(child)
        return child

    yield start
    signal.signal(signal.SIGINT, heard)
    for child in started:
        child.kill()
        child.communicate()


def interrupted(child, mark):
    """Ctrl-C as soon as a line with the mark is there; what the child wrote after it."""
    # One that never comes there may wait for its output to be read.
    end = threading.Timer(LONGEST, child.kill)
    end.start()
    for line in child.stderr:
        if line.strip() == mark:
            break
    else:
        pytest.fail(f"{mark} was never reached")
    end.cancel()
    child.send_signal(signal.SIGINT)
    return child.communicate(timeout=LONGEST)


@pytest.mark.parametrize(
    ("module", "name"),
    one_in(
        5,
        [
            ("conformance.documents.sdk.pages", "model_pages"),
            ("conformance.contract.deriving.assemble", "assemble_whole"),
            ("conformance.contract.deriving.example_requests", "add_usual"),
            ("conformance.contract.load", "build_contract"),
            ("conformance.contract.listing.catalogue", "listed"),
        ],
    ),
)
def test_a_large_service_is_not_gone_through_first(script, tmp_path, module, name):
    child = script(MARKED, module, name, "requirements", "--service", "quicksight")
    out, err = interrupted(child, name)
    assert child.returncode == 3, err
    assert out == ""
    assert f"through with {name}" not in err
    assert "Traceback" not in err
    assert "interrupted" in err
    if name not in {"build_contract", "listed"}:
        assert not list(tmp_path.rglob("openapi.*"))


def test_planning_that_never_ends_is_left(script, tmp_path, target):
    child = script(ENDLESS, "run", target.url, "--profile", "quick", "--record", "r.jsonl", "-q")
    out, err = interrupted(child, "plan")
    assert child.returncode == 3, err
    assert "Traceback" not in out + err
    assert target.left() == 0
    record = read_record(tmp_path / "r.jsonl")
    assert record.interrupted
    assert not record.truncated
    assert record.exit == 3


@pytest.fixture
def heard():
    """SIGINT is heard: in the background of a shell it is ignored, which is then the run's wish."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_where_nothing_is_under_way_a_signal_waits_for_nothing():
    interrupts = Interrupts()
    with interrupts.listening(), interrupts.held_back():
        with pytest.raises(KeyboardInterrupt), interrupts.free():
            os.kill(os.getpid(), signal.SIGINT)
        interrupts.check()  # what is sent to clean up is sent


@pytest.mark.usefixtures("heard")
def test_what_waited_is_heard_before_planning():
    interrupts = Interrupts()
    with interrupts.listening(), interrupts.held_back():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), interrupts.free():
            pytest.fail("planned all the same")


@pytest.mark.usefixtures("heard")
def test_after_planning_a_signal_waits_again():
    interrupts = Interrupts()
    with interrupts.listening(), interrupts.held_back():
        with interrupts.free():
            pass
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
