"""The asyncio protocol: keep-alive, pipelining, 100-continue, orderly ends."""

import asyncio
import sys
import time
import traceback
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import cast

from conformance.reference.http.message import HttpRequest, HttpResponse
from conformance.reference.http.parser import MalformedMessage, RequestParser

Handler = Callable[[HttpRequest], HttpResponse]
Incoming = Callable[[bytes], bytes]

_LINGER = 1.0
"""Seconds to keep reading after a malformed request, so that the peer can read the answer."""

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_BODILESS = frozenset({204, 304})


class HttpProtocol(asyncio.Protocol):
    """One connection; only a deliberate fault changes the ``incoming`` bytes."""

    def __init__(self, handler: Handler, incoming: Incoming | None = None) -> None:
        self._handler = handler
        self._incoming = incoming
        self._parser = RequestParser()
        self._transport: asyncio.Transport | None = None
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; a server's connections have one to read and write."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the transport; why it went does not matter."""
        self._transport = None
        self._ended = True

    def pause_writing(self) -> None:
        """A peer that does not read its answers sends no more requests meanwhile."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete by now."""
        if self._ended or self._transport is None:
            return
        self._parser.feed(self._incoming(data) if self._incoming else data)
        try:
            self._serve(self._transport)
        except MalformedMessage as problem:
            self._refuse(problem, self._transport)

    def _serve(self, transport: asyncio.Transport) -> None:
        while (request := self._parser.next_request()) is not None:
            response = self._answer(request)
            transport.write(rendered(response, request.method, close=not request.keep_alive))
            if not request.keep_alive:
                self._ended = True
                transport.close()
                return
        if self._parser.wants_continue():
            transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._handler(request)
        except Exception:  # noqa: BLE001 - the edge: one broken answer must not end the server
            traceback.print_exc(file=sys.stderr)
            return failure(500, "InternalFailure", "Internal server error")

    def _refuse(self, problem: MalformedMessage, transport: asyncio.Transport) -> None:
        """Answer, close our side, and drain the peer's so that no reset destroys the answer."""
        self._ended = True
        code = _MALFORMED_CODES.get(problem.status, "MalformedHttpRequestException")
        transport.write(rendered(failure(problem.status, code, problem.reason), "GET", close=True))
        if not transport.can_write_eof():
            transport.close()
            return
        transport.write_eof()
        asyncio.get_running_loop().call_later(_LINGER, transport.close)


_MALFORMED_CODES = {413: "RequestEntityTooLargeException"}


def failure(status: int, code: str, message: str) -> HttpResponse:
    """An error of the HTTP layer itself, before any service saw the request."""
    headers = {"content-type": "application/json", "x-amzn-errortype": code}
    return HttpResponse(status, headers, b'{"message":"%s"}' % message.encode())


@lru_cache(maxsize=1)
def http_date(seconds: int) -> str:
    """Epoch seconds as ``Sun, 06 Nov 1994 08:49:37 GMT``, formatted once a second."""
    return formatdate(seconds, usegmt=True)


def rendered(response: HttpResponse, method: str, *, close: bool) -> bytes:
    """The response's bytes; a HEAD answer and a 204 carry no body."""
    status = response.status
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, '')}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    if "date" not in response.headers:
        lines.append(f"date: {http_date(int(time.time()))}")
    if status not in _BODILESS:
        lines.append(f"content-length: {len(response.body)}")
    if close:
        lines.append("connection: close")
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    if method == "HEAD" or status in _BODILESS:
        return head
    return head + response.body
