"""``conformance report annotations``: failures as annotations of a GitHub Actions job."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("record", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--most", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many."
)
def command(record: Path, most: int) -> None:
    """Print the failures of RECORD as workflow commands of GitHub Actions."""
    from conformance.record import read_record
    from conformance.reports.annotations import render_annotations

    click.echo(render_annotations(read_record(record), most), nl=False)
