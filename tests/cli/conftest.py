"""The command as a user starts it, and targets that behave as a test needs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import ThreadingHTTPServer

import pytest

from conformance.cli import main
from conformance.reference.inprocess import InProcess
from conformance.reference.server import ServerOptions
from conformance.transport.exchange import Request
from tests.serving import Quiet, running

COMMAND = [sys.executable, "-m", "conformance"]
IN_MODEL = "http://127.0.0.1:1"


@dataclass
class Ended:
    """A command that has ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    def complaint(self, code: int) -> str:
        """The one line of an error, after checking the form every error has."""
        assert self.code == code, self.err
        assert "Traceback" not in self.out + self.err
        lines = [line for line in self.err.splitlines() if line.startswith("conformance: ")]
        assert len(lines) == 1, self.err
        after = self.err.splitlines()[self.err.splitlines().index(lines[0]) + 1 :]
        assert len(after) == 1, self.err
        assert after[0].startswith("  hint: ")
        assert len(after[0]) > len("  hint: ")
        return f"{lines[0]}\n{after[0]}"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Every test has a folder and credentials of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CONFORMANCE_DEBUG", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return tmp_path


@pytest.fixture
def conformance(monkeypatch, capsys):
    """Runs the command in this process."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["conformance", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return Ended(int(ended.value.code or 0), written.out, written.err)

    return run


class Target:
    """The reference behind a port of this process; ``hook`` is called before each answer.

    The hook gets the number of the request; when it returns True the target dies there and then.
    """

    def __init__(self, faults=()):
        self.reference = InProcess(ServerOptions(seed=1, faults=tuple(faults)))
        self.hook = lambda number: False
        self.count = 0
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Bound", (_Handler,), {"on": self})
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method, target, headers, body):
        return self.reference.send(Request(method, IN_MODEL + target, headers, body)).response

    def left(self):
        """How many keys of both services are there."""
        headers = (("Accept", "application/json"), ("Content-Type", "application/json"))
        gateway = self.answer("GET", "/apikeys?limit=500", headers, None).body
        location = self.answer("POST", "/metadata/v0/list-keys", headers, b"{}").body
        return gateway.count(b'"createdDate"') + location.count(b'"KeyName"')

    def die(self):
        self._server.shutdown()
        self._server.server_close()

    def end(self):
        self.die()
        self._thread.join()


class _Handler(Quiet):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece, so that nobody waits for an acknowledgement
    on: Target

    def answer(self):
        target = self.on
        body = self.body()
        target.count += 1
        if target.hook(target.count):
            target.die()
            self.close_connection = True
            return
        answer = target.answer(self.command, self.path, tuple(self.headers.items()), body)
        kept = {name: one for name, one in answer.headers if name.lower() != "content-length"}
        self.reply(answer.status, kept, answer.body)


class _Refusing(_Handler):
    """Takes nobody's credentials."""

    def answer(self):
        self.body()
        body = b'{"message":"The security token included in the request is invalid."}'
        named = {"x-amzn-errortype": "UnrecognizedClientException"}
        self.reply(403, {**named, "Content-Type": "application/json"}, body)


@pytest.fixture
def target():
    made = Target()
    yield made
    made.end()


@pytest.fixture
def refusing():
    """The URL of a server that takes no credentials."""
    with running(ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)) as url:
        yield url


@pytest.fixture
def process(place):
    """Starts the command as a process of its own, which is ended with the test at the latest."""
    started = []

    def start(*arguments):
        command = [*COMMAND, *map(str, arguments)]
        started.append(
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=place
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()
