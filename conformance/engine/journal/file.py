"""A journal as a file: a run appends to it, and the clean-up of one that was killed reads it back.

What a request may create is on the disk before it is sent, so that it outlives a crash of the
machine; but not where that machine is the target's, too. There it outlives the process, and costs
no wait for the disk each time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from conformance.engine.journal.lines import (
    Creation,
    Entry,
    Gone,
    Header,
    InUse,
    JournalProblem,
    Made,
    Settled,
    State,
    as_json,
    entry_of,
    header_of,
)
from conformance.transport.address import is_loopback

FOLDER = "journals"
"""The name of the folder that journals have for themselves."""
_JSON = json.JSONEncoder(separators=(",", ":"))
FLAGS: int = getattr(os, "O_BINARY", 0)
"""What opening a journal needs besides: Windows would write other ends of lines."""

_BEYOND = 2**30
"""Windows keeps others from reading what is locked, so a byte is locked that is never written."""
BEGINNING = b'{"type":"journal","format":'
"""What a journal begins with, even one that was cut off in its first line."""
_NO_LINE = (ValueError, TypeError, KeyError, RecursionError, msgspec.ValidationError)


class Journal:
    """A journal that this process has locked; safe to share between threads."""

    def __init__(self, path: Path, header: Header, state: State, file: int) -> None:
        self.path, self.header, self.state = path, header, state
        self._file, self._lock = file, threading.Lock()
        hosts = [urlsplit(url).hostname or "" for url in header.urls.values()]
        self._sync = not (hosts and all(map(is_loopback, hosts)))

    @classmethod
    def begin(cls, path: Path, header: Header) -> Journal:
        """Start a journal in a file that does not exist yet. Raises JournalProblem."""
        try:
            file = _created(path)
        except (OSError, ValueError) as error:
            raise JournalProblem(path, getattr(error, "strerror", "") or str(error)) from None
        journal = cls(path, header, State(), file)
        journal._append(header, sync=True)
        # The file's name, too, has to outlive a crash of the machine.
        _sync_folder(path.parent)
        return journal

    @classmethod
    def resume(cls, path: Path) -> Journal | None:
        """Reopen the journal of an ended run; None if it is empty. Raises JournalProblem, InUse."""
        try:
            file = _opened(path, 0)
        except OSError as error:
            raise JournalProblem(path, error.strerror or str(error)) from None
        try:
            header, state = read(path)
            _end_line(path, file)
        except BaseException:
            os.close(file)
            raise
        if header is None:
            os.close(file)
            return None
        return cls(path, header, state, file)

    def creating(self, service: str, operation: str, named: str | None, *, tagged: bool) -> int:
        """Note a creation before it is sent; it is written when this returns."""
        with self._lock:
            number = self.state.last + 1
            self._note(Creation(number, service, operation, named, tagged), sync=True)
        return number

    def made(self, number: int, service: str, ids: Iterable[str]) -> None:
        with self._lock:
            self._note(Made(number, service, tuple(ids)))

    def settled(self, number: int) -> None:
        """Note that a creation made nothing, or nothing more."""
        with self._lock:
            self._note(Settled(number))

    def gone(self, service: str, identifier: str) -> None:
        with self._lock:
            if self.state.is_ours(service, identifier):
                self._note(Gone(service, identifier))

    def close(self) -> bool:
        """Close it; the file stays only while there is something to clean up."""
        with self._lock:
            if self._file < 0:
                return not self.state.empty
            file, self._file = self._file, -1
            if sys.platform == "win32":  # which deletes no file that is open
                os.close(file)
            if self.state.empty:
                self.path.unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # it may have other journals
                    if self.path.parent.name == FOLDER:
                        self.path.parent.rmdir()
            if sys.platform != "win32":
                os.close(file)
        return not self.state.empty

    def _note(self, entry: Entry, *, sync: bool = False) -> None:
        self._append(entry, sync=sync)
        self.state.apply(entry)

    def _append(self, line: Header | Entry, *, sync: bool) -> None:
        # One write a line: an interrupt comes before or after it, never within.
        text = _JSON.encode(as_json(line))
        try:
            os.write(self._file, text.encode("ascii") + b"\n")
            if sync and self._sync:
                os.fsync(self._file)
        except OSError as error:
            raise JournalProblem(self.path, error.strerror or str(error)) from None


def _created(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _opened(path, os.O_CREAT | os.O_EXCL)
    except FileNotFoundError:
        # Another run has just ended, and took the empty folder with it.
        path.parent.mkdir(parents=True, exist_ok=True)
        return _opened(path, os.O_CREAT | os.O_EXCL)


def _opened(path: Path, flags: int) -> int:
    """Open and lock a file; the lock ends with the process, however that ends."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | FLAGS | flags, 0o600)
    if not lock(file):
        os.close(file)
        raise InUse(path)
    return file


def _end_line(path: Path, file: int) -> None:
    """Truncate a last line that was cut off, so that the next one begins anew."""
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        os.ftruncate(file, data.rfind(b"\n") + 1)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path) -> tuple[Header | None, State]:
    """The header, None if the run ended before it, and the state. Raises JournalProblem."""
    try:
        whole, _, cut = path.read_bytes().rpartition(b"\n")
    except OSError as error:
        raise JournalProblem(path, error.strerror or str(error)) from None
    if not whole and cut[: len(BEGINNING)] != BEGINNING[: len(cut)]:
        raise JournalProblem(path, "it does not begin like a journal", 1)
    state, head = State(), None
    for number, raw in enumerate(whole.split(b"\n") if whole else (), start=1):
        try:
            line = json.loads(raw)
            if head is None:
                head = header_of(line)
            else:
                state.apply(entry_of(line))
        except _NO_LINE as error:
            raise JournalProblem(path, f"it is not a journal line ({error})", number) from None
    return head, state


def lock(file: int) -> bool:
    """Lock an open file for this process; False where another one has it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
