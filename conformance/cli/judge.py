"""``conformance judge``: what recorded traffic shows of the contracts, and what it breaks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import options as shared
from conformance.cli import outputs
from conformance.cli.outputs import Outputs
from conformance.cli.run_options import command_line
from conformance.record import RecordedTarget, RecordWriter, RunLine
from conformance.record.baseline import Gate
from conformance.runs import recording
from conformance.runs.jobs import notes, select_jobs
from conformance.runs.recording import baseline_use, marked

if TYPE_CHECKING:
    from conformance.engine.outcome import Job, RunOutcome
    from conformance.traffic.recorded_calls import ClassifiedTraffic, RecordedCall
    from conformance.traffic.sources import LeftOut

NAMED = 20
"""Files that are named where they are left out; of the rest only the number is printed."""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """The command line, as values."""

    traffic: tuple[Path, ...]
    targets: tuple[str, ...]
    services: tuple[str, ...]
    globs: tuple[str, ...]
    strict: bool
    baseline: Path | None
    quiet: bool
    verbose: bool
    no_color: bool
    outputs: Outputs
    again: str


@click.command()
@click.argument("traffic", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--target", "targets", multiple=True, help="Judge only requests to this URL (repeatable)."
)
@shared.service_option
@shared.requirement_option
@shared.exclude_option
@shared.strict_option
@shared.baseline_option
@outputs.output_options
@click.option("-v", "--verbose", is_flag=True, help="Print every failure.")
@shared.quiet_option
@shared.no_color_option
@shared.protocol_option
@shared.specs_option
def command(**given: Any) -> None:
    """Judge recorded TRAFFIC: HAR files, cassettes, nock recordings, JSON Lines, or folders.

    Sends nothing. Exit status: 0 no failure at a gate level, 1 a failure at a gate level, 2 bad
    usage or a malformed file, 3 nothing in it could be judged.
    """
    sys.exit(_judge(_options(given)))


def _options(given: dict[str, Any]) -> JudgeOptions:
    name = given["traffic"][0].name
    again = command_line(command, given)
    globs = shared.take_globs(given)
    return JudgeOptions(
        outputs=outputs.take_outputs(given, name), globs=globs, again=again, **given
    )


def _judge(options: JudgeOptions) -> int:
    from conformance.engine.outcome import exit_code
    from conformance.runs.protocol_choice import in_other_protocols
    from conformance.traffic.errors import NothingRecognised
    from conformance.traffic.reading import read_traffic
    from conformance.traffic.recorded_calls import classify
    from conformance.traffic.routes import Routes

    start = time.monotonic()
    gate = shared.read_gate(options.baseline, strict=False)
    jobs = select_jobs(options.services, options.globs)
    others = [other for job in jobs for other in in_other_protocols(job, whole=not options.globs)]
    every = [*jobs, *others]
    contracts = [job.contract for job in every]
    left_out: list[LeftOut] = []
    found = classify(read_traffic(options.traffic, left_out), Routes(contracts, options.targets))
    if not options.quiet:
        _tell(left_out)
    found.items = [one for one in found.items if not _is_excluded(one, every)]
    if not found.items:
        services = tuple(job.contract.service for job in jobs)
        raise NothingRecognised(found.seen, services, tuple(_unjudged(found)))
    options.outputs.check_writable()
    with RecordWriter(options.outputs.record) as writer:
        writer.write(_run_line(options, jobs, found))
        spoken = {id(one.route.contract) for one in found.items}
        every = [*jobs, *(job for job in others if id(job.contract) in spoken)]
        outcome = _outcome(every, found, gate)
        outcome.notes += _left_out(left_out)
        outcome.notes += dict.fromkeys(notes(every, options.globs))
        outcome.seconds = time.monotonic() - start
        for line in outcome.verdicts:
            writer.write(line)
        code = exit_code(outcome, strict=options.strict)
        use = baseline_use(gate, outcome.verdicts, every)
        writer.write(recording.last_line(jobs, outcome, code, use))
    options.outputs.report(no_color=options.no_color, detail=options.verbose)
    return code


def _is_excluded(item: RecordedCall, jobs: list[Job]) -> bool:
    contract, name = item.route.contract, item.route.operation.name
    return any(name in job.left_out for job in jobs if job.contract is contract)


def _outcome(jobs: list[Job], found: ClassifiedTraffic, gate: Gate | None) -> RunOutcome:
    from conformance.engine.outcome import RunOutcome
    from conformance.traffic.verdicts import judge_all, verdict_lines

    judged = judge_all([(job.contract, job.requirements) for job in jobs], found.items)
    lines = [marked(line, gate) for line in verdict_lines(judged, found.items)]
    return RunOutcome(verdicts=lines, notes=_notes(found))


def _notes(found: ClassifiedTraffic) -> list[str]:
    lines = [f"judged {len(found.items):,} of {found.seen:,} recorded exchanges"]
    lines += _unjudged(found)
    if len(found.hosts) > 1:
        lines.append(f"several addresses answered: {', '.join(found.hosts[:5])}")
    return lines


def _unjudged(found: ClassifiedTraffic) -> Iterator[str]:
    if found.others:
        yield f"{found.others:,} are not requests to these services"
    if found.foreign:
        yield (
            f"{found.foreign:,} of those have the path of an operation, but nothing shows that"
            f" they went to AWS or an emulator"
        )
    if found.silent:
        yield f"{found.silent:,} have no response"


def _tell(left_out: Sequence[LeftOut]) -> None:
    """Name the files that are left out, before anything else is printed."""
    for one in left_out[:NAMED]:
        click.echo(f"left out: {one.path} ({one.why})", err=True)
    if len(left_out) > NAMED:
        click.echo(f"left out: {len(left_out) - NAMED:,} more files", err=True)


def _left_out(left_out: Sequence[LeftOut]) -> list[str]:
    """The files that are left out, in one line for the summary."""
    if not left_out:
        return []
    names = ", ".join(one.path.name for one in left_out[:NAMED])
    more = f" and {len(left_out) - NAMED:,} more" if len(left_out) > NAMED else ""
    return [f"left out, because it has no traffic: {names}{more}"]


def _run_line(options: JudgeOptions, jobs: list[Job], found: ClassifiedTraffic) -> RunLine:
    target = RecordedTarget(options.traffic[0].name, found.hosts[0] if found.hosts else None)
    return recording.first_line(
        jobs, target, options.again, seed=0, profile="traffic", strict=options.strict
    )
