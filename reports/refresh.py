"""Makes the published reports anew: runs every target of targets.toml, then the matrix.

python reports/refresh.py [NAME...] [--python NAME=PATH]... [--seed N] [--profile P]

Writes published/NAME/report.html, the whole report; published/NAME/record.jsonl, the record with
the deciding exchange of each failure alone, small enough to be kept; published/NAME/badge.svg; and
the matrix of all records that are there, as HTML, JSON and Markdown.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.record import (
    Record,
    RecordedTarget,
    Verdict,
    VerdictLine,
    read_record,
    write_record,
)
from conformance.reports import write_html
from conformance.reports.badge import badge, render_svg
from conformance.reports.facts import deciding
from conformance.reports.files import write_report

HERE = Path(__file__).resolve().parent
PUBLISHED = HERE / "published"
VENVS = HERE.parent / ".targets"
START_SECONDS = 120
LONGEST = 4000
"""Characters of an exchange that is kept in the small record."""
CONFORMS, DOES_NOT = 0, 1


@dataclass(frozen=True, slots=True)
class Published:
    """A target as targets.toml has it."""

    name: str
    package: str = ""
    install: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    ready: str = "/"


def main() -> None:
    """Run the targets that are named, or all, and make the matrix."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these targets")
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--profile", default="standard")
    given = parser.parse_args()
    pythons = dict(pair.split("=", 1) for pair in given.python)
    known = targets()
    unknown = set(given.names) - {one.name for one in known}
    if unknown:
        parser.error(f"targets.toml has no {', '.join(sorted(unknown))}")
    for one in known:
        if not given.names or one.name in given.names:
            run(one, pythons.get(one.name), ("--seed", given.seed, "--profile", given.profile))
    make_matrix([one.name for one in known])


def targets() -> list[Published]:
    """The targets of targets.toml, in its order."""
    found = tomllib.loads((HERE / "targets.toml").read_text("utf-8"))["target"]
    return [
        Published(
            name=one["name"],
            package=one.get("package", ""),
            install=tuple(one.get("install", ())),
            start=tuple(one.get("start", ())),
            env=one.get("env", {}),
            ready=one.get("ready", "/"),
        )
        for one in found
    ]


def run(one: Published, python: str | None, options: tuple[str, ...]) -> None:
    """Run one target and publish what came of it."""
    print(f"== {one.name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.jsonl"
        if one.start:
            interpreter = python or environment(one)
            with started(one, interpreter, folder) as url:
                test(url, record, options)
            version = version_of(interpreter, one.package)
            publish(read_record(record), RecordedTarget(one.name, None, version), url)
        else:
            test(one.name, record, options)
            told = read_record(record).run.target
            publish(read_record(record), replace(told, url=None))


def test(target: str, record: Path, options: tuple[str, ...]) -> None:
    """Run the tool; a target that does not conform is what is to be published."""
    command = [sys.executable, "-m", "conformance", "run", target, "--quiet"]
    html = record.with_suffix(".html")
    done = subprocess.run(
        [*command, *options, "--record", str(record), "--html", str(html)],
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode not in {CONFORMS, DOES_NOT}:
        sys.exit(f"{target} could not be tested: exit {done.returncode}")


def environment(one: Published) -> str:
    """The Python of a target's own environment, which is made where it is missing."""
    folder = VENVS / one.name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", *one.install], check=True)
        (folder / "complete").touch()
    return str(python)


def version_of(python: str, package: str) -> str:
    """The version of a distribution that another Python has."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run(
        [python, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


@contextmanager
def started(one: Published, python: str, folder: str) -> Iterator[str]:
    """The URL of a target while it runs; it is ended by its own process id."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    env = {name: text.format(port=port, folder=folder) for name, text in one.env.items()}
    log = Path(folder) / "target.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [python, *(part.format(port=port, folder=folder) for part in one.start)],
            env=os.environ | env, cwd=HERE, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_ready(process, url + one.ready, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until the target answers anything at all."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"the target did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def publish(record: Record, target: RecordedTarget, url: str = "") -> None:
    """Write the report, the small record and the badge of a run.

    ``url`` was the target's for this run alone: the command to run again has URL in its place.
    """
    command = record.run.command.replace(url, "URL") if url else record.run.command
    run = replace(record.run, target=target, command=command)
    folder = PUBLISHED / target.name
    whole = replace(record, run=run, path=folder / "record.jsonl")
    write_html(whole, folder / "report.html")
    write_record(slim(whole), folder / "record.jsonl")
    write_report(folder / "badge.svg", render_svg(badge(whole)))
    print(f"   {badge(whole).message}", flush=True)


def slim(record: Record) -> Record:
    """The record without evidence but the deciding exchange of each failure, where it is short."""
    return replace(record, verdicts=tuple(map(_slim, record.verdicts)))


def _slim(line: VerdictLine) -> VerdictLine:
    exchange = deciding(line) if line.verdict is Verdict.FAILED else None
    if exchange is None or len(str(exchange.as_json())) > LONGEST:
        return replace(line, evidence=())
    return replace(line, evidence=(replace(exchange, uses=()),))


def make_matrix(names: list[str]) -> None:
    """The matrix of the records that are there."""
    records = [str(path) for n in names if (path := PUBLISHED / n / "record.jsonl").exists()]
    outputs = [f"--{kind}={PUBLISHED / f'matrix.{end}'}" for kind, end in _KINDS]
    command = [sys.executable, "-m", "conformance", "report", "matrix", *records, *outputs]
    subprocess.run(command, check=True)


_KINDS = (("html", "html"), ("json", "json"), ("markdown", "md"))

if __name__ == "__main__":
    main()
