"""The options of the commands that reach a target."""

from __future__ import annotations

from pathlib import Path

import click

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
