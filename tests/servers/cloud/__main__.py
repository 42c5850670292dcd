"""Serve: python -m tests.servers.cloud --port 0 [--reading NAME]..."""

from __future__ import annotations

from tests.servers.testbed.sockets import serve_readings

from .edge import Edge
from .world import READINGS

serve_readings(lambda some: Edge(some).answer, READINGS)
