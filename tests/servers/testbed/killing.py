"""Runs on the stand-in for AWS that are killed, and what is left after the clean-up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from .cloud import ACCOUNT, Cloud
from .sockets import serving
from .wire import Request, Response

SCALE = 100
COMMAND = [sys.executable, "-m", "conformance"]
SECRETS = {"test": "test"}


@dataclass
class Killed:
    """One run that was killed: after how many requests, and what there was then and later."""

    requests: int
    left: int
    """Resources that the kill left behind."""
    left_later: list[tuple[str, str]]
    """Those that were there after the clean-up."""
    harmed: list[tuple[str, str]]
    journals: list[Path]
    told: str
    """What the clean-up said."""
    code: int
    ended: bool
    """The run had ended before it was to be killed."""


def kill_one(place: Path, rng: Random, most: int, options: tuple[str, ...]) -> Killed:
    """Start a run in a folder, kill it at one of its first ``most`` requests, and clean up.

    The request at which the kill comes is carried out all the same, or is not: nobody who was
    killed can tell.
    """
    cloud = Cloud(SECRETS, scale=SCALE)
    at, carried_out = rng.randrange(1, most), rng.random() < 0.7
    running: list[subprocess.Popen[bytes]] = []

    def answer(request: Request) -> Response:
        if len(cloud.requests) + 1 == at and running:
            running[0].send_signal(signal.SIGKILL)
            running[0].wait()
            if not carried_out:
                cloud.requests.append("lost")
                return Response(500)
        return cloud.answer(request)

    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    with serving(answer) as url:
        where = ("--region", "us-east-1", "--endpoint-url", url, "--quota-factor", str(SCALE))
        agreed = ("--expect-account", ACCOUNT, "--yes", "--record", "r.jsonl", "-q")
        process = subprocess.Popen(
            [*COMMAND, "run", "aws", *where, *agreed, *options],
            cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        running.append(process)
        code = process.wait(600)
        requests, left = len(cloud.requests), len(cloud.left())
        time.sleep(0.05)  # what the stand-in was still at
        cleaned = subprocess.run(
            [*COMMAND, "cleanup", "--endpoint-url", url],
            cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
    return Killed(
        requests, left, cloud.left(), cloud.harmed(),
        list(place.glob("reports/journals/*")), cleaned.stdout + cleaned.stderr,
        cleaned.returncode, code != -signal.SIGKILL,
    )  # fmt: skip
