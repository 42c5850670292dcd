"""Ctrl-C and SIGTERM in mid-run: what was found is kept, what was made is deleted."""

from __future__ import annotations

import os
import signal

import pytest

from conformance.cli.interrupts import Interrupts
from conformance.record import Verdict, read_record


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("at", [12, 100, 250])
def test_a_run_that_is_ended_early(process, place, target, number, at):
    running = process("run", target.url, "--record", "r.jsonl", "--junit", "j.xml")

    def hook(count):
        if count == at:
            os.kill(running.pid, number)
        return False

    target.hook = hook
    out, err = running.communicate(timeout=60)
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
