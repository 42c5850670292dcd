"""``conformance ci``: one job of continuous integration, from starting the target to its reports.

The GitHub Action and the GitLab template call nothing else, so that what they do can be done, and
tested, anywhere.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from conformance.cli import print_error
from conformance.cli.configured import ConfiguredCommand, config_of_run
from conformance.record import read_record
from conformance.reports import facts
from conformance.reports.annotations import render_annotations
from conformance.transport.address import parse_url
from conformance.transport.child import Command

MARK = "<!-- conformance -->"
"""By this line a job finds the comment that it wrote before."""


@dataclass(frozen=True, slots=True)
class CiOptions:
    """The command line as values; an empty text is an input that the workflow left out."""

    target: str
    start: str
    wait: float
    services: str
    requirements: str
    exclude: str
    baseline: str
    profile: str
    seed: str
    output: Path
    more: tuple[str, ...]


@click.command(cls=ConfiguredCommand, context_settings={"ignore_unknown_options": True})
@click.argument("target", required=False)
@click.option(
    "--start", default="", help="A shell command that starts the target; it is stopped afterwards."
)
@click.option(
    "--wait",
    type=float,
    default=60.0,
    show_default=True,
    help="How many seconds to wait for the target.",
)
@click.option(
    "--services", default="", help="Test only these services, separated by spaces or commas."
)
@click.option("--requirements", default="", help="Test only ids that match one of these globs.")
@click.option("--exclude", default="", help="Leave out ids that match one of these globs.")
@click.option("--baseline", default="", help="A file of accepted failures.")
@click.option("--profile", default="", help="quick, standard or deep.")
@click.option("--seed", default="", help="The seed, which fixes every request (default: 1).")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path),
    default=Path("conformance-report"), show_default=True,
    help="The folder for the record and the reports.",
)  # fmt: skip
@click.argument("more", nargs=-1, type=click.UNPROCESSED)
def command(**given: Any) -> None:
    """Test TARGET in a CI job. Further options are passed on to `run`.

    Without TARGET, the configuration file names it; its options apply to the run.

    Starts the target if --start says how. Writes record.jsonl, report.html, junit.xml, summary.md
    and comment.md (for a pull request) and, on GitHub Actions, the step summary, annotations and
    outputs. The exit status is that of `conformance run`.
    """
    options = CiOptions(**_with_config(given))
    options.output.mkdir(parents=True, exist_ok=True)
    with _started(options):
        code = subprocess.run(_run(options), check=False).returncode  # noqa: S603 - ourselves
    record = options.output / "record.jsonl"
    if record.exists():
        _publish(record, options.output, code, os.environ)
    else:
        print_error(f"the run exited with {code} and left no record", "see its messages above")
    sys.exit(code)


def _with_config(given: dict[str, Any]) -> dict[str, Any]:
    """The options, with target and seed from the file. Raises click.UsageError without a target."""
    target, more = given["target"] or "", given["more"]
    if target.startswith("-"):  # an option of the run: click cannot tell, for it knows none of them
        target, more = "", (target, *more)
    options, forwarded = config_of_run()
    target = target or str(options.get("target", ""))
    if not target:
        raise click.UsageError("give a TARGET, or set `target` in the configuration file")
    seed = given["seed"] or str(options.get("seed", ""))
    return {**given, "target": target, "seed": seed, "more": (*forwarded, *more)}


@contextmanager
def _started(options: CiOptions) -> Iterator[None]:
    if not options.start:
        yield
        return
    url = parse_url(options.target)
    server = Command(options.start, url, options.output / "server.log")
    try:
        server.wait_ready(options.wait)
        yield
    finally:
        server.close()


def _run(options: CiOptions) -> list[str]:
    """The command line of the run, a separate process whose exit code counts."""
    output = options.output
    parts = [sys.executable, "-m", "conformance", "run", options.target, "--quiet"]
    for name, value in (("--baseline", options.baseline), ("--profile", options.profile)):
        parts += [name, value] if value else []
    listed = {
        "--service": options.services, "--requirement": options.requirements,
        "--exclude": options.exclude,
    }  # fmt: skip
    for name, values in listed.items():
        for value in values.replace(",", " ").split():
            parts += [name, value]
    parts += ["--seed", options.seed or "1", *options.more]
    files = {"record": "record.jsonl", "html": "report.html", "junit": "junit.xml"}
    for name, file in {**files, "markdown": "summary.md"}.items():
        (output / file).unlink(missing_ok=True)  # a file of an earlier job says nothing of this one
        parts += [f"--{name}", str(output / file)]
    return parts


def _publish(record: Path, output: Path, code: int, env: Mapping[str, str]) -> None:
    read = read_record(record)
    summary = (output / "summary.md").read_text(encoding="utf-8")
    (output / "comment.md").write_text(f"{MARK}\n{summary[:_COMMENT]}", encoding="utf-8")
    if env.get("GITHUB_ACTIONS") == "true":
        click.echo(render_annotations(read), nl=False)
    _append(env.get("GITHUB_STEP_SUMMARY"), summary)
    held = facts.whole_score(read).decided
    values = {
        "exit": code, "failures": facts.gate_failures(read), "passed": held.part, "of": held.of,
        "folder": output,
    }  # fmt: skip
    lines = (f"{name}={value}\n" for name, value in values.items())
    _append(env.get("GITHUB_OUTPUT"), "".join(lines))


_COMMENT = 60_000
"""Characters: a comment on GitHub may have 65,536."""


def _append(path: str | None, text: str) -> None:
    """Append to a file that the CI runner reads; without a runner, do nothing."""
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
