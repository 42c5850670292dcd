"""``conformance site``: a static site of many records."""

from pathlib import Path

import click

from conformance.reports.site.builder import TITLE, build_site


@click.command()
@click.argument("records", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), required=True, metavar="FOLDER",
    help="Where the site goes; a site that is there is replaced.",
)  # fmt: skip
@click.option("--title", help="The heading of the league table.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes (default: one a core).")
def command(records: Path, folder: Path, title: str | None, workers: int | None) -> None:
    """Build a static site of all RECORDS in a folder: a league table, and what is behind it.

    It opens from the file system, without a server: a page for each target, service, operation and
    requirement, the history of versions, what changed, badges, and the same as JSON.
    """
    made = build_site(records, folder, title=title or TITLE, workers=workers)
    click.echo(folder / "index.html")
    click.echo(
        f"{made.targets} targets, {made.services} services, {made.records} records", err=True
    )
