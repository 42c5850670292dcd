"""Runs a command that ends with its parent.

Started as ``python -m conformance.runs.campaign.supervisor COMMAND``.

Standard input is a pipe from the parent. When it ends, because the parent closed it or was killed,
the command and everything that it started are ended.
"""

import contextlib
import os
import subprocess
import sys
import threading

import psutil

GRACE = 5.0
"""Seconds that processes have to end by themselves."""


def main() -> None:
    """Run the command until it or standard input ends."""
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 - our parent's
    threading.Thread(target=_end_with_parent, args=(process.pid,), daemon=True).start()
    sys.exit(process.wait())


def _end_with_parent(pid: int) -> None:
    # Not through sys.stdin: its lock, held by this thread, would break the end of the process.
    while os.read(0, 4096):
        pass
    end_tree(pid)


def end_tree(pid: int) -> None:
    """End a process and all its descendants."""
    try:
        root = psutil.Process(pid)
        tree = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    for one in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.terminate()
    _, left = psutil.wait_procs(tree, GRACE)
    for one in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()


if __name__ == "__main__":
    main()
