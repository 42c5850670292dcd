"""``conformance init``: a configuration file and a workflow for the project in this folder."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli import config_file, init_templates
from conformance.cli.project_detection import GITHUB, GITLAB, detect_project
from conformance.reports.files import UnwritableReport

_NONE = "none"


@click.command()
@click.option(
    "--ci", "forge", type=click.Choice([GITHUB, GITLAB, _NONE]),
    help="Which workflow to write (default: by what is here).",
)  # fmt: skip
@click.option("--target", metavar="NAME", help="What to test (default: by what is here).")
def command(forge: str | None, target: str | None) -> None:
    """Write conformance.toml and a workflow that runs it, after looking at what is here.

    Overwrites nothing, and says what it did. Exit status 0, also where all was there already.
    """
    here = Path()
    seen = detect_project(here)
    if seen.emulator and target is None:
        click.echo(f"{seen.emulator_seen} names {seen.emulator}")
    emulator = seen.emulator if target is None else target
    _write_config(here, emulator)
    chosen = forge or seen.forge
    if chosen == seen.forge and seen.forge and forge is None:
        click.echo(f"{seen.forge_seen} says that this is built on {seen.forge}")
    if chosen == GITHUB:
        _write(here / init_templates.GITHUB_FILE, init_templates.github_text(emulator))
    elif chosen == GITLAB:
        _write_gitlab(here, emulator)
    elif forge is None:
        click.echo("no workflow: nothing here says GitHub or GitLab; --ci github or --ci gitlab")
    click.echo("next: conformance run")


def _write_config(here: Path, emulator: str) -> None:
    there = config_file.find()
    if there is not None:
        click.echo(f"kept {there.path}, which has a configuration already")
        return
    _write(here / config_file.NAME, init_templates.config_text(emulator))


def _write_gitlab(here: Path, emulator: str) -> None:
    _write(here / init_templates.GITLAB_FILE, init_templates.gitlab_text(emulator))
    main = here / ".gitlab-ci.yml"
    included = f"include: {init_templates.GITLAB_FILE}\n"
    if not main.exists():
        _write(main, included)
    elif init_templates.GITLAB_FILE not in main.read_text("utf-8", "replace"):
        click.echo(f"add to {main}: {included.strip()}")


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet, and say so."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        click.echo(f"kept {path}, which is there already")
    except OSError as error:
        raise UnwritableReport(path, error.strerror or str(error)) from None
    else:
        click.echo(f"wrote {path}")
