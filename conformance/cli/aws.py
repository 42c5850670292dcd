"""``conformance run aws``: real AWS, only where the user knows which account and agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.interrupts import Interrupts
from conformance.runs.access import Access, transport
from conformance.transport.aws import NAME, Cloud, hold_to

if TYPE_CHECKING:
    from conformance.cli.run_options import RunOptions
    from conformance.contract.model import Contract
    from conformance.engine.outcome import Job
    from conformance.transport.endpoint import Target
    from conformance.transport.exchange import Transport
    from conformance.transport.retry import RetryingTransport

RETRIES = 10
"""How often a throttled request is sent again: an account has other users, too."""
_LONGEST = 20.0


def print_dry_run(options: RunOptions, jobs: Sequence[Job]) -> None:
    """Print what a run with these options would do, and on AWS the permissions that it needs."""
    from conformance.cli import dry_run

    contracts = [job.contract for job in jobs]
    rehearsed = dry_run.rehearse(jobs, profile=options.profile, seed=options.seed)
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
        click.echo("  the minimal IAM policy for the identity:")
        click.echo(dry_run.as_json(policy))


def connect(
    options: RunOptions, jobs: Sequence[Job], interrupts: Interrupts
) -> tuple[Target, Access, list[Job], str]:
    """The target, its access, the jobs with addresses, and the account. Raises CouldNotTest."""
    from conformance.transport.credentials import find_credentials
    from conformance.transport.endpoint import Target

    aws = options.aws
    credentials, _ = find_credentials(is_loopback=False, profile=aws.profile_name)
    cloud = Cloud(
        aws.named_region(), credentials, aws.endpoint_url, fips=aws.fips, dual_stack=aws.dual_stack
    )
    account = cloud.account(timeout=options.timeout)
    hold_to(aws.expect_account or "", account)
    placed = [replace(job, url=_address(cloud, job)) for job in jobs]
    sending = patient(
        [(job.url, job.contract) for job in placed], aws.quota_factor, timeout=options.timeout,
        ca_bundle=options.ca_bundle, rate=options.rate, headers=options.headers,
        wrap=interrupts.wrapped,
    )  # fmt: skip
    access = Access(placed[0].url, credentials, cloud.region, sending)
    return Target(NAME, placed[0].url, None, is_loopback=False), access, placed, account


def patient(
    at: Sequence[tuple[str, Contract]], factor: float = 1.0, **how: Any
) -> RetryingTransport:
    """The transport to AWS: keeps to the quotas of the services, and retries throttled requests."""
    from conformance.engine.safety.quotas import counter, quotas
    from conformance.engine.safety.request_classifier import RouteTable
    from conformance.transport.retry import QuotaTransport

    limits = quotas([contract for _, contract in at], factor)
    counts_for = counter([(url, RouteTable(contract, url)) for url, contract in at])

    def limit(inner: Transport) -> Transport:
        return QuotaTransport(inner, limits, counts_for)

    return transport(limit=limit, retries=RETRIES, longest=_LONGEST, **how)


def _address(cloud: Cloud, job: Job) -> str:
    overlay = job.contract.overlay
    return cloud.url(overlay.sdk.model or job.contract.service, overlay.endpoint.prefix)
