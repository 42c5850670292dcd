"""A journal says what is there and what may be, whatever happened to whoever wrote it."""

from __future__ import annotations

import os

import pytest
from msgspec import structs

from conformance.engine.journal import Header, InUse, Journal, JournalProblem
from conformance.engine.journal.file import read

HEADER = Header(
    "aws", "abcd1234", "us-east-1", "2026-01-01T00:00:00Z",
    {"shop": "https://shop.example"}, "123456789012", "conformance-run",
)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journals" / "one.jsonl"


def test_what_was_made_and_not_deleted_is_there(path):
    journal = Journal.begin(path, HEADER)
    first = journal.creating("shop", "Make", "a-abcd1234", tagged=True)
    second = journal.creating("shop", "Make", None, tagged=False)
    third = journal.creating("shop", "Make", "b", tagged=False)
    journal.made(first, "shop", ["one", "two"])
    journal.settled(second)
    journal.gone("shop", "two")
    journal.gone("shop", "somebody else's")
    header, state = read(path)
    assert header == HEADER
    assert state.alive("shop") == ["one"]
    assert [one.number for one in state.doubtful("shop")] == [third]
    assert state.is_ours("shop", "two")
    assert not state.is_ours("shop", "somebody else's")
    assert journal.close() is True
    assert path.exists()


def test_a_creation_is_on_the_disk_before_it_is_sent(path, monkeypatch):
    synced = []

    def sync(file):
        synced.append(path.read_bytes() if path.exists() else b"")

    journal = Journal.begin(path, HEADER)
    monkeypatch.setattr(os, "fsync", sync)
    journal.creating("shop", "Make", "a", tagged=False)
    assert synced[-1].endswith(b'"operation":"Make","named":"a","tagged":false}\n')
    journal.close()


def test_nothing_waits_for_the_disk_where_the_target_is_on_the_same_machine(path, monkeypatch):
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    here = {"shop": "http://127.0.0.1:5000", "till": "http://localhost:5001"}
    journal = Journal.begin(path, structs.replace(HEADER, target="local", urls=here))
    synced.clear()
    journal.creating("shop", "Make", "a", tagged=False)
    assert not synced
    assert path.read_bytes().endswith(b'"operation":"Make","named":"a","tagged":false}\n')
    journal.close()


def test_nothing_left_is_no_journal(path):
    journal = Journal.begin(path, HEADER)
    journal.made(journal.creating("shop", "Make", "a", tagged=False), "shop", ["one"])
    journal.gone("shop", "one")
    assert journal.close() is False
    assert not path.parent.exists()


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_line_that_was_cut_off_is_not_there(path, cut):
    journal = Journal.begin(path, HEADER)
    journal.made(journal.creating("shop", "Make", "a", tagged=False), "shop", ["one"])
    journal.creating("shop", "Make", "b", tagged=False)
    journal.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again = Journal.resume(path)
    assert again is not None
    assert again.state.doubtful("shop") == []
    again.gone("shop", "one")
    assert again.close() is False


def test_a_run_that_never_began_has_no_journal(path):
    path.parent.mkdir()
    path.write_bytes(b'{"type":"jour')
    assert Journal.resume(path) is None


def test_a_journal_belongs_to_one_process_at_a_time(path):
    journal = Journal.begin(path, HEADER)
    with pytest.raises(InUse):
        Journal.resume(path)
    journal.creating("shop", "Make", "a", tagged=False)
    journal.close()
    again = Journal.resume(path)
    assert again is not None
    again.close()


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"run","format":1}',
        '{"type":"journal","format":2}',
        "nonsense",
        "[]",
        '{"type":"journal","format":1,"target":7}',
    ],
)
def test_another_file_is_no_journal(path, line):
    path.parent.mkdir()
    path.write_text(line + "\n")
    with pytest.raises(JournalProblem, match=r"one\.jsonl:1: "):
        Journal.resume(path)


def test_a_later_line_that_is_none(path):
    journal = Journal.begin(path, HEADER)
    journal.creating("shop", "Make", "a", tagged=False)
    journal.close()
    path.write_text(path.read_text() + '{"type":"made","n":1,"service":"shop","ids":[7]}\n')
    with pytest.raises(JournalProblem, match=r"one\.jsonl:3: "):
        Journal.resume(path)
