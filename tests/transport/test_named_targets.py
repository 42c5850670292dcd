"""Emulators that are started by name: found, kept to this machine, and ended in every case."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from conformance.transport import endpoint
from conformance.transport.address import host_and_port
from conformance.transport.errors import NotInstalled, TargetDidNotStart
from conformance.transport.targets import started
from conformance.transport.targets.known import STARTED, KnownTarget
from conformance.transport.targets.own import OwnTarget

MODULE = """
import http.server, os, socket, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = str(self.server.server_address[0]).encode()
        self.send_response(500); self.send_header("Content-Length", str(len(body)))
        self.end_headers(); self.wfile.write(body)
    def log_message(self, *args): pass
print("starting", file=sys.stderr)
if os.environ.get("FAIL"): sys.exit("no luck today")
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(os.environ["PIDS"], "w").write(f"{os.getpid()} {child.pid}")
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def known(tmp_path, monkeypatch):
    """A package that listens everywhere and starts a process of its own."""
    (tmp_path / "everywhere_server.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PIDS", str(tmp_path / "pids"))
    described = KnownTarget(
        "everywhere", module="everywhere_server", script="everywhere", distributions=("pytest",),
        install="pip install everywhere", ready="/up", env={"PORT": "{port}"}, wait=60,
    )  # fmt: skip
    monkeypatch.setitem(STARTED, "everywhere", described)
    return described


def lives(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ended(pids, seconds=30):
    deadline = time.monotonic() + seconds
    while any(lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(lives(pid) for pid in pids)


def pids(tmp_path):
    return [int(one) for one in (tmp_path / "pids").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_it_listens_on_this_machine_alone_and_is_ended(known, tmp_path):
    with endpoint.open_target("everywhere") as target:
        assert target.name == "everywhere"
        assert target.version == pytest.__version__
        assert host_and_port(target.url)[0] == "127.0.0.1"
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(target.url, timeout=30)
        assert answer.value.read() == b"127.0.0.1"
        both = pids(tmp_path)
        assert all(lives(pid) for pid in both)
    assert ended(both)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_it_ends_with_a_parent_that_is_killed(known, tmp_path):
    code = (
        "import os, signal\n"
        "from conformance.transport import endpoint\n"
        "from conformance.transport.targets.known import STARTED, KnownTarget\n"
        f"STARTED['everywhere'] = {known!r}\n"
        "endpoint.start('everywhere').wait_ready()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert ended(pids(tmp_path))


def test_what_it_said_last_is_told(known, monkeypatch):
    monkeypatch.setenv("FAIL", "1")
    with (
        pytest.raises(TargetDidNotStart, match="no luck today"),
        endpoint.open_target("everywhere"),
    ):
        pass


def test_the_python_beside_a_program_on_the_path_is_taken(known, tmp_path, monkeypatch):
    away = KnownTarget(
        "away", module="not.installed.here", script="away", distributions=(), install="x", ready="/"
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    assert started.python_of(away) is None
    inside = tmp_path / "environment" / "bin"
    inside.mkdir(parents=True)
    for name in ("away", "python3"):
        (inside / name).write_text("#!/bin/sh\n")
        (inside / name).chmod(0o755)
    (tmp_path / "away").symlink_to(inside / "away")
    assert started.python_of(away) == str(inside / "python3")
    assert started.python_of(known) == sys.executable


@pytest.mark.parametrize("name", [*STARTED])
def test_what_is_not_installed_says_how_to_install_it(name, monkeypatch):
    monkeypatch.setattr(started, "python_of", lambda known: None)
    with pytest.raises(NotInstalled) as problem:
        endpoint.start(name)
    assert problem.value.hint.startswith("pip install ")


def test_an_own_target_that_runs_already(serve):
    server = serve(lambda peer: None)
    own = {"mine": OwnTarget(url=f"{server.url}/base/")}
    with endpoint.open_target("mine", own=own) as target:
        assert (target.name, target.url) == ("mine", f"{server.url}/base")


@pytest.mark.skipif(shutil.which("ministack") is None, reason="ministack is not on the PATH")
def test_ministack():
    with endpoint.open_target("ministack") as target:
        assert target.version
        assert os.path.basename(target.url)  # noqa: PTH119 - a URL
