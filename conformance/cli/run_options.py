"""The command line of ``conformance run``: as values, and as text that says the same again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.configured import CONFIG
from conformance.cli.options import together
from conformance.transport.extra_headers import told

if TYPE_CHECKING:
    from conformance.cli.aws_options import AwsOptions
    from conformance.cli.outputs import Outputs
    from conformance.contract.given_values import Given
    from conformance.record import Shard, VerdictLine
    from conformance.transport.extra_headers import ExtraHeaders


display_options = together(
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
"""The options that say what is printed."""


def tell_durations(lines: Sequence[VerdictLine], most: int) -> None:
    """Print the requirements that took the most requests."""
    if not most:
        return
    hungry = sorted(lines, key=lambda line: -line.requests)[:most]
    click.echo(f"the {len(hungry)} requirements with the most requests")
    for line in hungry:
        click.echo(f"  {line.requests:>6} requests  {line.seconds:>7.2f} s  {line.requirement}")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options, with defaults in place."""

    target: str
    services: tuple[str, ...]
    globs: tuple[str, ...]
    changed_since: Path | None
    given: Given
    headers: ExtraHeaders
    profile: str
    seed: int
    rate: float | None
    timeout: float
    time_limit: float | None
    max_requests: int | None
    auth: str | None
    strict: bool
    fail_on_unsupported: bool
    baseline: Path | None
    strict_baseline: bool
    shard: Shard | None
    ca_bundle: Path | None
    outputs: Outputs
    quiet: bool
    verbose: bool
    no_color: bool
    durations: int
    aws: AwsOptions
    again: str
    """The command line that makes the same requests again."""


SPECS = "conformance.specs"
"""Where the context of a command keeps the folder of ``--specs`` as it was given."""

PROTOCOL = "conformance.protocol"
"""Where the context of a command keeps the protocol of ``--protocol``."""

NOT_REPEATED = {
    "record": "a file of this run",
    "html": "a file of this run",
    "junit": "a file of this run",
    "markdown": "a file of this run",
    "ctrf": "a file of this run",
    "allure": "files of this run",
    "durations": "what is printed, not what is sent",
    "quiet": "what is printed, not what is sent",
    "verbose": "what is printed, not what is sent",
    "no_color": "what is printed, not what is sent",
    "dry_run": "sends nothing, so that there is nothing to do again",
    "config_profile": "what it said is written out",
    "yes": "a rerun on real AWS needs its own consent",
}
"""The options that the same command line again goes without, each with the reason."""


def command_line(command: click.Command, given: Mapping[str, Any]) -> str:
    """The command line that makes the same requests again: every option but NOT_REPEATED.

    ``given`` are the values by the names of the command's parameters; what is at its default is
    left away.
    """
    context = click.get_current_context()
    values = {
        **given,
        "specs": context.meta.get(SPECS),
        "protocol": context.meta.get(PROTOCOL),
        **context.meta.get(CONFIG, {}),
    }
    parts = ["conformance", str(context.info_name)]
    for parameter in command.params:
        if parameter.name not in NOT_REPEATED:
            parts += _written(parameter, values.get(parameter.name or ""))
    return shlex.join(parts)


def _written(parameter: click.Parameter, value: Any) -> list[str]:
    several = parameter.multiple or parameter.nargs != 1
    values = list(value or ()) if several else [value]
    if isinstance(parameter, click.Argument):
        return [str(one) for one in values]
    name = max(parameter.opts, key=len)
    if getattr(parameter, "is_flag", False):
        return [name] if value else []
    if not several and (value is None or value == parameter.default):
        return []
    if parameter.name == "headers":
        values = [told(one) for one in values]
    return [part for one in values for part in (name, _text(one))]


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
