"""Every request of a run is signed as AWS verifies it, over plain HTTP, TLS and proxies."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from testbed.verifier import Raw, problem

from conformance.engine.outcome import exit_code
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.plan.authentication import Auth
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import ServerOptions
from conformance.runs.execution import run_all
from conformance.transport.bad_signatures import SIGNATURE_FAULTS, UnsignedRequest, sign_incorrectly
from conformance.transport.exchange import FailureKind, Request
from conformance.transport.http import HttpTransport
from conformance.transport.retry import RetryingTransport
from conformance.transport.signing import Credentials, Signer
from tests import contracts
from tests.sampling import one_in

SECRET = "verified/only+by=ourselves"
KEYS = Credentials("AKIAVERIFIED23456789", SECRET)
TEMPORARY = Credentials("ASIAVERIFIED23456789", SECRET, "a/token+of=ours")
REGION = "eu-west-3"


class Verifying(ThreadingTCPServer):
    """The reference behind a check of every signature; ``problems`` are those that were wrong."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reference, self.lock = InProcess(ServerOptions(seed=5)), threading.Lock()
        self.context, self.token = context, None
        self.seen, self.problems, self.lines = 0, [], []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def port(self):
        return self.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def get_request(self):
        connection, address = super().get_request()
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True)
        return connection, address

    def handle_error(self, request, client_address):
        """A client that goes away is no news."""

    def take(self, raw):
        path = b"/" + raw.target.partition(b"?")[0].lstrip(b"/")
        service = "geo" if path.startswith(b"/metadata") else "apigateway"
        if not path.startswith((b"/metadata", b"/apikeys", b"/tags")):
            # No service's route, asked for to see how routes that are none are answered.
            service = "geo" if "/geo/" in "".join(raw.values("authorization")) else service
        wrong = problem(raw, SECRET, (REGION, service), self.token)
        with self.lock:
            self.seen += 1
            self.lines.append(raw.line)
            if wrong:
                self.problems.append(wrong)
        headers = tuple((key.decode(), value.decode("latin-1")) for key, value in raw.headers)
        request = Request(raw.method, URL + raw.target.decode("latin-1"), headers, raw.body)
        return self.reference.send(request).response

    def close(self):
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(StreamRequestHandler):
    server: Verifying
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline().rstrip(b"\r\n"):
            if line.startswith(b"CONNECT"):
                return
            answer = self.server.take(Raw(line, *self.rest()))
            self.answer(answer, b"" if line.startswith(b"HEAD") else answer.body)

    def rest(self):
        headers = []
        while text := self.rfile.readline().rstrip(b"\r\n"):
            name, _, value = text.partition(b":")
            headers.append((name, value.strip()))
        sizes = [int(value) for name, value in headers if name.lower() == b"content-length"]
        chunked = any(name.lower() == b"transfer-encoding" for name, _ in headers)
        return tuple(headers), self.chunks() if chunked else self.rfile.read(sum(sizes))

    def chunks(self):
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, answer, body):
        fields = [f"{name}: {value}\r\n" for name, value in answer.headers]
        fields.append(f"Content-Length: {len(answer.body)}\r\n\r\n")
        self.wfile.write(f"HTTP/1.1 {answer.status} X\r\n{''.join(fields)}".encode() + body)
        self.wfile.flush()


@pytest.fixture
def verifying():
    made = Verifying()
    yield made
    made.close()


def run(url, transport, credentials=KEYS, globs=(), draws=0):
    config = RunConfig(
        jobs=contracts.jobs((), tuple(globs)),
        url=url,
        credentials=credentials,
        region=REGION,
        transport=RetryingTransport(transport),
        settings=Settings(draws=draws, seed=1, auth=Auth.OFF),
    )
    return run_all(config)


@pytest.mark.parametrize("globs", one_in(2, [(("*/request/*", "*/patch/*"),), ((),)]))
def test_each_request_of_a_run_is_signed_as_it_is_verified(verifying, globs):
    outcome = run(verifying.url, HttpTransport(timeout=20), globs=globs)
    assert exit_code(outcome, strict=False) == 0
    assert verifying.seen == outcome.requests > 300
    assert verifying.problems == []
    assert any(b"%" in line for line in verifying.lines)


def test_temporary_credentials_sign_with_their_token(verifying):
    verifying.token = TEMPORARY.token
    run(verifying.url, HttpTransport(timeout=20), TEMPORARY, ("*/Update*/status/*",))
    assert verifying.seen > 5
    assert verifying.problems == []


ODD = [
    "/apikeys/a%20b",
    "/apikeys/a%2Fb%2fc",
    "/apikeys/%E4%B8%AD%e6%96%87",
    "/apikeys/a+b*c~d'e(f)!",
    "/apikeys/%25%32%35",
    "/apikeys/%61%62",
    "//apikeys//x/",
    "/apikeys/./x/../y",
    "/apikeys/:@$&,;=",
    "/apikeys?limit=2&limit=1&limit=10",
    "/apikeys?b=2&a=1&a=0&c&d=&=e",
    "/apikeys?name=a%20b+c%2B&x=%7e~*'()",
    "/apikeys?name=%E4%B8%AD&arn=arn:aws:x/y",
    "/apikeys?X=1&x=2&%78=3",
    "/apikeys?a=b=c&a=b%3Dc",
    "/apikeys?name=%FF%fe",
    "/apikeys/%FF",
    "/tags/arn%3Aaws%3Aapigateway%3A%3A%2Fapikeys%2Fx?tagKeys=a&tagKeys=b%2Fc",
]


@pytest.mark.parametrize("body", [None, b"", b"{}", bytes(range(256)), "é中".encode()])
def test_odd_paths_queries_and_bodies_are_signed_too(verifying, body):
    transport = HttpTransport(timeout=10)
    signer = Signer(KEYS, REGION, "apigateway")
    for target in ODD:
        headers = (("X-Amz-Meta", "  a   b "), ("X-Twice", "1"), ("X-Twice", "2"))
        transport.send(signer.sign("POST", verifying.url + target, headers, body))
    assert verifying.seen == len(ODD)
    assert verifying.problems == []
    assert [line.split()[1].decode() for line in verifying.lines] == ODD


@pytest.mark.parametrize("kind", sorted(set(SIGNATURE_FAULTS) - {"without-token"}))
def test_what_is_signed_wrongly_does_not_verify(verifying, kind):
    plain = UnsignedRequest("PATCH", f"{verifying.url}/apikeys/x", (), b"{}")
    signer = Signer(KEYS, REGION, "apigateway")
    HttpTransport(timeout=10).send(sign_incorrectly(kind, signer, plain))
    assert len(verifying.problems) == 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority of our own and a certificate for two names."""
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("openssl is not installed: no certificates can be made")
    place = tmp_path_factory.mktemp("tls")
    (place / "names").write_text("subjectAltName=DNS:emulator.test,DNS:localhost,IP:127.0.0.1")

    def openssl(*words):
        subprocess.run([tool, *words], cwd=place, check=True, capture_output=True)

    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        *new, "-x509", "-days", "2", "-subj", "/CN=our ca", "-keyout", "ca.key", "-out", "ca.pem"
    )
    openssl(*new, "-subj", "/CN=emulator.test", "-keyout", "own.key", "-out", "own.csr")
    openssl(
        *("x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2"),
        *("-CAcreateserial", "-extfile", "names", "-out", "own.pem"),
    )
    return place


@pytest.fixture
def secure(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "own.pem", authority / "own.key")
    made = Verifying(context)
    yield made
    made.close()


GLOBS = ("location/UpdateKey/request/Description/*",)


def test_a_ca_bundle_is_trusted_and_nothing_else(secure, authority):
    url = f"https://localhost:{secure.port}"
    trusting = HttpTransport(timeout=10, ca_bundle=authority / "ca.pem")
    outcome = run(url, trusting, globs=GLOBS)
    assert exit_code(outcome, strict=False) == 0
    assert secure.seen == outcome.requests
    assert secure.problems == []
    refused = HttpTransport(timeout=10).send(Request("GET", f"{url}/apikeys", ()))
    assert refused.failure is not None
    assert refused.failure.kind is FailureKind.TLS


class Proxy(ThreadingTCPServer):
    """Sends everything to one server: requests with a whole URL, and tunnels."""

    daemon_threads = True

    def __init__(self, to):
        super().__init__(("127.0.0.1", 0), _Forward)
        self.to, self.asked = to, []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self):
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Forward(StreamRequestHandler):
    server: Proxy

    def handle(self):
        line = self.rfile.readline()
        self.server.asked.append(line.split()[:2])
        with socket.create_connection(("127.0.0.1", self.server.to)) as onward:
            if line.startswith(b"CONNECT"):
                while self.rfile.readline().strip():
                    pass
                self.connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                onward.sendall(line)
            back = threading.Thread(target=_pipe, args=(onward, self.connection))
            back.start()
            while data := self.rfile.read1(65536):
                onward.sendall(data)
            onward.shutdown(socket.SHUT_WR)
            back.join()


def _pipe(one, other):
    while data := one.recv(65536):
        other.sendall(data)


@pytest.fixture
def proxied(monkeypatch):
    made = []

    def start(port):
        made.append(Proxy(port))
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, made[-1].url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_a_proxy_is_sent_what_is_elsewhere(verifying, proxied):
    proxy = proxied(verifying.port)
    transport = HttpTransport(timeout=10)
    outcome = run("http://emulator.test:4566", transport, globs=GLOBS)
    transport.close()
    assert exit_code(outcome, strict=False) == 0
    assert verifying.problems == []
    assert proxy.asked
    assert {target[:26] for _, target in proxy.asked} == {b"http://emulator.test:4566/"}


def test_a_tunnel_leads_through_a_proxy(secure, authority, proxied):
    proxy = proxied(secure.port)
    transport = HttpTransport(timeout=10, ca_bundle=authority / "ca.pem")
    outcome = run("https://emulator.test", transport, globs=GLOBS)
    transport.close()
    assert exit_code(outcome, strict=False) == 0
    assert secure.problems == []
    assert {tuple(asked) for asked in proxy.asked} == {(b"CONNECT", b"emulator.test:443")}


def test_a_target_on_this_machine_needs_no_proxy(verifying, proxied):
    proxy = proxied(verifying.port)
    run(verifying.url, HttpTransport(timeout=10), globs=GLOBS)
    assert verifying.seen > 5
    assert proxy.asked == []
