"""``conformance overlay``: the part of a contract that people write."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.own_specs import specs_option
from conformance.errors import BadInput


class OverlayExists(BadInput):
    """There is an overlay that somebody may have written: ``path``."""

    hint = "-o FILE writes another one; --force replaces this one"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists")


@click.group(name="overlay")
def command() -> None:
    """Write the part of a contract that prose and observation add."""


@command.command(name="init")
@click.argument("service")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Default: beside the derived spec."
)
@click.option("--force", is_flag=True, help="Replace an overlay that is there.")
@specs_option
def init(service: str, output: Path | None, *, force: bool) -> None:
    """Write what can be inferred of SERVICE as an overlay, for a person to correct.

    It says which operations create, read, update, list and delete what, and how sure that is. As
    long as it says `inferred: true`, nothing that it says is held against a target.
    """
    from conformance.contract.load import build_contract, derived_spec
    from conformance.contract.locate import spec_file
    from conformance.plan.drafting import draft

    contract = build_contract(service, derived_spec(service), {})
    path = output or spec_file(service, "overlay.yaml")
    if path.exists() and not force:
        raise OverlayExists(path)
    from conformance.contract.deriving.writing import write_all

    text, kinds = draft(contract)
    write_all({path: text})
    click.echo(f"{service}: {kinds} kinds of resources, written to {path}")
