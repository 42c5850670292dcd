"""What lets a resource be deleted whose deletion was refused.

A run may have put its protection on: whether such a member is stored is tested as every other one
is. What is in use may have to be disabled first. And a service may delete what is in use, or holds
something, only by force, and what has versions only by the one that it has now.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.contract.inference.identifier_sources import ETAG, IF_MATCH
from conformance.contract.inference.naming import plain
from conformance.contract.inference.protection import PROTECTS
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.places import find, parse, texts
from conformance.contract.vocabulary.overlay_model import Contents, Resource
from conformance.engine.resources.names import fill
from conformance.engine.resources.prerequisites import into_listed
from conformance.plan.valid_requests.base_requests import as_label, valid_request
from conformance.plan.valid_requests.resources import kind_of
from conformance.transport.parsed_response import ParsedResponse

PATIENCE = 2
"""So many requests in a row without an answer, or with one and no effect, and a clean-up ends."""
PAGES = 50
"""Pages of what a resource holds that are deleted at most, in case a target's never end."""
Ask = Callable[[Operation, dict[str, Any]], ParsedResponse]
_FORCE = re.compile(r"force|enforce|skip(Final|ResourceInUse)", re.IGNORECASE)
_OFF = re.compile(r"inactive|none|off|disabled?|false", re.IGNORECASE)
_CHANGES = re.compile(r"(Update|Modify|Put|Set|Change)[A-Z]")


def delete_anyway(
    contract: Contract,
    of: Resource,
    identifier: str,
    refused: ParsedResponse,
    request: dict[str, Any],
    again: Callable[[dict[str, Any]], ParsedResponse],
    send: Ask,
) -> ParsedResponse:
    """The answer to a deletion, sent ``again`` once what it may be refused for is taken away."""
    if _is_kept(refused) and _made_deletable(contract, of, identifier, refused, send):
        refused = again(request)
    deletion = contract.operations[of.delete or ""]
    more = insisting(contract, of, deletion, identifier, send) if _is_kept(refused) else {}
    return again({**request, **more}) if more else refused


def _is_kept(answer: ParsedResponse) -> bool:
    """Whether a deletion was refused, and not because there is nothing to delete."""
    return answer.is_refusal and not answer.is_gone


def _made_deletable(
    contract: Contract, of: Resource, identifier: str, refused: ParsedResponse, send: Ask
) -> bool:
    """Take off what protects a resource, and delete what it holds; whether anything changed."""
    free = lifts_protection(contract, of, identifier, refused, send)
    return emptied(contract, of, identifier, send) or free


def emptied(
    contract: Contract,
    kind: Resource,
    identifier: str,
    send: Ask,
) -> bool:
    """Delete what a resource holds, whoever made it; whether anything went."""
    label = kind.label
    if label is None:
        return False
    held = [*([kind.contents] if kind.contents is not None else []), *kind.also_holds]
    went = [_emptied_of(one, contract, label, identifier, send) for one in held]
    return any(went)


def _emptied_of(
    held: Contents,
    contract: Contract,
    label: str,
    identifier: str,
    send: Ask,
) -> bool:
    went = False
    listed, deletes = (contract.operations[name] for name in (held.list, held.delete))
    deleted: list[dict[str, Any]] = []
    vain = 0
    for _ in range(PAGES):
        shown = send(listed, {label: as_label(listed, label, identifier)}).members
        entries = [one for place in held.items for one in find(shown, parse(place))]
        taken = [_taken(held, one) for one in entries]
        plain = [one for one in taken if one and not any("${" in text for text in texts(one))]
        # A deletion may add something to be deleted: what stays would be twice as much each time.
        vain += any(one in deleted for one in plain)
        if vain > PATIENCE:
            break
        gone = [send(deletes, {label: identifier, **one}).ok for one in plain]
        deleted += plain
        went = went or any(gone)
        if not any(gone):
            break
    return went


def _taken(held: Contents, entry: Any) -> dict[str, Any]:
    """What a deletion takes from an entry."""
    if not isinstance(entry, dict):
        return dict.fromkeys(held.with_, entry)
    return {to: entry[by] for to, by in held.with_.items() if by in entry}


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
    """Whether a deletion was refused because of a protection or a state, and that is off now."""
    protected = "protect" in f"{refused.code} {refused.message}".lower()

    def switched(operation: Operation) -> dict[str, Any]:
        return _unprotected(operation) if protected else into_listed(operation, refused)

    return any(send(*one).ok for one in _removals(contract, of, identifier, switched))


def _unprotected(operation: Operation) -> dict[str, Any]:
    """The members that take the protection off."""
    return {name: _off(one) for name, one in operation.input.items() if PROTECTS.search(name)}


def _removals(
    contract: Contract,
    of: Resource,
    identifier: str,
    switched: Callable[[Operation], dict[str, Any]],
) -> Iterator[tuple[Operation, dict[str, Any]]]:
    """The requests that switch off what keeps one resource."""
    kinds = contract.overlay.kinds()
    for operation in contract.operations.values():
        off = switched(operation)
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
