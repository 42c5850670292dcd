"""The options of ``conformance run`` that are about real AWS, and what has to be said for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from conformance.cli.options import together
from conformance.errors import BadInput
from conformance.transport.aws import NAME, NoRegion

Command = Callable[..., None]


class NoAccount(BadInput):
    """No AWS account is named."""

    hint = "say --expect-account ID, the twelve digits of an account that holds nothing of value"

    def __init__(self) -> None:
        super().__init__("real AWS is tested in an account that you name, and none is named")


class NotAgreed(BadInput):
    """The user has not agreed to what a run does on AWS."""

    hint = "look at it with --dry-run, then say --yes"

    def __init__(self) -> None:
        super().__init__("a run on real AWS creates and deletes resources, and needs --yes")


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
    click.option("--region", help="The region to sign for, on aws also to go to."),
    click.option("--profile-name", metavar="NAME", help="Whose credentials: a profile of AWS's."),
    click.option("--fips", is_flag=True, help="On aws: endpoints with FIPS 140 cryptography."),
    click.option("--dual-stack", is_flag=True, help="On aws: endpoints with IPv6, too."),
    click.option("--expect-account", metavar="ID", help="On aws: the account, or nothing is sent."),
    click.option("--yes", is_flag=True, help="On aws: agree to what --dry-run prints."),
    click.option("--dry-run", is_flag=True, help="Print what a run would do, and send nothing."),
    click.option("--endpoint-url", metavar="URL", help="On aws: where all of AWS is instead."),
    click.option(
        "--quota-factor",
        type=click.FloatRange(min=0, min_open=True),
        default=1.0,
        show_default=True,
        help="On aws: how many times the documented quotas the account has.",
    ),
)
"""The options that are about real AWS."""


def region_of(given: Mapping[str, Any]) -> str | None:
    """The region of a command line; on AWS that of the environment, where none is given."""
    asked = AwsOptions(**{name: given[name] for name in AwsOptions.__slots__})
    return asked.named_region() if given["target"] == NAME else asked.region


def take_aws_options(given: dict[str, Any]) -> AwsOptions:
    """Take the options out of a command line."""
    return AwsOptions(**{name: given.pop(name) for name in AwsOptions.__slots__})


def require_consent(target: str, asked: AwsOptions) -> None:
    """Refuse real AWS where the user has not said all that is needed.

    Raises NoAccount, NotAgreed, NoRegion.
    """
    if target != NAME:
        return
    asked.named_region()
    if asked.dry_run:
        return
    if asked.expect_account is None:
        raise NoAccount
    if not asked.yes:
        raise NotAgreed
