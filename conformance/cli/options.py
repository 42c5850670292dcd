"""Options that several commands have, and how several are given to one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conformance.transport.extra_headers import ExtraHeaders, read_headers

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*options: Decorator) -> Decorator:
    """Several options as one decorator, in the order in which help lists them."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds for one whole exchange.",
)
rate_option = click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Requests a second."
)
time_limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="End the run in good order after so long.",
)
max_requests_option = click.option(
    "--max-requests",
    type=click.IntRange(min=1),
    metavar="N",
    help="End the run in good order after so many requests.",
)
ca_bundle_option = click.option(
    "--ca-bundle", type=click.Path(path_type=Path), help="Certificates to trust for https."
)
header_option = click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    help="Send this with every request, unsigned; ${NAME} in it is of the environment"
    " (repeatable).",
)


def taken_headers(texts: tuple[str, ...]) -> ExtraHeaders:
    """The headers that the option named. Raises BadHeader."""
    return read_headers(texts, os.environ)
