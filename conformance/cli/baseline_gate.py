"""What the commands do with a baseline: the file, and what is said where the gate stays open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli import tell
from conformance.cli.options import together
from conformance.runs import recording

if TYPE_CHECKING:
    from conformance.record import VerdictLine
    from conformance.record.baseline import Gate

OPEN = 3
"""The exit code of a run that could not test what matters."""
FILE = click.Path(dir_okay=False, path_type=Path)

gate_options = together(
    click.option("--strict", is_flag=True, help="Failures of level strict fail the gate too."),
    click.option(
        "--fail-on-unsupported", is_flag=True, help="Unsupported operations fail the gate."
    ),
    click.option(
        "--baseline", type=FILE, metavar="FILE", help="Accepted failures, which do not fail."
    ),
    click.option(
        "--strict-baseline",
        is_flag=True,
        help="What the baseline lists and now passes fails the run.",
    ),
)
"""The options that say what fails a run."""


def read_gate(path: Path | None, *, strict: bool) -> Gate | None:
    """The baseline of a run, or None where none is given.

    Raises BaselineProblem (the file cannot be used), click.UsageError (``--strict-baseline``
    without a baseline).
    """
    if path is None and strict:
        raise click.UsageError("--strict-baseline needs --baseline FILE")
    return recording.read_gate(path, strict=strict)


def tell_untested(lines: Sequence[VerdictLine], *, strict: bool) -> None:
    """Say on standard error which operations were not tested, and what to do about it."""
    from conformance.record import untested
    from conformance.reports.facts import told_untested

    found = untested(lines, strict=strict)
    if found:
        tell(
            told_untested(found),
            "what they rest on has to succeed first; --requirement leaves out what is not meant",
        )
