"""A target that the tool starts itself: a child process that never outlives us."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import tempfile
import threading
from typing import IO, Any

from conformance.transport.errors import TargetDidNotStart


def apart() -> dict[str, Any]:
    """Arguments of ``subprocess.Popen``: an interrupt at the terminal does not reach the child.

    It has a session of its own, or what Windows has for that.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def last_line(told: bytes, status: int) -> str:
    """What a process said last, or with which status it ended where it said nothing."""
    said = told.decode(errors="replace").strip()
    return said.rpartition("\n")[2].strip() or f"it ended with status {status}"


READY = "listening on "
"""What the line starts with that a child writes when it accepts requests; the URL follows."""

_GRACE = 2.0
"""Seconds that a child has to end by itself."""


class Child:
    """A server started as ``python -m MODULE``, which writes ``listening on URL`` when it is ready.

    Its standard input is a pipe from us: when we are gone, however that happened, the pipe ends
    and the child can end with it. It runs in a separate session, so that an interrupt typed at
    the terminal reaches only us.
    """

    def __init__(self, name: str, module: str, *arguments: str) -> None:
        self._name = name
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - close() closes it
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            **apart(),
        )
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id of the child."""
        return self._process.pid

    def tell(self, line: str) -> None:
        """Write a line to the child; one that has ended is found out by ``wait_ready``."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()

    def wait_ready(self, timeout: float) -> str:
        """The URL where the child listens, as soon as it does; ``timeout`` in seconds.

        Raises:
            TargetDidNotStart: it ended, said something else or took too long.
        """
        try:
            line = self._lines.get(timeout=timeout).decode(errors="replace").strip()
        except queue.Empty:
            raise TargetDidNotStart(self._name, f"not ready after {timeout:g} s") from None
        if not line.startswith(READY):
            raise TargetDidNotStart(self._name, line or self._complaint())
        return line.removeprefix(READY)

    def close(self) -> None:
        """End the child and wait until it has gone."""
        process = self._process
        if process.stdin:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._errors.close()

    def _read(self) -> None:
        """Take the first line, then whatever follows, so that the child never blocks writing."""
        if self._process.stdout is None:
            return
        with self._process.stdout as stdout:
            self._lines.put(stdout.readline())
            while stdout.read(65536):
                pass

    def _complaint(self) -> str:
        """The last line that the child wrote to its standard error."""
        self._process.wait()
        self._errors.seek(0)
        return last_line(self._errors.read(), self._process.returncode)
