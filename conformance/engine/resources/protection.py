"""What lets a resource be deleted whose deletion was refused.

A run may have put its protection on: whether such a member is stored is tested as every other one
is. And a service may delete what is in use, or holds something, only by force.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.contract.inference.protection import PROTECTS
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.places import texts
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.names import fill
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import kind_of
from conformance.transport.parsed_response import ParsedResponse

_FORCE = re.compile(r"force|enforce|skip(Final|ResourceInUse)", re.IGNORECASE)
_OFF = re.compile(r"inactive|none|off|disabled?|false", re.IGNORECASE)
_CHANGES = re.compile(r"(Update|Modify|Put|Set|Change)[A-Z]")


def forced(deletion: Operation) -> dict[str, Any]:
    """The members that ask for a deletion whatever the state of the resource."""
    return {
        name: True for name, member in deletion.input.items()
        if _FORCE.match(name) and member.shape.kind is Kind.BOOLEAN
    }  # fmt: skip


def lifts_protection(
    contract: Contract,
    of: Resource,
    identifier: str,
    refused: ParsedResponse,
    send: Callable[[Operation, dict[str, Any]], ParsedResponse],
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
