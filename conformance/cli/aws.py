"""``conformance run aws``: real AWS, only where the user knows which account and agrees."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.connect import Access, transport
from conformance.cli.interrupts import Interrupts
from conformance.errors import BadInput
from conformance.transport.aws import NAME, Cloud, NoRegion, hold_to

if TYPE_CHECKING:
    from conformance.cli.run_options import RunOptions
    from conformance.engine.run import Job
    from conformance.transport.base import Transport
    from conformance.transport.endpoint import Target

RETRIES = 10
"""How often a throttled request is sent again: an account has other users, too."""
_LONGEST = 20.0

Command = Callable[..., None]


class NoAccount(BadInput):
    """Nobody says which account of AWS is meant."""

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
        """The region that was asked for. Raises NoRegion."""
        found = self.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not found:
            raise NoRegion
        return found


_OPTIONS = (
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


def options(command: Command) -> Command:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def region_of(given: Mapping[str, Any]) -> str | None:
    """The region of a command line; on AWS that of the environment, where none is given."""
    asked = AwsOptions(**{name: given[name] for name in AwsOptions.__slots__})
    return asked.named_region() if given["target"] == NAME else asked.region


def asked(given: dict[str, Any]) -> AwsOptions:
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


def tell(options: RunOptions, jobs: Sequence[Job]) -> None:
    """Print what a run with these options does, and on AWS what it needs to be allowed to."""
    from conformance.cli import dry_run
    from conformance.engine.run import DRAWS

    contracts = [job.contract for job in jobs]
    rehearsed = dry_run.rehearse(jobs, draws=DRAWS[options.profile], seed=options.seed)
    aws = options.aws
    lines = dry_run.render(
        rehearsed, contracts, target=options.target, factor=aws.quota_factor, rate=options.rate
    )
    for line in lines:
        click.echo(line)
    if options.target == NAME:
        from conformance.transport.credentials import TEST_CREDENTIALS

        region = aws.named_region()
        policy = dry_run.policy(
            contracts,
            partition=Cloud(region, TEST_CREDENTIALS).partition,
            region=region,
            account=aws.expect_account or "*",
        )
        click.echo("  the least that the identity must be allowed to do:")
        click.echo(dry_run.as_json(policy))


def reach(
    options: RunOptions, jobs: Sequence[Job], interrupts: Interrupts
) -> tuple[Target, Access, list[Job], str]:
    """The target, the access to it, the jobs with their addresses, and the account.

    Raises CouldNotTest where the account is another one than was named, or cannot be told.
    """
    from conformance.engine.quotas import counter, quotas
    from conformance.engine.request_classifier import RouteTable
    from conformance.transport.credentials import find_credentials
    from conformance.transport.endpoint import Target
    from conformance.transport.quota import QuotaTransport

    aws = options.aws
    credentials, _ = find_credentials(is_loopback=False, profile=aws.profile_name)
    cloud = Cloud(
        aws.named_region(), credentials, aws.endpoint_url, fips=aws.fips, dual_stack=aws.dual_stack
    )
    account = cloud.account(timeout=options.timeout)
    hold_to(aws.expect_account or "", account)
    placed = [replace(job, url=_address(cloud, job)) for job in jobs]
    limits = quotas([job.contract for job in placed], aws.quota_factor)
    counts_for = counter([(job.url, RouteTable(job.contract, job.url)) for job in placed])

    def limit(inner: Transport) -> Transport:
        return QuotaTransport(inner, limits, counts_for)

    sending = transport(
        timeout=options.timeout, ca_bundle=options.ca_bundle, rate=options.rate,
        interrupts=interrupts, limit=limit, retries=RETRIES, longest=_LONGEST,
    )  # fmt: skip
    access = Access(placed[0].url, credentials, cloud.region, sending)
    return Target(NAME, placed[0].url, None, is_loopback=False), access, placed, account


def _address(cloud: Cloud, job: Job) -> str:
    overlay = job.contract.overlay
    return cloud.url(overlay.sdk.model or job.contract.service, overlay.endpoint.prefix)
