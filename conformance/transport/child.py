"""Targets that the tool starts itself, as processes that never outlive us."""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from conformance.transport.address import host_and_port
from conformance.transport.errors import TargetDidNotStart


def apart() -> dict[str, Any]:
    """Arguments of ``subprocess.Popen``: an interrupt at the terminal does not reach the child.

    It has a session of its own, or what Windows has for that.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def last_line(output: bytes, status: int) -> str:
    """The last line that a process wrote, or its exit status where it wrote nothing."""
    said = output.decode(errors="replace").strip()
    return said.rpartition("\n")[2].strip() or f"it ended with status {status}"


READY = "listening on "
"""What the line starts with that a child writes when it accepts requests; the URL follows."""

_GRACE = 2.0
"""Seconds that a child has to end by itself."""


def ended(process: subprocess.Popen[bytes], grace: float) -> None:
    """Wait until a process has ended, and end it after so many seconds."""
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
        return self._process.pid

    def tell(self, line: str) -> None:
        """Write a line to the child; one that has ended is found out by ``wait_ready``."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()

    def wait_ready(self, timeout: float) -> str:
        """The URL, as soon as the child listens there. Raises TargetDidNotStart."""
        try:
            line = self._lines.get(timeout=timeout).decode(errors="replace").strip()
        except queue.Empty:
            raise TargetDidNotStart(self._name, f"not ready after {timeout:g} s") from None
        if not line.startswith(READY):
            raise TargetDidNotStart(self._name, line or self._complaint())
        return line.removeprefix(READY)

    def close(self) -> None:
        process = self._process
        if process.stdin:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        process.terminate()
        ended(process, _GRACE)
        self._errors.close()

    def _read(self) -> None:
        """Take the first line, then whatever follows, so that the child never blocks writing."""
        assert self._process.stdout  # noqa: S101 - a pipe was requested
        with self._process.stdout as stdout:
            self._lines.put(stdout.readline())
            while stdout.read(65536):
                pass

    def _complaint(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        return last_line(self._errors.read(), self._process.returncode)


_PAUSE = 0.1
_COMMAND_GRACE = 5.0
"""Seconds that the command has to end by itself."""


class Command:
    """A command that serves ``url`` until ``close``; what it says goes to ``log``.

    A text is a line of the shell, a list is run as it is and has a pipe from us as standard input:
    what reads it notices our end, however that comes. ``grace`` is how many seconds it has to end
    what it started once the pipe is closed, before the signals come.
    """

    def __init__(
        self,
        text: str | list[str],
        url: str,
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        grace: float = 0.0,
    ) -> None:
        self._grace = grace
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
                cwd=cwd,
                **apart(),
            )

    def wait_ready(self, timeout: float) -> None:
        """Return as soon as something listens at the address. Raises TargetDidNotStart."""
        deadline = time.monotonic() + timeout
        while not self._listens():
            self.check_running(self._text)
            if time.monotonic() > deadline:
                raise TargetDidNotStart(self._text, f"{self._url} not ready after {timeout:g} s")
            time.sleep(_PAUSE)

    def check_running(self, name: str) -> None:
        """Raise TargetDidNotStart, with what it said last, where it has ended."""
        if self._process.poll() is not None:
            said = self._log.read_bytes()
            raise TargetDidNotStart(name, last_line(said, self._process.returncode))

    def close(self) -> None:
        """End the command and what it started."""
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        if self._grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self._grace)
        if hasattr(os, "killpg"):
            self._end_group()
        else:
            self._end_tree()
        self._process.wait()

    def _end_group(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(_COMMAND_GRACE)
            except subprocess.TimeoutExpired:
                continue
            except (ProcessLookupError, PermissionError):
                pass
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
