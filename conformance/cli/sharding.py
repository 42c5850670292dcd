"""What ``run --shard`` is given and does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from conformance.record import Shard

if TYPE_CHECKING:
    from conformance.engine.outcome import Job

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
    from conformance.engine.shards import part_of

    return part_of(jobs, shard)
