"""The command line of ``conformance run``: as values, and as text that says the same again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.configured import CONFIG
from conformance.cli.options import (
    POSITIVE,
    PROTOCOL,
    SPECS,
    no_color_option,
    quiet_option,
    together,
)
from conformance.errors import BadInput
from conformance.runs import recording
from conformance.runs.access import RunRequest
from conformance.transport.aws import NAME, NoRegion
from conformance.transport.extra_headers import masked

if TYPE_CHECKING:
    from conformance.cli.outputs import Outputs
    from conformance.record import Shard, VerdictLine


display_options = together(
    click.option(
        "--durations", type=click.IntRange(min=0), default=0,
        help="Print the N requirements with the most requests.",
    ),
    quiet_option,
    click.option(
        "-v", "--verbose", is_flag=True,
        help="Print every verdict as it is decided, and every failure in full at the end.",
    ),
    no_color_option,
)  # fmt: skip


def tell_durations(lines: Sequence[VerdictLine], most: int) -> None:
    if not most:
        return
    hungry = sorted(lines, key=lambda line: -line.requests)[:most]
    click.echo(f"the {len(hungry)} requirements with the most requests")
    for line in hungry:
        click.echo(f"  {line.requests:>6} requests  {line.seconds:>7.2f} s  {line.requirement}")


# -- real AWS, and what has to be said for it ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """The options of a run that are about real AWS."""

    region: str | None
    profile_name: str | None
    fips: bool
    dual_stack: bool
    expect_account: str | None
    yes: bool
    dry_run: bool
    endpoint_url: str | None
    quota_factor: float

    def named_region(self) -> str:
        """The requested region. Raises NoRegion."""
        found = self.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not found:
            raise NoRegion
        return found


aws_options = together(
    click.option("--region", help="The region to sign for; on aws also the region to test."),
    click.option("--profile-name", metavar="NAME", help="Use the credentials of this AWS profile."),
    click.option("--fips", is_flag=True, help="On aws: use endpoints with FIPS 140 cryptography."),
    click.option(
        "--dual-stack", is_flag=True, help="On aws: use endpoints that also support IPv6."
    ),
    click.option(
        "--expect-account",
        metavar="ID",
        help="On aws: the account to test in; nothing is sent to any other.",
    ),
    click.option("--yes", is_flag=True, help="On aws: consent to what --dry-run shows."),
    click.option("--dry-run", is_flag=True, help="Show what a run would do, and send nothing."),
    click.option(
        "--endpoint-url", metavar="URL", help="On aws: send all requests to this URL instead."
    ),
    click.option(
        "--quota-factor", type=POSITIVE, default=1.0, show_default=True,
        help="On aws: the quotas of the account, as a multiple of the documented ones.",
    ),
)  # fmt: skip


def region_of(given: Mapping[str, Any]) -> str | None:
    """The region of the command line; on AWS, else that of the environment."""
    options = AwsOptions(**{name: given[name] for name in AwsOptions.__slots__})
    return options.named_region() if given["target"] == NAME else options.region


def take_aws_options(given: dict[str, Any]) -> AwsOptions:
    return AwsOptions(**{name: given.pop(name) for name in AwsOptions.__slots__})


def require_consent(target: str, options: AwsOptions) -> None:
    """Refuse real AWS without the user's consent. Raises BadInput."""
    if target != NAME:
        return
    options.named_region()
    if options.dry_run:
        return
    if options.expect_account is None:
        raise BadInput(
            "a run on real AWS needs the account that you want to test in",
            "give --expect-account ID, the twelve digits of an account that holds nothing of value",
        )
    if not options.yes:
        raise BadInput(
            "a run on real AWS creates and deletes resources, and needs --yes",
            "see what the run would do with --dry-run, then add --yes",
        )


# -- all of them -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions(RunRequest):
    """What the command line adds to the request."""

    changed_since: Path | None
    shard: Shard | None
    outputs: Outputs
    quiet: bool
    verbose: bool
    no_color: bool
    durations: int
    aws: AwsOptions
    again: str
    """The command line that makes the same requests again."""


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
    """The command line for the same requests: the ``given`` values but defaults and outputs."""
    context = click.get_current_context()
    values = {
        **given,
        "specs": context.meta.get(SPECS),
        "protocol": context.meta.get(PROTOCOL),
        **context.meta.get(CONFIG, {}),
    }
    values["headers"] = [masked(one) for one in values.get("headers") or ()]
    words, options = ["conformance", str(context.info_name)], dict[str, Any]()
    for parameter in command.params:
        value = values.get(parameter.name or "")
        several = parameter.multiple or parameter.nargs != 1
        if isinstance(parameter, click.Argument):
            words += map(str, value or ()) if several else [str(value)]
        elif parameter.name not in NOT_REPEATED and (several or value != parameter.default):
            options[max(parameter.opts, key=len).removeprefix("--")] = value
    return recording.command_line(words, options)
