"""Which requirements a command is about: the globs that the user names, and ``--shard``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.record import Shard

if TYPE_CHECKING:
    from conformance.engine.outcome import Job


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


def take_globs(given: dict[str, Any]) -> tuple[str, ...]:
    """Take both options out of a command line: one filter, in which ``!`` marks exclusions."""
    from conformance.contract.globs import excluding

    return excluding(given.pop("globs"), given.pop("excluded"))


_FORM = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


def read_shard(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> Shard | None:
    """``I/N``, part I of N, counted from 1, as a value; a part beyond the last is bad usage."""
    if text is None:
        return None
    found = _FORM.fullmatch(text)
    if found is None or int(found[1]) > int(found[2]):
        why = f"{text!r} is not I/N, part I of N, for example 2/3"
        raise click.BadParameter(why, context, parameter)
    return Shard(int(found[1]), int(found[2]))


def cut(jobs: list[Job], shard: Shard | None) -> list[Job]:
    """The jobs, or the shard's part of them. Raises EmptyShard."""
    if shard is None:
        return jobs
    from conformance.engine.outcome import part_of

    return part_of(jobs, shard)
