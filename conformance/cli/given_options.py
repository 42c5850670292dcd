"""The options ``--given`` and ``--may-change``: resources that the user names for a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from conformance.contract.given_values import Given

given_option = click.option(
    "--given",
    multiple=True,
    metavar="MEMBER=VALUE",
    help="A resource that is there: it stands wherever a request takes that member; KIND.MEMBER=..."
    " where only of a kind (repeatable). It is read, and never deleted.",
)


def given_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command both options."""
    return given_option(
        click.option(
            "--may-change",
            is_flag=True,
            help="What is given may be changed by updates and tags; at the end it is put back.",
        )(command)
    )


def take_given(options: dict[str, Any]) -> Given:
    """Take both options out of a command line. Raises BadGiven."""
    from conformance.contract.given import BadGiven, read_given

    texts, may_change = options.pop("given"), bool(options.pop("may_change", False))
    if may_change and not texts:
        raise BadGiven("--may-change says nothing where nothing is given")
    return read_given(texts, may_change=may_change)
