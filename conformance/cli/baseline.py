"""``conformance baseline``: make, prune and show files of accepted failures."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from conformance.errors import BadInput
from conformance.record import read_record
from conformance.record.baseline import Baseline, Gate, pruned, read_baseline, render, updated
from conformance.record.baseline.gate import today_in_utc
from conformance.reports.files import write_report
from conformance.reports.text import visible

FILE = click.Path(dir_okay=False, path_type=Path)
_OUT = click.option("-o", "--output", type=FILE, required=True, help="The baseline to change.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Maintain a reviewed file of accepted failures, for `conformance run --baseline FILE`."""


@command.command()
@click.argument("record", type=FILE)
@_OUT
@click.option(
    "--reason", help="The reason for the new entries (default: what the target answered)."
)
@click.option("--link", help="A link for the new entries, for example to an issue.")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The last day on which the new entries are accepted.",
)
def update(
    record: Path, output: Path, reason: str | None, link: str | None, expires: datetime | None
) -> None:
    """Add the failures of RECORD that fail the gate and are not listed yet.

    Existing entries stay as they are, with reason, link and last day.
    """
    if link is not None and not link.startswith(("https://", "http://")):
        raise click.BadParameter("a link begins with https:// or http://", param_hint="--link")
    read = read_record(record)
    last = expires.date() if expires else None
    old = read_baseline(output) if output.exists() else Baseline(output)
    change = updated(old, read, reason=reason or None, link=link, expires=last)
    write_report(output, render(change.baseline))
    for name in change.added:
        click.echo(f"added    {name}")
    # To go on accepting what still fails after its last day takes a person.
    for name in Gate(change.baseline, today_in_utc()).use(read.verdicts).expired:
        click.echo(f"expired  {name}: fix it, or give it a new last day")
    click.echo(f"{output}: {len(change.added)} added, {len(change.baseline.accepted)} accepted")


@command.command()
@click.argument("record", type=FILE)
@_OUT
def prune(record: Path, output: Path) -> None:
    """Remove the entries that pass in RECORD.

    Entries that were skipped, unsupported, inconclusive or not part of the run stay.
    """
    read = read_record(record)
    if read.run.shard is not None:  # another part may see fail what passes in this one
        raise BadInput(
            f"{record} is only shard {read.run.shard} of a run",
            "`conformance report merge` combines all parts into one record",
        )
    change = pruned(read_baseline(output), read)
    write_report(output, render(change.baseline))
    for name in change.dropped:
        click.echo(f"dropped  {name}")
    click.echo(f"{output}: {len(change.dropped)} removed, {len(change.baseline.accepted)} accepted")


@command.command()
@click.argument("baseline", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(baseline: Path, *, as_json: bool) -> None:
    """List the failures that BASELINE accepts, and those that have expired."""
    read = read_baseline(baseline)
    if as_json:
        click.echo(json.dumps(read.as_json(), ensure_ascii=False, indent=2))
        return
    today = today_in_utc()
    for entry in sorted(read.accepted.values(), key=lambda entry: entry.requirement):
        state = "expired: " if entry.expired(today) else ""
        click.echo(visible(entry.requirement, keep=""))
        click.echo(f"  {state}{visible(entry.told(), keep='')}")
    expired = sum(entry.expired(today) for entry in read.accepted.values())
    click.echo(f"{len(read.accepted)} accepted, {expired} of them expired")
