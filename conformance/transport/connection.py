"""Connections over which requests go as they are, byte for byte, and whose answers keep a deadline.

* A request target is sent as it is given: libraries rewrite percent-encodings.
* The time limit is for the whole exchange. A socket's own timeout starts again with every byte, so
  a server that trickles one byte a second would never be cut off.
* A connection that the server closed while it was idle is distinguished from one that it closed
  because of the request, so that only the first is tried again; one that was idle for long is not
  used again at all, as its other end may be gone.
"""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import time
from collections.abc import Callable

from urllib3.util import wait_for_read

from conformance.transport.address import host_and_port
from conformance.transport.response_reader import (
    ENDED,
    DeadlineReader,
    KeptReader,
    RawAnswer,
    read_answer,
    seconds_left,
)

_UNREAD = contextlib.suppress(BrokenPipeError, ConnectionResetError)
_UNHEARD = contextlib.suppress(OSError)
IDLE = 4.0
"""Seconds after which a kept connection is not used again: servers begin to close them at five, and
what lies in between forgets them without a word."""


class StaleConnectionError(ConnectionError):
    """A kept-alive connection was closed by the server before it answered."""


_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
"""Where the system has it: a server that writes head and body apart waits 40 ms for the
acknowledgement of the head. The system forgets it with each exchange."""


def connected(url: str, timeout: float, context: Callable[[], ssl.SSLContext]) -> socket.socket:
    """A socket that is connected to the origin of a URL. Raises OSError."""
    made: socket.socket = socket.create_connection(host_and_port(url), timeout)
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if url.startswith("https:"):
            made = context().wrap_socket(made, server_hostname=host_and_port(url)[0])
    except OSError:
        made.close()
        raise
    return made


class Connection:
    """An open connection, used by one thread at a time and kept between exchanges."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._raw = DeadlineReader(sock)
        self.file: io.BufferedReader = KeptReader(self._raw)
        """What the peer sends."""
        self._answered = 0
        self._last = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether another request may go over it: nothing is to be read between two."""
        if time.monotonic() - self._last >= IDLE:
            return False
        return not wait_for_read(self.sock, timeout=0.0)

    def begin(self, deadline: float) -> None:
        """From now on everything keeps this deadline, and nothing of an answer has come."""
        self._raw.deadline, self._raw.started = deadline, False

    def exchange(self, data: bytes, method: str, deadline: float, limit: int) -> RawAnswer:
        """Send the bytes of a request and read its answer, at most ``limit`` bytes of body.

        Raises StaleConnectionError where a kept connection had ended, TooLargeError, and what the
        network does. Then the connection is of no use any more.
        """
        self.begin(deadline)
        try:
            self.write(data)
            if _QUICKACK is not None:
                with _UNHEARD:
                    self.sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            answer = read_answer(self.file, method, limit)
        except ENDED as error:
            if self._answered:
                raise StaleConnectionError(str(error)) from error
            raise
        self._answered += 1
        self._last = time.monotonic()
        # What nobody announced is no part of the next answer.
        return answer._replace(last=answer.last or self._raw.is_more_in(self.file))

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self.sock.settimeout(seconds_left(self._raw.deadline))
        # Where the other side reads no more there may be an answer to be had.
        with _UNREAD:
            self.sock.sendall(data)

    def close(self) -> None:
        """Close it."""
        self.sock.close()
