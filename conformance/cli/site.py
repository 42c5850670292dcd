"""``conformance site``: a static site of many records."""

from pathlib import Path

import click


@click.command()
@click.argument("records", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), required=True, metavar="FOLDER",
    help="Write the site to this folder; an existing site is replaced.",
)  # fmt: skip
@click.option("--title", help="The heading of the league table.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="The number of processes (default: one per core)."
)
def command(records: Path, folder: Path, title: str | None, workers: int | None) -> None:
    """Build a static site from all records in the folder RECORDS: a league table with all details.

    The site opens without a server. It has a page for each target, service, operation and
    requirement, the history of versions, what changed, badges, and the same data as JSON.
    """
    from conformance.reports.site.builder import TITLE, build_site

    made = build_site(records, folder, title=title or TITLE, workers=workers)
    click.echo(folder / "index.html")
    click.echo(
        f"{made.targets} targets, {made.services} services, {made.records} records", err=True
    )
