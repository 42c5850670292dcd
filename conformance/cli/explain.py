"""``conformance explain``: one requirement, where it comes from and how it is proved."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from conformance.cli.options import given_option, protocol_option, specs_option
from conformance.contract.locate import selected, services
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.contract.listing.requirements import Requirement
    from conformance.contract.model import Contract
    from conformance.plan.probes import Probe

SHOWN_PROBES = 12
SHOWN_PLACES = 5
_NEAR = 3
_LONGEST = 160

MEANINGS = {
    "required": "the documents state it, and no recording of AWS contradicts it",
    "expected": "AWS was observed to do it, or the protocol or a shared page states it",
    "strict": "an exact message, a header detail, the order of validation",
    "informational": "worth knowing, but no document or recording settles it",
}
WATCHED = "checked in every answer of the operation, or tested by a sequence of requests"


@click.command()
@click.argument("requirement")
@protocol_option
@given_option
@specs_option
def command(requirement: str, given: tuple[str, ...]) -> None:
    """Explain REQUIREMENT: its statement, source and level, and how each side is tested."""
    from conformance.contract.given import check_given, read_given, with_given
    from conformance.contract.listing.catalogue import catalogue
    from conformance.contract.load import load_contract

    contracts = [load_contract(name) for name in _services_of(requirement)]
    resources = read_given(given)
    check_given(contracts, resources)
    contracts = [with_given(contract, resources) for contract in contracts]
    known = {one.id: (contract, one) for contract in contracts for one in catalogue(contract)}
    by = None if requirement in known else covering(contracts, requirement)
    if by is not None:
        click.echo(f"{requirement} is covered by the same statement at another place:\n")
        requirement = by
    if requirement not in known:
        near = difflib.get_close_matches(requirement, known, _NEAR)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise BadInput(
            f"no requirement {requirement}", f"{meant}`conformance requirements` lists the ids"
        )
    explain(*known[requirement])


def _services_of(requirement: str) -> list[str]:
    """The service of an id, which may have no spec; those that may be meant where there is none."""
    service, known = requirement.partition("/")[0], selected((), (requirement,))
    near = difflib.get_close_matches(service, services(), _NEAR)
    return [service] if service in known else [*dict.fromkeys((*known, *near))]


def covering(contracts: Iterable[Contract], requirement: str) -> str | None:
    """The id of the requirement that covers this one, where nested structures are stated once."""
    from conformance.contract.listing.sharing import sharing_of

    found = (sharing_of(contract).covering(requirement) for contract in contracts)
    return next((one for one in found if one is not None), None)


def explain(contract: Contract, one: Requirement) -> None:
    from conformance.plan.planner import plan

    click.echo(f"{one.id}\n\n  {one.statement}\n")
    click.echo(f"  level    {one.level}: {MEANINGS[one.level]}")
    for name, value in one.source.as_json().items():
        click.echo(f"  {name:<8} {value}")
    if one.covers:
        more = len(one.covers) - SHOWN_PLACES
        shown = ", ".join(one.covers[:SHOWN_PLACES]) + (f" and {more} more" if more > 0 else "")
        click.echo(f"  covers   the same statement in {shown}")
    planned = plan(contract, one)
    if not planned.probes:
        click.echo(f"\n  {planned.why_not or WATCHED}")
        return
    click.echo("\n  how it is tested")
    for probe in planned.probes[:SHOWN_PROBES]:
        click.echo(f"    {probe.side:<7} {probe.operation.name}: {probe.note}")
    if len(planned.probes) > SHOWN_PROBES:
        click.echo(f"    and {len(planned.probes) - SHOWN_PROBES} more")
    for drawing in planned.drawings:
        click.echo(f"    {drawing.probe.side:<7} {drawing.probe.operation.name}: random values")
    click.echo("\n  example requests (a run makes its own names and identifiers)")
    for line in _examples(contract, planned.probes):
        click.echo(f"    {line}")


def _examples(contract: Contract, probes: Sequence[Probe]) -> Iterator[str]:
    """The first request of each side, as it goes out."""
    from conformance.transport.protocols.registry import USUAL, wire

    for side in dict.fromkeys(probe.side for probe in probes):
        probe = next(one for one in probes if one.side is side)
        sent = wire(probe.operation, _filled(contract, probe), probe.raw, probe.form or USUAL)
        body = (sent.body or b"").decode(errors="replace")
        shown = body if len(body) <= _LONGEST else f"{body[:_LONGEST]}... ({len(body)} characters)"
        yield f"{side:<7} {sent.method} {sent.target} {shown}".rstrip()


def _filled(contract: Contract, probe: Probe) -> dict[str, object]:
    """The members with readable names for placeholders, and with the given resources."""
    from conformance.contract.given import given_kinds
    from conformance.engine.resources.names import fill
    from conformance.plan.valid_requests.resources import kind_of

    def repeated(text: str) -> Callable[[int | None], str]:
        return lambda length: text if length is None else (text * length)[:length]

    texts = {
        "name": "example", "id": "example", "secret": "secret", "alnum": "abcdefghij",
        "long": "a", "region": "us-east-1", "future": "2035-06-01T12:00:00.000Z",
        "farther": "2035-06-02T12:00:00.000Z", "past": "2001-01-01T00:00:00.000Z",
    }  # fmt: skip
    for kind, one in given_kinds(contract).items():
        texts[f"id.{kind}"] = one.value
        if kind == kind_of(contract, probe.operation.name):
            texts["id"] = one.value
    made: dict[str, object] = fill(
        dict(probe.values), {name: repeated(text) for name, text in texts.items()}
    )
    return made
