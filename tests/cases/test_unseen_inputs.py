"""Files and surroundings that nobody had in mind: told in a line, never blamed on a target."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import cache_folder
from conformance.transport import credentials
from tests.command import in_process

FULL = Path("/dev/full")
FEW = ("run", "--requirement", "location/DescribeKey/status/*", "--record", "r.jsonl")
HALF_A_LETTER = '{"format": 1, "accepted": [], "\\ud800": 1}'
LONG = "x" * 300


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "conformance", *arguments]


@pytest.mark.parametrize("arguments", [("requirements",), FEW], ids=["requirements", "run"])
def test_who_stops_reading_does_not_change_the_exit_code(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        ended = subprocess.run(
            command(*arguments), cwd=tmp_path, stdout=nobody, stderr=nobody, check=False
        )
    assert ended.returncode == 0


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_result_that_the_disk_does_not_take_is_told_once() -> None:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            command("requirements"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith("conformance: cannot use what it wrote: No space left")
    assert len(ended.stderr.splitlines()) == 2


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_run_goes_on_where_its_progress_is_not_taken(tmp_path: Path) -> None:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            command(*FEW), cwd=tmp_path, stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert ended.returncode == 0
    assert "exit 0: conforms" in ended.stdout


def test_a_terminal_without_columns_shows_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "0")
    assert "exit 0: conforms" in in_process(*FEW).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("judge", LONG),
        ("derive", LONG, "-o", "out.yaml"),
        ("cleanup", "--journal", LONG),
        ("spec", "location", "--specs", LONG),
        ("overlay", "check", "--specs", LONG),
    ],
    ids=lambda one: one[0],
)
def test_a_name_that_no_system_takes(arguments: tuple[str, ...]) -> None:
    ended = in_process(*arguments)
    assert ended.code == 2
    assert "File name too long" in ended.err
    assert "hint" in ended.err


@pytest.mark.parametrize("text", [f"format: {'9' * 6000}", HALF_A_LETTER], ids=["number", "letter"])
def test_what_no_baseline_holds(tmp_path: Path, text: str) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(text, encoding="utf-8")
    ended = in_process("baseline", "show", file)
    assert ended.code == 2
    assert f"{file}:1: " in ended.err


@pytest.mark.parametrize("text", ["hello", '{"type": "run"}', "<html></html>", "\0" * 100])
def test_the_cleanup_deletes_no_file_that_is_no_journal(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(text, encoding="utf-8")
    ended = in_process("cleanup", "--journal", file)
    assert ended.code == 2
    assert "does not begin as a journal does" in ended.err
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("text", ["", '{"type":"journal","format":1,"tar', '{"type":"jour'])
def test_a_journal_that_was_cut_before_anything_was_made_is_done_with(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_text(text, encoding="utf-8")
    assert in_process("cleanup", "--journal", file).code == 0
    assert not file.exists()


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    for name in ("HOME", "XDG_CACHE_HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    cache_folder._home.cache_clear()
    try:
        kept = cache_folder.cache_folder("models")
        assert kept == cache_folder.cache_folder("models")
        assert kept.is_absolute()
        assert not credentials._has_files()
    finally:
        cache_folder._home.cache_clear()


def test_a_cache_below_no_absolute_path_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    assert cache_folder.cache_folder().is_absolute()
