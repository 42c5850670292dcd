"""A target that a command of the user starts: awaited at its address, ended with its children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from conformance.transport.address import host_and_port
from conformance.transport.errors import TargetDidNotStart

_PAUSE = 0.1
_GRACE = 5.0
"""Seconds that the command has to end by itself."""


class Command:
    """A shell command that serves ``url`` until ``close``; what it says goes to ``log``."""

    def __init__(self, text: str, url: str, log: Path) -> None:
        self._text, self._url, self._log = text, url, log
        with log.open("wb") as said:
            # A separate session: what the shell starts is ended with it.
            self._process = subprocess.Popen(  # noqa: S602 - the user's own command line
                text,
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_ready(self, timeout: float) -> None:
        """Return as soon as something listens at the address; ``timeout`` in seconds.

        Raises:
            TargetDidNotStart: the command ended, or nothing listened in time.
        """
        deadline = time.monotonic() + timeout
        while not self._listens():
            if self._process.poll() is not None:
                raise TargetDidNotStart(self._text, self._last_line())
            if time.monotonic() > deadline:
                raise TargetDidNotStart(self._text, f"{self._url} not there after {timeout:g} s")
            time.sleep(_PAUSE)

    def close(self) -> None:
        """End the command and what it started."""
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
        self._process.wait()

    def _listens(self) -> bool:
        try:
            with socket.create_connection(host_and_port(self._url), timeout=1):
                return True
        except OSError:
            return False

    def _last_line(self) -> str:
        lines = self._log.read_text(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return last or f"it ended with status {self._process.returncode}"
