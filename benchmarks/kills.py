"""``python -m benchmarks.kills``: a campaign whose processes are killed at random moments.

The scheduler, a worker, its nanny or the command is ended with SIGKILL again and again, what is
gone is started again, and the same command is given until it succeeds. Then the records must be
those of a campaign that nothing disturbed, no part may have been run twice once it was kept, and
nothing may be left running.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from conformance.record import read_record
from conformance.transport.targets.started import free_port

VICTIMS = ("scheduler", "worker", "nanny", "command")
MARK = "CONFORMANCE_KILLS"
"""In the environment of everything that is started here, and of what that starts."""
LIMIT = 1200.0
"""Seconds after which a campaign that does not come to its end is a failure."""
FILE = """
services = ["location", "apigateway"]
options = ["--requirement", "*/status/no-5xx"]

[shards]
location = 3
apigateway = 2

[[target]]
name = "reference"

[[target]]
name = "served"
version = "1"
start = ["-m", "conformance", "serve", "--port", "{port}", "--seed", "1"]
"""


@dataclass
class Cluster:
    """A scheduler, two workers and the command, each of them started again where it is gone."""

    folder: Path
    out: Path
    port: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def keep_up(self) -> None:
        """Start what is not running, but for a command that succeeded."""
        address = f"tcp://127.0.0.1:{self.port}"
        loopback = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--memory-limit", "0")
        self._keep("scheduler", "distributed.cli.dask_scheduler", *loopback, "--port", self.port)
        for name in ("worker 1", "worker 2"):
            self._keep(name, *worker, *loopback, "--death-timeout", "60")
        campaign = ("campaign", self.folder / "kills.toml", "-o", self.out)
        self._keep("command", "conformance", *campaign, "--scheduler", address)

    def _keep(self, name: str, module: str, *arguments: object) -> None:
        process = self.running.get(name)
        if process is not None and (process.poll() is None or self._is_done(name, process)):
            return
        command = [sys.executable, "-m", module, *map(str, arguments)]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {MARK: str(self.folder)},
            )  # fmt: skip

    @staticmethod
    def _is_done(name: str, process: subprocess.Popen[bytes]) -> bool:
        return name == "command" and process.returncode == 0

    @property
    def is_done(self) -> bool:
        """Whether the command has succeeded."""
        process = self.running.get("command")
        return process is not None and process.poll() == 0

    def kill(self, victim: str, chance: random.Random) -> None:
        """End one of its processes without a word."""
        name = chance.choice(("worker 1", "worker 2")) if victim in {"worker", "nanny"} else victim
        pid = self.running[name].pid
        with contextlib.suppress(psutil.NoSuchProcess):
            if victim == "worker":
                spawned = [one for one in psutil.Process(pid).children() if _is_worker(one)]
                pid = spawned[0].pid if spawned else pid
            os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """End the scheduler and the workers in good order."""
        for process in reversed(self.running.values()):
            process.terminate()
        for process in self.running.values():
            process.wait(60)


def _is_worker(process: psutil.Process) -> bool:
    return "spawn_main" in " ".join(process.cmdline())


def main() -> None:
    """Kill, start again, compare, print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--each", type=int, default=4, help="kills in one campaign")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - moments, no secrets
    with tempfile.TemporaryDirectory(prefix="conformance-kills-") as name:
        folder = Path(name)
        (folder / "kills.toml").write_text(FILE)
        began = time.monotonic()
        wanted = _run(folder, "undisturbed", [], 0.0, chance)
        took = time.monotonic() - began
        victims = [VICTIMS[number % len(VICTIMS)] for number in range(given.kills)]
        chance.shuffle(victims)
        print(json.dumps({"undisturbed_seconds": round(took, 1), "parts": wanted["parts"]}))
        for start in range(0, given.kills, given.each):
            some = victims[start : start + given.each]
            began = time.monotonic()
            found = _run(folder, f"round {start}", some, took, chance)
            same = found["verdicts"] == wanted["verdicts"]
            told = {
                "killed": found["killed"],
                "seconds": round(time.monotonic() - began, 1),
                "same": same,
                **{key: found[key] for key in ("parts", "run_twice", "partial", "left")},
            }
            print(json.dumps(told), flush=True)
            if not same or found["run_twice"] or found["left"]:
                raise SystemExit(1)


def _run(
    folder: Path, name: str, victims: list[str], took: float, chance: random.Random
) -> dict[str, object]:
    """A campaign with these victims, spread over the time that an undisturbed one takes."""
    out = folder / name
    cluster = Cluster(folder, out, free_port())
    moments = sorted(chance.uniform(0, took) for _ in victims)
    begin, kept, run_twice = time.monotonic(), dict[Path, int](), 0
    killed: list[str] = []
    try:
        while not cluster.is_done:
            now = time.monotonic() - begin
            if now > LIMIT:
                raise SystemExit(f"{name} does not come to an end; logs in {folder}")
            cluster.keep_up()
            if moments and now >= moments[0]:
                moments.pop(0)
                killed.append(victims[len(killed)])
                cluster.kill(killed[-1], chance)
            for path, written in _parts(out):
                run_twice += kept.setdefault(path, written) != written
                kept[path] = written
            time.sleep(0.2)
    finally:
        cluster.end()
    return {
        "killed": killed,
        "verdicts": _verdicts(out),
        "parts": len(kept),
        "run_twice": run_twice,
        "partial": len(list(out.rglob("*.part"))),
        "left": _left(folder),
    }


def _parts(out: Path) -> Iterator[tuple[Path, int]]:
    for path in (out / "parts").rglob("*.jsonl"):
        yield path, path.stat().st_mtime_ns


def _verdicts(out: Path) -> dict[str, dict[str, str]]:
    return {
        path.relative_to(out / "records").as_posix(): {
            line.requirement: f"{line.level} {line.verdict}" for line in read_record(path).verdicts
        }
        for path in sorted((out / "records").rglob("*.jsonl"))
    }


def _left(folder: Path) -> list[str]:
    """What runs of a campaign have left behind after half a minute."""
    deadline = time.monotonic() + 30
    while (found := list(_running(folder))) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def _running(folder: Path) -> Iterator[str]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == str(folder):
                yield " ".join(process.cmdline())


if __name__ == "__main__":
    main()
