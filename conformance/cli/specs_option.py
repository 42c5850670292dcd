"""The options of whose contracts: ``--specs``, the user's own, and ``--protocol``, of several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conformance.cli.run_options import PROTOCOL, SPECS
from conformance.contract.locate import SPEC
from conformance.contract.model import ProtocolName


def specs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option; from then on contracts are taken from that folder."""
    return click.option(
        "--specs",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        callback=_use,
        expose_value=False,
        is_eager=True,
        help=f"Contracts of your own: a folder with SERVICE/{SPEC}, or that of one service.",
    )(command)


def _use(context: click.Context, _option: click.Parameter, folder: Path | None) -> None:
    from conformance.contract import locate

    context.meta[SPECS] = folder
    locate.use(folder)
    context.call_on_close(lambda: locate.use(None))


def protocol_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option; from then on contracts are derived for that protocol."""
    return click.option(
        "--protocol",
        type=click.Choice([str(one) for one in ProtocolName]),
        callback=_speak,
        expose_value=False,
        is_eager=True,
        help="The protocol to speak, of services that have several (default: as the SDKs do).",
    )(command)


def _speak(context: click.Context, _option: click.Parameter, protocol: str | None) -> None:
    from conformance.contract import locate

    context.meta[PROTOCOL] = protocol
    locate.use_protocol(protocol)
    context.call_on_close(lambda: locate.use_protocol(None))
