"""The options of a run that are about what is printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from conformance.record import VerdictLine

_OPTIONS = (
    click.option(
        "--durations",
        type=click.IntRange(min=0),
        default=0,
        help="Print the N requirements with the most requests.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print the summary only."),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Print every verdict as it is decided, and every failure whole at the end.",
    ),
    click.option(
        "--no-color", is_flag=True, help="No colours (as with NO_COLOR in the environment)."
    ),
)


def display_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def tell_durations(lines: Sequence[VerdictLine], most: int) -> None:
    """Print the requirements that took the most requests."""
    if not most:
        return
    hungry = sorted(lines, key=lambda line: -line.requests)[:most]
    click.echo(f"the {len(hungry)} requirements with the most requests")
    for line in hungry:
        click.echo(f"  {line.requests:>6} requests  {line.seconds:>7.2f} s  {line.requirement}")
