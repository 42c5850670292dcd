"""``conformance requirements``: list, filter or explain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.own_specs import specs_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.contract.model import Contract
    from conformance.contract.requirements import Requirement

SHOWN_PROBES = 12

MEANINGS = {
    "required": "the documents state it, and nothing recorded from AWS contradicts it",
    "expected": "AWS was seen to do it, or a page beside the operation's or the protocol states it",
    "strict": "exact messages, header details, order of validation",
    "informational": "worth telling; nothing published or recorded decides it",
}
WATCHED = "watched in every answer of the operation, or shown by a sequence of requests"


@click.command()
@click.argument("globs", nargs=-1)
@click.option("--service", "services", multiple=True, help="Only this service (repeatable).")
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=click.Choice(list(MEANINGS)),
    help="Only this level (repeatable).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@specs_option
def command(
    globs: tuple[str, ...], services: tuple[str, ...], levels: tuple[str, ...], *, as_json: bool
) -> None:
    """List the requirements whose ids match GLOBS (default: all).

    A single id explains that requirement: its level, its source and what is probed.
    """
    from conformance.contract.load import load_contract
    from conformance.contract.locate import selected
    from conformance.contract.requirements import NothingSelected, catalogue, select

    contracts = {service: load_contract(service) for service in selected(services, globs)}
    everything = [one for contract in contracts.values() for one in catalogue(contract)]
    chosen = [one for one in select(everything, globs) if not levels or one.level in levels]
    if not chosen:
        raise NothingSelected((*globs, *levels))
    if as_json:
        for one in chosen:
            click.echo(json.dumps(_fields(one), ensure_ascii=False))
    elif len(chosen) == 1 and globs and chosen[0].id == globs[0]:
        _explain(contracts[chosen[0].service], chosen[0])
    else:
        _list(chosen)


def _list(chosen: Sequence[Requirement]) -> None:
    width = max(len(one.id) for one in chosen)
    for one in chosen:
        click.echo(f"{one.level:<13} {one.id:<{width}}  {one.statement}")
    click.echo(f"{len(chosen)} requirements", err=True)


def _fields(one: Requirement) -> dict[str, Any]:
    return {
        "requirement": one.id,
        "service": one.service,
        "operation": one.operation,
        "level": str(one.level),
        "statement": one.statement,
        "source": one.source.as_json(),
    }


def _explain(contract: Contract, one: Requirement) -> None:
    from conformance.plan.planner import plan

    click.echo(f"{one.id}\n\n  {one.statement}\n")
    click.echo(f"  level    {one.level}: {MEANINGS[one.level]}")
    for name, value in one.source.as_json().items():
        click.echo(f"  {name:<8} {value}")
    planned = plan(contract, one)
    if not planned.probes:
        click.echo(f"\n  {planned.why_not or WATCHED}")
        return
    click.echo("\n  what is probed")
    for probe in planned.probes[:SHOWN_PROBES]:
        click.echo(f"    {probe.side:<7} {probe.operation.name}: {probe.note}")
    if len(planned.probes) > SHOWN_PROBES:
        click.echo(f"    and {len(planned.probes) - SHOWN_PROBES} more")
    for drawing in planned.drawings:
        click.echo(f"    {drawing.probe.side:<7} {drawing.probe.operation.name}: values at random")
