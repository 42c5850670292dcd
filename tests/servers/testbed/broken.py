"""Servers that break HTTP itself, or whatever lies below and above it.

Behind each is the upright server: what it would have answered is what these spoil. They write to
the socket by hand, as no HTTP library would let them.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from .edge import Upright
from .switches import Switches
from .wire import Request, Response, render

JSON = b"content-type: application/json\r\n"
_LINGER = b"\x01\x00\x00\x00\x00\x00\x00\x00"


@dataclass
class Peer:
    """One accepted connection."""

    connection: socket.socket
    server: Server
    buffer: bytes = b""

    def request(self) -> Request | None:
        """The next request; None when the client has gone."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return None
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = {n.lower(): t.strip() for n, _, t in (one.partition(":") for one in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(rest) < length:
            if not self._more():
                return None
            rest = self.buffer.partition(b"\r\n\r\n")[2]
        self.buffer = rest[length:]
        path, _, query = target.partition("?")
        return Request(method, path, query, headers, rest[:length])

    def _more(self) -> bool:
        data = self.connection.recv(65536)
        self.buffer += data
        return bool(data)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def trickle(self, data: bytes, pause: float = 0.02) -> None:
        """Send the same bytes again and again until the client has had enough."""
        while not self.server.stopped.wait(pause):
            self.send(data)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self.connection.close()

    def hold(self) -> None:
        """Say nothing until the client has gone or the server ends."""
        self.server.stopped.wait(30)


Spoil = Callable[[Peer, Request, Response], None]


@dataclass
class Server:
    """Accepts connections and lets ``spoil`` answer; ``count`` counts requests."""

    spoil: Spoil
    upright: Upright = field(default_factory=lambda: Upright(Switches(["auth-off"])))
    count: int = 0

    def __post_init__(self) -> None:
        self.stopped = threading.Event()
        self.rng, self.lock = Random(1), threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        listening = self.socket
        while not self.stopped.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            if self.stopped.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            peer = Peer(connection, self)
            while (request := peer.request()) is not None and not self.stopped.is_set():
                with self.lock:
                    self.count += 1
                    response = self.upright.answer(request)
                self.spoil(peer, request, response)

    def die(self) -> None:
        """Listen no more; connections that are there end with their next request."""
        self.stopped.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass
        self.socket.close()

    def restart(self, seconds: float) -> None:
        """Lose everything, be away for a while, and come back at the same place."""
        self.socket.close()
        self.upright = Upright(Switches(["auth-off"]))

        def come_back() -> None:
            time.sleep(seconds)
            self.socket = socket.create_server(("127.0.0.1", self.port), backlog=64)
            self._accept()

        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass
        thread = threading.Thread(target=come_back, daemon=True)
        self.threads.append(thread)
        thread.start()


@contextmanager
def broken(kind: str) -> Iterator[Server]:
    """One of the servers, as long as the block."""
    server = Server(KINDS[kind])
    try:
        yield server
    finally:
        server.die()


def head(response: Response, *, length: int | None = None, more: bytes = b"") -> bytes:
    """The status line and the headers of an answer, its length as it is or as it is claimed."""
    lines = [f"HTTP/1.1 {response.status} X\r\n".encode()]
    lines += [
        f"{name}: {text}\r\n".encode("latin-1")
        for name, text in response.headers.items()
        if name.lower() not in {"content-length", "transfer-encoding"}
    ]
    if length is not None:
        lines.append(f"content-length: {length}\r\n".encode())
    return b"".join(lines) + more + b"\r\n"


def whole(response: Response, more: bytes = b"") -> bytes:
    """An answer as it should be."""
    return head(response, length=len(response.body), more=more) + response.body


# -- no answer, or none that is HTTP -----------------------------------------------------------


def _always(data: bytes, *, then_close: bool = True) -> Spoil:
    def spoil(peer: Peer, request: Request, response: Response) -> None:
        peer.send(data)
        if then_close:
            peer.connection.close()

    return spoil


def _close(peer: Peer, request: Request, response: Response) -> None:
    peer.connection.close()


def _reset(peer: Peer, request: Request, response: Response) -> None:
    peer.reset()


def _silent(peer: Peer, request: Request, response: Response) -> None:
    peer.hold()


def _trickling(first: bytes, piece: bytes) -> Spoil:
    def spoil(peer: Peer, request: Request, response: Response) -> None:
        peer.send(first)
        peer.trickle(piece)

    return spoil


def _endless(first: bytes, piece: bytes) -> Spoil:
    def spoil(peer: Peer, request: Request, response: Response) -> None:
        peer.send(first)
        while not peer.server.stopped.is_set():
            peer.send(piece)

    return spoil


def _short(peer: Peer, request: Request, response: Response) -> None:
    """Fewer bytes than are announced."""
    peer.send(head(response, length=len(response.body) + 10) + response.body)
    peer.connection.close()


def _long(peer: Peer, request: Request, response: Response) -> None:
    """More bytes than are announced."""
    peer.send(head(response, length=max(0, len(response.body) - 10)) + response.body)


def _chunks(pieces: bytes) -> Spoil:
    def spoil(peer: Peer, request: Request, response: Response) -> None:
        peer.send(head(response, more=b"transfer-encoding: chunked\r\n") + pieces)
        peer.connection.close()

    return spoil


def _midway(peer: Peer, request: Request, response: Response) -> None:
    """A reset in the middle of the headers."""
    peer.send(head(response)[:30])
    time.sleep(0.02)
    peer.reset()


# -- answers that are HTTP, and wrong ------------------------------------------------------------


def _status(status: int, body: bytes, more: bytes = b"") -> Spoil:
    def spoil(peer: Peer, request: Request, response: Response) -> None:
        peer.send(whole(Response(status, body, headers={}), more))

    return spoil


def _redirect(status: int) -> Spoil:
    """To the place that the server's ``elsewhere`` names."""

    def spoil(peer: Peer, request: Request, response: Response) -> None:
        where = getattr(peer.server, "elsewhere", peer.server.url)
        location = f"location: {where}{request.path}\r\n".encode()
        peer.send(whole(Response(status, b"", headers={}), location))

    return spoil


def _edited(edit: Callable[[bytes], bytes], more: bytes = b"") -> Spoil:
    """Every JSON object of a successful answer changed in its bytes."""

    def spoil(peer: Peer, request: Request, response: Response) -> None:
        if response.status < 300 and response.body.startswith(b"{"):
            response.body = edit(response.body)
        peer.send(whole(response, more))

    return spoil


def _with(member: bytes) -> Callable[[bytes], bytes]:
    """The object with one member more."""
    return lambda body: b"{" + member + (b"," if body != b"{}" else b"") + body[1:]


def _doubled(body: bytes) -> bytes:
    """Every member of the object twice, with the same value."""
    return body[:-1] + b"," + body[1:] if body != b"{}" else body


def _compressed(peer: Peer, request: Request, response: Response) -> None:
    """A body that nobody asked to be compressed, and that is huge when it is not."""
    peer.send(whole(Response(200, BOMB, headers={}), JSON + b"content-encoding: gzip\r\n"))


def _no_content(peer: Peer, request: Request, response: Response) -> None:
    peer.send(b"HTTP/1.1 204 No Content\r\n" + JSON + b'content-length: 9\r\n\r\n{"id":"x"')


def _endless_pages(peer: Peer, request: Request, response: Response) -> None:
    """A list whose next page is always there."""
    if request.method == "GET" and request.path == "/apikeys":
        body = json.loads(response.body)
        body["position"] = "more"
        response.body = render(body)
    peer.send(whole(response))


# -- answers that are right, in an unusual way -----------------------------------------------------


def _early(peer: Peer, request: Request, response: Response) -> None:
    """Interim answers before the one that counts."""
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    peer.send(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + whole(response))


def _slow(peer: Peer, request: Request, response: Response) -> None:
    time.sleep(0.05)
    data = whole(response)
    for start in range(0, len(data), 64):
        peer.send(data[start : start + 64])
        time.sleep(0.001)


def _unannounced_close(peer: Peer, request: Request, response: Response) -> None:
    peer.send(whole(response))
    peer.connection.close()


def _until_close(peer: Peer, request: Request, response: Response) -> None:
    """A body that ends with the connection."""
    peer.send(head(response, more=b"connection: close\r\n") + response.body)
    peer.connection.close()


def _in_chunks(peer: Peer, request: Request, response: Response) -> None:
    """One byte a chunk, with extensions and a trailer."""
    body = response.body
    if response.status == 204:
        peer.send(whole(response))
        return
    pieces = b"".join(b"1;x=y\r\n%b\r\n" % body[i : i + 1] for i in range(len(body)))
    peer.send(head(response, more=b"transfer-encoding: chunked\r\n") + pieces)
    peer.send(b"0\r\nx-checksum: none\r\n\r\n")


def _sometimes(share: float, odd: Spoil) -> Spoil:
    def spoil(peer: Peer, request: Request, response: Response) -> None:
        with peer.server.lock:
            chosen = peer.server.rng.random() < share
        if chosen:
            odd(peer, request, response)
        else:
            peer.send(whole(response))

    return spoil


def _throttled(peer: Peer, request: Request, response: Response) -> None:
    more = b"x-amzn-errortype: ThrottlingException\r\n"
    peer.send(whole(Response(429, b"{}", headers={}), JSON + more))


def _after(number: int, odd: Callable[[Peer], None]) -> Spoil:
    """Right for so many requests."""

    def spoil(peer: Peer, request: Request, response: Response) -> None:
        if peer.server.count > number:
            odd(peer)
        else:
            peer.send(whole(response))

    return spoil


def _once(number: int, odd: Callable[[Peer], None]) -> Spoil:
    """Right but for one request."""

    def spoil(peer: Peer, request: Request, response: Response) -> None:
        if peer.server.count == number:
            odd(peer)
        else:
            peer.send(whole(response))

    return spoil


def _dies(peer: Peer) -> None:
    peer.connection.close()
    peer.server.die()


def _restarts(peer: Peer) -> None:
    peer.connection.close()
    peer.server.restart(0.4)


def _holding(chosen: Callable[[Request, Response], bool]) -> Spoil:
    """Nothing is said to the requests of which ``chosen`` is true."""

    def spoil(peer: Peer, request: Request, response: Response) -> None:
        if chosen(request, response):
            peer.hold()
        else:
            peer.send(whole(response))

    return spoil


def _every(number: int, odd: Spoil) -> Spoil:
    """Right but for every so many'th request."""

    def spoil(peer: Peer, request: Request, response: Response) -> None:
        if peer.server.count % number == 0:
            odd(peer, request, response)
        else:
            peer.send(whole(response))

    return spoil


BOMB = gzip.compress(b"\0" * 50_000_000, 9)
OK = b"HTTP/1.1 200 OK\r\n" + JSON
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"

KINDS: dict[str, Spoil] = {
    # Nothing that is an answer.
    "closes": _close,
    "resets": _reset,
    "resets-in-the-headers": _midway,
    "silent": _silent,
    "trickled-status-line": _trickling(b"", b"H"),
    "trickled-headers": _trickling(OK + b"x-long: ", b"x"),
    "trickled-body": _trickling(OK + b"content-length: 100000\r\n\r\n", b" "),
    "trickled-chunks": _trickling(CHUNKED, b"1\r\n \r\n"),
    "endless-body": _endless(OK + b"\r\n", b" " * 65536),
    "endless-chunks": _endless(CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "endless-chunk-size": _endless(CHUNKED, b"0" * 65536),
    "endless-headers": _endless(OK, b"x: y\r\n" * 1000),
    "endless-header": _endless(OK + b"x: ", b"y" * 65536),
    "endless-interim-answers": _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "huge-announced": _always(OK + b"content-length: 10000000000\r\n\r\n"),
    "negative-length": _always(OK + b"content-length: -5\r\n\r\n"),
    "short-body": _short,
    "bad-chunk-size": _chunks(b"zz\r\n{}\r\n0\r\n\r\n"),
    "cut-chunk": _chunks(b"ff\r\n{}"),
    "no-last-chunk": _chunks(b"2\r\n{}\r\n"),
    "thousands-of-headers": _always(OK + b"x: y\r\n" * 5000 + b"\r\n{}"),
    "header-of-a-megabyte": _always(OK + b"x: " + b"y" * 1_000_000 + b"\r\n\r\n{}"),
    "garbage": _always(b"\x00\x01\x02\xff\xfe\r\n\r\n"),
    "bad-status-line": _always(b"HTTP/1.1 abc OK\r\n\r\n"),
    "no-status-line": _always(b'{"id": "x"}'),
    "another-protocol": _always(b"SSH-2.0-OpenSSH_9.0\r\n"),
    "tls-alert": _always(b"\x15\x03\x01\x00\x02\x02\x28"),
    "http-2": _always(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"),
    # Answers that are wrong.
    "long-body": _long,
    "redirects": _redirect(302),
    "redirects-for-good": _redirect(308),
    "html": _status(200, b"<!doctype html><h1>It works!</h1>", b"content-type: text/html\r\n"),
    "html-error": _status(500, b"<html>\xff\xfe</html>", b"content-type: text/html\r\n"),
    "status-999": _status(999, b"{}", JSON),
    "no-content": _no_content,
    "gzip-bomb": _compressed,
    "invalid-utf-8": _edited(_with(b'"note":"\xff\xfe"')),
    "utf-16": _edited(lambda body: body.decode().encode("utf-16-le")),
    "byte-order-mark": _edited(lambda body: b"\xef\xbb\xbf" + body),
    "nan": _edited(_with(b'"note":NaN')),
    "deeply-nested": _edited(_with(b'"note":' + b"[" * 100_000 + b"]" * 100_000)),
    "time-of-a-thousand-digits": _edited(
        lambda body: body.replace(b'"createdDate":1', b'"createdDate":1' + b"0" * 1000)
    ),
    "time-of-a-million-digits": _edited(
        lambda body: body.replace(b'"createdDate":1', b'"createdDate":1' + b"0" * 1_000_000)
    ),
    "endless-pages": _endless_pages,
    # Answers that are right.
    "interim-answers": _early,
    "slow": _slow,
    "closes-afterwards": _unannounced_close,
    "body-until-close": _until_close,
    "byte-by-byte": _in_chunks,
    "lone-surrogates": _edited(_with(b'"note":"\\ud800 \\udfff","\\udc00":1')),
    "duplicate-keys": _edited(_doubled),
    "number-of-a-million-digits": _edited(_with(b'"note":' + b"9" * 1_000_000)),
    "infinite-number": _edited(_with(b'"note":1e999999')),
    "padded": _edited(_with(b'"note":"' + b"x" * 1_000_000 + b'"')),
    "padded-with-lists": _edited(_with(b'"note":[' + b"[]," * 150_000 + b"[]]")),
    "odd-headers": _edited(
        lambda body: body, b"x-note: \xff\xfe\r\nx-empty:\r\nset-cookie: a=b\r\n"
    ),
    "hundred-headers": _edited(lambda body: body, b"x-y: z\r\n" * 80),
    "now-and-then-resets": _sometimes(0.03, _reset),
    "now-and-then-throttles": _sometimes(0.2, _throttled),
    # Answers that end, or pause.
    "throttles": _throttled,
    "dies": _after(25, _dies),
    "hangs": _after(25, lambda peer: peer.hold()),
    "turns-to-garbage": _after(25, lambda peer: peer.send(b"\x00" * 100)),
    "restarts": _once(25, _restarts),
    "hangs-once": _once(25, lambda peer: peer.hold()),
    "now-and-then-hangs": _every(23, _silent),
    # Answers that some requests never get.
    "hangs-on-updates": _holding(lambda request, _: request.method == "PATCH"),
    "hangs-on-deletions": _holding(lambda request, _: request.method == "DELETE"),
    "hangs-on-creations": _holding(lambda request, _: request.method == "POST"),
    "hangs-on-looks": _holding(
        lambda request, _: request.method == "GET" and request.path != "/apikeys"
    ),
    "hangs-on-refusals": _holding(lambda _, response: 400 <= response.status < 500),
}
