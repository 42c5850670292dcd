"""Serve: python -m tests.servers.data --port 0 [--reading NAME]..."""

from __future__ import annotations

from tests.servers.cloud.world import READINGS
from tests.servers.testbed.sockets import serve_readings

from .edge import Data

serve_readings(lambda some: Data(some).answer, READINGS)
