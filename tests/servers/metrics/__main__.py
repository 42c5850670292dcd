"""Serve: python -m tests.servers.metrics --port 0 [--reading NAME]..."""

from __future__ import annotations

from tests.servers.cloud.world import READINGS
from tests.servers.testbed.sockets import serve_readings

from .edge import Metrics

serve_readings(lambda some: Metrics(some).answer, READINGS)
