"""How a command ends the journal of its run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from conformance.runs.journals import something_left

if TYPE_CHECKING:
    from conformance.engine.safety.run_safety import RunSafety


@contextmanager
def ended(custody: RunSafety | None) -> Iterator[None]:
    """Close the journal afterwards, and tell where it is when something may be left."""
    try:
        yield
    finally:
        if custody is not None and custody.journal.close():
            click.echo(something_left(custody.journal.path), err=True)
