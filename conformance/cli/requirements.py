"""``conformance requirements``: list, filter or explain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.explain import MEANINGS, covering, explain
from conformance.cli.options import exclude_option, protocol_option, service_option, specs_option
from conformance.contract.globs import excluding
from conformance.contract.locate import selected

if TYPE_CHECKING:
    from conformance.contract.listing.requirements import Requirement


@click.command()
@click.argument("globs", nargs=-1)
@service_option
@click.option(
    "--level", "levels", multiple=True, type=click.Choice(list(MEANINGS)),
    help="Only this level (repeatable).",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@exclude_option
@protocol_option
@specs_option
def command(
    globs: tuple[str, ...],
    excluded: tuple[str, ...],
    services: tuple[str, ...],
    levels: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """List the requirements whose ids match GLOBS (default: all).

    A glob after ``!`` leaves out the ids that match it.

    With a single id, show that requirement as `conformance explain` does.
    """
    from conformance.contract.listing.catalogue import NothingSelected, all_match, catalogue, select
    from conformance.contract.listing.sharing import sharing_of
    from conformance.contract.load import load_contract

    globs = excluding(globs, excluded)
    contracts = {service: load_contract(service) for service in selected(services, globs)}
    globs = tuple(covering(contracts.values(), one) or one for one in globs)
    everything = [one for contract in contracts.values() for one in catalogue(contract)]
    all_match(everything, globs)
    chosen = [one for one in select(everything, globs) if not levels or one.level in levels]
    if not chosen:
        raise NothingSelected((*globs, *levels))
    if as_json:
        for one in chosen:
            click.echo(json.dumps(_fields(one), ensure_ascii=False))
    elif len(chosen) == 1 and globs and chosen[0].id == globs[0]:
        explain(contracts[chosen[0].service], chosen[0])
    else:
        _list(chosen)
        for contract in contracts.values():
            if told := sharing_of(contract).told():
                click.echo(told, err=True)


def _list(chosen: Sequence[Requirement]) -> None:
    width = max(len(one.id) for one in chosen)
    for one in chosen:
        click.echo(f"{one.level:<13} {one.id:<{width}}  {one.statement}")
    click.echo(f"{len(chosen)} requirements", err=True)


def _fields(one: Requirement) -> dict[str, Any]:
    covers = {"covers": list(one.covers)} if one.covers else {}
    return covers | {
        "requirement": one.id,
        "service": one.service,
        "operation": one.operation,
        "level": str(one.level),
        "statement": one.statement,
        "source": one.source.as_json(),
    }
