"""Which requirements a command is about: the services and globs that the user names."""

from __future__ import annotations

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


def taken(given: dict[str, Any]) -> tuple[str, ...]:
    """Take both options out of a command line: one filter, in which ``!`` marks exclusions."""
    from conformance.contract.globs import excluding

    return excluding(given.pop("globs"), given.pop("excluded"))
