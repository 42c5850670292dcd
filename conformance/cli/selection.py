"""Which requirements a command is about: the services and globs that the user names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

requirement_option = click.option(
    "--requirement",
    "globs",
    multiple=True,
    help="Only ids that match this glob; after ! only those that do not (repeatable).",
)
exclude_option = click.option(
    "--exclude",
    "excluded",
    multiple=True,
    metavar="GLOB",
    help="Leave out ids that match; of an operation that is left out nothing is sent (repeatable).",
)
changed_since_option = click.option(
    "--changed-since",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="RECORD",
    help="Only what failed in that record, was not decided there, or is new since.",
)


def taken(given: dict[str, Any]) -> tuple[str, ...]:
    """Take both options out of a command line: one filter, in which ``!`` marks exclusions."""
    from conformance.contract.globs import excluding

    return excluding(given.pop("globs"), given.pop("excluded"))
