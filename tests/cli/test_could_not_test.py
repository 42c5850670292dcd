"""Targets that cannot be tested: exit code 3, the target is blamed for nothing."""

from __future__ import annotations

import json
import socket

import pytest

from conformance.record import Verdict, read_record


@pytest.fixture
def nobody():
    """An address that nothing listens at, kept free by us."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def test_nobody_listens(conformance, place, nobody):
    assert "cannot connect to 127.0.0.1" in conformance("run", nobody).complaint(3)
    assert list(place.iterdir()) == []


def test_an_earlier_record_outlives_a_target_that_is_not_there(conformance, place, nobody):
    earlier = place / "kept.jsonl"
    earlier.write_text("what was measured yesterday")
    conformance("run", nobody, "--record", earlier).complaint(3)
    assert earlier.read_text() == "what was measured yesterday"


def test_a_target_that_does_not_speak_tls(conformance, refusing):
    complaint = conformance("run", refusing.replace("http:", "https:")).complaint(3)
    assert "no trusted TLS connection" in complaint
    assert f"give it as {refusing}" in complaint


def test_credentials_that_are_not_taken(conformance, place, refusing):
    ended = conformance("run", refusing, "--record", "r.jsonl", "--junit", "j.xml")
    complaint = ended.complaint(3)
    assert "refuses the credentials: 403 UnrecognizedClientException" in complaint
    assert "AWS_ACCESS_KEY_ID" in complaint
    record = read_record(place / "r.jsonl")
    assert record.exit == 3
    assert record.interrupted
    assert not [line for line in record.verdicts if line.verdict is Verdict.FAILED]
    assert (place / "j.xml").read_text().startswith("<?xml")


def test_no_credentials_for_a_target_elsewhere(conformance, monkeypatch, place, refusing):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"AWS_{name}")
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # What is not on loopback has no default credentials; the port is our own all the same.
    monkeypatch.setattr("conformance.transport.endpoint.is_loopback", lambda host: False)
    complaint = conformance("run", refusing).complaint(3)
    assert "no AWS credentials" in complaint
    assert "AWS_PROFILE" in complaint


def test_a_target_that_dies_in_mid_run(conformance, place, target):
    target.hook = lambda number: number == 250
    ended = conformance("run", target.url, "--service", "location", "--record", "r.jsonl", "-q")
    complaint = ended.complaint(3)
    assert "accepts no connections any more" in complaint
    assert "the record has the results so far" in complaint
    record = read_record(place / "r.jsonl")
    assert record.exit == 3
    assert record.interrupted
    found = [line.verdict for line in record.verdicts if "/auth/" not in line.requirement]
    assert found.count(Verdict.PASSED) > 3
    assert Verdict.SKIPPED in found
    assert not {Verdict.FAILED, Verdict.ERROR} & set(found)
    last = json.loads((place / "r.jsonl").read_text().splitlines()[-1])
    assert (last["type"], last["exit"]) == ("summary", 3)
