"""The option ``--specs``: contracts of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conformance.cli.run_options import SPECS
from conformance.errors import BadInput

SPEC = "openapi.yaml"


class NoSpecs(BadInput):
    """A folder without contracts: ``folder``."""

    hint = f"give a folder with SERVICE/{SPEC} in it, or the folder of one service"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"{folder} has no {SPEC}, and no folder in it has one")


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
    if folder is not None and folder.name == SPEC:
        folder = folder.parent
    has_specs = folder is None or (folder / SPEC).is_file() or any(folder.glob(f"*/{SPEC}"))
    if folder is not None and not has_specs:
        raise NoSpecs(folder)
    locate.use(folder)
    context.call_on_close(lambda: locate.use(None))
