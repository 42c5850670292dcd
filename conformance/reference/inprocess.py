"""The reference as a transport: requests are handed over, no socket in between."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

from conformance.reference.http import message
from conformance.reference.server import Options, application
from conformance.target.exchange import Exchange, Request, Response

URL = "http://127.0.0.1:1"
"""What requests to it are addressed to; nothing listens there."""


class InProcess:
    """Answers every request from an application of its own."""

    def __init__(self, options: Options) -> None:
        self.application = application(options)
        self._turn = threading.Lock()

    def send(self, request: Request) -> Exchange:
        """The application's answer."""
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers}
        asked = message.Request(
            request.method, parts.path, parts.query, headers, request.body or b""
        )
        with self._turn:
            answer = self.application(asked)
        response = Response(answer.status, tuple(answer.headers.items()), answer.body)
        return Exchange(request, response, None, 0.0)
