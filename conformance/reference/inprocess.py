"""The reference as a transport: requests are handed over, no socket in between."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from conformance.reference.http import message
from conformance.reference.http.protocol import HttpProtocol
from conformance.reference.server import ServerOptions, application
from conformance.transport.connection import is_chunked, send_all
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.response_reader import KeptReader

URL = "http://127.0.0.1:1"
"""What requests to it are addressed to; nothing listens there."""

LIMIT = 8 * 1024 * 1024


class InProcess:
    """Answers every request from a separate application."""

    def __init__(self, options: ServerOptions) -> None:
        self.application = application(options)
        self._turn = self.application.world.turn

    def send(self, request: Request) -> Exchange:
        """The application's answer; over its HTTP layer where the bytes matter."""
        if self.application.incoming is not None or is_chunked(request):
            return self.send_all([request], pipelined=False)[0]
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers}
        received = message.HttpRequest(
            request.method, parts.path, parts.query, headers, request.body or b""
        )
        with self._turn:
            answer = self.application(received)
        response = Response(answer.status, tuple(answer.headers.items()), answer.body)
        return Exchange(request, response, None, 0.0)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """The answers of the application's HTTP layer, over one connection."""
        with self._turn:
            line = _Pipe(HttpProtocol(self.application, self.application.incoming))
            return send_all(line, requests, LIMIT, pipelined=pipelined)


class _Pipe:
    """Both ends of a connection: what is written is answered before the writing returns."""

    def __init__(self, protocol: HttpProtocol) -> None:
        self._protocol = protocol
        self._answers = _Answers()
        self.file: io.BufferedReader = KeptReader(self._answers)
        protocol.connection_made(cast("asyncio.Transport", self._answers))

    def write(self, data: bytes) -> None:
        self._protocol.data_received(data)


class _Answers(io.RawIOBase):
    """What the server wrote, to be read; as much of a transport as its protocol uses."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ended = False

    def write(self, data: Any) -> int:
        self._bytes += data
        return len(data)

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return self._ended

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._bytes and not self._ended:
            raise TimeoutError("no answer, and none will come")
        count = min(len(buffer), len(self._bytes))
        buffer[:count] = self._bytes[:count]
        del self._bytes[:count]
        return count

    def close(self) -> None:
        self._ended = True
