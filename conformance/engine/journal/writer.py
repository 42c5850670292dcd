"""Appends to a journal; what a request may create is written down before it is sent.

It is on the disk then, so that it outlives a crash of the machine; but not where that machine is
the target's, too. There it outlives the process, and costs no wait for the disk each time.
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

from conformance.engine.journal.errors import InUse, JournalProblem
from conformance.engine.journal.lines import Creation, Entry, Gone, Header, Made, Settled, as_json
from conformance.engine.journal.locking import FLAGS, lock
from conformance.engine.journal.reader import read
from conformance.engine.journal.state import State
from conformance.transport.address import is_loopback

FOLDER = "journals"
"""The name of the folder that journals have for themselves."""
_JSON = json.JSONEncoder(separators=(",", ":"))


class Journal:
    """A journal that this process has for itself; safe to share between threads."""

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
        """Go on with the journal of a run that has ended; None where it never began.

        Raises JournalProblem, InUse.
        """
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
        """Note a creation that is about to be sent; the note is written when this returns."""
        with self._lock:
            number = self.state.last + 1
            self._note(Creation(number, service, operation, named, tagged), sync=True)
        return number

    def made(self, number: int, service: str, ids: Iterable[str]) -> None:
        """Note what a creation made."""
        with self._lock:
            self._note(Made(number, service, tuple(ids)))

    def settled(self, number: int) -> None:
        """Note that a creation made nothing, or nothing more."""
        with self._lock:
            self._note(Settled(number))

    def gone(self, service: str, identifier: str) -> None:
        """Note that a resource is there no more."""
        with self._lock:
            if self.state.is_ours(service, identifier):
                self._note(Gone(service, identifier))

    def close(self) -> bool:
        """End it; the file stays only while there is something to clean up."""
        with self._lock:
            if self._file < 0:
                return not self.state.empty
            file, self._file = self._file, -1
            if sys.platform == "win32":  # which deletes no file that is open
                os.close(file)
            if self.state.empty:
                self.path.unlink(missing_ok=True)
                if self.path.parent.name == FOLDER:
                    # It stays where it is not empty: that is no error.
                    with contextlib.suppress(OSError):
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
    """The file, locked for this process: the lock ends with the process, however that ends."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | FLAGS | flags, 0o600)
    if not lock(file):
        os.close(file)
        raise InUse(path)
    return file


def _end_line(path: Path, file: int) -> None:
    """Take a last line that was cut off out of the file, so that the next one begins anew."""
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
