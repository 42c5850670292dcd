"""Serve: python -m tests.servers.queues --port 0 [--reading NAME]..."""

from __future__ import annotations

from tests.servers.testbed.sockets import serve_readings

from .edge import Edge
from .readings import READINGS

serve_readings(lambda some: Edge(some).answer, READINGS)
