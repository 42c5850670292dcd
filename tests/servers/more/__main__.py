"""Serve: python -m tests.servers.more --port 0 [--reading NAME]..."""

from __future__ import annotations

from tests.servers.cloud.world import READINGS
from tests.servers.testbed.sockets import serve_readings

from .edge import More

serve_readings(lambda some: More(some).answer, READINGS)
