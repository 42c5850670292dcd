"""What a user reads of a target with one defect: the rule that is broken, and nothing else's name.

And what a run leaves alone when it is told to.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from tests.cases.conftest import QUICK
from tests.sampling import narrowed, one_in


class Seen:
    """A case that changes nothing and notes every request."""

    def __init__(self):
        self.requests = []

    def request(self, method, path, headers, body, upstream):
        self.requests.append((method, path, body))

    def of(self, method, part):
        return [one for one in self.requests if one[0] == method and part in one[1]]


# -- what is excluded --------------------------------------------------------------------------


@pytest.mark.parametrize("asked", narrowed("*/status/*", "*/protocol/*", "*/robustness/empty-*"))
@pytest.mark.parametrize("options", [
    ("--exclude", "apigateway/ImportApiKeys/*"),
    ("--requirement", "!apigateway/ImportApiKeys/*"),
    ("--profile", "standard", "--exclude", "apigateway/ImportApiKeys/*"),
])  # fmt: skip
def test_an_excluded_operation_is_not_sent_at_all(reference_port, proxied, run, options, asked):
    seen = Seen()
    found = run(proxied(seen, reference_port), "--service", "apigateway", *QUICK, *options, *asked)

    assert found.code == 0, found.out
    assert not any("/ImportApiKeys/" in name for name in found.verdicts)
    assert not seen.of("POST", "mode=import")
    assert seen.of("PATCH", "/apikeys/")
    assert "excluded from this run: apigateway/ImportApiKeys/*" in found.out


@pytest.mark.parametrize("asked", narrowed("*/DeleteApiKey/*", "*/protocol/*-json"))
def test_what_needs_an_excluded_operation_is_skipped_and_says_so(
    reference_port, proxied, run, asked
):
    seen = Seen()
    found = run(
        proxied(seen, reference_port), "--service", "apigateway", *QUICK,
        "--exclude", "apigateway/UpdateApiKey/*", *asked,
    )  # fmt: skip

    assert found.code == 0, found.out
    assert not seen.of("PATCH", "/apikeys/")
    assert found.verdict("apigateway/DeleteApiKey/behavior/gone-afterwards") == "skipped"
    gate = {
        one["verdict"]
        for one in found.verdicts.values()
        if one["level"] in {"required", "expected"}
    }
    assert gate == {"passed", "skipped"}
    reason = found.verdicts["apigateway/protocol/lenient-json"]["reason"]
    assert reason == "UpdateApiKey is excluded from this run"
    # What another operation shows as well is shown by that one.
    assert found.verdict("apigateway/protocol/malformed-json") == "passed"


@pytest.mark.parametrize("asked", narrowed("*/status/*", "*/protocol/*", "*/error/*"))
def test_an_excluded_creation_only_sets_up(reference_port, proxied, run, asked):
    seen = Seen()
    found = run(
        proxied(seen, reference_port), "--service", "location", *QUICK,
        "--exclude", "location/CreateKey/*", *asked,
    )  # fmt: skip

    assert found.code == 0, found.out
    made = [
        json.loads(body) for _, path, body in seen.of("POST", "/keys") if path.endswith("/keys")
    ]
    assert made
    assert all({"KeyName", "Restrictions"} <= {*one} for one in made), "a probe of CreateKey"
    assert found.verdict("location/UpdateKey/status/200") == "passed"


def test_one_requirement_can_be_excluded(reference_port, proxied, run):
    left = "apigateway/GetApiKey/status/*"
    found = run(
        proxied(SimpleNamespace(), reference_port), *QUICK,
        "--requirement", "apigateway/GetApiKey/*", "--exclude", left,
    )  # fmt: skip

    assert found.code == 0, found.out
    assert found.verdicts
    assert not any("/status/" in name for name in found.verdicts)


@pytest.mark.parametrize("options", [
    ("--exclude", "apigateway/NoSuchOperation/*"),
    ("--requirement", "!apigateway/NoSuchOperation/*"),
    ("--exclude", "*"),
])  # fmt: skip
def test_an_exclusion_that_cannot_be_meant_is_bad_usage(reference_port, proxied, run, options):
    found = run(proxied(SimpleNamespace(), reference_port), *options)

    assert found.code == 2
    assert "hint:" in found.err


# -- updates at the same time ------------------------------------------------------------------

MEMBERS = "*/behavior/parallel-updates-of-different-members"
PATHS = {"name": "/name", "description": "/description", "customerId": "/customerId"}


class WholeDocument:
    """Each update reads the key, waits, and writes every member of it back."""

    def __init__(self, window=0.003):
        self.window = window

    def request(self, method, path, headers, body, upstream):
        if method != "PATCH":
            return None
        status, _, data = upstream("GET", path, headers, None)
        if status != 200:
            return None
        time.sleep(self.window)
        key = json.loads(data)
        whole = self.written(key, json.loads(body))
        return method, path, headers, json.dumps(whole).encode()

    def written(self, key, asked):
        asked = asked["patchOperations"]
        changed = {one["path"] for one in asked}
        kept = [
            {"op": "replace", "path": path, "value": key.get(member, "")}
            for member, path in PATHS.items()
            if path not in changed
        ]
        if "/enabled" not in changed:
            text = str(key["enabled"]).lower()
            kept.append({"op": "replace", "path": "/enabled", "value": text})
        return {"patchOperations": [*kept, *asked]}


class WholeKey(WholeDocument):
    """The same of Location's keys."""

    def written(self, key, asked):
        stored = ("Description", "ExpireTime", "Restrictions")
        kept = {name: key[name] for name in stored if name in key}
        return {**kept, **asked, "ForceUpdate": True}


class Serial(WholeDocument):
    """One update after the other: nothing is lost."""

    def __init__(self):
        super().__init__()
        self.turn = threading.Lock()

    def request(self, method, path, headers, body, upstream):
        if method != "PATCH":
            return None
        with self.turn:
            return upstream(*super().request(method, path, headers, body, upstream))


class Conflicting(Serial):
    """Where another update of the key is under way, an update is answered with a conflict."""

    def request(self, method, path, headers, body, upstream):
        if method != "PATCH":
            return None
        if not self.turn.acquire(blocking=False):
            text = json.dumps({"message": "another update of the key is under way"}).encode()
            kind = [("content-type", "application/json"), ("x-amzn-errortype", "ConflictException")]
            return 409, kind, text
        try:
            time.sleep(self.window)
            return upstream(method, path, headers, body)
        finally:
            self.turn.release()


class Lagging:
    """What an update changed is shown a moment of a clock later."""

    def __init__(self, clock):
        self.clock = clock
        self.changed, self.before = {}, {}

    def request(self, method, path, headers, body, upstream):
        key = path.split("?")[0]
        if method == "PATCH":
            if self.clock.monotonic() - self.changed.get(key, 0) > 0.4:
                self.before[key] = upstream("GET", path, headers, None)
            self.changed[key] = self.clock.monotonic()
        if method == "GET" and self.clock.monotonic() - self.changed.get(key, 0) < 0.4:
            return self.before[key]
        return None


@pytest.mark.parametrize(
    ("case", "service", "operation", "window"),
    one_in(
        3,
        [
            (WholeDocument, "apigateway", "UpdateApiKey", 0.02),
            (WholeKey, "location", "UpdateKey", 0.02),
            (WholeDocument, "apigateway", "UpdateApiKey", 0.002),
            (WholeKey, "location", "UpdateKey", 0.002),
        ],
    ),
)
def test_a_lost_update_is_found(reference_port, proxied, run, case, service, operation, window):
    name = f"{service}/{operation}/behavior/parallel-updates-of-different-members"
    found = run(proxied(case(window), reference_port), *QUICK, "--requirement", name)

    assert found.code == 1
    assert found.failed() == {name}
    evidence = found.verdicts[name]["evidence"]
    assert len(evidence) < 10, "the requests of one resource"
    assert "that update succeeded" in evidence[-1]["expected"]


@pytest.mark.parametrize("case", [Serial, Conflicting, Lagging])
def test_updates_that_are_kept_or_refused_are_right(reference_port, proxied, run, clock, case):
    made = Lagging(clock) if case is Lagging else case()
    only = ("--service", "apigateway", "--requirement", MEMBERS)
    found = run(proxied(made, reference_port), *QUICK, *only)
    assert found.code == 0
    [line] = found.verdicts.values()
    assert line["verdict"] == "passed", line["reason"]


# -- targets that cannot be tested --------------------------------------------------------------


@pytest.fixture
def tls(proxied, reference_port, tmp_path):
    """The reference behind a certificate for some names; gives the port and the certificate."""
    pytest.importorskip("cryptography")
    servers = []

    def go(*names, **more):
        from tests.cases import certificates

        path, context = certificates.written(tmp_path, *names, **more)
        plain = int(proxied(SimpleNamespace(), reference_port).rpartition(":")[2])
        listening = socket.create_server(("127.0.0.1", 0))
        servers.append(listening)
        threading.Thread(target=_pass_on, args=(listening, context, plain), daemon=True).start()
        return listening.getsockname()[1], path

    yield go
    for one in servers:
        one.close()


def _pass_on(listening, context, plain):
    while True:
        try:
            taken, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_one, args=(taken, context, plain), daemon=True).start()


def _one(taken, context, plain):
    try:
        with (
            context.wrap_socket(taken, server_side=True) as near,
            socket.create_connection(("127.0.0.1", plain)) as far,
        ):
            back = threading.Thread(target=_copy, args=(far, near), daemon=True)
            back.start()
            _copy(near, far)
            back.join(10)
    except OSError:
        taken.close()


def _copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def told(found):
    """The one line of a run that could not test, and its hint."""
    assert found.code == 3
    assert "Traceback" not in found.err
    lines = [line for line in found.err.splitlines() if line.startswith("conformance: ")]
    hints = [line for line in found.err.splitlines() if line.startswith("  hint: ")]
    assert len(lines) == len(hints) == 1, found.err
    return lines[0], hints[0]


SMALL = ("--requirement", "apigateway/GetApiKeys/status/200", "--profile", "quick")


def test_a_certificate_for_another_name_is_told_with_its_names(tls, run):
    port, path = tls("emulator.example", "other.example")
    line, hint = told(run(f"https://127.0.0.1:{port}", *SMALL, "--ca-bundle", str(path)))

    assert "its certificate is for emulator.example, other.example, not for 127.0.0.1" in line
    assert f"https://emulator.example:{port}" in hint


def test_a_certificate_for_the_name_is_taken(tls, run):
    port, path = tls("localhost", "127.0.0.1")
    found = run(f"https://127.0.0.1:{port}", *SMALL, "--ca-bundle", str(path))

    assert found.code == 0, found.err + found.out


def test_a_certificate_that_nobody_signed(tls, run):
    port, _ = tls("127.0.0.1")
    line, hint = told(run(f"https://127.0.0.1:{port}", *SMALL))

    assert "its certificate is not signed by a trusted authority" in line
    assert "--ca-bundle" in hint


@pytest.mark.parametrize(("days", "said"), [((-3, -1), "has expired"), ((1, 3), "not valid yet")])
def test_a_certificate_out_of_its_time(tls, run, days, said):
    port, path = tls("127.0.0.1", days=days)
    line, hint = told(run(f"https://127.0.0.1:{port}", *SMALL, "--ca-bundle", str(path)))

    assert said in line
    assert "clock" in hint


def test_https_to_what_speaks_plain_http(proxied, reference_port, run):
    url = proxied(SimpleNamespace(), reference_port)
    line, hint = told(run(url.replace("http:", "https:"), *SMALL))

    assert "it speaks plain HTTP" in line
    assert url in hint


def test_plain_http_to_what_speaks_tls(tls, run):
    port, _ = tls("127.0.0.1")
    line, hint = told(run(f"http://127.0.0.1:{port}", *SMALL))

    assert "speaks TLS, and got a plain HTTP request" in line
    assert f"https://127.0.0.1:{port}" in hint


def test_plain_http_to_what_says_that_it_speaks_tls(proxied, run, tls):
    # As some servers do: they answer in plain HTTP that they want TLS.
    port, _ = tls("127.0.0.1")
    listening = socket.create_server(("127.0.0.1", 0))
    both = listening.getsockname()[1]

    def serve():
        while True:
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=either, args=(taken,), daemon=True).start()

    def either(taken):
        if taken.recv(1, socket.MSG_PEEK) == b"\x16":
            with taken, socket.create_connection(("127.0.0.1", port)) as far:
                back = threading.Thread(target=_copy, args=(far, taken), daemon=True)
                back.start()
                _copy(taken, far)
                back.join(10)
            return
        with taken:
            taken.recv(65536)
            text = b"Client sent an HTTP request to an HTTPS server.\n"
            head = f"HTTP/1.0 400 Bad Request\r\nContent-Length: {len(text)}\r\n\r\n"
            taken.sendall(head.encode() + text)

    threading.Thread(target=serve, daemon=True).start()
    try:
        line, _ = told(run(f"http://127.0.0.1:{both}", *SMALL))
    finally:
        listening.close()
    assert "speaks TLS" in line


def always(status, kind, text, *headers):
    return SimpleNamespace(
        request=lambda *_: (status, [("content-type", kind), *headers], text.encode())
    )


def test_a_redirect_to_https_is_told_with_its_address(proxied, reference_port, run):
    moved = always(301, "text/html", "<p>moved</p>", ("location", "https://emulator.example/x"))
    line, hint = told(run(proxied(moved, reference_port), "--profile", "quick"))

    assert "a redirect to https://emulator.example" in line
    assert "give the address that it redirects to" in hint


def test_a_proxy_that_answers_for_the_target(proxied, reference_port, run):
    page = always(502, "text/html", "<html><title>502 Bad Gateway</title></html>")
    line, hint = told(run(proxied(page, reference_port), "--profile", "quick"))

    assert "502" in line
    assert "HTML" in line
    assert "something in front of the target answers instead" in hint


# -- what is wrong with every answer ------------------------------------------------------------


def rewritten(change):
    """A case that changes status, headers (by lower-case name) and body of every answer."""

    def answer(method, path, headers, body, status, given, data, upstream):
        status, named, data = change(status, {name.lower(): text for name, text in given}, data)
        return status, list(named.items()), data

    return SimpleNamespace(answer=answer)


def xml_errors(status, headers, data):
    if status < 400 or not data:
        return status, headers, data
    code, text = headers.pop("x-amzn-errortype", "Error"), json.loads(data).get("message")
    written = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>"
    return status, headers | {"content-type": "application/xml"}, written.encode()


def xml_answers(status, headers, data):
    if status >= 300 or not data:
        return status, headers, data
    members = "".join(f"<{name}>{value}</{name}>" for name, value in json.loads(data).items())
    return status, headers | {"content-type": "application/xml"}, f"<R>{members}</R>".encode()


def html_errors(status, headers, data):
    if status < 400 or not data:
        return status, headers, data
    return status, {"content-type": "text/html"}, f"<html><h1>{status}</h1></html>".encode()


def byte_order_mark(status, headers, data):
    return status, headers, b"\xef\xbb\xbf" + data if data else data


def trailing(status, headers, data):
    return status, headers, data + b"\n-- debug: done" if data else data


def always_200(status, headers, data):
    return (200 if status >= 400 else status), headers, data


def other_label(status, headers, data):
    return status, headers | {"content-type": "binary/octet-stream"} if data else headers, data


def nameless(status, headers, data):
    return status, {k: v for k, v in headers.items() if k != "x-amzn-errortype"}, data


@pytest.mark.parametrize(
    "asked",
    narrowed("*/protocol/error*", "*/protocol/success*", "*/status/*", "*/error/*", "*/response/*"),
)
@pytest.mark.parametrize(
    ("change", "first", "seen"),
    [
        (xml_errors, "apigateway/protocol/error-is-json", "XML"),
        (html_errors, "apigateway/protocol/error-is-json", "HTML"),
        (xml_answers, "apigateway/protocol/success-is-json", "XML"),
        (byte_order_mark, "apigateway/protocol/success-is-json", "byte order mark"),
        (trailing, "apigateway/protocol/success-is-json", "text after it"),
        (always_200, "apigateway/protocol/error-status", "an error with status 200"),
        (other_label, "apigateway/protocol/error-body", "binary/octet-stream"),
        (nameless, "apigateway/protocol/error-code", "no error code"),
    ],
)
def test_what_is_wrong_with_every_answer_is_told_first(
    reference_port, proxied, run, change, first, seen, asked
):
    url = proxied(rewritten(change), reference_port)
    found = run(url, "--service", "apigateway", "-v", *QUICK, *asked)

    assert found.code == 1
    assert first in found.failed()
    listed = [line.split() for line in found.out.splitlines() if line.startswith("  ")]
    gate = [
        parts[1] for parts in listed if parts[0] in {"required", "expected"} and "/" in parts[1]
    ]
    assert gate[0] == first
    assert seen in found.verdicts[first]["evidence"][-1]["seen"]


def test_the_first_row_of_an_import_is_not_all_of_it(reference_port, proxied, run):
    def first_row(method, path, headers, body, upstream):
        if "mode=import" not in path or not body:
            return None
        return method, path, headers, b"\n".join(body.splitlines()[:2]) + b"\n"

    url = proxied(SimpleNamespace(request=first_row), reference_port)
    found = run(url, *QUICK, "--requirement", "apigateway/ImportApiKeys/*")

    assert found.failed() == {"apigateway/ImportApiKeys/behavior/every-row-is-imported"}


# -- what a run did not reach ------------------------------------------------------------------


def test_what_the_target_lacks_is_not_said_to_be_left_at_a_limit(reference_port, proxied, run):
    def request(method, path, headers, body, upstream):
        lacking = path.endswith("/list-keys")
        return (501, [("content-type", "application/json")], b"{}") if lacking else None

    found = run(
        proxied(SimpleNamespace(request=request), reference_port),
        "--service", "location", *QUICK, "--max-requests", "300",
    )  # fmt: skip
    lacked = {line["verdict"] for name, line in found.verdicts.items() if "/ListKeys/" in name}
    left = [line for line in found.verdicts.values() if "at its limit" in line.get("reason", "")]

    assert found.code == 3
    assert left
    assert lacked == {"unsupported"}
