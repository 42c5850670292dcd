"""What is requested of a run, and how it reaches its target, and as whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.contract.given_values import Given
    from conformance.transport.endpoint import Target
    from conformance.transport.exchange import Transport
    from conformance.transport.extra_headers import ExtraHeaders
    from conformance.transport.retry import RetryingTransport
    from conformance.transport.signing import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to test and how, with the defaults in place; every caller makes one."""

    target: str
    services: tuple[str, ...]
    globs: tuple[str, ...]
    given: Given
    headers: ExtraHeaders
    profile: str
    seed: int
    auth: str | None
    rate: float | None
    timeout: float
    time_limit: float | None
    max_requests: int | None
    strict: bool
    fail_on_unsupported: bool
    baseline: Path | None
    strict_baseline: bool
    ca_bundle: Path | None


@dataclass(frozen=True, slots=True)
class Access:
    """Where requests go, who signs them for which region, and what sends them."""

    url: str
    credentials: Credentials
    region: str
    transport: RetryingTransport


def gain_access(
    target: Target,
    *,
    timeout: float,
    ca_bundle: Path | None,
    rate: float | None = None,
    wrap: Callable[[Transport], Transport] | None = None,
    headers: ExtraHeaders | None = None,
    profile: str | None = None,
    region: str | None = None,
) -> Access:
    """The access to a target; ``timeout`` in seconds an exchange, ``rate`` in requests a second.

    ``wrap`` puts something around what sends each attempt, ``headers`` go with each. ``profile``
    and ``region`` count over the environment.

    Raises NoCredentials, NoCertificates.
    """
    from conformance.transport.credentials import DEFAULT_REGION, TEST_CREDENTIALS, find_credentials

    if target.takes_test_keys:
        # Whatever is set is not for a target of our own.
        credentials, region = TEST_CREDENTIALS, region or DEFAULT_REGION
    else:
        credentials, region = find_credentials(
            is_loopback=target.is_loopback, profile=profile, region=region
        )
    sending = transport(timeout=timeout, ca_bundle=ca_bundle, rate=rate, wrap=wrap, headers=headers)
    return Access(target.url, credentials, region, sending)


def transport(
    *,
    timeout: float,
    ca_bundle: Path | None,
    rate: float | None = None,
    wrap: Callable[[Transport], Transport] | None = None,
    limit: Callable[[Transport], Transport] | None = None,
    headers: ExtraHeaders | None = None,
    **patience: Any,
) -> RetryingTransport:
    """The transport; ``limit`` restricts each attempt, ``patience`` goes to RetryingTransport."""
    from conformance.transport.extra_headers import HeaderTransport
    from conformance.transport.http import HttpTransport
    from conformance.transport.retry import QuotaLimit, QuotaTransport, RetryingTransport

    http = HttpTransport(timeout=timeout, ca_bundle=ca_bundle)
    sending: Transport = HeaderTransport(http, headers) if headers and headers.headers else http
    if rate:
        sending = QuotaTransport(sending, {"": QuotaLimit(rate)}, lambda _: ("",))
    if wrap is not None:
        sending = wrap(sending)
    if limit is not None:
        sending = limit(sending)
    return RetryingTransport(sending, **patience)
