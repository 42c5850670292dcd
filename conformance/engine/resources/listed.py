"""What a list shows of a kind: what was made without showing its name, and what was there before.

Only where nothing states the lifecycles: there a creation may not show what it made, or the target
may have no code for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from conformance.contract.model import Contract
from conformance.contract.places import find, parse, texts
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.generation.values import sample
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import base
from conformance.transport.parsed_response import ParsedResponse

_NO_ROUTE = frozenset({404, 405, 500, 501})


class SendRequest(Protocol):
    """Sends a probe, for a resource where its template speaks of one."""

    def __call__(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        """Send it. Raises SetupFailed."""
        ...


def name_in_list(contract: Contract, kind: str, sent: SentProbe, send: SendRequest) -> str | None:
    """The identifier of what a creation made that did not show it.

    That is in the entry with the ARN of the answer, or with the name of the request.
    """
    about = contract.overlay.kinds()[kind]
    known = {one for one in texts(sent.answer.body) if one.startswith("arn:")}
    known |= {str(one) for one in [sent.values.get(about.unique_member or "")] if one}
    for entry in _entries(contract, about, send):
        named = entry.get(about.listing.id) if about.listing is not None else None
        if isinstance(named, str) and not known.isdisjoint(map(str, entry.values())):
            return named
    return None


def has_no_route(answer: ParsedResponse) -> bool:
    """Whether an answer is as that of a target which lacks the operation."""
    return answer.status in _NO_ROUTE and answer.code is None


def stand_in(
    contract: Contract, kind: str, failed: SentProbe, send: SendRequest
) -> RunResource | None:
    """What stands for one of a kind that the target has no code to make.

    That is what its list shows first, else the name that it was to have, or one of the right form:
    a target that lacks a kind does not look for one of it either.
    """
    answer, about = failed.answer, contract.overlay.kinds().get(kind, Resource())
    own = contract.overlay.inferred and failed.probe.operation.name == about.create
    if not (own and has_no_route(answer) and about.identifier is not None):
        return None
    for entry in _entries(contract, about, send):
        shown = entry.get(about.listing.id) if about.listing is not None else None
        if isinstance(shown, str):
            return RunResource(shown, "", failed, kind, given=True)
    given, delete = about.identifier.given, contract.operations.get(about.delete or "")
    name = None if given is None else next(find(failed.values, parse(given)), None)
    if given is None and delete is not None and (about.label or "") in delete.input:
        name = sample(delete.input[about.label or ""].shape)
    is_name = isinstance(name, str) and "${" not in name
    return RunResource(str(name), "", failed, kind) if is_name else None


def _entries(contract: Contract, about: Resource, send: SendRequest) -> Iterator[Mapping[str, Any]]:
    """The entries of the list of a kind; none where a person stated the lifecycle."""
    listing = contract.operations.get(about.list or "")
    if listing is None or about.listing is None or not contract.overlay.inferred:
        return
    sent = send(Probe("", listing, Side.OBSERVE, base(contract, listing), ""))
    found = find(sent.answer.members, parse(about.listing.items)) if sent.answer.ok else ()
    yield from (one for one in found if isinstance(one, Mapping))
