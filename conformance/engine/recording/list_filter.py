"""Of a list only the entries that this run made properly are judged.

What else a target lists is its own data, or was made by a faulty request that it accepted: that
acceptance is the failure, not what the list then shows.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conformance.contract.model import Contract
from conformance.contract.places import parse
from conformance.engine.judge.response import observe
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.valid_requests.resources import kind_of, lifecycle_of
from conformance.transport.parsed_response import ParsedResponse

LONG, ENDS = 100_000, 10
"""Bytes from which on an answer is a long one, and entries at each end of its lists."""


def entries_of_this_run(
    contract: Contract, sent: SentProbe, made: Sequence[RunResource]
) -> ParsedResponse:
    """The answer; of the resource's list operation without the entries of others."""
    listed = _listed(contract, sent)
    if listed is None:
        return sent.answer
    items, entries = listed
    kind = kind_of(contract, sent.probe.operation.name)
    named = {one for one, _ in entries}
    ours = {
        one.id
        for one in made
        if one.id in named and one.kind == kind and not one.gone and _is_clean(one)
    }
    kept = [entry for one, entry in entries if one in ours or not isinstance(entry, dict)]
    return replace(sent.answer, body={**sent.answer.body, items: kept})


def _listed(contract: Contract, sent: SentProbe) -> tuple[str, list[tuple[str | None, Any]]] | None:
    """A list's member with its entries, by what they identify; None where it is no list."""
    name, body = sent.probe.operation.name, sent.answer.body
    resource = lifecycle_of(contract, name)
    listing = resource.listing
    if listing is None or name != resource.list:
        return None
    items = parse(listing.items)[0]
    if not isinstance(body, dict) or not isinstance(body.get(items), list):
        return None
    shown = [(one.get(listing.id) if isinstance(one, dict) else None, one) for one in body[items]]
    return items, [(one if isinstance(one, str) else None, entry) for one, entry in shown]


def shortened(answer: ParsedResponse) -> ParsedResponse:
    """The answer with only the first and last entries of a very long list."""
    body = answer.body
    if answer.size < LONG or not isinstance(body, dict):
        return answer
    short = {
        name: [*value[:ENDS], *value[-ENDS:]]
        for name, value in body.items()
        if isinstance(value, list) and len(value) > 2 * ENDS
    }
    return replace(answer, body={**body, **short}) if short else answer


def offending_resource(
    contract: Contract, sent: SentProbe, made: Sequence[RunResource], requirement: str
) -> RunResource | None:
    """The resource whose list entry breaks the requirement; None if it breaks without any."""
    listed = _listed(contract, sent)
    if listed is None:
        return None

    def is_broken(listed: Sequence[RunResource]) -> bool:
        found = observe(contract, sent.probe.operation, entries_of_this_run(contract, sent, listed))
        return any(one.requirement == requirement and not one.held for one in found)

    named = {one for one, _ in listed[1]}
    alike = [one for one in reversed(made) if one.id in named]
    if not alike or is_broken(()):
        return None
    return next((one for one in alike if is_broken((one,))), None)


def _is_clean(resource: RunResource) -> bool:
    made_by = (resource.created, *resource.history)
    return not resource.is_odd and not any(sent.is_faulty for sent in made_by)
