"""What lets a resource be deleted whose deletion was refused.

A run may have put its protection on: whether such a member is stored is tested as every other one
is. And a service may delete what is in use, or holds something, only by force, and what has
versions only by the one that it has now.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.contract.inference.identifier_sources import ETAG, IF_MATCH
from conformance.contract.inference.naming import plain
from conformance.contract.inference.protection import PROTECTS
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.places import texts
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.names import fill
from conformance.plan.valid_requests.base_requests import as_label, valid_request
from conformance.plan.valid_requests.resources import kind_of
from conformance.transport.parsed_response import ParsedResponse

Ask = Callable[[Operation, dict[str, Any]], ParsedResponse]
_FORCE = re.compile(r"force|enforce|skip(Final|ResourceInUse)", re.IGNORECASE)
_OFF = re.compile(r"inactive|none|off|disabled?|false", re.IGNORECASE)
_CHANGES = re.compile(r"(Update|Modify|Put|Set|Change)[A-Z]")


def insisting(
    contract: Contract, of: Resource, deletion: Operation, identifier: str, send: Ask
) -> dict[str, Any]:
    """The members that ask for a deletion whatever the state, and name the present version."""
    force = {
        name: True for name, member in deletion.input.items()
        if _FORCE.match(name) and member.shape.kind is Kind.BOOLEAN
    }  # fmt: skip
    versions = [name for name in deletion.input if plain(name) == IF_MATCH]
    read = contract.operations.get(of.read or "")
    if not versions or read is None or of.label is None or of.label not in read.input:
        return force
    shown = send(read, {of.label: as_label(read, of.label, identifier)}).members
    known = shown.items() if isinstance(shown, dict) else ()
    tags = [value for name, value in known if plain(name) == ETAG]
    return {**force, **dict.fromkeys(versions, tags[0])} if tags else force


def lifts_protection(
    contract: Contract,
    of: Resource,
    identifier: str,
    refused: ParsedResponse,
    send: Ask,
) -> bool:
    """Whether a deletion was refused because of a protection, and that is off now."""
    if "protect" not in f"{refused.code} {refused.message}".lower():
        return False
    return any(send(*one).ok for one in _removals(contract, of, identifier))


def _removals(
    contract: Contract, of: Resource, identifier: str
) -> Iterator[tuple[Operation, dict[str, Any]]]:
    """The requests that take the protection off one resource."""
    kinds = contract.overlay.kinds()
    for operation in contract.operations.values():
        off = {
            name: _off(member) for name, member in operation.input.items()
            if PROTECTS.search(name)
        }  # fmt: skip
        if not off or None in off.values() or not _CHANGES.match(operation.name):
            continue
        request = fill(valid_request(contract, operation), {"id": lambda _: identifier})
        # One that needs more of a run cannot be made here.
        whole = not any("${" in text for text in texts(request))
        if whole and kinds.get(kind_of(contract, operation.name) or "") == of:
            yield operation, {**request, **off}


def _off(member: Member) -> Any:
    """The value that means no protection; None where none is known."""
    if member.shape.kind is Kind.BOOLEAN:
        return False
    listed = member.shape.limit("enum") or ()
    return next((one for one in listed if _OFF.fullmatch(str(one))), None)
