"""Runs a module whose servers may listen on this machine alone: `python loopback.py MODULE`."""

from __future__ import annotations

import runpy
import socket
import sys
from typing import Any

_LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_bind = socket.socket.bind


def _bind_here(self: socket.socket, address: Any) -> None:
    """Bind to the loopback address, whichever was asked for."""
    here = _LOOPBACK.get(self.family)
    _bind(self, address if here is None else (here, *address[1:]))


if __name__ == "__main__":
    socket.socket.bind = _bind_here  # type: ignore[assignment,method-assign]
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
