"""Tiny servers that answer with exactly the bytes, and the misbehaviour, that a test gives them."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from conformance.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Peer:
    """One accepted connection, seen from the server."""

    connection: socket.socket
    stop: threading.Event
    received: list[bytes]
    buffer: bytes = b""

    def read_request(self) -> bytes:
        """One request as it arrived, or nothing when the client has gone."""
        while (end := self._end()) is None:
            data = self.connection.recv(65536)
            if not data:
                return b""
            self.buffer += data
        request, self.buffer = self.buffer[:end], self.buffer[end:]
        self.received.append(request)
        return request

    def _end(self) -> int | None:
        head, blank, _ = self.buffer.partition(b"\r\n\r\n")
        if not blank:
            return None
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        end = len(head) + 4 + int(fields.get(b"content-length", 0))
        return end if len(self.buffer) >= end else None

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


@dataclass
class Server:
    """Runs a handler for every connection; ``received`` holds the requests of all of them."""

    handler: Callable[[Peer], None]
    received: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._stop.is_set():
                connection.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(60)
        with connection:
            try:
                self.handler(Peer(connection, self._stop, self.received))
            except OSError:
                return

    def close(self) -> None:
        self._stop.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._threads[0].join()
        self._socket.close()
        for thread in self._threads:
            thread.join(timeout=60)


@pytest.fixture
def transport() -> Iterator[HttpTransport]:
    made = HttpTransport(timeout=60)
    yield made
    made.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Peer], None]], Server]]:
    servers: list[Server] = []

    def start(handler: Callable[[Peer], None]) -> Server:
        servers.append(Server(handler))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def answer(body: bytes = b"{}", *extra: bytes, status: bytes = b"200 OK") -> bytes:
    """A well-formed response."""
    fields = (b"Content-Type: application/json", b"Content-Length: %d" % len(body), *extra)
    return b"HTTP/1.1 " + status + b"\r\n" + b"\r\n".join(fields) + b"\r\n\r\n" + body


@pytest.fixture(name="answer")
def answer_fixture() -> Callable[..., bytes]:
    return answer
