"""Nothing that a run writes has a secret in it, however a target throws them back."""

from __future__ import annotations

import base64
import html
import json
import re
from http.server import ThreadingHTTPServer
from urllib.parse import quote

import pytest

from conformance.reference.inprocess import InProcess
from conformance.reference.server import ServerOptions
from conformance.reference.signatures import SigningKey
from conformance.transport.exchange import Request
from tests.serving import Quiet, running

ACCESS = "AKIAECHOEXAMPLE23456"
SECRET = "wJalr/XUtnFEMI+K7MDENG/bPxRfiCYECHOKEY0"
TOKEN = 'IQoJb3/JpZ2lu+X2Vj"EJr<echo>//////////wEa/CXVz'
SIGNATURE = re.compile(r"Signature=([0-9a-f]{64})")
GLOBS = (
    "*/Update*/request/*",
    "*/Update*/error/*",
    "*/CreateKey/*",
    "*/ImportApiKeys/*",
    "*/auth/*",
)
SHOWN = re.compile(rb'"(?:value|Key)":"([^"]{12,})"')


class Echo(ThreadingHTTPServer):
    """The reference, which says in every answer all it has heard, and names every error wrongly."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reference = InProcess(ServerOptions(seed=3, keys={ACCESS: SigningKey(SECRET, TOKEN)}))
        self.values: list[str] = []
        self.signatures: set[str] = set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def heard(self, headers):
        """Everything that should have been kept, in many forms."""
        given = headers.get("Authorization") or ""
        plain = "|".join([given, SECRET, TOKEN, *self.values[-1:]])
        data = plain.encode()
        return {
            "plain": plain,
            "url": quote(plain, safe=""),
            "base64": base64.b64encode(b"x" * (len(self.signatures) % 3) + data).decode(),
            "hex": SECRET.encode().hex(),
            "json": json.dumps({"in": json.dumps(plain)}),
            "html": html.escape(plain),
        }


class _Handler(Quiet):
    server: Echo
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def answer(self):
        sent = self.body()
        request = Request(
            self.command, f"http://127.0.0.1:1{self.path}", tuple(self.headers.items()), sent
        )
        answer = self.server.reference.send(request).response
        assert answer is not None
        self.server.values += [found.decode() for found in SHOWN.findall(sent + answer.body)]
        self.server.signatures.update(SIGNATURE.findall(f"{self.path} {self.headers}"))
        self.say(answer, self.server.heard(self.headers))

    def say(self, answer, heard):
        body = json.loads(answer.body or b"null")
        if isinstance(body, dict):
            body = {**body, "createdDate": "never", "CreateTime": 1, "echo": heard}
            body["message"] = f"{body.get('message', '')} {heard['plain']}"
        data = b"" if body is None else json.dumps(body).encode()
        if self.command == "DELETE":
            data = json.dumps(heard).encode() + b"\xff"
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            other = "EchoedException" if name == "x-amzn-errortype" else value
            self.send_header(name, other)
        self.send_header("X-Echo", heard["url"])
        self.send_header("X-Echo-Plain", heard["plain"])
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def echo():
    server = Echo()
    with running(server):
        yield server


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


def written(secret):
    """The forms that a reader would look for; of base64 what no neighbour changes."""
    data = secret.encode()
    yield from (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], html.escape(secret))
    for before in range(3):
        yield base64.b64encode(b"x" * before + data).decode().rstrip("=")[4:-4]


def found_in(artefacts, secrets):
    return [
        (name, form)
        for name, text in artefacts.items()
        for secret in secrets
        for form in written(secret)
        if form in text
    ]


def test_no_artefact_of_a_run_has_a_secret(conformance, place, echo):
    files = {"--record": "r.jsonl", "--html": "r.html", "--junit": "r.xml", "--markdown": "r.md"}
    options = [part for pair in files.items() for part in pair]
    options += [part for glob in GLOBS for part in ("--requirement", glob)]
    run = conformance("run", echo.url, "--profile", "quick", "--seed", "1", *options)
    assert run.code == 1, run.err
    artefacts = {name: (place / name).read_text() for name in files.values()}
    failed = [line for line in map(json.loads, artefacts["r.jsonl"].splitlines())
              if line.get("verdict") == "failed"]  # fmt: skip
    assert len(failed) > 50
    again = conformance("replay", "r.jsonl", failed[-1]["requirement"])
    artefacts |= {"out": run.out, "err": run.err, "replay": again.out + again.err}
    for line in artefacts["r.jsonl"].splitlines():
        for exchange in json.loads(line).get("evidence", ()):
            encoded = (exchange.get("response") or {}).get("body_base64", "")
            artefacts["binary"] = artefacts.get("binary", "") + repr(base64.b64decode(encoded))
    assert len(echo.values) > 50
    assert len(echo.signatures) > 200
    values = sorted({value for value in echo.values if len(set(value)) > 3})
    assert found_in(artefacts, [ACCESS, SECRET, TOKEN, *values[::5]]) == []
    text = "".join(artefacts.values())
    assert SECRET.encode().hex() not in text
    # Every form of a signature is one run of these characters; the whole text is a long one.
    runs = " ".join({*re.findall(r"[A-Za-z0-9+/]{64,}", text)})
    assert {one for one in echo.signatures for form in written(one) if form in runs} == set()
    assert "<secret:" in artefacts["r.jsonl"]
    assert "<signature>" in artefacts["r.jsonl"]


def test_credentials_that_are_refused_are_not_told_either(conformance, echo, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", other := "another/secret+that-nobody-may-read")
    ended = conformance("run", echo.url, "--service", "location", "--record", "r.jsonl", "-q")
    assert found_in({"all": ended.out + ended.err}, [ACCESS, TOKEN, other]) == []
