"""Batch: its own code for whatever a client does wrong."""

from __future__ import annotations

from tests.servers.cloud.rest_json import RestJson


class BatchWire(RestJson):
    """A service that knows faults of clients and faults of servers."""

    def invalid(self) -> str:
        return "ClientException"

    def _unreadable(self) -> str:
        return "ClientException" if self.world.on("other-codes") else "SerializationException"
