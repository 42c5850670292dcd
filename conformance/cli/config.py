"""``conformance config``: what a configuration file may say, and whether one is right."""

import json
from pathlib import Path

import click

from conformance.cli import config_file, config_model
from conformance.errors import BadInput


@click.group(name="config")
def command() -> None:
    """Check conformance.toml or [tool.conformance] in pyproject.toml, or print its schema."""


@command.command(name="schema")
def schema() -> None:
    """Print the JSON Schema of the file, for an editor."""
    click.echo(json.dumps(config_model.schema(), indent=2, sort_keys=True))


@command.command(name="check")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def check(file: Path | None) -> None:
    """Check FILE (default: the one in this folder) and print the options that it sets.

    The exit status is 2 if the file is wrong or does not exist.
    """
    found = config_file.find(file)
    if found is None:
        raise BadInput(
            "there is no conformance.toml here, and no [tool.conformance] in pyproject.toml",
            "`conformance init` writes one",
        )
    click.echo(f"{found.path}: no mistakes")
    for profile in (None, *sorted(found.data.get("profiles", {}))):
        click.echo("all runs" if profile is None else f"profile {profile}")
        for key, value in found.options(profile).items():
            click.echo(f"  {key} = {json.dumps(value, ensure_ascii=False)}")
    for name in sorted(found.data.get("targets", {})):
        click.echo(f"target {name}")
