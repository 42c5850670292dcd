"""What only POSIX has is gone without elsewhere: the way of Windows, with its parts played."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import types

import pytest

from conformance.engine.journal.file import lock
from conformance.transport.child import Command, apart

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def windows(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")


def test_a_child_is_started_apart(monkeypatch):
    assert apart() == {"start_new_session": True}
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 512, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert apart() == {"creationflags": 512}


def test_a_locked_file_is_somebodys(windows, monkeypatch, tmp_path):
    held = set()

    def locking(file, mode, size):
        # A place that nothing is written to, so that others can read the journal.
        assert (mode, size, os.lseek(file, 0, os.SEEK_CUR)) == (2, 1, 2**30)
        inode = os.fstat(file).st_ino
        if inode in held:
            raise PermissionError
        held.add(inode)

    msvcrt = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    path = tmp_path / "journal"
    files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND) for _ in range(2)]
    assert [lock(one) for one in files] == [True, False]
    os.write(files[0], b"x\n")
    assert path.read_bytes() == b"x\n"
    for one in files:
        os.close(one)


@pytest.mark.skipif(sys.platform == "win32", reason="the other way is tried here")
def test_a_locked_file_is_somebodys_here(tmp_path):
    files = [os.open(tmp_path / "journal", os.O_RDWR | os.O_CREAT) for _ in range(2)]
    assert [lock(one) for one in files] == [True, False]
    os.close(files[0])
    assert lock(files[1])
    os.close(files[1])


def test_a_command_is_ended_without_process_groups(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "killpg")
    asked = []

    def run(arguments, **options):
        asked.append(arguments)

    server = Command(SLEEP, "http://127.0.0.1:1", tmp_path / "log")
    monkeypatch.setattr(subprocess, "run", run)
    start = time.monotonic()
    server.close()
    assert time.monotonic() - start < 300
    pid = asked[0][-1]
    assert asked == [["taskkill", "/T", "/F", "/PID", pid]]
    assert server._process.poll() is not None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals of groups")
@pytest.mark.parametrize(
    ("grace", "first"), [(0.0, [signal.SIGTERM]), (30.0, [30.0, signal.SIGTERM])]
)
def test_only_what_ends_with_the_pipe_is_waited_for(grace, first, monkeypatch, tmp_path):
    server = Command(SLEEP, "http://127.0.0.1:1", tmp_path / "log", grace=grace)
    process, done = server._process, []
    wait, killpg = process.wait, os.killpg

    def waited(timeout=None):
        done.append(timeout)
        assert process.stdin
        if process.stdin.closed and signal.SIGTERM not in done:
            raise subprocess.TimeoutExpired(SLEEP, timeout)
        return wait(timeout)

    def signalled(group, number):
        done.append(number)
        killpg(group, number)

    monkeypatch.setattr(process, "wait", waited)
    monkeypatch.setattr(os, "killpg", signalled)
    server.close()
    assert done[: len(first)] == first
    assert process.poll() == -signal.SIGTERM


def test_a_stream_without_the_character_shows_its_code(tmp_path):
    (tmp_path / "conformance.toml").write_text('target = "\N{SNOWMAN}"', encoding="utf-8")
    env = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    arguments = [sys.executable, "-m", "conformance", "config", "check"]
    done = subprocess.run(arguments, env=env, cwd=tmp_path, capture_output=True, check=True)
    assert b'target = "\\u2603"' in done.stdout
