"""How a child process is started apart, so that an interrupt at the terminal reaches only us."""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def apart() -> dict[str, Any]:
    """The arguments of ``subprocess.Popen`` for that: a session, or what Windows has for it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
