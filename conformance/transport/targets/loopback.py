"""Runs a module whose servers may listen on this machine alone: `python loopback.py MODULE`.

With ``--with-parent`` before it, it ends when standard input does, which is when its parent ends.
"""

import os
import runpy
import signal
import socket
import sys
import threading
import time
from typing import Any

_LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_GRACE = 5.0
_bind = socket.socket.bind


def _bind_here(self: socket.socket, address: Any) -> None:
    """Bind to the loopback address, whichever was requested."""
    here = _LOOPBACK.get(self.family)
    _bind(self, address if here is None else (here, *address[1:]))


def _end_with_parent(pipe: int) -> None:
    """Wait for the end of the pipe, then end this process and those that it started."""
    while os.read(pipe, 4096):
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE)
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _keep_parent() -> None:
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # what is run must not read the pipe, nor hand it on
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()


if __name__ == "__main__":
    socket.socket.bind = _bind_here  # type: ignore[assignment,method-assign]
    sys.argv = sys.argv[1:]
    sys.path[0] = os.getcwd()  # noqa: PTH109 - as with -m; this file's folder is none of it
    if sys.argv[0] == "--with-parent":
        sys.argv = sys.argv[1:]
        _keep_parent()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
