"""moto as a server of our own that tells what it holds: ``python -m benchmarks.moto_states``.

It says its URL in the first line that it writes. For each line that it reads, the name of a
backend, it writes one JSON object: how many entries each mapping, list and set of that backend
has, over all accounts and regions. What a run left behind is the difference of two of them. It
ends with its standard input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

States = Mapping[str, int]
_HOST = "127.0.0.1"


def main() -> None:
    """Serve until standard input ends."""
    from moto.server import ThreadedMotoServer

    lines, sys.stdout = sys.stdout, sys.stderr
    server = ThreadedMotoServer(ip_address=_HOST, port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", file=lines, flush=True)
    for line in sys.stdin:
        print(json.dumps(_states(line.strip())), file=lines, flush=True)
    server.stop()


def _states(name: str) -> dict[str, int]:
    from moto.backends import get_backend

    found: dict[str, int] = {}
    for plain in dict.fromkeys((name, name.replace("-", ""))):
        try:
            accounts: Any = get_backend(plain)  # type: ignore[call-overload]
        except (ImportError, AttributeError):
            continue
        for account in list(accounts.values()):
            for region in list(account.values()):
                for attribute, value in vars(region).items():
                    if isinstance(value, dict | list | set):
                        found[attribute] = found.get(attribute, 0) + len(value)
    return found


@dataclass(frozen=True, slots=True)
class Moto:
    """A running one: where it listens, and its process."""

    url: str
    process: subprocess.Popen[str]

    def states(self, service: str) -> States:
        """How many entries each collection of a service's backend has."""
        if self.process.stdin is None or self.process.stdout is None:
            raise ValueError("the process has no pipes")
        self.process.stdin.write(f"{service}\n")
        self.process.stdin.flush()
        found: dict[str, int] = json.loads(self.process.stdout.readline() or "{}")
        return found


@contextmanager
def moto() -> Iterator[Moto]:
    """Start one and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.moto_states"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        url = process.stdout.readline().strip() if process.stdout else ""
        if not url:
            raise RuntimeError("moto did not start")
        yield Moto(url, process)
    finally:
        process.kill()
        process.communicate()


def left_over(before: States, after: States) -> dict[str, int]:
    """The collections that have more entries than before, by how many."""
    grown = {name: count - before.get(name, 0) for name, count in after.items()}
    return {name: more for name, more in grown.items() if more > 0}


if __name__ == "__main__":
    main()
