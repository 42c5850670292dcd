"""What a worker does: one part, from starting its target to the bytes of its record."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.cache_folder import cache_folder
from conformance.record import RecordedTarget, RecordProblem, read_record, write_record
from conformance.runs.campaign.file import CampaignTarget, PartFailed
from conformance.runs.campaign.store import Part
from conformance.transport.child import ended
from conformance.transport.errors import TargetDidNotStart
from conformance.transport.targets.started import LOOPBACK, StartedTarget, version_of

_GRACE = 10.0
_TAIL = 500
_SUPERVISOR = (sys.executable, "-m", "conformance.runs.campaign.supervisor")
"""Runs a command that ends when this process closes its pipe, or is killed."""


@contextmanager
def supervised(
    command: Sequence[str], log: Path, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that ends with the block, and when this process is killed."""
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*_SUPERVISOR, *command],
            stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, cwd=cwd,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        ended(process, _GRACE)


@contextmanager
def started(
    target: CampaignTarget, folder: Path, seconds: float
) -> Iterator[tuple[str, str | None]]:
    """The URL or name of a running target, and its version if known. Raises PartFailed."""
    if not target.start and not target.command:
        yield target.url or target.name, target.version
        return
    python = environment(target) if target.install else _python(target)
    log = folder / "target.log"
    server = StartedTarget(target.name, ready=target.ready, wait=seconds, log=log)
    command = [server.filled(part) for part in _command(target, python)]
    try:
        # The supervisor ends what may have sessions of its own, which no signal of ours reaches.
        server.launch([*_SUPERVISOR, *command], target.env, cwd=server.folder, grace=_GRACE)
        server.wait_ready()
        yield server.url, target.version or _version(target, python)
    except TargetDidNotStart as error:
        raise PartFailed(_with_output(error, log)) from None
    finally:
        server.close()


def _with_output(error: TargetDidNotStart, log: Path) -> str:
    """The message, with the end of the target's output, whose last line it may have already."""
    output = log.read_text("utf-8", "replace").strip()[-_TAIL:]
    if output.endswith(error.detail):
        return f"{error.target} did not start: {output}"
    return f"{error}; the end of its output: {output}" if output else str(error)


def _version(target: CampaignTarget, python: str) -> str | None:
    """The installed version of the package that the target names. Raises PartFailed."""
    if not target.package:
        return None
    found = version_of(python, (target.package,))
    if found is None:
        raise PartFailed(f"{python} has no package {target.package}, which has the version")
    return found


def _python(target: CampaignTarget) -> str:
    """The interpreter that a target names, by its path or as it is found on the PATH, or ours."""
    if not target.python:
        return sys.executable
    found = shutil.which(target.python)
    if found is None:
        raise PartFailed(f"the Python of the target does not exist: {target.python}")
    return found


def _command(target: CampaignTarget, python: str) -> list[str]:
    if target.command:
        shell = ["cmd", "/c"] if os.name == "nt" else ["/bin/sh", "-c"]
        return [*shell, target.command]
    if not target.loopback:
        return [python, *target.start]
    arguments = list(target.start)
    return [python, str(LOOPBACK), *(arguments[1:] if arguments[0] == "-m" else arguments)]


def environment(target: CampaignTarget) -> str:
    """The Python of a target's own environment, made where it is missing.

    It is kept in the user's cache, by what is installed, and made by one process at a time. Raises
    PartFailed (there is no such Python, or pip could not install it).
    """
    from locket import lock_file

    # By the name of the Python: an environment that is there is used wherever that one is found.
    wanted = (*target.install, *([target.python] if target.python else []))
    digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]
    folder = cache_folder("targets", f"{target.name}-{digest}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with lock_file(f"{folder}.lock"):
        if not (folder / "complete").exists():
            _run([_python(target), "-m", "venv", "--clear", str(folder)])
            _run([str(python), "-m", "pip", "install", "--quiet", *target.install])
            (folder / "complete").touch()
    return str(python)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise PartFailed(f"{' '.join(command[1:4])}: {done.stderr.strip()[-_TAIL:]}")


@dataclass(frozen=True, slots=True)
class PartResult:
    """The bytes of a part's record, and the seconds that it took."""

    record: bytes
    seconds: float


def run_part(part: Part) -> PartResult:
    """Run a part; nothing is left but the result. Raises PartFailed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="conformance-part-") as name:
        folder = Path(name)
        with started(part.target, folder, part.start_seconds) as (target, version):
            record = _tested(part, target, folder)
        _name_target(record, part, version)
        return PartResult(record.read_bytes(), time.monotonic() - began)


def _tested(part: Part, target: str, folder: Path) -> Path:
    record, log = folder / "record.jsonl", folder / "run.log"
    command = [
        sys.executable, "-m", "conformance", "run", target, "--quiet",
        "--service", part.service, "--profile", part.profile, "--seed", str(part.seed),
        "--record", str(record), *part.options,
    ]  # fmt: skip
    if part.of > 1:
        command += ["--shard", f"{part.index}/{part.of}"]
    with supervised(command, log, cwd=folder) as process:
        try:
            process.wait(part.part_seconds)
        except subprocess.TimeoutExpired:
            raise PartFailed(f"not finished after {part.part_seconds} s") from None
    said = log.read_text("utf-8", "replace").strip()[-_TAIL:]
    if not record.exists():
        raise PartFailed(said or "the run wrote no record")
    return record


def _name_target(path: Path, part: Part, version: str | None) -> None:
    """Give the record the target's name. Raises PartFailed for a record of an unfinished run."""
    try:
        record = read_record(path)
    except RecordProblem as error:
        raise PartFailed(str(error)) from None
    if record.interrupted:
        raise PartFailed("the run was interrupted")
    found = record.run.target
    url = part.target.url if found.url and part.target.url else None
    target = RecordedTarget(part.target.name, url, version or found.version)
    command = record.run.command.replace(found.url, "URL") if found.url else record.run.command
    run = replace(record.run, target=target, command=command)
    write_record(replace(record, run=run), path)
