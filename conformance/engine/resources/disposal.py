"""Deletes what a run made: what is odd at once, what nothing uses now and then, all at the end."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Any

from conformance.contract.model import Contract, Operation
from conformance.engine.resources.deletable import PATIENCE, delete_anyway, emptied
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
from conformance.plan.valid_requests.base_requests import naming, valid_request
from conformance.plan.valid_requests.resources import referenced_kinds
from conformance.transport.parsed_response import ParsedResponse

NEWEST = 8
"""What a request has just made is among the last so many."""
UNUSED = 12
"""So many that nothing uses any more may be left until they are deleted."""


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

    def delete(self, resource: RunResource, *, even_in_vain: bool = False) -> ParsedResponse | None:
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
        named = naming(self._contract, operation, of.label, "${id}")
        values = {**way, **named, **of.delete_with}
        deletion = Probe("", operation, Side.OBSERVE, values, "")
        if not even_in_vain and self._is_in_vain(deletion):
            return None

        def send(request: dict[str, Any]) -> SentProbe:
            return self._send(replace(deletion, values=request), resource=resource)

        try:
            sent = resent(send(values), lambda _: send(values), connection_lost, times=1)
            answer = delete_anyway(
                self._contract, of, resource.id, sent.answer,
                values, lambda request: send(request).answer, self._ask,
            )  # fmt: skip
        except SetupFailed:
            return None  # its deletion names something that cannot be made: it stays
        resource.gone = resource.gone or answer.is_gone
        return answer

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
                answer = self.delete(resource, even_in_vain=True)
                made.forget_twins(resource)
                mute = answer is not None and answer.status is None
                unanswered = unanswered + 1 if mute else 0
        return [one.id for one in made.all if not one.gone and one.usable]

    def _new(self, before: list[RunResource]) -> Iterator[RunResource]:
        """What was made since then, the last first."""
        known = {id(one) for one in before}
        yield from [one for one in reversed(self._inventory.made.all) if id(one) not in known]
