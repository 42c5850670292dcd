"""The seam between the tool and the network: two methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from conformance.transport.exchange import Exchange, Request


class Transport(Protocol):
    """Sends one request and tells what happened; network trouble is a value, never an exception."""

    def send(self, request: Request) -> Exchange:
        """Send the request and give its exchange within the transport's deadline."""
        ...

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one separate connection, ``pipelined`` all of them at once.

        Fewer exchanges than requests: the target ended the connection after the last of them.
        """
        ...
