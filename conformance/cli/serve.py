"""``conformance serve``: the embedded reference in the foreground, as it is or with faults."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from conformance.reference.ambiguities import ReadingName
    from conformance.reference.signatures import SigningKey


@click.command(short_help="Serve the embedded reference.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="The port; 0 picks a free one.",
)
@click.option(
    "--reading", type=click.Choice(["a", "b"]), default="a", show_default=True,
    help="How to behave where no recording of AWS settles it.",
)  # fmt: skip
@click.option(
    "--fault", "faults", multiple=True, metavar="ID",
    help="Serve the reference with this fault (repeatable).",
)  # fmt: skip
@click.option("--seed", type=int, metavar="N", help="Make ids and generated values reproducible.")
@click.option(
    "--auth",
    is_flag=True,
    help="Accept only requests signed with the key of AWS_ACCESS_KEY_ID, or with test/test.",
)
@click.option("--list-faults", is_flag=True, help="List the faults and exit.")
def command(
    port: int,
    reading: ReadingName,
    faults: tuple[str, ...],
    seed: int | None,
    *,
    auth: bool,
    list_faults: bool,
) -> None:
    """Serve an executable model of API Gateway's and Amazon Location's API keys.

    Both services listen on one port of 127.0.0.1 and keep their state in memory. They check
    signatures only with --auth. Ctrl-C stops them.
    """
    from conformance.reference.server import ServerOptions, serve

    if list_faults:
        _list_faults()
        return
    options = ServerOptions(port, reading, faults, seed, keys=_keys() if auth else None)
    serve(options, lambda url: _announce(url, options.reading, options.faults))
    click.echo("ended", err=True)


def _keys() -> dict[str, SigningKey]:
    """The key of the environment, and test/test."""
    from conformance.reference.server import TEST_KEYS
    from conformance.reference.signatures import SigningKey

    access = os.environ.get("AWS_ACCESS_KEY_ID")
    if not access:
        return TEST_KEYS
    secret = os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    return {**TEST_KEYS, access: SigningKey(secret, os.environ.get("AWS_SESSION_TOKEN") or None)}


def _announce(url: str, reading: str, faults: tuple[str, ...]) -> None:
    """Print the address on standard output, for programs, and the rest on standard error."""
    click.echo(f"listening on {url}")
    click.echo("  API Gateway      /apikeys  /tags/{arn}", err=True)
    click.echo("  Amazon Location  /metadata/v0/keys  /metadata/v0/list-keys", err=True)
    if reading != "a":
        click.echo(f"  reading {reading} of what no recording of AWS settles", err=True)
    for fault in faults:
        click.echo(f"  with the fault {fault}", err=True)
    click.echo("Ctrl-C stops the server.", err=True)


def _list_faults() -> None:
    from conformance.reference.mutations import registry
    from conformance.reference.tables import load

    for fault in registry(load()).values():
        click.echo(f"{fault.id}\t{fault.kind}\t{fault.summary}")
