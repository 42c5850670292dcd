"""A target that is started by its name: installed and known, or one of the user's own."""

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.transport.child import Command
from conformance.transport.errors import NotInstalled, TargetDidNotStart
from conformance.transport.targets.known import KnownTarget
from conformance.transport.targets.own import OwnTarget

LOOPBACK = Path(__file__).with_name("loopback.py")
_PAUSE, _ANSWER = 0.2, 5.0
_PYTHONS = ("python.exe",) if os.name == "nt" else ("python3", "python")


class StartedTarget:
    """A server on a free port of this machine, with an empty folder of its own until ``close``."""

    def __init__(self, name: str, *, ready: str, wait: float, log: Path | None = None) -> None:
        self.name, self.wait = name, wait
        self._ready = ready
        self._scratch = tempfile.TemporaryDirectory(
            prefix="conformance-target-", ignore_cleanup_errors=True
        )
        self.folder = Path(self._scratch.name)
        self._log = log or self.folder / "said.log"
        self._values = {"port": free_port(), "folder": self._scratch.name}
        self.url = self.filled("http://127.0.0.1:{port}")
        self.version: str | None = None
        self._process: Command | None = None

    def filled(self, text: str) -> str:
        """A text of its description with the port and the folder in it."""
        for name, value in self._values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def launch(self, command: str | list[str], env: Mapping[str, str], **how: Any) -> None:
        """Start it; a list is run without a shell, and ends with us. ``how`` is for Command."""
        env = os.environ | {name: self.filled(value) for name, value in env.items()}
        self._process = Command(command, self.url, self._log, env=env, **how)

    def wait_ready(self) -> None:
        """Return as soon as it answers. Raises TargetDidNotStart."""
        if self._process is None:
            return
        deadline = time.monotonic() + self.wait
        while not answers(self.url + self._ready):
            self._process.check_running(self.name)
            if time.monotonic() > deadline:
                raise TargetDidNotStart(self.name, f"not ready after {self.wait:g} s")
            time.sleep(_PAUSE)

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
        self._scratch.cleanup()


def start_known(known: KnownTarget) -> StartedTarget:
    """Start an emulator that is installed. Raises NotInstalled."""
    python = python_of(known)
    if python is None:
        raise NotInstalled(known.name, known.install)
    target = StartedTarget(known.name, ready=known.ready, wait=known.wait)
    target.version = version_of(python, known.distributions)
    target.launch([python, str(LOOPBACK), "--with-parent", known.module], known.env)
    return target


def start_own(name: str, own: OwnTarget) -> StartedTarget:
    """Start what the user's file describes."""
    target = StartedTarget(name, ready=own.ready, wait=own.wait)
    target.url = target.filled(own.url).rstrip("/")
    if own.command:
        target.launch(target.filled(own.command), own.env)
    return target


def python_of(known: KnownTarget) -> str | None:
    """The Python that has the package: ours, or the one beside the program on the PATH."""
    with contextlib.suppress(ModuleNotFoundError):
        if importlib.util.find_spec(known.module) is not None:
            return sys.executable
    script = shutil.which(known.script)
    if script is None:
        return None
    folder = Path(script).resolve().parent
    return next((str(folder / one) for one in _PYTHONS if (folder / one).exists()), None)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def version_of(python: str, distributions: tuple[str, ...]) -> str | None:
    """The version of the first of these distributions that an interpreter has."""
    code = (
        "import importlib.metadata as m, sys\n"
        "known = {d.name: d.version for d in m.distributions()}\n"
        "print(next((known[n] for n in sys.argv[1:] if n in known), ''))"
    )
    done = subprocess.run(  # noqa: S603 - the target's own interpreter
        [python, "-c", code, *distributions], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def answers(url: str) -> bool:
    """Whether the URL is answered at all, without a proxy: it is on this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=_ANSWER).close()
    except (OSError, ValueError) as error:
        return isinstance(error, urllib.error.HTTPError)
    return True
