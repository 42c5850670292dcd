"""The option ``--protocol``: which of a service's protocols to use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from conformance.cli.run_options import PROTOCOL
from conformance.contract.model import ProtocolName


def protocol_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option; from then on contracts are derived for that protocol."""
    return click.option(
        "--protocol",
        type=click.Choice([str(one) for one in ProtocolName]),
        callback=_use,
        expose_value=False,
        is_eager=True,
        help="The protocol to speak, of services that have several (default: as the SDKs do).",
    )(command)


def _use(context: click.Context, _option: click.Parameter, protocol: str | None) -> None:
    from conformance.contract import locate

    context.meta[PROTOCOL] = protocol
    locate.speak(protocol)
    context.call_on_close(lambda: locate.speak(None))
