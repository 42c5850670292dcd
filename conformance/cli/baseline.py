"""``conformance baseline``: make, prune and show files of accepted failures."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.record import Record
    from conformance.record.baseline import Accepted, Baseline, BaselineChange

_FILE = click.Path(dir_okay=False, path_type=Path)
_OUT = click.option("-o", "--output", type=_FILE, required=True, help="The baseline to change.")


class PartOfARun(BadInput):
    """A record that shows too little: another part may see fail what passes in this one."""

    hint = "`conformance report merge` combines all parts into one record"

    def __init__(self, path: Path, shard: str) -> None:
        super().__init__(f"{path} is only shard {shard} of a run")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Maintain a reviewed file of accepted failures, for `conformance run --baseline FILE`."""


@command.command()
@click.argument("record", type=_FILE)
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
    from conformance.record import read_record
    from conformance.record.baseline import updated

    if link is not None and not link.startswith(("https://", "http://")):
        raise click.BadParameter("a link begins with https:// or http://", param_hint="--link")
    read = read_record(record)
    last = expires.date() if expires else None
    old = _old(output)
    change = updated(old, read, reason=reason or None, link=link, expires=last)
    _write(change)
    for name in change.added:
        click.echo(f"added    {name}")
    _tell_expired(change.baseline, read)
    click.echo(f"{output}: {len(change.added)} added, {len(change.baseline.accepted)} accepted")


@command.command()
@click.argument("record", type=_FILE)
@_OUT
def prune(record: Path, output: Path) -> None:
    """Remove the entries that pass in RECORD.

    Entries that were skipped, unsupported, inconclusive or not part of the run stay.
    """
    from conformance.record import read_record
    from conformance.record.baseline import pruned, read_baseline

    read = read_record(record)
    if read.run.shard is not None:
        raise PartOfARun(record, str(read.run.shard))
    change = pruned(read_baseline(output), read)
    _write(change)
    for name in change.dropped:
        click.echo(f"dropped  {name}")
    click.echo(f"{output}: {len(change.dropped)} removed, {len(change.baseline.accepted)} accepted")


@command.command()
@click.argument("baseline", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(baseline: Path, *, as_json: bool) -> None:
    """List the failures that BASELINE accepts, and those that have expired."""
    from conformance.record.baseline import read_baseline
    from conformance.record.baseline.gate import today_in_utc

    read = read_baseline(baseline)
    if as_json:
        import json

        click.echo(json.dumps(read.as_json(), ensure_ascii=False, indent=2))
        return
    today = today_in_utc()
    for entry in sorted(read.accepted.values(), key=lambda entry: entry.requirement):
        _show(entry, today)
    expired = sum(entry.expired(today) for entry in read.accepted.values())
    click.echo(f"{len(read.accepted)} accepted, {expired} of them expired")


def _show(entry: Accepted, today: date) -> None:
    from conformance.reports.text import visible

    click.echo(visible(entry.requirement, keep=""))
    state = "expired: " if entry.expired(today) else ""
    click.echo(f"  {state}{visible(entry.told(), keep='')}")


def _old(path: Path) -> Baseline:
    """The baseline as it is, or an empty one where there is no file yet."""
    from conformance.record.baseline import Baseline, read_baseline

    return read_baseline(path) if path.exists() else Baseline(path)


def _write(change: BaselineChange) -> None:
    from conformance.record.baseline import render
    from conformance.reports.files import write_report

    write_report(change.baseline.path, render(change.baseline))


def _tell_expired(baseline: Baseline, record: Record) -> None:
    """Name the failures that are no longer accepted: a person has to decide about them."""
    from conformance.record.baseline import Gate
    from conformance.record.baseline.gate import today_in_utc

    for name in Gate(baseline, today_in_utc()).use(record.verdicts).expired:
        click.echo(f"expired  {name}: fix it, or give it a new last day")
