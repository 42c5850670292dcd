"""Serve: python -m tests.servers.cloud --port 0 [--reading NAME]..."""

from __future__ import annotations

import argparse

from tests.servers.testbed.sockets import serve

from .edge import Edge
from .world import READINGS


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--reading", action="append", default=[], choices=[*READINGS])
    given = parser.parse_args()
    serve(Edge(given.reading).answer, given.port)


main()
