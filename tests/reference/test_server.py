"""The reference over real sockets, as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.reference.http.protocol import http_date

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "conformance.reference"]


def started(*arguments):
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    return process, announced(process)


def announced(process):
    line = process.stdout.readline()
    assert line.startswith("listening on http://127.0.0.1:"), process.stderr.read()
    return int(line.rsplit(":", 1)[1])


def stopped(process):
    process.terminate()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0
    assert errors == ""


@pytest.fixture(scope="module")
def port():
    process, port = started("--seed", "1")
    yield port
    stopped(process)


def sent(port, *parts):
    """What comes back until the server closes, or until a whole answer to a last close."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while block := connection.recv(65_536):
            received += block
    return received


def request(line, body=b"", *headers, close=True):
    lines = [f"{line} HTTP/1.1", "Host: x", "Accept: application/json", *headers]
    lines += [f"Content-Length: {len(body)}"] if body else []
    lines += ["Connection: close"] if close else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_a_conversation_over_one_connection(port):
    answers = sent(
        port,
        request("POST /apikeys", b'{"name":"n"}', close=False)
        + request("GET /apikeys", close=False),
        request("DELETE /apikeys/x"),
    )
    statuses = re.findall(rb"HTTP/1.1 (\d+) [A-Z]", answers)
    assert statuses == [b"201", b"200", b"404"]


def test_chunked_bodies(port):
    line = request("POST /apikeys", b"", "Transfer-Encoding: chunked")
    answer = sent(port, line, b'8\r\n{"name":\r\n', b'3\r\n"c"\r\n1\r\n}\r\n0\r\n\r\n')
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["name"] == "c"


def test_expect_continue(port):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(
            b"POST /apikeys HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(4000).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\n",
        b"GET / HTTP/1.1\r\nA b\r\n\r\n",
    ],
)
def test_malformed_requests_are_answered_and_the_connection_ends(port, data):
    answer = sent(port, data + b"x" * 100_000)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"x-amzn-errortype: MalformedHttpRequestException\r\n" in answer
    assert b"connection: close\r\n" in answer


def test_head_and_options(port):
    assert sent(port, request("HEAD /apikeys")).partition(b"\r\n\r\n")[2] == b""
    answer = sent(port, request("OPTIONS /apikeys", b"", "Access-Control-Request-Headers: a,b"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"access-control-allow-origin: *\r\n" in answer
    assert b"access-control-allow-headers: a,b\r\n" in answer


def test_unknown_routes(port):
    for line in ("GET /v2/apis", "OPTIONS /v2/apis", "PUT /apikeys", "GET /apikeys/", "TRACE *"):
        head, _, body = sent(port, request(line)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert b"x-amzn-errortype: AccessDeniedException" in head
        assert body == b'{"Message":"Unable to determine service/operation name to be authorized"}'


def test_half_closed_clients_get_their_answer(port):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request("GET /apikeys", close=False))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_many_pipelined_requests(port):
    answers = sent(port, request("GET /apikeys/x", close=False) * 2_000, request("GET /apikeys/x"))
    assert answers.count(b"HTTP/1.1 404 Not Found\r\n") == 2_001


def test_a_client_that_reads_late_loses_nothing(port):
    data = request("GET /apikeys/x", close=False) * 5_000 + request("GET /apikeys/x")
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.setblocking(False)
        received, offset = b"", 0
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if offset < len(data):
                try:
                    offset += connection.send(data[offset : offset + 65_536])
                    continue
                except BlockingIOError:
                    pass
            try:
                block = connection.recv(1_000_000)
            except BlockingIOError:
                continue
            if not block:
                break
            received += block
    assert received.count(b"HTTP/1.1 404 Not Found\r\n") == 5_001


def test_it_ends_with_its_parent():
    process, _ = started("--with-parent")
    process.stdin.close()  # as it is when the process that holds the other end is gone
    assert process.wait(timeout=120) == 0
    assert process.stderr.read() == ""
    process.stdout.close()
    process.stderr.close()


def test_interrupt_ends_it():
    process, _ = started()
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 0


def test_unknown_faults_and_taken_ports_are_told_in_a_line(port):
    for arguments, code in ((["--fault", "no:such"], 2), (["--port", str(port)], 3)):
        process = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=120,
        )
        assert process.returncode == code
        assert process.stderr.count("\n") == 1


def test_serve_command():
    command = [sys.executable, "-m", "conformance", "serve", "--fault", "status:DeleteApiKey:204"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    port = announced(process)
    made = sent(port, request("POST /apikeys", b"{}")).partition(b"\r\n\r\n")[2]
    answer = sent(port, request(f"DELETE /apikeys/{json.loads(made)['id']}"))
    process.terminate()
    _, errors = process.communicate(timeout=120)
    assert answer.startswith(b"HTTP/1.1 204 No Content\r\n")
    assert b"content-length" not in answer
    assert "with the fault status:DeleteApiKey:204" in errors


def test_starting_imports_nothing_slow():
    code = (
        "import sys\n"
        "from conformance.reference.server import ServerOptions, application\n"
        "application(ServerOptions())\n"
        "slow = {'schemathesis', 'hypothesis', 'botocore', 'requests', 'jsonschema', 'rich'}\n"
        "print(sorted(slow & sys.modules.keys()))\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert process.stdout == "[]\n"


def test_dates_are_those_of_rfc_9110():
    assert http_date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT"
