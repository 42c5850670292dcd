"""The scripts of a report, run: what arrives is what the record says was sent."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from conformance.record import (
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    RecordedSigning,
    Role,
    Use,
)
from conformance.reports.reproduce import curl_script, python_script
from conformance.reports.text import has_hidden
from tests.sampling import one_in

SHELLS = [shell for shell in ("sh", "bash", "zsh") if shutil.which(shell)]
SIGNING = RecordedSigning("geo", "us-east-1")
TYPE = {"Content-Type": "application/json"}

BODIES = [
    "",
    "{}",
    '{"a": "it\'s \\"quoted\\" $HOME `id` \\\\ %s %d !! * ~ #"}',
    "line one\nline two\r\n\ttabbed\n\n",
    "\x1b[31m\x00\x01\x7f\x85 \u202e\u2066\ufeff\u2028 done\x03",
    "@/etc/passwd",
    "-n -e --data",
    "\\033 \\n %% %c",
    "é ü 漢字 😀",
    '{"Description": "' + "x" * 5000 + '"}',
    "!'\"" * 900,
    "\n" * 3000,
    "é😀" * 1500 + "tail",
    "x" * 150_000,
    "".join(chr(32 + i * 7 % 90) for i in range(60_000)),
    "\u0301combining \U000e0041tag \u200b",
]


def exchange(url: str, body: str | None = None, **fields: Any) -> RecordedExchange:
    given: dict[str, Any] = {"method": "PATCH", "headers": TYPE, "signing": SIGNING} | fields
    return RecordedExchange(RecordedRequest(url=url, body=body, **given), RecordedResponse(200))


def run_shell(shell: str, script: str) -> str:
    done = subprocess.run([shell, "-c", script], capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode()


def run_python(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-"], input=script.encode(), capture_output=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("number", range(len(BODIES)))
def test_curl_sends_the_body_byte_for_byte(listener: Any, shell: str, number: int) -> None:
    body = BODIES[number]
    script = curl_script([exchange(listener.url + "/k", body)])
    assert len(script.splitlines()) == 1
    assert not has_hidden(script)
    assert "HTTP/1.0 200" in run_shell(shell, script)
    (received,) = listener.received
    assert received.body == body.encode()
    assert received.method == "PATCH"
    assert received.headers["content-type"] == "application/json"
    assert "/us-east-1/geo/aws4_request" in received.headers["authorization"]


def test_python_sends_the_bodies_byte_for_byte(listener: Any) -> None:
    run_python(python_script([exchange(listener.url + "/k", body) for body in BODIES]))
    assert [received.body for received in listener.received] == [b.encode() for b in BODIES]
    assert all("geo/aws4_request" in r.headers["authorization"] for r in listener.received)


def test_bytes_that_are_not_utf_8_arrive(listener: Any) -> None:
    wanted = bytes(range(256))
    body = {"body_base64": base64.b64encode(wanted).decode()}
    sent = [exchange(listener.url, **body)]
    run_shell("sh", curl_script(sent))
    run_python(python_script(sent))
    assert [received.body for received in listener.received] == [wanted, wanted]


PATHS = ["/a/../b/./c", "/a%2Fb%20%7E?x=[1]&y={2}&z='", "/", "/k?tagKeys=%F0%9F%98%80&&"]


@pytest.mark.parametrize("path", PATHS)
def test_curl_sends_the_path_as_it_was(listener: Any, path: str) -> None:
    run_shell("sh", curl_script([exchange(listener.url + path, signing=None)]))
    assert listener.received[0].path == path


METHODS = [
    ("GET", None), ("POST", "x"), ("PUT", "x"), ("DELETE", None), ("HEAD", None), ("PATCH", "x"),
    ("GET", "x"), ("POST", None), ("PUT", None), ("DELETE", "x"), ("PATCH", None),
]  # fmt: skip
"""curl sends no body with HEAD."""


@pytest.mark.parametrize(("method", "body"), one_in(5, METHODS))
def test_every_method_arrives(listener: Any, method: str, body: str | None) -> None:
    sent = [exchange(listener.url, body, method=method, headers={})]
    run_shell("sh", curl_script(sent))
    run_python(python_script(sent))
    assert [(r.method, r.body.decode()) for r in listener.received] == [(method, body or "")] * 2
    assert "content-type" not in listener.received[0].headers


def test_headers_arrive_and_old_signatures_do_not(listener: Any) -> None:
    headers = {
        "Accept": "application/json",
        "X-Empty": "",
        "X-Quote": 'it\'s "q" $x',
        "Authorization": "cut",
        "X-Amz-Date": "20200101T000000Z",
        "Content-Length": "999",
        "Host": "elsewhere",
    }
    run_shell("sh", curl_script([exchange(listener.url, "{}", headers=headers)]))
    seen = listener.received[0].headers
    assert seen["accept"] == "application/json"
    assert seen["x-empty"] == ""
    assert seen["x-quote"] == 'it\'s "q" $x'
    assert seen["authorization"] != "cut"
    assert seen["x-amz-date"] != "20200101T000000Z"
    assert seen["content-length"] == "2"


def test_an_unsigned_request_stays_unsigned(listener: Any) -> None:
    sent = [exchange(listener.url, "{}", signing=None)]
    run_shell("sh", curl_script(sent))
    run_python(python_script(sent))
    assert all("authorization" not in r.headers for r in listener.received)
    assert "botocore" not in python_script(sent)


def sequence(url: str) -> list[RecordedExchange]:
    """Created as ``old``, then used in path and body; the answer of a new target says else."""
    answer = RecordedResponse(201, {}, '{"id": "ol/d", "items": [{"a!b\'": "i-9"}]}')
    create = replace(exchange(f"{url}/keys", "{}", method="POST"), role=Role.SETUP, response=answer)
    uses = (Use("ol/d", 0, "/id"), Use("i-9", 0, "/items/0/a!b'"))
    update = exchange(f"{url}/keys/ol%2Fd?x=1", '{"id": "ol/d", "other": "i-9", "n": "\n"}')
    return [create, replace(update, uses=uses)]


@pytest.mark.parametrize("how", [*SHELLS, "python"])
def test_ids_are_taken_from_the_new_answers(listener: Any, how: str) -> None:
    evidence = sequence(listener.url)
    if how == "python":
        run_python(python_script(evidence))
    else:
        run_shell(how, curl_script(evidence))
    create, update = listener.received
    assert create.path == "/keys"
    assert update.path == "/keys/new%2F%20id?x=1"
    assert update.body == b'{"id": "new/ id", "other": "q"1", "n": "\n"}'


def test_a_hostile_record_runs_nothing_of_its_own(listener: Any, tmp_path: Any) -> None:
    mark = tmp_path / "mark"
    evil = f"'; touch {mark}; $(touch {mark}) `touch {mark}` \"; touch {mark}\n touch {mark} #"
    hostile = exchange(
        listener.url + "/k?" + evil.replace(" ", "%20").replace("\n", ""),
        evil,
        method="PATCH",
        headers={"X-Evil": evil.replace("\n", "")},
        signing=None,
    )
    answer = RecordedResponse(200, {}, "{}")
    setup = replace(hostile, role=Role.SETUP, response=answer)
    uses = (Use("k", 0, f"/id'\"]; import os; os.system('touch {mark}')/`touch {mark}`"),)
    for shell in SHELLS:
        script = curl_script([setup, replace(hostile, uses=uses)])
        subprocess.run([shell, "-c", script], capture_output=True, check=False, timeout=300)
    script = python_script([setup, replace(hostile, uses=uses)])
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=300)
    assert listener.received
    assert not mark.exists()


def test_a_pause_is_part_of_the_script(listener: Any) -> None:
    create, update = sequence(listener.url)
    evidence = [create, replace(update, pause=0.25)]
    assert curl_script(evidence).splitlines()[-2] == "sleep 0.25"
    assert "\ntime.sleep(0.25)\nsend(" in python_script(evidence)
    start = time.monotonic()
    run_shell("sh", curl_script(evidence))
    run_python(python_script(evidence))
    assert time.monotonic() - start > 0.5
    assert "sleep" not in curl_script([create, update]) + python_script([create, update])


def test_answers_are_printed_on_lines_of_their_own(listener: Any) -> None:
    printed = run_shell("sh", curl_script([exchange(listener.url)] * 3))
    assert len(re.findall("^HTTP/1.0 200", printed, re.MULTILINE)) == 3


def test_who_accepts_nothing_says_nothing(listener: Any) -> None:
    sent = [exchange(listener.url, "{}")]
    run_shell("sh", curl_script(sent))
    run_python(python_script(sent))
    assert all("accept" not in received.headers for received in listener.received)


def test_a_chunked_body_is_sent_by_curl_alone(listener: Any) -> None:
    sent = [exchange(listener.url, "{}", headers=TYPE | {"Transfer-Encoding": "chunked"})]
    assert "-H 'Transfer-Encoding: chunked'" in curl_script(sent)
    assert python_script(sent).startswith("# No script")


def test_what_a_script_cannot_send_is_not_offered(listener: Any) -> None:
    plain = exchange(listener.url, "{}")
    coded = exchange(f"{listener.url}/%6F%6C%64", "{}")
    answer = RecordedResponse(201, {}, '{"id": "old"}')
    for evidence in (
        [replace(plain, connection=1), replace(plain, connection=1)],
        [exchange(listener.url, "{}", headers={"user-agent": "x", "accept": "y"})],
        [replace(plain, response=answer), replace(coded, uses=(Use("old", 0, "/id"),))],
    ):
        for script in (curl_script(evidence), python_script(evidence)):
            assert script.startswith("# No script: ")
            assert "conformance replay" in script
            assert len(script.splitlines()) == 1
    for path in ("/%zz", "//x"):
        assert python_script([exchange(listener.url + path)]).startswith("# No script")
        assert curl_script([exchange(listener.url + path)]).startswith("curl")


def test_a_script_without_evidence_is_empty() -> None:
    assert curl_script([]) == ""
