"""Holds a file for one process: the lock ends with the process, however that ends."""

from __future__ import annotations

import os
import sys

FLAGS: int = getattr(os, "O_BINARY", 0)
"""What opening a journal needs besides: Windows would write other ends of lines."""

_BEYOND = 2**30
"""Windows keeps others from reading what is locked, so a byte is locked that is never written."""


def lock(file: int) -> bool:
    """Lock an open file for this process; False where another one has it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
