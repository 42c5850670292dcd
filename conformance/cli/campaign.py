"""``conformance campaign``: many targets times many services, and the site of what came of it."""

from pathlib import Path

import click


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="FILE|TARGET...")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), default=Path("campaign"),
    show_default=True, metavar="FOLDER",
    help="The folder for records and site; a campaign that is there continues.",
)  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Use this Dask scheduler (tcp://HOST:PORT).")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="The number of local workers (default: one per core).",
)
@click.option("--target", "targets", multiple=True, help="Test only this target (repeatable).")
@click.option(
    "--service", "services", multiple=True,
    help="Test only this service (repeatable); without FILE, these services instead of the"
    " default ones.",
)  # fmt: skip
@click.option(
    "--publish", "published", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Write small copies of the records to this folder, for a repository.",
)  # fmt: skip
@click.option(
    "--time-limit", "seconds", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="Stop after this time and build the site from the finished parts.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print only the result.")
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
    """Test every target of FILE against every service, in parts that run in parallel.

    Instead of a file you can give targets: names that `conformance run` knows, or URLs. They are
    tested with the profile quick.

    Finished parts stay on disk, so the same command continues a campaign that ended early. At the
    end the campaign builds the site. Exit status: 0 every part ran, whatever it found; 2 bad
    usage; 3 some parts could not run, or the time limit came first.
    """
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
            raise click.UsageError(f"--target must be one of {', '.join(what)}")
        raise BadCampaign(file, "it has none of the requested targets and services")
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
