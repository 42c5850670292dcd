"""``conformance doctor``: what it says of a target, and that it changes nothing there."""

from __future__ import annotations

import email.utils
import shutil
import ssl
import subprocess
import time
from contextlib import ExitStack
from http.server import ThreadingHTTPServer

import pytest

from conformance.transport.targets.known import guessed
from tests.serving import Quiet, running


def said(ended):
    """The facts by their names; services have their own."""
    facts, services = {}, {}
    for line in ended.out.splitlines():
        name, text = line[:14].strip(), line[14:]
        if name == "services" or (not name and text):
            service, _, rest = text.partition(" ")
            services[service] = rest.strip()
        elif name:
            facts[name] = text
    return facts, services


def server_of(give, context=None):
    """A server that answers ``give(path)``: status, headers, body."""

    class Handler(Quiet):
        def answer(self):
            self.body()
            self.reply(*give(self.path))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


@pytest.fixture
def serve():
    with ExitStack() as servers:

        def start(answer, context=None):
            url = servers.enter_context(running(server_of(answer, context)))
            return url if context is None else url.replace("http", "https")

        yield start


def test_the_reference(conformance):
    ended = conformance("doctor", "reference")
    facts, services = said(ended)
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[-1] == "the target can be tested"
    assert facts["what it is"].startswith("reference ")
    assert facts["signatures"] == "unsigned requests are refused, wrongly signed ones refused"
    assert facts["credentials"].endswith("accepted")
    assert facts["clock"].startswith("right")
    assert services["apigateway"].strip() == "there     GetApiKeys: 200"
    assert services["location"].strip() == "there     ListKeys: 200"
    assert len(ended.out.splitlines()) < 25


def test_nothing_is_made(conformance, target):
    ended = conformance("doctor", target.url)
    assert ended.code == 0
    assert target.left() == 0
    assert said(ended)[0]["clock"] == "unknown, no answer has a date"
    assert "wrongly signed ones accepted" in ended.out


def test_credentials_that_are_not_taken(conformance, refusing):
    ended = conformance("doctor", refusing)
    facts, services = said(ended)
    assert ended.code == 3
    assert facts["credentials"].endswith("refused")
    assert all("credentials refused" in one for one in services.values())
    assert "hint: set AWS_ACCESS_KEY_ID" in ended.out
    assert "the target cannot be tested" in ended.out


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"<html>nothing here</html>"),
        (200, {"Content-Type": "application/json"}, b'{"welcome": true}'),
        (500, {}, b"oops"),
        (400, {"x-amzn-errortype": "ValidationException"}, b'{"message": "No route"}'),
    ],
)
def test_what_is_no_emulator_has_nothing(conformance, serve, answer):
    ended = conformance("doctor", serve(lambda path: answer))
    _, services = said(ended)
    assert ended.code == 3
    assert {one.split()[0] for one in services.values()} == {"lacking"}
    assert "check that this is the address of the emulator" in ended.out


def test_a_clock_that_is_off(conformance, serve):
    def answer(path):
        headers = {"Date": email.utils.formatdate(time.time() - 3600, usegmt=True)}
        return (
            (200, headers, b'{"item": []}') if path.startswith("/apikeys") else (404, headers, b"")
        )

    ended = conformance("doctor", serve(answer), "--service", "apigateway")
    assert ended.code == 0
    assert said(ended)[0]["clock"].startswith("off, 36")
    assert "hint: correct the clock" in ended.out


def test_one_of_two_services(conformance, serve):
    def answer(path):
        return (200, {}, b'{"item": []}') if path.startswith("/apikeys") else (404, {}, b"no")

    ended = conformance("doctor", serve(answer))
    _, services = said(ended)
    assert ended.code == 0
    assert services["apigateway"].startswith("there")
    assert services["location"].startswith("lacking")
    assert "hint: use --service" in ended.out


def test_nothing_is_there(conformance):
    ended = conformance("doctor", "http://127.0.0.1:1")
    assert "cannot connect" in ended.complaint(3)
    assert "accepts" not in ended.out


@pytest.fixture
def certificate(place):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    files = place / "cert.pem", place / "key.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=here", "-addext", "subjectAltName=IP:127.0.0.1",
        "-out", str(files[0]), "-keyout", str(files[1]),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, files))
    return context, files[0]


def test_a_certificate(conformance, serve, certificate):
    context, file = certificate
    url = serve(
        lambda path: (200, {}, b'{"item": []}') if "apikeys" in path else (404, {}, b""), context
    )
    distrusted = conformance("doctor", url)
    assert "--ca-bundle" in distrusted.complaint(3)
    ended = conformance("doctor", url, "--ca-bundle", file, "--service", "apigateway")
    assert ended.code == 0, ended.err
    assert said(ended)[0]["certificate"].startswith("trusted, valid until 20")


@pytest.mark.parametrize(
    ("answers", "product"),
    [
        ([("/_localstack/health", 200, b'{"services": {}, "version": "4.8"}')], "LocalStack 4.8"),
        ([("/_localstack/health", 200, b'{"services": {}}'),
          ("/_ministack/health", 200, b'{"services": {}, "version": 3}')], "ministack"),
        ([("/moto-api/", 200, b"<html><title>Moto</title>")], "moto"),
        ([("/moto-api/", 404, b"<title>Moto</title>")], ""),
        ([("/_localstack/health", 200, b"[1, 2")], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_products_are_known_by_their_pages(answers, product):
    assert guessed(answers) == product
