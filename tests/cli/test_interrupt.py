"""Ctrl-C and SIGTERM in mid-run: what was found is kept, what was made is deleted."""

from __future__ import annotations

import itertools
import os
import signal
from typing import Any

import pytest

from conformance.cli.interrupts import Interrupts
from conformance.record import Verdict, read_record
from tests.sampling import one_in

LONGEST = 300
"""Seconds after which a run that does not end is given up: a bound, not an expectation."""
HEARD: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}


@pytest.fixture(autouse=True)
def audible():
    """Signals as in the foreground: started with ``&`` or ``nohup`` we, and ours, ignore some."""
    before = {number: signal.signal(number, handler) for number, handler in HEARD.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("at", "number"),
    one_in(3, itertools.product([12, 100, 250], [signal.SIGINT, signal.SIGTERM])),
)
def test_a_run_that_is_ended_early(process, place, target, number, at):
    running = process("run", target.url, "--record", "r.jsonl", "--junit", "j.xml")

    def hook(count):
        if count == at:
            os.kill(running.pid, number)
        return False

    target.hook = hook
    out, err = running.communicate(timeout=LONGEST)
    assert running.returncode == 3, err
    assert "Traceback" not in out + err
    assert "interrupted" in err
    assert target.left() == 0
    record = read_record(place / "r.jsonl")
    assert record.interrupted
    assert not record.truncated
    assert record.summary is not None
    assert record.exit == 3
    # That the target of these tests takes any signature is no failure at the gate.
    verdicts = [line.verdict for line in record.verdicts if "/auth/" not in line.requirement]
    assert Verdict.SKIPPED in verdicts
    assert not {Verdict.FAILED, Verdict.ERROR} & set(verdicts)
    assert (place / "j.xml").exists()


@pytest.mark.parametrize(
    "number", one_in(2, [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,)])
)
def test_whoever_starts_it_may_choose_that_it_is_not_interrupted(process, place, target, number):
    before = signal.signal(number, signal.SIG_IGN)
    few = ("--requirement", "apigateway/CreateApiKey/status/*", "--profile", "quick")
    running = process("run", target.url, *few, "--record", "r.jsonl")
    signal.signal(number, before)

    def hook(count):
        if count == 2:
            os.kill(running.pid, number)
        return False

    target.hook = hook
    _, err = running.communicate(timeout=LONGEST)
    assert running.returncode == 0, err
    assert target.count > 2
    assert not read_record(place / "r.jsonl").interrupted


def test_ctrl_c_where_nothing_is_there_to_save(conformance, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.contract.load.load_contract", interrupted)
    ended = conformance("requirements")
    assert ended.code == 3
    assert ended.err.strip() == "conformance: interrupted"


def test_the_first_signal_waits_and_the_second_does_not():
    interrupts = Interrupts()
    with interrupts.listening(), interrupts.held_back():
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_takes_effect_before_the_next_request_and_once():
    interrupts = Interrupts()
    with interrupts.listening(), interrupts.held_back():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
        interrupts.check()  # what is sent to clean up is sent


def test_the_handlers_of_before_come_back():
    before = signal.getsignal(signal.SIGTERM)
    with Interrupts().listening():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
