"""``conformance campaign``: many targets times many services, and the site of what came of it."""

from pathlib import Path

import click

from conformance.reports.site.builder import TITLE, build_site
from conformance.runs.campaign.file import (
    BadCampaign,
    PartsFailed,
    PartsLeft,
    campaign_of,
    read_campaign,
)
from conformance.runs.campaign.run import CampaignProgress, run_parts
from conformance.runs.campaign.store import SITE, Store, parts_of, publish


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="FILE|TARGET...")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), default=Path("campaign"),
    show_default=True, metavar="FOLDER", help="Records and site; a campaign there goes on.",
)  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler (tcp://HOST:PORT).")
@click.option("--workers", type=click.IntRange(min=1), help="Local workers (default: one a core).")
@click.option("--target", "targets", multiple=True, help="Only this target (repeatable).")
@click.option(
    "--service", "services", multiple=True,
    help="Only this service (repeatable); without a FILE, any in place of the default ones.",
)  # fmt: skip
@click.option(
    "--publish", "published", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Put small copies of the records there, for a repository.",
)  # fmt: skip
@click.option(
    "--time-limit", "seconds", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="Stop after so long, and make the site of what is finished.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print the result only.")
def command(
    what: tuple[str, ...],
    folder: Path,
    scheduler: str | None,
    workers: int | None,
    targets: tuple[str, ...],
    services: tuple[str, ...],
    published: Path | None,
    seconds: float | None,
    *,
    quiet: bool,
) -> None:
    """Run the campaign of FILE: every target times every service, in parts, side by side.

    In place of a file may stand targets: names that `conformance run` knows, or URLs. They are
    tested with the profile quick.

    What is finished stays on the disk: the same command goes on where another was ended. At the
    end the site is built. Exit status: 0 every part was run, whatever it found; 2 bad usage; 3
    some could not be run, or are left at the time limit.
    """
    named = Path(what[0]) if len(what) == 1 else None
    file = named if named and (named.is_file() or named.suffix == ".toml") else None
    campaign = read_campaign(file) if file else campaign_of(what, services)
    parts = tuple(
        part
        for part in parts_of(campaign)
        if (not targets or part.target.name in targets)
        and (not services or part.service in services)
    )
    if not parts:
        if file is None:
            raise click.UsageError(f"--target: none of {', '.join(what)}")
        raise BadCampaign(file, "it has none of the targets and services that were asked for")
    store = Store(folder)
    with CampaignProgress(parts, store, quiet=quiet) as progress:
        failed = run_parts(
            parts, store, scheduler=scheduler, workers=workers, listen=progress.show,
            seconds=seconds,
        )  # fmt: skip
    records = store.merge(parts)
    if records.exists():
        build_site(records, folder / SITE, title=campaign.title or TITLE, workers=workers)
        click.echo(folder / SITE / "index.html")
        if published is not None:
            click.echo(f"{publish(records, published)} records in {published}", err=True)
    if failed:
        raise PartsFailed(tuple(f"{one.part.name}: {one.failure}" for one in failed))
    left = sum(not store.has(part) for part in parts)
    if left:
        raise PartsLeft(left, len(parts))
