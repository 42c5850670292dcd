"""The resources that a run makes of one service: made when one is needed, kept, and deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from conformance.contract.given import given_kinds
from conformance.contract.inference.naming import looks_only
from conformance.contract.model import Contract
from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.along import Along
from conformance.engine.resources.names import is_template, spoken
from conformance.engine.sending.delivery import resent
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed, is_lost
from conformance.error_identity import says_full
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import base
from conformance.plan.valid_requests.resources import (
    FRESH,
    all_creators,
    creators,
    identifiers,
    is_about_own,
    kinds,
    others,
)

NEWEST = 8
"""What a request has just made is among the last so many."""
REMEMBERED = 60
"""So many of the last that were made are kept when they are gone."""
UNUSED = 12
"""So many that nothing uses any more may be left until they are deleted."""
PATIENCE = 2
"""So many requests in a row without an answer, and a clean-up ends."""


class SendRequest(Protocol):
    """Sends a probe, for a resource where its template speaks of one."""

    def __call__(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        """Send it. Raises SetupFailed."""
        ...


Lend = Callable[[str], "Inventory"]
"""Gives the inventory of another service, for resources that this one's are made of."""


class Inventory:
    """What one run has of one service; a resource is made of others, which are made first.

    ``made`` is everything that was created, oldest first, whatever request created it; what has
    been gone for long is forgotten.
    """

    def __init__(
        self,
        contract: Contract,
        send: SendRequest,
        lend: Lend | None = None,
        is_in_vain: Callable[[Probe], bool] = lambda _: False,
        improve: Callable[[SentProbe], SentProbe | None] = lambda _: None,
    ) -> None:
        self.made: list[RunResource] = []
        self._contract, self._send, self._lend = contract, send, lend
        self._is_in_vain, self._improve = is_in_vain, improve
        self._kinds = kinds(contract)
        self._creators = all_creators(contract)
        self._given = given_kinds(contract)
        self._crowded = 2 * REMEMBERED
        self._someone: dict[str, RunResource] = {}
        self._current: dict[str | None, RunResource] = {}
        self._unused: list[RunResource] = []
        self._along = Along(self._kinds, self.resource)
        self._lacking: dict[str, RunResource] = {}
        self._refused: set[str] = set()
        self._lenders: dict[str, Inventory] = {}

    def resource(
        self, *, fresh: bool = False, kind: str | None = None, own: bool = False
    ) -> RunResource:
        """The run's current resource of a kind (default the main one), or a new one.

        As good as ``fresh`` is one that was only looked at. Where one is given, that one, unless it
        is to be the run's ``own``.

        Raises SetupFailed.
        """
        name = kind or next(iter(self._kinds), None)
        service = self._kinds.get(name or "", Resource()).service
        if service is not None:
            return self._lender(service).resource(fresh=fresh)
        if name is not None and name in self._given and not own:
            return self._someones(name)
        current = self._current.get(name)
        as_new = current is not None and not current.touched and self._contract.overlay.inferred
        if current is None or not current.usable or (fresh and not as_new):
            made = self._made_or_shown(name)
            self._leave(name)
            current = self._current[name] = made
        return current

    def _made_or_shown(self, kind: str | None) -> RunResource:
        """A new one of a kind; where none can be made, the one that came with what it is part of.

        Raises SetupFailed.
        """
        if kind is None or not self._contract.overlay.inferred:
            return self.create(kind=kind)
        known = self._along.again(kind)
        if known is not None:
            return known
        try:
            return self.create(kind=kind)
        except SetupFailed:
            shown = self._along.first(kind)
            if shown is None:
                raise
            return shown

    def _someones(self, kind: str) -> RunResource:
        """What was given of a kind; there is one, which is looked at before it is used."""
        current = self._someone.get(kind)
        if current is None:
            of, value = self._kinds[kind], self._given[kind].value
            operation = self._contract.operations[of.read or ""]
            request = {**base(self._contract, operation), of.label or "": value}
            seen = self._send(Probe("", operation, Side.OBSERVE, request, "what is given"))
            if not seen.answer.ok:
                raise SetupFailed(seen)
            current = RunResource(value, value, seen, kind, given=True)
            self._someone[kind] = current
        return current

    def parents(self, probe: Probe, resource: RunResource | None) -> dict[str, RunResource]:
        """The resources of other kinds that a template speaks of: the resource's own, or current.

        For a creation that needs a fresh one, as what is made of it may exist once only, a new one.
        Raises SetupFailed.
        """
        named = list(dict.fromkeys(others(spoken(probe.values))))
        if not named:
            return {}
        making, _ = self._creators.get(probe.operation.name, (None, ""))
        needs = self._kinds.get(making or "", Resource()).needs
        found: dict[str, RunResource] = {}
        # What is itself made of others first: they are to be the very ones that it is made of.
        named.sort(key=lambda kind: -len(self._kinds.get(kind, Resource()).needs))
        for kind in named:
            made_of = [resource, *found.values()]
            own = (one.parents[kind] for one in made_of if one and kind in one.parents)
            parent = next(own, None)
            if parent is None:
                parent = self._parent(kind, fresh=needs.get(kind) == FRESH)
            found[kind] = parent
        return found

    def _parent(self, kind: str, *, fresh: bool) -> RunResource:
        """One of another kind; where the target cannot make any, a name that nothing has.

        A target that lacks the parents does not look for them either. Raises SetupFailed.
        """
        if kind in self._lacking:
            return self._lacking[kind]
        try:
            return self.resource(fresh=fresh, kind=kind)
        except SetupFailed as failed:
            answer = failed.sent.answer
            about = self._kinds.get(kind, Resource())
            chosen = about.identifier is not None and about.identifier.given is not None
            no_route = answer.status in {404, 405, 500, 501} and answer.code is None
            if not (self._contract.overlay.inferred and no_route and chosen):
                raise
            given = about.identifier.given if about.identifier else None
            name = next(find(failed.sent.values, parse(given or "")), None)
            if not isinstance(name, str) or failed.sent.probe.operation.name != about.create:
                raise
            self._lacking[kind] = RunResource(name, "", failed.sent, kind)
            return self._lacking[kind]

    def look(self, resource: RunResource) -> None:
        """Read a resource, for what the answer to its creation did not show."""
        if resource.seen is not None:
            return
        resource.seen = {}  # that the read needs the same is no reason to read again
        sent = self.read(resource)
        if sent is not None and sent.answer.ok and isinstance(sent.answer.body, dict):
            resource.seen = sent.answer.body

    def read(self, resource: RunResource) -> SentProbe | None:
        """Read a resource; None where the contract has no operation for it. Raises SetupFailed."""
        operation = self._contract.operations.get(self._lifecycle(resource.kind).read or "")
        if operation is None:
            return None
        values = base(self._contract, operation)
        return self._send(Probe("", operation, Side.OBSERVE, values, ""), resource=resource)

    def create(
        self,
        values: Mapping[str, Any] | None = None,
        kind: str | None = None,
        *,
        by: str | None = None,
    ) -> RunResource:
        """Make a resource of a kind (default the main one), by its creation or another one.

        Raises SetupFailed.
        """
        of = self._lifecycle(None) if kind is None else self._kinds.get(kind, Resource())
        operation = self._contract.operations.get(by or of.create or "")
        if operation is None:
            raise LookupError(f"{self._contract.service}: the lifecycle names no create operation")
        request = base(self._contract, operation) if values is None else values
        sent = self._send(Probe("", operation, Side.ACCEPT, request, "made for the probe"))
        if is_template(request):
            # Whether it was made is not known: another one, under another name.
            sent = resent(sent, lambda lost: self._send(lost.probe), is_lost)
        resource = self.made_by(sent)
        if resource is None and values is None:
            resource = self.made_by(self._improve(sent) or sent)
            resource = resource or self._made_otherwise(kind or "", operation.name)
        if resource is None:
            raise SetupFailed(sent)
        return resource

    def _made_otherwise(self, kind: str, refused: str) -> RunResource | None:
        """What another operation makes of the kind, where the usual one is refused.

        Not what is made of one that is there, as a copy is; and nothing that was refused before.
        """
        if not self._contract.overlay.inferred:
            return None
        known = self._kinds.get(kind, Resource())
        for name in creators(known):
            if name == refused or name in self._refused:
                continue
            operation = self._contract.operations[name]
            values = base(self._contract, operation)
            if kind in others(spoken(values)) or is_about_own(spoken(values)):
                continue
            self._refused.add(name)  # until it is accepted: what it needs may need it in turn
            sent = self._send(Probe("", operation, Side.ACCEPT, values, "made for the probe"))
            made = self.made_by(sent) or self.made_by(self._improve(sent) or sent)
            if made is not None:
                self._refused.discard(name)
                return made
        return None

    def drop_current(self, kind: str | None = None) -> None:
        """Use a new resource (of all kinds, or of one) from now on: this one may be spoilt."""
        for name in [one for one in self._current if kind in {None, one}]:
            self._leave(name)

    def _leave(self, kind: str | None) -> None:
        """Use the current one of a kind no more."""
        left = self._current.pop(kind, None)
        if left is not None:
            self._unused.append(left)

    def tidy(self) -> None:
        """Delete what nothing uses any more, once that is much: lists would grow with the run.

        What something else is made of stays until that is gone. What is refused to be deleted is
        left to the clean-up. Only where the contract is inferred: elsewhere little is made.
        """
        if len(self._unused) < UNUSED or not self._contract.overlay.inferred:
            return
        there = [one for one in (*self.made, *self._current.values()) if not one.gone]
        used = {id(parent) for one in there for parent in one.parents.values()}
        used |= {id(one) for one in self._current.values()}
        waiting, self._unused = self._unused, []
        for one in reversed(waiting):
            if not one.gone and id(one) in used:
                self._unused.insert(0, one)
            elif not one.gone:
                self.delete(one)

    def delete(self, resource: RunResource, *, even_in_vain: bool = False) -> SentProbe | None:
        """Delete a resource; None where the contract has no delete operation.

        None too where the deletion names something else that cannot be made, and where deletions
        are known to stay without an answer, unless it is to be tried all the same.
        """
        of = self._lifecycle(resource.kind)
        operation = self._contract.operations.get(of.delete or "")
        if operation is None or of.label is None or resource.given:
            return None
        way = base(self._contract, operation)
        if not self._contract.overlay.inferred:
            # Of what its base has besides, it is the labels that lead to the resource.
            way = {name: value for name, value in way.items() if any(others(value))}
        values = {**way, of.label: "${id}", **of.delete_with}
        deletion = Probe("", operation, Side.OBSERVE, values, "")
        if not even_in_vain and self._is_in_vain(deletion):
            return None
        send = partial(self._send, deletion, resource=resource)
        try:
            sent = resent(send(), lambda _: send(), is_lost, times=1)
        except SetupFailed:
            return None  # its deletion names something that cannot be made: it stays
        resource.gone = resource.gone or sent.answer.is_gone
        return sent

    def made_by(self, sent: SentProbe) -> RunResource | None:
        """What an accepted request made, if it made anything."""
        return next((made for made in reversed(self.made) if made.created is sent), None)

    def take_away(self, sent: SentProbe) -> None:
        """Delete what a request made: odd things that are left would spoil lists for the rest."""
        for resource in [one for one in self.made[-NEWEST:] if one.created is sent]:
            if not resource.gone:
                self.delete(resource)

    def made_room(self, sent: SentProbe) -> bool:
        """Delete what nothing uses of a kind of which there may be no more.

        Only where the contract is inferred: there the run itself may have made too many.
        """
        kind, _ = self._creators.get(sent.probe.operation.name, (None, ""))
        full = sent.answer.is_refusal and says_full(sent.answer.code or "")
        if kind is None or not full or not self._contract.overlay.inferred:
            return False
        used = [*self._current.values()]
        used += [parent for one in used for parent in one.parents.values()]
        spare = [one for one in self.made if one.kind == kind and not one.gone]
        spare = [one for one in spare if not any(one is other for other in used)]
        for one in spare:
            self.delete(one)
        return any(one.gone for one in spare)

    def clean_up(self) -> list[str]:
        """Delete everything that this run made; gives the identifiers that stayed.

        What was made last goes first, as it may be made of what was made before. A target that
        does not answer gets no request about each of them.
        """
        unanswered = 0
        for resource in reversed(self.made):
            if not resource.gone and unanswered < PATIENCE:
                sent = self.delete(resource, even_in_vain=True)
                self._forget_twins(resource)
                mute = sent is not None and sent.answer.status is None
                unanswered = unanswered + 1 if mute else 0
        left = [one.id for one in self.made if not one.gone and one.usable]
        for lender in self._lenders.values():
            left += lender.clean_up()
        return left

    def _forget_twins(self, deleted: RunResource) -> None:
        """Two creations may have answered with one identifier: it is deleted once."""
        for one in self.made:
            if (one.kind, one.id) == (deleted.kind, deleted.id):
                one.gone = one.gone or deleted.gone

    def note(self, sent: SentProbe) -> None:
        """Keep account of what an accepted request made, changed or deleted."""
        if not (sent.answer.is_refusal or looks_only(sent.probe.operation.name)):
            for one in (sent.resource, *sent.parents.values()):
                if one is not None:
                    one.touched = True
        if not sent.answer.ok:
            return
        name = sent.probe.operation.name
        if name in self._creators:
            self._add(sent, *self._creators[name])
        if sent.resource is not None:
            of = self._lifecycle(sent.resource.kind)
            if name != of.read:
                sent.resource.seen = None
            if name == of.delete:
                sent.resource.gone = True
            elif name == of.update:
                sent.resource.changed(sent)

    def latest(self, kind: str) -> str:
        """The identifier of the last one of a kind that was made; empty where there is none."""
        return next((one.id for one in reversed(self.made) if one.kind == kind), "")

    def _add(self, sent: SentProbe, kind: str, pointer: str) -> None:
        unique = self._kinds[kind].unique_member or ""
        shown = sent.answer.members
        given = sent.values.get(unique) or next(find(shown, (unique,)), "")
        for found in identifiers(pointer, sent.values, shown):
            parents = {
                of: one for part in sent.parents.values() for of, one in part.parents.items()
            }
            parents.update(sent.parents)
            if found.startswith("/") and self._contract.overlay.inferred:
                found = found.rpartition("/")[2]  # noqa: PLW2901 - as SDKs do: it is a path
            self.made.append(RunResource(found, str(given), sent, kind, parents=parents))
        if len(self.made) > self._crowded:
            there = [one for one in self.made[:-REMEMBERED] if not one.gone]
            self.made[:-REMEMBERED] = there
            self._crowded = 2 * len(self.made)

    def _lifecycle(self, kind: str | None) -> Resource:
        """The lifecycle of a kind, or that of the main one."""
        return self._kinds.get(kind or "", self._contract.overlay.main)

    def _lender(self, service: str) -> Inventory:
        """The inventory of another contract's resources."""
        if service not in self._lenders:
            if self._lend is None:
                raise LookupError(
                    f"{self._contract.service}: no contract provides resources of {service}"
                )
            self._lenders[service] = self._lend(service)
        return self._lenders[service]
