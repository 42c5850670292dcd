"""Talks to one service of a target: fills templates, sends, and keeps account of the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from conformance.contract.model import Contract, Operation
from conformance.engine.resources.answers import Answers
from conformance.engine.resources.companions import Companions
from conformance.engine.resources.disposal import Disposal
from conformance.engine.resources.filled_request import FilledRequest, RequestFiller
from conformance.engine.resources.inventory import Inventory, Lend
from conformance.engine.resources.names import Names
from conformance.engine.resources.placeholders import Placeholders, needs_resource, unknown_facts
from conformance.engine.resources.readiness import READY, Readiness
from conformance.engine.resources.request_search import RequestSearch
from conformance.engine.resources.run_tag import RunTag
from conformance.engine.secrets.masking import Masker, secret_places
from conformance.engine.sending.channel import Channel
from conformance.engine.sending.delivery import connection_broke, is_repeatable, resent
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.sending.patience import (
    EQUAL,
    Patience,
    faults_of,
    kinds_of_request,
    missigned_kinds,
)
from conformance.engine.sending.settling import SETTLE, Arrival
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import (
    all_creators,
    foreign_kinds,
    kind_of,
    lifecycle_of,
)
from conformance.transport.exchange import Exchange
from conformance.transport.protocols.registry import read
from conformance.transport.protocols.seam import WireRequest


class Session:
    """One service of one target during one run."""

    def __init__(
        self,
        contract: Contract,
        channel: Channel,
        names: Names,
        masker: Masker,
        mark: RunTag | None = None,
        lend: Lend | None = None,
        patience: Patience | None = None,
        *,
        settle: float = SETTLE,
        ready: float = READY,
        companions: Companions | None = None,
        lent: Sequence[Session] = (),
        alone: bool = True,
    ) -> None:
        self._arrival = Arrival(settle, look=self._look if contract.overlay.inferred else None)
        self.contract, self.names, self.masker = contract, names, masker
        self.search = RequestSearch(contract, self.send, lambda name: name not in self.left_out)
        self.inventory = Inventory(contract, self.send, lend, self.search.improve, alone=alone)
        self._answers = Answers(contract, self.send, self.inventory, self.search.improve)
        self.lent = lent
        self.disposal = Disposal(contract, self.send, self.inventory, self._is_in_vain)
        self._readiness = Readiness(self.inventory.read, ready)
        self.placeholders = Placeholders(names, masker, channel.region, companions)
        self.placeholders.latest = self.inventory.made.latest
        self.observers: list[Callable[[SentProbe], None]] = []
        self.lasting: list[Callable[[SentProbe], None]] = []
        """The observers of what every request leaves behind, whoever reports what it shows."""
        self.sent, self._calls_first = 0, False
        self.left_out: frozenset[str] = frozenset()
        self.why_left_out: Mapping[str, str] = {}
        """Of operations that are left out, those that no option excludes, each with the reason."""
        self.patience = Patience() if patience is None else patience
        self._channel, self._mark = channel, mark
        self._filler = RequestFiller(self.placeholders, mark, self.patience)
        self._foreign = foreign_kinds(contract)
        self._secrets = {
            operation.name: (secret_places(operation.input), secret_places(operation.output))
            for operation in contract.operations.values()
        }

    def send(
        self, probe: Probe, *, fresh: bool = False, resource: RunResource | None = None
    ) -> SentProbe:
        """Fill a probe's template and send it; a resource is made where it needs one.

        The resource is the one given, with ``fresh`` a new one, else the current one; those of
        other kinds that the template speaks of are made first. Raises SetupFailed when one cannot
        be made.
        """
        if resource is None:
            resource = self._needed(probe, fresh=fresh)
        self._call_first(probe, resource)
        sent = self._exchanged(probe, resource)
        if not self.disposal.made_room(sent):
            return sent
        if probe.side is Side.REJECT:
            return self._exchanged(probe, resource)  # what is too much may be in the request
        return self._arrival.of_room(lambda: self._exchanged(probe, resource))

    def _exchanged(self, probe: Probe, resource: RunResource | None) -> SentProbe:
        [filled] = self._filled([probe], [resource])
        exchange = self._usual(filled)
        self._note(filled, exchange)
        return self._came_back(filled, exchange)

    def _call_first(self, probe: Probe, resource: RunResource | None) -> None:
        """Call what the run found out to be needed before an operation; whatever comes of it."""
        name = self.contract.found.before.get(probe.operation.name)
        if name is None or self._calls_first:
            return
        first = self.contract.operations[name]
        about = kind_of(self.contract, name)
        own = resource if resource is not None and resource.kind == about else None
        self._calls_first = True
        try:
            state = self.contract.found.before_with.get(probe.operation.name, {})
            sent = self.call(first, {**valid_request(self.contract, first), **state}, own)
        except SetupFailed:
            return
        finally:
            self._calls_first = False
        if sent.answer.ok and resource is not None and sent not in resource.history:
            resource.changed(sent)

    def send_by(
        self, channel: Channel, kind: str, probe: Probe, *, fresh: bool = False
    ) -> SentProbe:
        """Send a probe signed wrongly, hidden from the observers. Raises SetupFailed."""
        group, needed = missigned_kinds(probe), self._needed(probe, fresh=fresh)
        [filled] = self._filled([probe], [needed])
        request = replace(filled.request, within=self.patience.within(group))
        # It should be refused: where the connection broke it may always be sent again.
        exchange = _sent(channel, request, repeatable=True)
        self.patience.note(group, f"a request signed wrongly ({kind})", exchange)
        self.sent += exchange.attempts
        sent = SentProbe(
            probe,
            filled.values,
            exchange,
            read(exchange, probe.operation),
            filled.resource,
            filled.parents,
            kind,
        )
        self._learn(sent)
        return sent

    def send_together(
        self, probes: Sequence[Probe], resources: Sequence[RunResource | None]
    ) -> list[SentProbe]:
        """Send several probes at the same time, each for its own resource."""
        filled = self._filled(probes, resources)
        with ThreadPoolExecutor(len(filled)) as pool:
            exchanges = list(pool.map(self._usual, filled))
        for one, exchange in zip(filled, exchanges, strict=True):
            self._note(one, exchange, len(filled))
        return [self._came_back(*pair) for pair in zip(filled, exchanges, strict=True)]

    def send_again(self, probe: Probe, times: int) -> list[SentProbe]:
        """Send a probe so many times at once, each for a new resource. Raises SetupFailed."""
        resources = []
        for _ in range(times):
            resource = self._needed(probe, fresh=True)
            if resource is not None:
                resource.touched = True  # so that the next is another one
            resources.append(resource)
        return self.send_together([probe] * times, resources)

    def send_all(
        self, probes: Sequence[Probe], resource: RunResource | None, *, pipelined: bool
    ) -> list[SentProbe]:
        """Send several probes over one connection; fewer are sent where the target ends it."""
        filled = self._filled(probes, [resource] * len(probes))
        own = f"{self.contract.service}: one connection"
        faults = [faults_of(one) for one in probes]
        within = self.patience.within((own, *(kind for kinds in faults for kind in kinds)))
        requests = [replace(one.request, within=within) for one in filled]
        exchanges = self._channel.send_all(requests, pipelined=pipelined)
        if exchanges:
            kinds = (own, *faults[len(exchanges) - 1])
            self.patience.note(kinds, "requests over one connection", exchanges[-1])
        return [self._came_back(*pair) for pair in zip(filled, exchanges, strict=False)]

    def call(
        self, operation: Operation, values: Mapping[str, Any], resource: RunResource | None = None
    ) -> SentProbe:
        """Send a request that is not a probe, such as a read back."""
        return self.send(Probe("", operation, Side.OBSERVE, values, ""), resource=resource)

    def clean_up(self) -> list[str]:
        """Delete everything that was made, also of services that lent; gives what stayed."""
        # What is attached to a resource that stays is detached while it is still there.
        self.disposal.empty(self.placeholders.companions.created_by(self.contract.service))
        return [*self.disposal.clean_up(), *(left for one in self.lent for left in one.clean_up())]

    def _needed(self, probe: Probe, *, fresh: bool) -> RunResource | None:
        """The resource that a template speaks of, if it does."""
        if not needs_resource(probe):
            return None
        kind = kind_of(self.contract, probe.operation.name)
        # What creates speaks of another one of its kind, whose unique member is known.
        own = probe.operation.name in all_creators(self.contract)
        return self.inventory.resource(fresh=fresh, kind=kind, own=own)

    def _filled(
        self, probes: Sequence[Probe], resources: Sequence[RunResource | None]
    ) -> list[FilledRequest]:
        """The probes, each for its resource: all that they need is made before any is filled."""
        pairs = list(zip(probes, resources, strict=True))
        parents = [self._answers.parents(*pair) for pair in pairs]
        for (probe, resource), others in zip(pairs, parents, strict=True):
            spoken = [*others.items(), *([] if resource is None else [(None, resource)])]
            for kind, one in spoken:
                if kind in self._foreign:
                    continue  # of another contract, with other operations
                self._readiness.wait(one)
                if unknown_facts(probe.values, kind, one):
                    self.inventory.look(one)
        return [self._filler.fill(*pair, of) for pair, of in zip(pairs, parents, strict=True)]

    def _usual(self, filled: FilledRequest) -> Exchange:
        repeatable = is_repeatable(self.contract, filled.probe.operation)

        def send() -> Exchange:
            return _sent(self._channel, filled.request, repeatable=repeatable)

        exchange, resource = send(), filled.resource
        if resource is None or not self._is_about(filled, resource):
            return exchange
        return self._arrival.wait(resource, filled.probe.operation, exchange, send, filled.values)

    def _look(self, resource: RunResource, operation: Operation) -> None:
        """Read a resource that another operation does not find: it may be there all the same."""
        if self.inventory.made.lifecycle(resource.kind).read != operation.name:
            with suppress(SetupFailed):
                self.inventory.read(resource)

    def _is_about(self, filled: FilledRequest, resource: RunResource) -> bool:
        """True for a request, in the usual form, that is for the resource itself."""
        probe = filled.probe
        if probe.side is Side.REJECT or probe.form is not None or resource.gone:
            return False
        label = lifecycle_of(self.contract, probe.operation.name).label
        return label is not None and filled.values.get(label) in (resource.id, [resource.id])

    def _is_in_vain(self, probe: Probe) -> bool:
        return self.patience.unanswered(kinds_of_request(probe)) > EQUAL

    def _note(self, filled: FilledRequest, exchange: Exchange, together: int = 1) -> None:
        what = (probe := filled.probe).requirement or probe.operation.name
        self.patience.note(kinds_of_request(probe), what, exchange, together)

    def _came_back(self, filled: FilledRequest, exchange: Exchange) -> SentProbe:
        """Keep account of an answer and tell the observers."""
        self.sent += exchange.attempts
        answer = read(exchange, filled.probe.operation)
        if self._mark is not None:
            answer = self._mark.strip_from(filled.probe.operation, answer)
        sent = SentProbe(
            filled.probe, filled.values, exchange, answer, filled.resource, filled.parents
        )
        self._learn(sent)
        self.inventory.made.note(sent)
        self._note_state(sent)
        for observer in (*self.lasting, *self.observers):
            observer(sent)
        return sent

    def _note_state(self, sent: SentProbe) -> None:
        if sent.answer.ok:
            made = self.inventory.made.by(sent)
            if (about := made or sent.resource) is not None:
                about.has_arrived = about is not made
                self._readiness.note(sent, about)

    def _learn(self, sent: SentProbe) -> None:
        """Learn the secrets that a request and its answer carry."""
        given, answered = self._secrets[sent.probe.operation.name]
        self.masker.learn_signature(sent.exchange.request)
        self.masker.learn_from(sent.values, given)
        self.masker.learn_from(sent.answer.body, answered)


def _sent(channel: Channel, request: WireRequest, *, repeatable: bool) -> Exchange:
    """Send a request; one that is repeatable again, where the connection broke."""
    exchange = channel.send(request)
    if not repeatable:
        return exchange
    return resent(exchange, lambda lost: channel.send(request).after(lost), connection_broke)
