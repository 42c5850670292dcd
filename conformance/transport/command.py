"""A target that a command of the user starts: awaited at its address, ended with its children."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from conformance.transport.address import host_and_port
from conformance.transport.child import apart, last_line
from conformance.transport.errors import TargetDidNotStart

_PAUSE = 0.1
_GRACE = 5.0
"""Seconds that the command has to end by itself."""


class Command:
    """A command that serves ``url`` until ``close``; what it says goes to ``log``.

    A text is a line of the shell, a list is run as it is and has a pipe from us as standard input:
    what reads it notices our end, however that comes.
    """

    def __init__(
        self, text: str | list[str], url: str, log: Path, *, env: Mapping[str, str] | None = None
    ) -> None:
        self._text = text if isinstance(text, str) else text[-1]
        self._url, self._log = url, log
        shell = isinstance(text, str)
        with log.open("wb") as said:
            # A separate session: what the shell starts is ended with it.
            self._process = subprocess.Popen(  # noqa: S603 - the user's own command line
                text,
                shell=shell,
                stdin=subprocess.DEVNULL if shell else subprocess.PIPE,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=env,
                **apart(),
            )

    def wait_ready(self, timeout: float) -> None:
        """Return as soon as something listens at the address; ``timeout`` in seconds.

        Raises:
            TargetDidNotStart: the command ended, or nothing listened in time.
        """
        deadline = time.monotonic() + timeout
        while not self._listens():
            self.check_running(self._text)
            if time.monotonic() > deadline:
                raise TargetDidNotStart(self._text, f"{self._url} not there after {timeout:g} s")
            time.sleep(_PAUSE)

    def check_running(self, name: str) -> None:
        """Raise TargetDidNotStart, with what it said last, where it has ended."""
        if self._process.poll() is not None:
            said = self._log.read_bytes()
            raise TargetDidNotStart(name, last_line(said, self._process.returncode))

    def close(self) -> None:
        """End the command and what it started."""
        if hasattr(os, "killpg"):
            self._end_group()
        else:
            self._end_tree()
        self._process.wait()
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _end_group(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except (ProcessLookupError, PermissionError):
                break
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                continue
            break

    def _end_tree(self) -> None:
        """Windows has no process groups that end together: its own program ends the tree."""
        subprocess.run(  # noqa: S603 - a program of the system, and our own child
            ["taskkill", "/T", "/F", "/PID", str(self._process.pid)],  # noqa: S607 - on its PATH
            capture_output=True,
            check=False,
        )
        self._process.kill()

    def _listens(self) -> bool:
        try:
            with socket.create_connection(host_and_port(self._url), timeout=1):
                return True
        except OSError:
            return False
