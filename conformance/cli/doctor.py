"""``conformance doctor``: what a target is and whether it can be tested, on one screen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli import options
from conformance.cli.configured import ConfiguredCommand, own_targets
from conformance.errors import CouldNotTest
from conformance.reports.text import one_line
from conformance.runs.access import Access, gain_access
from conformance.transport import endpoint, tls
from conformance.transport.address import host_and_port
from conformance.transport.endpoint import Target

if TYPE_CHECKING:
    from conformance.runs.diagnosis import Diagnosis

_WIDTH = 14


@click.command(cls=ConfiguredCommand)
@click.argument("target")
@options.service_option
@options.timeout_option
@options.ca_bundle_option
@options.header_option
@click.option("--region", help="The region to sign for.")
@click.option("--profile-name", metavar="NAME", help="Use the credentials of this AWS profile.")
@options.specs_option
def command(
    target: str,
    services: tuple[str, ...],
    timeout: float,
    ca_bundle: Path | None,
    headers: tuple[str, ...],
    region: str | None,
    profile_name: str | None,
) -> None:
    """Check TARGET: what it is, which services it has, credentials, certificate and clock.

    Sends a few requests, which change nothing. Exit status: 0 the target can be tested, 3 it
    cannot.
    """
    extra = options.parse_headers(headers)
    starting = endpoint.start(target, ca_bundle=ca_bundle, own=own_targets(target))
    try:
        reached = starting.wait_ready()
        access = gain_access(
            reached, timeout=timeout, ca_bundle=ca_bundle, headers=extra,
            region=region, profile=profile_name,
        )  # fmt: skip
        _say("address", f"{reached.url}, accepts connections")
        _say("certificate", _certificate(reached, ca_bundle))
        sys.exit(_examine(access, reached, services))
    except CouldNotTest as problem:
        _say("address", f"{target}: {problem}")
        raise
    finally:
        starting.close()


def _examine(access: Access, target: Target, services: tuple[str, ...]) -> int:
    from conformance.runs.diagnosis import examine

    found = examine(access, services)
    version = f"{target.name} {target.version}" if target.version else ""
    _say("what it is", found.product or version or "unknown; no page of it names an emulator")
    _say("server", found.server or "unknown")
    for name, text in _facts(found, access):
        _say(name, text)
    width = max((len(one.service) for one in found.services), default=0)
    for number, one in enumerate(found.services):
        answer = f"{one.operation}: {one.answer}" if one.operation else one.answer
        heading = "services" if not number else ""
        click.echo(
            f"{heading:<{_WIDTH}}{one.service:<{width}}  {one.presence:<8}  {one_line(answer, 90)}"
        )
    for hint in _hints(found):
        click.echo(f"hint: {hint}")
    can = "can be tested" if found.usable else "cannot be tested as it is"
    click.echo(f"the target {can}")
    return 0 if found.usable else CouldNotTest.exit_code


def _facts(found: Diagnosis, access: Access) -> Iterator[tuple[str, str]]:
    from conformance.runs.diagnosis import SKEW

    key = access.credentials.access_key
    shown = key if len(key) < 8 else f"{key[:4]}..."
    said = {True: "accepted", False: "refused", None: "unknown whether the target accepts them"}
    yield "credentials", f"access key {shown}, region {access.region}: {said[found.accepted]}"
    if found.enforced is None:
        yield "signatures", "unknown whether the target checks them"
    else:
        unsigned, wrong = ("refused" if one else "accepted" for one in found.enforced)
        yield "signatures", f"unsigned requests are {unsigned}, wrongly signed ones {wrong}"
    if found.skew is None:
        yield "clock", "unknown, no answer has a date"
    else:
        off = abs(found.skew) > SKEW
        agrees = "off" if off else "right"
        yield (
            "clock",
            f"{agrees}, {abs(found.skew):.0f} s {'ahead' if found.skew > 0 else 'behind'}",
        )


def _hints(found: Diagnosis) -> Iterator[str]:
    from conformance.runs.diagnosis import SKEW, Presence

    if found.accepted is False:
        yield "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that the target accepts"
    if found.skew is not None and abs(found.skew) > SKEW:
        yield "correct the clock of the target or of this machine, because signatures are dated"
    kinds = {one.presence for one in found.services}
    if kinds <= {Presence.LACKING}:
        yield "check that this is the address of the emulator, including its path if it has one"
    elif Presence.LACKING in kinds:
        yield "use --service to test only the services that it has"
    if Presence.UNSURE in kinds and found.accepted is None:
        yield "a slow target may need --timeout; see what each service answered"


def _certificate(target: Target, ca_bundle: Path | None) -> str:
    if not target.url.startswith("https:"):
        return "none, the target speaks plain HTTP"
    until = tls.valid_until(host_and_port(target.url), ca_bundle)
    return (
        f"trusted, valid until {until}" if until else "unknown, because there is a proxy in between"
    )


def _say(name: str, text: str) -> None:
    click.echo(f"{name:<{_WIDTH}}{one_line(text, 140)}")
