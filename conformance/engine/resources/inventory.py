"""The resources that a run makes of one service: made when one is needed, kept, and deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance.contract.given import given_kinds
from conformance.contract.inference.naming import looks_only
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.implicit import ImplicitResources, the_only_one
from conformance.engine.resources.listed import SendRequest, has_no_route, name_in_list, stand_in
from conformance.engine.resources.made_resources import MadeResources
from conformance.engine.resources.names import is_template, token_texts
from conformance.engine.sending.delivery import resent
from conformance.engine.sending.exchange_log import (
    RunResource,
    SentProbe,
    SetupFailed,
    connection_lost,
)
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import as_label, valid_request
from conformance.plan.valid_requests.resources import (
    FRESH,
    all_creators,
    creators,
    is_about_own,
    referenced_kinds,
)

IN_VAIN = 3
"""Creations that were answered as by a target without them, after which no more are tried."""

Lend = Callable[[str], "Inventory"]
"""Gives the inventory of another service, for resources that this one's are made of."""


class Inventory:
    """What one run has of one service; a resource is made of others, which are made first.

    ``made`` is all that was created, and ``unused`` what was left for another one of its kind.
    ``alone``: nobody else has anything on the target.
    """

    def __init__(
        self,
        contract: Contract,
        send: SendRequest,
        lend: Lend | None = None,
        improve: Callable[[SentProbe], SentProbe | None] = lambda _: None,
        *,
        alone: bool = True,
    ) -> None:
        self.made = MadeResources(contract)
        self.unused: list[RunResource] = []
        self._contract, self._send, self._lend = contract, send, lend
        self._improve, self._alone = improve, alone
        self._kinds = contract.overlay.kinds()
        self._creators = all_creators(contract)
        self._given = given_kinds(contract)
        self._someone: dict[str, RunResource] = {}
        self._current: dict[str | None, RunResource] = {}
        self._implicit = ImplicitResources(self._kinds, self.resource)
        self._lacking: dict[tuple[str, bool], RunResource] = {}
        self._refused: set[str] = set()
        self._broken: dict[str, list[SentProbe]] = defaultdict(list)
        """The creations that were answered as by a target that has no code for them."""
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
            made = self._made_or_shown(name, current)
            if made is not current:
                self._leave(name)
            current = self._current[name] = made
        return current

    def _made_or_shown(self, kind: str | None, current: RunResource | None) -> RunResource:
        """A new one of a kind, else one that came with another, else the current. SetupFailed."""
        if kind is None or not self._contract.overlay.inferred:
            return self.create(kind=kind)
        known = self._implicit.again(kind)
        if known is not None:
            return known
        try:
            return self.create(kind=kind)
        except SetupFailed as failed:
            shown = self._implicit.first(kind)
            shown = shown or the_only_one(kind, current, self.made.all, failed)
            if shown is None:
                raise
            return shown

    def _someones(self, kind: str) -> RunResource:
        """What was given of a kind; there is one, which is looked at before it is used."""
        current = self._someone.get(kind)
        if current is None:
            of, value = self._kinds[kind], self._given[kind].value
            operation = self._contract.operations[of.read or ""]
            named = as_label(operation, of.label or "", value)
            request = {**valid_request(self._contract, operation), of.label or "": named}
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
        named = list(dict.fromkeys(referenced_kinds(token_texts(probe.values))))
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
                shared = self._alone or looks_only(probe.operation.name)
                parent = self._parent(kind, fresh=needs.get(kind) == FRESH, shared=shared)
                parent = self._of_the_same(parent, made_of)
            found[kind] = parent
        return found

    def _of_the_same(
        self, parent: RunResource, others: Iterable[RunResource | None]
    ) -> RunResource:
        """The parent, or one made of the same as the others: a user's group is of its own pool."""
        known = {of: one for other in others if other
                 for of, one in (*other.parents.items(), (other.kind, other))}  # fmt: skip
        wrong = [of for of, one in parent.parents.items() if known.get(of, one) is not one]
        if not wrong or not self._contract.overlay.inferred:
            return parent
        try:
            made = self.create_of({of: known[of] for of in wrong}, parent.kind or "")
        except SetupFailed:
            return parent
        self._leave(parent.kind)
        self._current[parent.kind] = made
        return made

    def create_of(self, known: Mapping[str, RunResource], kind: str) -> RunResource:
        """A new one of a kind, made of these where it is made of such. Raises SetupFailed."""
        before = {one: self._current[one] for one in known if one in self._current}
        self._current.update(known)
        try:
            return self.create(kind=kind)
        finally:
            self._current.update(before)

    def _parent(self, kind: str, *, fresh: bool, shared: bool) -> RunResource:
        """One of another kind; where the target cannot make any, what stands for it.

        ``shared``: that may be somebody else's. What a request made in that would stay, as nothing
        of others is deleted. Raises SetupFailed.
        """
        if (kind, shared) in self._lacking:
            return self._lacking[kind, shared]
        try:
            return self.resource(fresh=fresh, kind=kind)
        except SetupFailed as failed:
            there = stand_in(self._contract, kind, failed.sent, self._send if shared else None)
            if there is None:
                raise
            self._lacking[kind, shared] = there
            return there

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
        operation = self._contract.operations.get(self.made.lifecycle(resource.kind).read or "")
        values = valid_request(self._contract, operation) if operation is not None else {}
        probe = operation and Probe("", operation, Side.OBSERVE, values, "")
        return self._send(probe, resource=resource) if probe else None

    def create(
        self,
        values: Mapping[str, Any] | None = None,
        kind: str | None = None,
        *,
        by: str | None = None,
    ) -> RunResource:
        """Make a resource of a kind (default: the main one). Raises SetupFailed."""
        of = self.made.lifecycle(None) if kind is None else self._kinds.get(kind, Resource())
        operation = self._contract.operations.get(by or of.create or "")
        if operation is None:
            raise LookupError(f"{self._contract.service}: the lifecycle has no create operation")
        usual = {**valid_request(self._contract, operation), **({} if by else of.create_with)}
        request = usual if values is None else values
        if values is None and len(self._broken[operation.name]) == IN_VAIN:
            raise SetupFailed(self._broken[operation.name][-1])
        sent = self._send(Probe("", operation, Side.ACCEPT, request, "made for the probe"))
        if is_template(request):
            # Whether it was made is not known: another one, under another name.
            sent = resent(sent, lambda lost: self._send(lost.probe), connection_lost)
        resource = self.made.by(sent)
        if resource is None and kind is not None and sent.answer.ok:
            shown = name_in_list(self._contract, kind, sent, self._send)
            resource = None if shown is None else self.made.add(shown, sent, kind)
        if resource is None and values is None:
            resource = self.made.by(self._improve(sent) or sent)
            resource = resource or self._made_otherwise(kind or "", operation.name)
        if resource is None:
            if values is None and self._contract.overlay.inferred and has_no_route(sent.answer):
                self._broken[operation.name].append(sent)
            raise SetupFailed(sent)
        self._broken.pop(operation.name, None)
        if kind is not None:
            resource.kind = kind  # several kinds may have one creation
        return resource

    def _made_otherwise(self, kind: str, refused: str) -> RunResource | None:
        """What another operation makes of the kind; no copies, and nothing that was refused."""
        if not self._contract.overlay.inferred:
            return None
        known = self._kinds.get(kind, Resource())
        for name in creators(known):
            if name == refused or name in self._refused:
                continue
            operation = self._contract.operations[name]
            values = valid_request(self._contract, operation)
            if kind in referenced_kinds(token_texts(values)) or is_about_own(token_texts(values)):
                continue
            self._refused.add(name)  # until it is accepted: what it needs may need it in turn
            try:
                sent = self._send(Probe("", operation, Side.ACCEPT, values, "made for the probe"))
            except SetupFailed:
                continue  # the next one may need something else
            made = self.made.by(sent) or self.made.by(self._improve(sent) or sent)
            if made is not None:
                self._refused.discard(name)
                return made
        return None

    def drop_current(self, kind: str | None = None) -> None:
        """Use a new resource (of all kinds, or of one) from now on: this one may be spoilt."""
        for name in [one for one in self._current if kind in {None, one}]:
            self._leave(name)

    def current(self) -> list[RunResource]:
        """The current one of each kind."""
        return [*self._current.values()]

    def in_use(self) -> list[RunResource]:
        """What is current, and what something that is there is made of."""
        there = [one for one in (*self.made.all, *self._current.values()) if not one.gone]
        parents = [parent for one in there for parent in one.parents.values()]
        return [*parents, *self._current.values()]

    def _leave(self, kind: str | None) -> None:
        """Use the current one of a kind no more."""
        left = self._current.pop(kind, None)
        if left is not None:
            self.unused.append(left)

    def _lender(self, service: str) -> Inventory:
        """The inventory of another contract's resources."""
        if service not in self._lenders:
            if self._lend is None:
                raise LookupError(f"no contract provides resources of {service}")
            self._lenders[service] = self._lend(service)
        return self._lenders[service]
