"""One defect in front of a right server, and the verdicts that a user then reads.

A case is a module with ``request(method, path, headers, body, upstream)``, which gives the request
that goes on or, as three values, an answer of its own, and ``answer(method, path, headers, body,
status, headers, data, upstream)``, which gives another answer or None. The published cases lie in
``../shared/cases``, beside the project; where they are not, their tests are skipped and say so.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conformance.reference.server import ServerOptions
from tests import serving
from tests.command import in_process

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "cases"
COMMAND = [sys.executable, "-m", "conformance"]
"""For tests that are about the process itself; all others run it in their own."""
QUICK = ("--profile", "quick", "--seed", "7")
LONGEST = 240
"""Seconds after which a process that a test started is ended: a bound, not an expectation."""
KEY = {
    "id": "abcde12345",
    "name": "one",
    "enabled": False,
    "createdDate": 1795648050,
    "lastUpdatedDate": 1795648050,
    "stageKeys": [],
}
"""The answer of a right server to a request for an API key."""
HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host"}


@dataclass
class Run:
    """A run that has ended: what it wrote, and the verdict lines of its record by requirement."""

    code: int
    out: str
    err: str
    verdicts: dict[str, dict[str, Any]]

    def verdict(self, requirement: str) -> str:
        return str(self.verdicts[requirement]["verdict"])

    def failed(self, *levels: str) -> set[str]:
        """The requirements that failed, at these levels (default: those of the gate)."""
        gate = levels or ("required", "expected")
        return {
            name
            for name, line in self.verdicts.items()
            if line["verdict"] == "failed" and line["level"] in gate
        }


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    """Every test has a folder of its own, and no credentials of AWS; gives that of processes."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def reference():
    """Serves the reference with these options until the test ends; gives the port."""
    with ExitStack() as serving_now:
        yield lambda **options: serving_now.enter_context(
            serving.reference(ServerOptions(**{"seed": 1, **options}))
        )


@pytest.fixture
def reference_port(reference):
    return reference()


@pytest.fixture(scope="session")
def moto_server():
    pytest.importorskip("moto")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, child)
        yield port
    finally:
        child.kill()
        child.wait()


def reset_moto(port):
    """Take away whatever a moto has."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture
def moto_port(moto_server):
    """A moto that has nothing yet; it is started once for all tests."""
    reset_moto(moto_server)
    return moto_server


@pytest.fixture
def proxied():
    """Puts a case (a module) in front of a port; gives the URL of what then misbehaves."""
    with ExitStack() as servers:

        def put(case, port):
            bound = type("Bound", (_Proxy,), {"case": case, "upstream_port": port})
            server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
            return servers.enter_context(serving.running(server))

        yield put


@pytest.fixture
def run(tmp_path):
    """``conformance run``; gives the Run."""

    def go(url, *arguments):
        record = tmp_path / "record.jsonl"
        record.unlink(missing_ok=True)
        ended = in_process("run", url, "-q", "--no-color", "--record", record, *arguments)
        return Run(ended.code, ended.out, ended.err, recorded(record)[0])

    return go


@pytest.fixture
def on_reference(reference_port, proxied, run):
    """Runs one service of the reference with a case in front of it."""

    def go(case, service, *arguments):
        return run(proxied(case, reference_port), "--service", service, *QUICK, *arguments)

    return go


def recorded(record):
    """The verdict lines of a record by requirement, and all of its lines."""
    lines = [json.loads(line) for line in _lines(record)]
    verdicts = {line["requirement"]: line for line in lines if line["type"] == "verdict"}
    return verdicts, lines


def _lines(record):
    return record.read_text().splitlines() if record.exists() else []


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def shared_case(name):
    """The module of a published case; skips where the cases are not beside the project."""
    path = SHARED / name / "case.py"
    if not path.is_file():
        pytest.skip("needs ../shared/cases: the published cases are not beside the project")
    return load_case(path)


def load_case(path):
    spec = importlib.util.spec_from_file_location("case", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def case():
    return shared_case


def _wait_for(port, child):
    for _ in range(600):
        assert child.poll() is None, "the server ended at once"
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.connect()
        except OSError:
            threading.Event().wait(0.1)
        else:
            return
        finally:
            connection.close()
    raise AssertionError(f"nothing listens on port {port}")


class _Proxy(serving.Quiet):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20
    disable_nagle_algorithm = True
    case: Any
    upstream_port: int

    def upstream(self, method, path, headers, body):
        """The answer of the server behind: status, headers, body."""
        connection = HTTPConnection("127.0.0.1", self.upstream_port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", f"127.0.0.1:{self.upstream_port}")
            for name, value in headers:
                if name.lower() not in HOP:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        # The length of what a HEAD is about is all that tells it.
        hop = HOP - {"content-length"} if method == "HEAD" else HOP
        kept = [(name, value) for name, value in response.getheaders() if name.lower() not in hop]
        return response.status, kept, data

    def read_body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline() not in {b"\r\n", b"\n", b""}:
                pass
            return b"".join(parts)
        length = self.headers.get("Content-Length")
        return self.rfile.read(int(length)) if length is not None else None

    def answer(self):
        try:
            body = self.read_body()
        except ValueError:
            self.close_connection = True
            return
        going = [self.command, self.path, list(self.headers.items()), body]
        change = getattr(self.case, "request", None)
        try:
            going = change(*going, self.upstream) or going if change else going
        except (ValueError, HTTPException):
            # A case that cannot read an odd request has nothing to change in it: that it does not
            # answer would be a defect of its own, beside the one that it is for.
            going = [self.command, self.path, list(self.headers.items()), body]
        except Exception as error:
            if type(error).__name__ != "Closed":
                raise
            self.close_connection = True
            return
        self.respond(*(going if len(going) == 3 else self.answered(going)))

    def answered(self, going):
        status, headers, data = self.upstream(*going)
        change = getattr(self.case, "answer", None)
        changed = change(*going, status, headers, data, self.upstream) if change else None
        return changed or (status, headers, data)

    def respond(self, status, headers, data):
        bodiless = status in {204, 304} or status < 200
        try:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            if not bodiless and not any(name.lower() == "content-length" for name, _ in headers):
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD" and not bodiless:
                self.wfile.write(data)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_OPTIONS = answer
