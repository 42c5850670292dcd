"""The seam between the tool and the network: one method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from conformance.target.exchange import Exchange, Request


class Transport(Protocol):
    """Sends one request and tells what happened; network trouble is a value, never an exception."""

    def send(self, request: Request) -> Exchange:
        """Send the request and give its exchange within the transport's deadline."""
        ...
