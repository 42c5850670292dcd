"""``conformance run``: test a target and leave a record and its reports."""

from __future__ import annotations

import gc
import secrets
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import aws, outputs, print_error, run_options
from conformance.cli import options as shared
from conformance.cli.configured import ConfiguredCommand, own_targets
from conformance.cli.interrupts import Interrupts
from conformance.cli.run_options import RunOptions
from conformance.runs import journals, recording
from conformance.runs.access import Access, gain_access
from conformance.runs.jobs import changed_since, notes, placed, select_jobs
from conformance.runs.protocol_choice import negotiate
from conformance.transport import endpoint
from conformance.transport.aws import NAME as AWS

if TYPE_CHECKING:
    from conformance.engine.outcome import Job, RunOutcome
    from conformance.engine.run import RunConfig
    from conformance.engine.safety.run_safety import RunSafety
    from conformance.record import RecordWriter
    from conformance.record.baseline import Gate
    from conformance.runs.jobs import Narrowed
    from conformance.transport.endpoint import Target

COLLECT_AFTER = (20_000, 5, 5)
"""How often garbage is collected: seldom, as much is kept; but a resource and its history speak of
each other, so that what is old has to be looked through, too, before it adds up."""


@click.command(cls=ConfiguredCommand)
@click.argument("target", default="reference")
@shared.service_option
@shared.requirement_option
@shared.exclude_option
@shared.changed_since_option
@shared.given_options
@click.option(
    "--profile", type=shared.PROFILES, default="standard", show_default=True,
    help="How far to test beyond the documented boundaries.",
)  # fmt: skip
@click.option(
    "--seed", type=int,
    help="The seed, which fixes every request except the names (default: random).",
)  # fmt: skip
@shared.rate_option
@shared.timeout_option
@shared.header_option
@shared.limit_options
@click.option(
    "--auth", type=click.Choice(["off", "report", "require"]),
    help="Do not test signatures, report whether the target checks them, or require that"
    " (default: report, on AWS require).",
)  # fmt: skip
@shared.gate_options
@shared.shard_option
@shared.ca_bundle_option
@outputs.output_options
@run_options.aws_options
@run_options.display_options
@shared.protocol_option
@shared.specs_option
def command(**given: Any) -> None:
    """Test TARGET: reference (default), moto, ministack, localstack, aws, or a URL.

    TARGET can also be the name of a target in the configuration file.

    Exit status: 0 conforms, 1 a failure at a gate level, 2 bad usage or input, 3 could not test.
    """
    interrupts = Interrupts()
    options = _options(given)
    run_options.require_consent(options.target, options.aws)
    with interrupts.listening():
        if options.aws.dry_run or options.target == AWS:
            sys.exit(_run(options, None, interrupts))
        # The target loads while we do.
        own = own_targets(options.target)
        starting = endpoint.start(options.target, ca_bundle=options.ca_bundle, own=own)
        try:
            sys.exit(_run(options, starting, interrupts))
        finally:
            starting.close()


def _options(given: dict[str, Any]) -> RunOptions:
    if given["seed"] is None:
        given["seed"] = secrets.randbelow(1_000_000)
    shard = given["shard"]
    part = f"-{shard.index}-of-{shard.of}" if shard else ""
    given["region"] = run_options.region_of(given)
    again = run_options.command_line(command, given)
    globs = shared.take_globs(given)
    headers = shared.parse_headers(given.pop("headers"))
    resources = shared.take_given(given)
    return RunOptions(
        outputs=outputs.take_outputs(given, given["target"], part), globs=globs, given=resources,
        headers=headers, aws=run_options.take_aws_options(given), again=again, **given,
    )  # fmt: skip


def _run(options: RunOptions, starting: endpoint.Starting | None, interrupts: Interrupts) -> int:
    from conformance.runs.execution import nothing_tested

    gate = shared.read_gate(options.baseline, strict=options.strict_baseline)
    jobs, since = _selected(options)
    if since is not None:
        click.echo(since.summary(), err=True)
        if not since.jobs:
            return 0
    account = None
    # No file is touched for a target that is not there: it may hold the record of another run.
    if starting is None:
        aws.print_dry_run(options, jobs)
        if options.aws.dry_run:
            return 0
        target, access, jobs, account = aws.connect(options, jobs, interrupts)
    else:
        target, access = _reach(options, starting, jobs, interrupts)
    jobs, said = negotiate(jobs, access, lambda: _selected(options)[0])
    for note in said:
        print_error(note, "")
    jobs = [placed(job, access.region) for job in jobs]
    options.outputs.check_writable()
    safety = journals.of_run(options.target, jobs, access, account=account, strict=starting is None)
    with journals.closing(safety, partial(click.echo, err=True)):
        outcome, code = _recorded(options, target, access, jobs, gate, safety, interrupts, since)
    _report(options, outcome)
    problem = outcome.problem or nothing_tested(outcome)
    if problem is not None:
        print_error(str(problem), problem.hint)
    elif code == shared.OPEN:
        shared.tell_untested(outcome.verdicts, strict=options.strict)
    return code


def _selected(options: RunOptions) -> tuple[list[Job], Narrowed | None]:
    """The requirements to test, less those that an earlier record has shown to hold."""
    jobs = select_jobs(options.services, options.globs, options.given)
    since = changed_since(jobs, options.changed_since, options.outputs.record)
    left = jobs if since is None else since.jobs
    return shared.cut(left, options.shard) if left else left, since


def _reach(
    options: RunOptions, starting: endpoint.Starting, jobs: list[Job], interrupts: Interrupts
) -> tuple[Target, Access]:
    for job in jobs:
        starting.expect(*_first_request(job))
    target = starting.wait_ready()
    access = gain_access(
        target, timeout=options.timeout, ca_bundle=options.ca_bundle, rate=options.rate,
        wrap=interrupts.wrapped, headers=options.headers,
        profile=options.aws.profile_name, region=options.aws.region,
    )  # fmt: skip
    return target, access


def _recorded(
    options: RunOptions,
    target: Target,
    access: Access,
    jobs: list[Job],
    gate: Gate | None,
    safety: RunSafety | None,
    interrupts: Interrupts,
    since: Narrowed | None,
) -> tuple[RunOutcome, int]:
    """Run, and record every verdict when it is decided."""
    from conformance import record
    from conformance.runs.execution import concluded, requested_config

    # Made beforehand: a record that ends before its first line is none.
    config = requested_config(
        options, access, jobs, safety=safety, free=interrupts.free, keeps_evidence=False
    )
    first = recording.first_line(
        jobs, record.RecordedTarget(target.name, target.url, target.version), options.again,
        seed=options.seed, profile=options.profile, strict=options.strict, shard=options.shard,
    )  # fmt: skip
    with record.RecordWriter(options.outputs.record) as writer:
        writer.write(first)
        with interrupts.held_back():
            outcome = _work(options, config, gate, writer)
        outcome.notes += notes(config.jobs, options.globs, options.given, options.headers)
        outcome.notes += [since.summary()] if since else []
        whole = options.shard is None and options.changed_since is None
        last = concluded(options, config, outcome, gate, whole=whole)
        writer.write(last)
    return outcome, last.exit


def _first_request(job: Job) -> tuple[str, str]:
    """The signing name and path of the main resource's list, with which a target warms up."""
    operation = job.contract.operations.get(job.contract.overlay.main.list or "")
    return job.contract.signing_name, operation.path if operation else "/"


def _work(
    options: RunOptions, config: RunConfig, gate: Gate | None, writer: RecordWriter
) -> RunOutcome:
    from conformance.cli.progress import ProgressDisplay
    from conformance.engine.events import Decided, Event
    from conformance.runs.execution import run_gated

    # What is loaded by now stays: collections need not go through it, nor come so often.
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    display = ProgressDisplay(
        quiet=options.quiet, strict=options.strict,
        verbose=options.verbose, color=not options.no_color,
    )  # fmt: skip

    def hear(event: Event) -> None:
        if isinstance(event, Decided):
            writer.write(event.line)
        display.show(event)

    with display:
        return run_gated(config, gate, hear)


def _report(options: RunOptions, outcome: RunOutcome) -> None:
    options.outputs.report(no_color=options.no_color, detail=options.verbose)
    run_options.tell_durations(outcome.verdicts, options.durations)
    if outcome.interrupted:
        click.echo("interrupted: the record has the verdicts so far", err=True)
