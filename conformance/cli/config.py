"""``conformance config``: what a configuration file may say, and whether one is right."""

import json
from pathlib import Path

import click

from conformance.cli import config_file, config_model
from conformance.errors import BadInput


@click.group(name="config")
def command() -> None:
    """Check conformance.toml, or [tool.conformance] of pyproject.toml, and say what it may have."""


@command.command(name="schema")
def schema() -> None:
    """Print the JSON Schema of the file, for an editor."""
    click.echo(json.dumps(config_model.schema(), indent=2, sort_keys=True))


@command.command(name="check")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def check(file: Path | None) -> None:
    """Check FILE (default: that of this folder) and print the options that it sets.

    Exit status 2 where it is wrong, or not there.
    """
    found = config_file.find(file)
    if found is None:
        raise BadInput(
            "neither conformance.toml nor [tool.conformance] in pyproject.toml here",
            "`conformance init` writes one",
        )
    click.echo(f"{found.path} is right")
    for profile in (None, *sorted(found.data.get("profiles", {}))):
        click.echo("all runs" if profile is None else f"profile {profile}")
        for key, value in found.options(profile).items():
            click.echo(f"  {key} = {json.dumps(value, ensure_ascii=False)}")
    for name in sorted(found.data.get("targets", {})):
        click.echo(f"target {name}")
