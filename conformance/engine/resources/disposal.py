"""Deletes what a run made: what is odd at once, what nothing uses now and then, all at the end."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from conformance.contract.model import Contract, Operation
from conformance.contract.places import find, parse, texts
from conformance.contract.vocabulary.overlay_model import Contents, Resource
from conformance.engine.resources.deletable import Ask, insisting, lifts_protection
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.listed import SendRequest
from conformance.engine.sending.delivery import resent
from conformance.engine.sending.exchange_log import (
    RunResource,
    SentProbe,
    SetupFailed,
    connection_lost,
)
from conformance.error_identity import says_full
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import as_label, valid_request
from conformance.plan.valid_requests.resources import referenced_kinds
from conformance.transport.parsed_response import ParsedResponse

NEWEST = 8
"""What a request has just made is among the last so many."""
UNUSED = 12
"""So many that nothing uses any more may be left until they are deleted."""
PATIENCE = 2
"""So many requests in a row without an answer, or with one and no effect, and a clean-up ends."""
PAGES = 50
"""Pages of what a resource holds that are deleted at most, in case a target's never end."""


def is_kept(answer: ParsedResponse) -> bool:
    """Whether a deletion was refused, and not because there is nothing to delete."""
    return answer.is_refusal and not answer.is_gone


def made_deletable(
    contract: Contract,
    kind: Resource,
    identifier: str,
    refused: ParsedResponse,
    send: Ask,
) -> bool:
    """Take off what protects a resource, and delete what it holds; whether anything changed."""
    free = lifts_protection(contract, kind, identifier, refused, send)
    return emptied(contract, kind, identifier, send) or free


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


class Disposal:
    """Deletes resources; ``is_in_vain`` knows requests that the target never answers."""

    def __init__(
        self,
        contract: Contract,
        send: SendRequest,
        inventory: Inventory,
        is_in_vain: Callable[[Probe], bool] = lambda _: False,
    ) -> None:
        self._contract, self._send, self._inventory = contract, send, inventory
        self._is_in_vain = is_in_vain

    def delete(self, resource: RunResource, *, even_in_vain: bool = False) -> SentProbe | None:
        """Delete a resource; None where there is no way, or the target never answers deletions."""
        of = self._inventory.made.lifecycle(resource.kind)
        operation = self._contract.operations.get(of.delete or "")
        if operation is None or of.label is None or resource.given:
            return None
        way = valid_request(self._contract, operation)
        if not self._contract.overlay.inferred:
            # Of what its base has besides, it is the labels that lead to the resource.
            # It is where it was made, which need not be where others are made.
            made = resource.created.values
            way = {
                name: made.get(name, one) for name, one in way.items() if any(referenced_kinds(one))
            }
        values = {**way, of.label: as_label(operation, of.label, "${id}"), **of.delete_with}
        deletion = Probe("", operation, Side.OBSERVE, values, "")
        if not even_in_vain and self._is_in_vain(deletion):
            return None
        send = partial(self._send, deletion, resource=resource)
        try:
            sent = resent(send(), lambda _: send(), connection_lost, times=1)
            if is_kept(sent.answer) and self._made_deletable(resource.id, of, sent.answer):
                sent = send()
            if is_kept(sent.answer) and (more := self._insisting(resource.id, of, operation)):
                sent = self._send(replace(deletion, values={**values, **more}), resource=resource)
        except SetupFailed:
            return None  # its deletion names something that cannot be made: it stays
        resource.gone = resource.gone or sent.answer.is_gone
        return sent

    def _made_deletable(self, identifier: str, of: Resource, refused: ParsedResponse) -> bool:
        """Take away what its deletion was refused for. Raises SetupFailed."""
        return made_deletable(self._contract, of, identifier, refused, self._ask)

    def _insisting(self, identifier: str, of: Resource, deletion: Operation) -> dict[str, Any]:
        return insisting(self._contract, of, deletion, identifier, self._ask)

    def _ask(self, operation: Operation, values: dict[str, Any]) -> ParsedResponse:
        return self._send(Probe("", operation, Side.OBSERVE, values, "")).answer

    def empty(self, others: Iterable[tuple[str, str]]) -> None:
        """Take away what requests put into resources that are made, and deleted, elsewhere.

        Each is what makes one, and what it is deleted by.
        """
        kinds = self._contract.overlay.kinds().values()
        for create, identifier in others:
            for of in [one for one in kinds if one.create == create]:
                with suppress(SetupFailed):
                    emptied(self._contract, of, identifier, self._ask)

    def take_away(self, sent: SentProbe) -> None:
        """Delete what a request made: odd things that are left would spoil lists for the rest."""
        for resource in [one for one in self._inventory.made.all[-NEWEST:] if one.created is sent]:
            if not resource.gone:
                self.delete(resource)

    def tidy(self) -> None:
        """Delete what nothing uses any more, once that is much: lists would grow with the run.

        What something else is made of stays until that is gone. What is refused to be deleted is
        left to the clean-up. Only where the contract is inferred: elsewhere little is made.
        """
        unused = self._inventory.unused
        if len(unused) < UNUSED or not self._contract.overlay.inferred:
            return
        used = {id(one) for one in self._inventory.in_use()}
        waiting = unused.copy()
        unused.clear()
        for one in reversed(waiting):
            if not one.gone and id(one) in used:
                unused.insert(0, one)
            elif not one.gone:
                self.delete(one)

    def made_room(self, sent: SentProbe) -> bool:
        """Delete unused resources of a kind with a quota; only where the contract is inferred."""
        kind = self._inventory.made.kind_made_by(sent.probe.operation.name)
        full = sent.answer.is_refusal and says_full(sent.answer.code or "")
        if kind is None or not full or not self._contract.overlay.inferred:
            return False
        there = [one for one in self._inventory.made.all if not one.gone]
        own = [*sent.parents.values(), *([] if sent.resource is None else [sent.resource])]
        kept = [*self._inventory.current(), *own, *(one for one in there if one.held)]
        used = {id(part) for one in kept for part in (one, *one.parents.values())}
        spare = [one for one in there if one.kind == kind and id(one) not in used]
        for one in spare:
            self.delete(one)
        return any(one.gone for one in spare)

    def clean_up(self) -> list[str]:
        """Delete everything, the newest first, as it may rest on the older; gives what stayed."""
        made, unanswered = self._inventory.made, 0
        before = made.all.copy()
        # A deletion may name what is gone, so that another one is made for it: that goes last.
        for resource in chain(reversed(before), self._new(before)):
            if not resource.gone and unanswered < PATIENCE:
                sent = self.delete(resource, even_in_vain=True)
                made.forget_twins(resource)
                mute = sent is not None and sent.answer.status is None
                unanswered = unanswered + 1 if mute else 0
        return [one.id for one in made.all if not one.gone and one.usable]

    def _new(self, before: list[RunResource]) -> Iterator[RunResource]:
        """What was made since then, the last first."""
        known = {id(one) for one in before}
        yield from [one for one in reversed(self._inventory.made.all) if id(one) not in known]
