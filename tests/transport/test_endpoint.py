"""From the name of a target to something that answers, or to the reason why not."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.errors import BadInput, CouldNotTest
from conformance.transport.address import host_and_port, is_loopback, parse_url
from conformance.transport.child import Child
from conformance.transport.endpoint import Target, open_target, start
from conformance.transport.errors import (
    MalformedURL,
    NoCertificates,
    NotInstalled,
    TargetDidNotStart,
    Unreachable,
    UntrustedTLS,
)
from conformance.transport.exchange import Request
from conformance.transport.http import HttpTransport
from conformance.transport.tls import trusted

needs_moto = pytest.mark.skipif(
    importlib.util.find_spec("moto") is None, reason="the moto extra is not installed"
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nosuchname",
        "localhost:4566",
        "ftp://host/",
        "http://",
        "http://:80",
        "http://host:port/",
        "http://host:99999/",
        "http://host:0/",
        "http://[::1/",
        "http://user:secret@host/",
        "http://host/?a=1",
        "http://host/#x",
        "http://ho st/",
        "http://hóst/",
    ],
)
def test_what_is_no_target(text):
    with pytest.raises(MalformedURL) as problem:
        start(text)
    assert isinstance(problem.value, BadInput)
    assert "http://127.0.0.1:4566" in problem.value.hint


def test_an_address_is_taken_apart():
    assert parse_url("https://host/base/") == "https://host/base"
    assert host_and_port("https://host/base") == ("host", 443)
    assert host_and_port("http://[::1]:81") == ("::1", 81)


@pytest.mark.parametrize("host", ["localhost", "api.localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["example.com", "10.0.0.1", "localhost.example.com", "0.0.0.0"])
def test_another_machine(host):
    assert not is_loopback(host)


def test_a_url_that_answers(serve):
    server = serve(lambda peer: None)
    with open_target(f"{server.url}/") as target:
        assert target == Target(server.url, server.url, None, is_loopback=True)


def test_a_url_where_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1 port {port}") as problem:
        start(f"http://127.0.0.1:{port}").wait_ready()
    assert isinstance(problem.value, CouldNotTest)


def test_a_host_that_does_not_exist():
    with pytest.raises(Unreachable, match=r"no-such-host\.invalid port 80"):
        start("http://no-such-host.invalid").wait_ready()


def test_https_to_a_server_without_tls(serve):
    def handle(peer):
        peer.connection.recv(65536)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    url = serve(handle).url.replace("http:", "https:")
    with pytest.raises(UntrustedTLS) as problem:
        start(url).wait_ready()
    assert "http://127.0.0.1:" in problem.value.hint


def test_a_bundle_that_does_not_exist(tmp_path, monkeypatch):
    with pytest.raises(NoCertificates):
        trusted(tmp_path / "missing.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
    with pytest.raises(NoCertificates, match=r"other\.pem"):
        trusted(None)


def module(tmp_path, monkeypatch, source):
    """A module that a child process can run by name."""
    (tmp_path / "pretend_target.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "pretend_target"


WAIT = "import sys\nprint('listening on http://127.0.0.1:1', flush=True)\nsys.stdin.read()\n"


def gone(pid):
    """Whether a process has ended, waiting a little for it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_child_that_comes_up(tmp_path, monkeypatch):
    child = Child("pretend", module(tmp_path, monkeypatch, WAIT))
    assert child.wait_ready(120) == "http://127.0.0.1:1"
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_a_child_that_fails_is_told_with_its_last_words(tmp_path, monkeypatch):
    child = Child("pretend", module(tmp_path, monkeypatch, "raise SystemExit('no port left')"))
    with pytest.raises(TargetDidNotStart, match="pretend did not start: no port left"):
        child.wait_ready(120)
    child.close()


def test_a_child_that_says_something_else(tmp_path, monkeypatch):
    child = Child("pretend", module(tmp_path, monkeypatch, "print('hello')"))
    with pytest.raises(TargetDidNotStart, match="hello"):
        child.wait_ready(120)
    child.close()


def test_a_child_that_takes_too_long_and_ignores_being_asked_to_end(tmp_path, monkeypatch):
    source = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)\n"
    monkeypatch.setattr("conformance.transport.child._GRACE", 0.1)
    child = Child("pretend", module(tmp_path, monkeypatch, source))
    with pytest.raises(TargetDidNotStart, match=r"not ready after 0\.2 s"):
        child.wait_ready(0.2)
    child.close()
    assert gone(child.pid)


def test_telling_a_child_that_has_ended_is_harmless(tmp_path, monkeypatch):
    child = Child("pretend", module(tmp_path, monkeypatch, ""))
    assert gone(child.pid)
    child.tell("hello")
    child.close()


def start_moto_and_wait():
    """A process that starts moto, says its address and pid, and waits to be killed."""
    source = (
        "import time\n"
        "from conformance.transport.endpoint import start\n"
        "moto = start('moto')\n"
        "print(moto.wait_ready().url, moto._child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    return subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)


@needs_moto
@pytest.mark.moto
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_moto_does_not_outlive_a_killed_parent():
    with start_moto_and_wait() as parent:
        assert parent.stdout is not None
        _, pid = parent.stdout.readline().split()
        parent.send_signal(signal.SIGKILL)
    assert gone(int(pid))


@needs_moto
@pytest.mark.moto
def test_moto_is_started_loaded_and_ended():
    starting = start("moto")
    starting.expect("apigateway", "/apikeys")
    target = starting.wait_ready()
    assert target.name == "moto"
    assert target.version
    transport = HttpTransport()
    scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/apigateway/aws4_request"
    exchange = transport.send(
        Request("GET", f"{target.url}/apikeys", (("Authorization", f"{scope}, Signature=0"),))
    )
    assert exchange.response is not None
    assert exchange.response.status == 200
    transport.close()
    starting.close()
    with pytest.raises(Unreachable):
        start(target.url).wait_ready()


def test_moto_without_its_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NotInstalled) as problem:
        start("moto")
    assert problem.value.hint == "pip install 'aws-conformance[moto]'"
