"""Whether another process is there."""

from __future__ import annotations

import os
import sys

_SYNCHRONIZE = 0x00100000
_STILL_RUNS = 0x00000102
"""Of Windows: the right to wait for a process, and the answer of a wait that it did not end."""


def lives(pid: int) -> bool:
    """Whether a process is there; an ended one that was not waited for counts as there."""
    if sys.platform == "win32":
        # Signal 0 is Ctrl-C there.
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_SYNCHRONIZE, False, pid)
        if not handle:
            return False
        try:
            return bool(kernel.WaitForSingleObject(handle, 0) == _STILL_RUNS)
        finally:
            kernel.CloseHandle(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
