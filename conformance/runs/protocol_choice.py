"""Which protocol a target speaks, of a service that has several.

The one that SDKs use comes first. Where the target shows at the first request that it knows
nothing of it, the next one is tried, and the run says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.contract.locate import (
    add_derived,
    derived_in,
    is_on_demand,
    protocol_in_use,
)

if TYPE_CHECKING:
    from conformance.contract.model import Contract, Operation
    from conformance.engine.outcome import Job
    from conformance.runs.access import Access


MOST_ASKED = 25
"""How many operations are tried before a target counts as not speaking a protocol."""


def negotiate(
    jobs: Sequence[Job], access: Access, select: Callable[[], list[Job]]
) -> tuple[list[Job], list[str]]:
    """The jobs, selected anew for the protocols that the target speaks; and notes about them."""
    notes = [note for job in jobs if (note := _settled(job.contract, access))]
    return (select() if notes else list(jobs)), notes


def in_other_protocols(job: Job, *, whole: bool) -> list[Job]:
    """The service in its other protocols; ``whole`` adds what only they state."""
    from conformance.contract.listing.catalogue import catalogue
    from conformance.contract.load import load_contract
    from conformance.contract.on_demand import folder_of

    service, found = job.contract.service, []
    if protocol_in_use() is not None or not is_on_demand(service):
        return []
    chosen = {one.id for one in job.requirements}
    for protocol in _others(job.contract):
        with derived_in(service, folder_of(service, protocol)):
            contract = load_contract(service)
        kept = tuple(one for one in catalogue(contract) if whole or one.id in chosen)
        found.append(replace(job, contract=contract, requirements=kept))
    return found


def _others(contract: Contract) -> list[str]:
    """The protocols of a service besides that of its contract."""
    from conformance.documents.sdk.models import load_model, protocols_of

    speaks = protocols_of(load_model(contract.service).data["metadata"])
    return [one for one in speaks if one != contract.protocol]


def _settled(contract: Contract, access: Access) -> str:
    """Switch to the first protocol that the target understands; empty if that is this one."""
    if protocol_in_use() is not None or not is_on_demand(contract.service):
        return ""
    from conformance.contract.load import load_contract
    from conformance.contract.on_demand import derivation_note, folder_of

    service, first = contract.service, contract.protocol
    others = _others(contract)
    if not others or _is_understood(contract, access):
        return ""
    for protocol in others:
        add_derived(service, folder_of(service, protocol), derivation_note(service, protocol))
        if _is_understood(load_contract(service), access):
            return f"{service}: the target does not speak {first}, so the run uses {protocol}"
    add_derived(service, folder_of(service, first), derivation_note(service, first))
    return ""


def _is_understood(contract: Contract, access: Access) -> bool:
    """Whether any of a few requests is answered in the protocol, whatever the answer."""
    from conformance.engine.sending.channel import SignedChannel
    from conformance.engine.support import lacks
    from conformance.plan.valid_requests.base_requests import valid_request
    from conformance.transport.protocols.registry import read, wire
    from conformance.transport.signing import Signer

    signer = Signer(
        access.credentials, access.region, contract.signing_name, contract.signature_version
    )
    channel = SignedChannel(access.url, signer, access.transport)
    harmless = _harmless(contract)
    for operation in harmless:
        answer = read(channel.send(wire(operation, valid_request(contract, operation))), operation)
        if answer.status is None:
            return True  # nobody there, or nothing heard: that is for the run to find out
        if not answer.form and (answer.ok or (answer.code is not None and not lacks(answer))):
            return True
    return not harmless


def _harmless(contract: Contract) -> list[Operation]:
    """A few read-only operations, those with the fewest required members first."""
    from conformance.contract.inference.naming import shows_only

    reading = [one for one in contract.operations.values() if shows_only(one.name)]
    reading.sort(key=lambda one: sum(member.required for member in one.input.values()))
    return reading[:MOST_ASKED]
