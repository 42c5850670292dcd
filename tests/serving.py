"""Servers behind a port of the test's own process: each in a thread, as long as a block."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler
from typing import TYPE_CHECKING

from conformance.reference.http.protocol import HttpProtocol
from conformance.reference.server import HOST, ServerOptions, application

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from socketserver import TCPServer


class Quiet(BaseHTTPRequestHandler):
    """Logs nothing; takes a request and gives an answer in one piece."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def answer(self) -> None:
        """Answer a request of whatever method."""
        raise NotImplementedError

    def _any(self) -> None:
        self.answer()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class QuietFiles(SimpleHTTPRequestHandler):
    """Gives the files of a folder."""

    log_message = Quiet.log_message


@contextmanager
def running(server: TCPServer) -> Iterator[str]:
    """Serve until the block is left; gives the URL."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def reference(options: ServerOptions) -> Iterator[int]:
    """Serve the reference until the block is left; gives the port."""
    app = application(options)
    open_now: set[asyncio.BaseTransport] = set()

    class Connection(HttpProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            open_now.add(transport)

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            lambda: Connection(app, app.incoming), HOST, options.port, backlog=512
        )

    async def end() -> None:
        server.close()
        for transport in open_now:
            transport.close()
        await asyncio.sleep(0)  # what is closed is let go of in the next turn of the loop

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
