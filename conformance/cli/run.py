"""``conformance run``: test a target and leave a record and its reports."""

from __future__ import annotations

import secrets
import shlex
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance import __version__
from conformance.target import endpoint

if TYPE_CHECKING:
    from conformance.engine.run import Job, Outcome
    from conformance.record import RecordWriter
    from conformance.target.endpoint import Target


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, as values."""

    target: str
    services: tuple[str, ...]
    globs: tuple[str, ...]
    profile: str
    seed: int
    rate: float | None
    timeout: float
    strict: bool
    fail_on_unsupported: bool
    ca_bundle: Path | None
    record: Path
    html: Path | None
    junit: Path | None
    markdown: Path | None
    quiet: bool


@click.command()
@click.argument("target", default="reference")
@click.option("--service", "services", multiple=True, help="Only this service (repeatable).")
@click.option("--requirement", "globs", multiple=True, help="Only ids that match this glob.")
@click.option(
    "--profile",
    type=click.Choice(["quick", "standard", "deep"]),
    default="standard",
    show_default=True,
    help="How far beyond the boundaries to look.",
)
@click.option("--seed", type=int, help="Fixes every request but the names (default: random).")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Requests a second.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds for one whole exchange.",
)
@click.option("--strict", is_flag=True, help="Failures of level strict fail the gate too.")
@click.option("--fail-on-unsupported", is_flag=True, help="Unsupported operations fail the gate.")
@click.option(
    "--ca-bundle", type=click.Path(path_type=Path), help="Certificates to trust for https."
)
@click.option("--record", type=click.Path(path_type=Path), help="Where the record goes.")
@click.option("--html", type=click.Path(path_type=Path), help="Where the HTML report goes.")
@click.option("--junit", type=click.Path(path_type=Path), help="Where the JUnit file goes.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Where the Markdown goes.")
@click.option("-q", "--quiet", is_flag=True, help="Print the summary only.")
def command(**given: Any) -> None:
    """Test TARGET: reference (default), moto, or a URL.

    Exit status: 0 conforms, 1 a failure at a gate level, 2 bad usage or input, 3 could not test.
    """
    # The target loads while we do.
    starting = endpoint.start(given["target"], ca_bundle=given["ca_bundle"])
    try:
        sys.exit(_run(_options(given), starting))
    finally:
        starting.close()


def _options(given: dict[str, Any]) -> Options:
    if given["seed"] is None:
        given["seed"] = secrets.randbelow(1_000_000)
    if given["record"] is None:
        folder = default_folder(given["target"])
        given["record"] = folder / "record.jsonl"
        given["html"] = given["html"] or folder / "report.html"
    return Options(**given)


def default_folder(target: str) -> Path:
    """Where a run's files go when nobody says: reports/<target>."""
    name = "".join(char if char.isalnum() or char in "-." else "-" for char in target)
    return Path("reports") / "-".join(part for part in name.split("-") if part)


def _run(options: Options, starting: endpoint.Starting) -> int:
    from conformance.record import RecordWriter

    jobs = select_jobs(options.services, options.globs)
    for job in jobs:
        starting.expect(*_first_request(job))
    writable(options)
    with RecordWriter(options.record) as writer:
        target = starting.wait_ready()
        writer.write(_run_line(options, target, jobs))
        outcome = _work(options, target, jobs, writer)
        code = _finish(options, jobs, outcome, writer)
    _report(options, outcome)
    if outcome.problem is not None:
        click.echo(f"conformance: {outcome.problem}\n  hint: {outcome.problem.hint}", err=True)
    return code


def _first_request(job: Job) -> tuple[str, str]:
    """The signing name and the path of the resource's list, for a target that loads ahead."""
    facts = job.contract.facts
    operation = job.contract.operations.get(facts.get("resource", {}).get("list", ""))
    name = facts.get("signing", {}).get("service", job.contract.service)
    return name, operation.path if operation else "/"


def select_jobs(services: tuple[str, ...], globs: tuple[str, ...]) -> list[Job]:
    """The requirements to decide, by service.

    Raises UnknownService, SpecProblem, NothingSelected.
    """
    from conformance.contract.load import load_contract
    from conformance.contract.locate import services as known
    from conformance.contract.requirements import NothingSelected, catalogue, select
    from conformance.engine.run import Job

    jobs = []
    for service in services or known():
        contract = load_contract(service)
        try:
            chosen = select(catalogue(contract), globs)
        except NothingSelected:
            continue
        jobs.append(Job(contract, chosen))
    if not jobs:
        raise NothingSelected(globs)
    return jobs


def writable(options: Options) -> None:
    """Find out before the run whether the reports can be written.

    Raises UnwritableReport.
    """
    from conformance.reports.files import check_writable

    for path in (options.html, options.junit, options.markdown):
        if path is not None:
            check_writable(path)


def _run_line(options: Options, target: Target, jobs: list[Job]) -> Any:
    from conformance.record import RunLine
    from conformance.record import Target as RecordTarget

    return RunLine(
        target=RecordTarget(target.name, target.url, target.version),
        seed=options.seed,
        tool=__version__,
        start=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        profile=options.profile,
        services=tuple(job.contract.service for job in jobs),
        specs={job.contract.service: job.contract.hashes for job in jobs},
        command=_command(options),
        strict=options.strict,
    )


def _command(options: Options) -> str:
    """The command line that makes the same requests again."""
    parts = ["conformance", "run", options.target]
    for name, values in (("--service", options.services), ("--requirement", options.globs)):
        for value in values:
            parts += [name, value]
    if options.profile != "standard":
        parts += ["--profile", options.profile]
    if options.strict:
        parts.append("--strict")
    return shlex.join([*parts, "--seed", str(options.seed)])


def _work(options: Options, target: Target, jobs: list[Job], writer: RecordWriter) -> Outcome:
    from conformance.cli.progress import Display
    from conformance.engine.events import Decided, Event
    from conformance.engine.run import DRAWS, Run
    from conformance.engine.runner import Settings
    from conformance.target.credentials import find_credentials
    from conformance.target.http import HttpTransport
    from conformance.target.pace import PacedTransport
    from conformance.target.retry import RetryingTransport
    from conformance.target.transport import Transport

    credentials, region = find_credentials(is_loopback=target.is_loopback)
    http = HttpTransport(timeout=options.timeout, ca_bundle=options.ca_bundle)
    paced: Transport = PacedTransport(http, options.rate) if options.rate else http
    display = Display(quiet=options.quiet, strict=options.strict)

    def emit(event: Event) -> None:
        if isinstance(event, Decided):
            writer.write(event.line)
        display.show(event)

    settings = Settings(draws=DRAWS[options.profile], seed=options.seed)
    transport = RetryingTransport(paced)
    run = Run(jobs, target.url, credentials, region, transport, settings, emit)
    with display:
        return run.run()


def _finish(options: Options, jobs: list[Job], outcome: Outcome, writer: RecordWriter) -> int:
    from conformance.engine.run import exit_code
    from conformance.record import SummaryLine, count

    code = exit_code(
        outcome, strict=options.strict, fail_on_unsupported=options.fail_on_unsupported
    )
    writer.write(
        SummaryLine(
            requests=outcome.requests,
            seconds=round(outcome.seconds, 3),
            counts=count(outcome.verdicts),
            exit=code,
            interrupted=outcome.interrupted or outcome.problem is not None,
            coverage=outcome.coverage(jobs),
            notes=tuple(outcome.notes),
        )
    )
    return code


def _report(options: Options, outcome: Outcome) -> None:
    from conformance import reports
    from conformance.record import read_record

    record = read_record(options.record)
    written = {"record": options.record}
    writers = (
        ("html", options.html, reports.write_html),
        ("junit", options.junit, reports.write_junit),
        ("markdown", options.markdown, reports.write_markdown),
    )
    for name, path, write in writers:
        if path is not None:
            write(record, path)
            written[name] = path
    from rich.console import Console

    reports.render_terminal(record, Console(soft_wrap=True), written)
    if outcome.interrupted:
        click.echo("interrupted: the record holds what was found so far", err=True)
