"""Talks to one service of a target: fills templates, sends, keeps the resources of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from conformance.contract.model import Contract, Operation
from conformance.contract.places import find, parse
from conformance.engine.mark import Mark
from conformance.engine.masking import Masker, secret_places
from conformance.engine.names import Names, far_future, fill, is_template, mentions, speaks_of
from conformance.judge.answer import Answer, read
from conformance.plan.bases import base
from conformance.plan.form import Overrides
from conformance.plan.probes import Probe, Side
from conformance.plan.resources import FRESH, GIVEN, all_creators, kind_of, kinds, others
from conformance.plan.wire import USUAL, WireRequest, wire
from conformance.target.exchange import Exchange, FailureKind

PAST = "2001-01-01T00:00:00.000Z"
MADE = "made"
RESENDS = 2
"""How often a request is sent again whose connection broke before the answer was there."""
PATIENCE = 2
"""So many requests in a row without an answer, and a clean-up ends."""


class Channel(Protocol):
    """Where a session's requests go: signs them for the service and sends them."""

    region: str

    def send(
        self,
        method: str,
        target: str,
        body: bytes | None,
        content_type: str | None,
        *,
        headers: Overrides = (),
        names: str = "",
    ) -> Exchange:
        """Send one request; ``target`` is its path and query."""
        ...

    def converse(self, requests: Sequence[WireRequest], *, pipelined: bool) -> list[Exchange]:
        """Send requests over one connection of their own."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent, as members and as bytes, and what came back."""

    probe: Probe
    values: Mapping[str, Any]
    exchange: Exchange
    answer: Answer
    resource: Resource | None = None
    parents: Mapping[str, Resource] = field(default_factory=dict)
    """Resources of other kinds that the request speaks of, by kind."""
    missigned: str = ""
    """How it was signed wrongly, where it was."""


@dataclass(slots=True)
class Resource:
    """A resource that this run made: its identifier, what is unique of it, and how it was made."""

    id: str
    unique: str
    created: Sent
    kind: str | None = None
    gone: bool = False
    history: list[Sent] = field(default_factory=list)
    """The updates of it that were accepted, oldest first: how it came to be as it is."""

    parents: Mapping[str, Resource] = field(default_factory=dict)
    """The resources of other kinds that it was made of."""

    @property
    def usable(self) -> bool:
        """Whether it is there, and so is all that it was made of."""
        return not self.gone and all(parent.usable for parent in self.parents.values())


class SetupFailed(Exception):
    """A resource could not be made; ``sent`` is the request that failed."""

    def __init__(self, sent: Sent) -> None:
        super().__init__(sent.answer.told())
        self.sent = sent


Lend = Callable[[str], "Session"]
"""Gives the session of another service, for resources that this one's are made of."""


class Session:
    """One service of one target during one run."""

    def __init__(
        self,
        contract: Contract,
        channel: Channel,
        names: Names,
        masker: Masker,
        mark: Mark | None = None,
        lend: Lend | None = None,
    ) -> None:
        self.contract, self.names, self.masker = contract, names, masker
        self._channel, self._mark, self._lend = channel, mark, lend
        self._facts: Mapping[str, Any] = contract.facts.get("resource", {})
        self._kinds = kinds(contract)
        self._creators = all_creators(contract)
        self._current: dict[str | None, Resource] = {}
        self._lenders: dict[str, Session] = {}
        self.made: list[Resource] = []
        self._secrets = {
            operation.name: (secret_places(operation.input), secret_places(operation.output))
            for operation in contract.operations.values()
        }
        self.sent = 0
        self.broken_connections = 0
        self.observers: list[Callable[[Sent], None]] = []

    def operation(self, role: str) -> Operation | None:
        """The operation that plays a role (create, read, update, list, delete) in the lifecycle."""
        return self.contract.operations.get(self._facts.get(role, ""))

    def send(self, probe: Probe, *, fresh: bool = False, resource: Resource | None = None) -> Sent:
        """Fill a probe's template and send it; a resource is made where it needs one.

        The resource is the one given, with ``fresh`` a new one, else the current one; those of
        other kinds that the template speaks of are made first. Raises SetupFailed when one cannot
        be made.
        """
        if resource is None and needs_resource(probe):
            kind = kind_of(self.contract, probe.operation.name)
            resource = self.resource(fresh=fresh, kind=kind)
        parents = self._parents(probe, resource)
        values, request = self._filled(probe, resource, parents)
        return self._came_back(probe, values, self._usual(probe, request), resource, parents)

    def _parents(self, probe: Probe, resource: Resource | None) -> dict[str, Resource]:
        """The resources of other kinds that a template speaks of: the resource's own, or current.

        For a creation that needs a fresh one, as what is made of it may exist once only, a new one.
        """
        making, _ = self._creators.get(probe.operation.name, (None, ""))
        needs = self._kinds.get(making or "", {}).get("needs", {})
        found: dict[str, Resource] = {}
        for kind in others(probe.values):
            if resource is not None and kind in resource.parents:
                found[kind] = resource.parents[kind]
            elif kind not in found:
                found[kind] = self.resource(fresh=needs.get(kind) == FRESH, kind=kind)
        return found

    def send_by(self, channel: Channel, kind: str, probe: Probe, *, fresh: bool = False) -> Sent:
        """Send a probe by a channel that signs it wrongly, in the way that ``kind`` names.

        Its answer is told to no observer: it says nothing about the operation. Raises SetupFailed.
        """
        about = kind_of(self.contract, probe.operation.name)
        resource = self.resource(fresh=fresh, kind=about) if needs_resource(probe) else None
        parents = self._parents(probe, resource)
        values, request = self._filled(probe, resource, parents)
        # It is meant to be refused: where the connection broke it may always be sent again.
        exchange = self._exchange(channel, request, repeatable=True)
        self.sent += exchange.attempts
        sent = Sent(probe, values, exchange, read(exchange), resource, parents, kind)
        self._learn(sent)
        return sent

    def send_together(self, probes: Sequence[Probe], resources: Sequence[Resource]) -> list[Sent]:
        """Send several probes at the same time, each for its own resource."""
        parents = [self._parents(probe, one) for probe, one in zip(probes, resources, strict=True)]
        filled = [
            self._filled(probe, one, of)
            for probe, one, of in zip(probes, resources, parents, strict=True)
        ]
        with ThreadPoolExecutor(len(filled)) as pool:
            requests = [request for _, request in filled]
            exchanges = list(pool.map(self._usual, probes, requests))
        return [
            self._came_back(probe, values, exchange, resource, of)
            for probe, (values, _), exchange, resource, of in zip(
                probes, filled, exchanges, resources, parents, strict=True
            )
        ]

    def converse(
        self, probes: Sequence[Probe], resource: Resource | None, *, pipelined: bool
    ) -> list[Sent]:
        """Send several probes over one connection; fewer are sent where the target ends it."""
        parents = [self._parents(probe, resource) for probe in probes]
        filled = [
            self._filled(probe, resource, of) for probe, of in zip(probes, parents, strict=True)
        ]
        exchanges = self._channel.converse([one for _, one in filled], pipelined=pipelined)
        return [
            self._came_back(probe, values, exchange, resource, of)
            for probe, (values, _), exchange, of in zip(
                probes, filled, exchanges, parents, strict=False
            )
        ]

    def _filled(
        self, probe: Probe, resource: Resource | None, parents: Mapping[str, Resource]
    ) -> tuple[dict[str, Any], WireRequest]:
        values: dict[str, Any] = fill(probe.values, self._lookup(resource, parents))
        if self._mark is not None and probe.raw is None:
            values = self._mark.put_on(probe.operation, values)
        form = probe.form or USUAL
        if form.path:
            form = replace(form, path=fill(form.path, self._lookup(resource, parents)))
        return values, wire(probe.operation, values, probe.raw, form)

    def _usual(self, probe: Probe, request: WireRequest) -> Exchange:
        repeatable = self.repeatable(probe.operation)
        return self._exchange(self._channel, request, repeatable=repeatable)

    def _exchange(self, channel: Channel, request: WireRequest, *, repeatable: bool) -> Exchange:
        """Send a request; one that is repeatable again, where the connection broke."""
        exchange = _once(channel, request)
        for _ in range(RESENDS if repeatable else 0):
            if not is_lost(exchange):
                break
            self.broken_connections += 1
            again = _once(channel, request)
            exchange = replace(again, attempts=exchange.attempts + again.attempts)
        return exchange

    def repeatable(self, operation: Operation) -> bool:
        """True when a request may be sent twice and is answered as if it were sent once."""
        listing = operation.name in {facts.get("list") for facts in self._kinds.values()}
        return listing or operation.method in {"GET", "PUT", "PATCH"}

    def _came_back(
        self,
        probe: Probe,
        values: dict[str, Any],
        exchange: Exchange,
        resource: Resource | None,
        parents: Mapping[str, Resource],
    ) -> Sent:
        self.sent += exchange.attempts
        answer = read(exchange)
        if self._mark is not None:
            answer = self._mark.take_off(probe.operation, answer)
        sent = Sent(probe, values, exchange, answer, resource, parents)
        self._notice(sent)
        return sent

    def call(
        self, operation: Operation, values: Mapping[str, Any], resource: Resource | None = None
    ) -> Sent:
        """Send a request that is no probe of its own: a read back, a clean-up."""
        return self.send(Probe("", operation, Side.OBSERVE, values, ""), resource=resource)

    def resource(self, *, fresh: bool = False, kind: str | None = None) -> Resource:
        """The run's current resource of a kind (default the main one), or a new one."""
        name = kind or next(iter(self._kinds), None)
        service = self._kinds.get(name or "", {}).get("service")
        if service is not None:
            return self._lender(service).resource(fresh=fresh)
        current = self._current.get(name)
        if fresh or current is None or not current.usable:
            current = self._current[name] = self.create(kind=name)
        return current

    def create(self, values: Mapping[str, Any] | None = None, kind: str | None = None) -> Resource:
        """Make a resource of a kind. Raises SetupFailed."""
        facts = self._facts if kind is None else self._kinds.get(kind, {})
        operation = self.contract.operations.get(facts.get("create", ""))
        if operation is None:
            raise LookupError(f"{self.contract.service}: the lifecycle names no create operation")
        request = base(self.contract, operation) if values is None else values
        sent = self.send(Probe("", operation, Side.ACCEPT, request, "made for the probe"))
        for _ in range(RESENDS if is_template(request) else 0):
            if not is_lost(sent.exchange):
                break
            # Whether it was made nobody knows: another one, under another name.
            self.broken_connections += 1
            sent = self.send(sent.probe)
        resource = next((made for made in self.made if made.created is sent), None)
        if resource is None:
            raise SetupFailed(sent)
        return resource

    def drop_current(self, kind: str | None = None) -> None:
        """Use a new resource (of all kinds, or of one) from now on: this one may be spoilt."""
        for name in [one for one in self._current if kind in {None, one}]:
            del self._current[name]

    def delete(self, resource: Resource) -> Sent | None:
        """Delete a resource; None where the contract has no delete operation."""
        facts = self._kinds.get(resource.kind or "", self._facts)
        operation = self.contract.operations.get(facts.get("delete", ""))
        if operation is None:
            return None
        label = facts["identifier"]["label"]
        # Of what its base has besides, it is the labels that lead to the resource.
        start = base(self.contract, operation)
        way = {name: value for name, value in start.items() if any(others(value))}
        values = {**way, label: "${id}", **facts.get("delete-with", {})}
        sent = self.call(operation, values, resource)
        if is_lost(sent.exchange):
            sent = self.call(operation, values, resource)
        resource.gone = resource.gone or sent.answer.ok or sent.answer.status == 404
        return sent

    def _lender(self, service: str) -> Session:
        """The session that makes the resources of another contract."""
        if service not in self._lenders:
            if self._lend is None:
                raise LookupError(f"{self.contract.service}: nobody lends resources of {service}")
            self._lenders[service] = self._lend(service)
        return self._lenders[service]

    def clean_up(self) -> list[str]:
        """Delete everything that this run made; gives the identifiers that stayed.

        What was made last goes first, as it may be made of what was made before. A target that
        does not answer is not asked about each of them.
        """
        unanswered = 0
        for resource in reversed(self.made):
            if not resource.gone and unanswered < PATIENCE:
                sent = self.delete(resource)
                mute = sent is not None and sent.answer.status is None
                unanswered = unanswered + 1 if mute else 0
        left = [one.id for one in self.made if not one.gone and one.usable]
        for lender in self._lenders.values():
            left += lender.clean_up()
        return left

    def _notice(self, sent: Sent) -> None:
        """Learn secrets, remember what was made and what is gone, tell the observers."""
        self._learn(sent)
        name = sent.probe.operation.name
        if sent.answer.ok and name in self._creators:
            self._remember(sent, *self._creators[name])
        if sent.answer.ok and sent.resource is not None:
            facts = self._kinds.get(sent.resource.kind or "", self._facts)
            if name == facts.get("delete"):
                sent.resource.gone = True
            elif name == facts.get("update"):
                sent.resource.history.append(sent)
        for observer in self.observers:
            observer(sent)

    def _secret(self, length: int) -> str:
        """A new value, which is a secret wherever it is put: in a list that is imported, say."""
        value = self.names.secret(length)
        self.masker.learn(value)
        return value

    def _learn(self, sent: Sent) -> None:
        given, answered = self._secrets[sent.probe.operation.name]
        self.masker.learn_signature(sent.exchange.request)
        self.masker.learn_from(sent.values, given)
        self.masker.learn_from(sent.answer.body, answered)

    def _remember(self, sent: Sent, kind: str, pointer: str) -> None:
        unique = self._kinds[kind].get("unique", {}).get("member", "")
        given = sent.values.get(unique) or next(find(sent.answer.body, (unique,)), "")
        chosen = pointer.removeprefix(GIVEN)
        shown = find(sent.answer.body, parse(pointer))
        for found in shown if chosen == pointer else find(sent.values, (chosen,)):
            if isinstance(found, str) and found:
                self.made.append(Resource(found, str(given), sent, kind, parents=sent.parents))

    def _identity(self, resource: Resource) -> dict[str, Callable[[int | None], str]]:
        """The placeholders of one resource."""
        return {
            "id": lambda _: resource.id,
            "taken": lambda _: resource.unique,
            "ID": lambda _: self._in_other_case(resource.id),
        }

    def _in_other_case(self, identifier: str) -> str:
        """Another identifier with the same letters; an unknown one where there are none."""
        swapped = identifier.swapcase()
        return swapped if swapped != identifier else self.names.unknown(10)

    def fill(self, value: Any, resource: Resource | None = None) -> Any:
        """A value with its placeholders filled for a resource."""
        parents = resource.parents if resource is not None else {}
        return fill(value, self._lookup(resource, parents))

    def tag(self, value: Any, tagged: dict[str, str]) -> Any:
        """A value with its tagged placeholders filled, the same tag by the same text."""
        return fill(value, self._lookup(None, {}), tagged)

    def _lookup(self, resource: Resource | None, parents: Mapping[str, Resource]) -> dict[str, Any]:
        region = self._channel.region
        found: dict[str, Any] = {
            "name": lambda length: self.names.new(length or 26),
            "secret": lambda length: self._secret(length or 40),
            "alnum": lambda length: self.names.unknown(length or 10),
            "long": lambda length: "a" * (length or 0),
            "region": lambda _: region,
            "future": lambda _: far_future(),
            "farther": lambda _: far_future(6),
            "past": lambda _: PAST,
        }
        if resource is not None:
            found.update(self._identity(resource))
            found.update(_made(resource))
        for kind, parent in parents.items():
            of_parent = self._identity(parent)
            found.update({f"{name}.{kind}": say for name, say in of_parent.items()})
        return found


def _once(channel: Channel, request: WireRequest) -> Exchange:
    return channel.send(
        request.method,
        request.target,
        request.body,
        request.content_type,
        headers=request.headers,
        names=request.names,
    )


def is_lost(exchange: Exchange) -> bool:
    """True when the connection broke, so that nobody knows whether the request was carried out."""
    return exchange.failure is not None and exchange.failure.kind is FailureKind.RESET


def needs_resource(probe: Probe) -> bool:
    """True when a probe's template speaks of a resource that must be there."""
    named = mentions(probe.values, "id") or mentions(probe.values, "taken")
    return named or speaks_of(probe.values, MADE)


def _made(resource: Resource) -> dict[str, Callable[[int | None], str]]:
    """``${made.MEMBER}``: the texts that the answer to its creation shows."""
    created: Sent | None = resource.created  # the model of random sequences has none
    body = None if created is None else created.answer.body
    shown = body.items() if isinstance(body, dict) else ()
    return {
        f"{MADE}.{name}": lambda _, text=value: text  # type: ignore[misc]
        for name, value in shown
        if isinstance(value, str)
    }
