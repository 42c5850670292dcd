"""HTTP/1.1 over sockets, for any function from a request to a response."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .wire import Request, Response

Answer = Callable[[Request], Response]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


def make_server(answer: Answer, port: int, *, chunked: bool = False) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 that is bound but does not serve yet."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            body = self._body()
            headers: dict[str, str] = {}
            for name, text in self.headers.items():
                known = headers.get(name.lower())
                headers[name.lower()] = text if known is None else f"{known},{text}"
            self._send(answer(Request(self.command, path, query, headers, body)))

        def _body(self) -> bytes:
            if "chunked" in self.headers.get("transfer-encoding", "").lower():
                parts = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)
            length = self.headers.get("content-length") or "0"
            return self.rfile.read(int(length) if length.isdigit() else 0)

        def _send(self, response: Response) -> None:
            headers = dict(response.headers)
            headers["date"] = formatdate(usegmt=True)
            body = response.body if self.command != "HEAD" else b""
            if chunked and body:
                headers["transfer-encoding"] = "chunked"
                body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
            elif response.status != 204:
                headers["content-length"] = str(len(body))
            if headers.get("connection") == "close":
                self.close_connection = True
            self.send_response_only(response.status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def __getattr__(self, name: str) -> Callable[[], None]:
            """Every method, known or not, is for `answer` to judge."""
            if name.startswith("do_"):
                return self._serve
            raise AttributeError(name)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the tests read stdout."""

    return _Server(("127.0.0.1", port), Handler)


@contextmanager
def serving(answer: Answer, *, chunked: bool = False) -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    server = make_server(answer, 0, chunked=chunked)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serve(answer: Answer, port: int, *, chunked: bool = False) -> None:
    """Say the address on stdout and serve until killed."""
    with make_server(answer, port, chunked=chunked) as server:
        print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            sys.exit(0)


def serve_readings(make: Callable[[list[str]], Answer], readings: Iterable[str]) -> None:
    """The command line of a server with readings: ``[--port PORT] [--reading NAME]...``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--reading", action="append", default=[], choices=[*readings])
    given = parser.parse_args()
    serve(make(given.reading), given.port)
