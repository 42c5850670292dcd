"""The transport that a run has towards a target that outlives it.

It writes down what may be created before it sends the request, and it sends nothing that would
change or delete what the run did not make. Everything goes through it, so that holds whatever the
rest of the tool does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from conformance.contract.inference.naming import changes
from conformance.engine.journal import Journal
from conformance.engine.resources.names import Names
from conformance.engine.safety.request_classifier import (
    ClassifiedRequest,
    RequestEffect,
    RouteTable,
)
from conformance.engine.support import lacks
from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Transport,
    TransportFailure,
)
from conformance.transport.protocols.registry import read

Look = Callable[[str, ClassifiedRequest], bool]
"""Takes an identifier of a request; True when the target surely has nothing of that name."""


class GuardedTransport:
    """Sends what only looks, what creates (noted before) and what touches our own.

    An identifier is ours when the journal has it, or when only this run can have made it up
    (``Names.made_by_us``). Of another one ``absent``, where it is given, is asked whether anything
    has it. What is left is withheld: its exchange has a failure of that kind.
    """

    def __init__(
        self,
        inner: Transport,
        routes: RouteTable,
        journal: Journal,
        names: Names,
        absent: Look | None,
    ) -> None:
        self._inner, self._routes = inner, routes
        self._journal, self._names, self._absent = journal, names, absent
        self._service = routes.contract.service

    def send(self, request: Request) -> Exchange:
        """Send the request, or say why not."""
        visit = self._routes.visit(request)
        if visit.kind is RequestEffect.LOOK:
            return self._inner.send(request)
        if visit.kind is RequestEffect.CREATE:
            return self._create(request, visit)
        stranger = self._stranger(request, visit)
        if stranger is not None:
            return withheld(request, f"{stranger!r} is not of this run")
        exchange = self._inner.send(request)
        if visit.kind is RequestEffect.DELETE:
            answer = read(exchange, visit.operation)
            is_gone = answer.is_gone and not lacks(answer)
            for label in self._routes.deleted(visit) if is_gone else ():
                self._journal.gone(self._service, label)
        return exchange

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send the requests where none of them creates or touches what may be somebody else's."""
        for request in requests:
            visit = self._routes.visit(request)
            if visit.kind is RequestEffect.LOOK:
                continue
            if visit.kind is RequestEffect.CREATE or visit.kind is RequestEffect.DELETE:
                return [withheld(request, "creations and deletions are sent one by one")]
            stranger = self._stranger(request, visit)
            if stranger is not None:
                return [withheld(request, f"{stranger!r} is not of this run")]
        return self._inner.send_all(requests, pipelined=pipelined)

    def _create(self, request: Request, visit: ClassifiedRequest) -> Exchange:
        operation, routes, nonce = visit.operation, self._routes, self._names.nonce
        if operation is None:
            raise LookupError("a creation is of an operation")
        named, tagged = routes.named(visit), routes.tagged(visit, nonce)
        names_itself = routes.names_itself(visit, request, nonce)
        if named is None and names_itself:
            named = nonce  # several at once, each with the nonce in its name
        told_apart = tagged or names_itself
        if self._absent is None and not told_apart:
            return withheld(request, "the run could not tell what it makes from what others made")
        number = self._journal.creating(self._service, operation.name, named, tagged=tagged)
        exchange = self._inner.send(request)
        self._settle(number, visit, exchange)
        return exchange

    def _settle(self, number: int, visit: ClassifiedRequest, exchange: Exchange) -> None:
        """Note what the answer says; without one, or after a crash, that stays open."""
        answer = read(exchange, visit.operation)
        if answer.status is None or answer.server_error:
            if exchange.failure is not None and exchange.failure.kind is FailureKind.REFUSED:
                self._journal.settled(number)
            return
        whole = visit.operation is not None and not self._routes.is_part(visit.operation)
        if whole and answer.ok:
            ids = self._routes.made(visit, exchange)
            if ids:
                self._journal.made(number, self._service, ids)
            return
        self._journal.settled(number)

    def _stranger(self, request: Request, visit: ClassifiedRequest) -> str | None:
        """What of a request may be somebody else's; None when nothing is."""
        if visit.operation is None:
            path = request.url.partition("?")[0]
            last = path.rpartition("/")[2]
            ours = self._names.made_by_us(path) or self._journal.state.is_ours(self._service, last)
            return None if ours else last
        if not visit.labels:
            if any(self._is_made(text) for text in visit.texts):
                return None
            # A request that lacks the name of what it is about is about nothing.
            # So is one that makes, changes and deletes nothing.
            harmless = visit.must_name or not changes(visit.operation.name)
            return None if harmless and self._absent else visit.operation.name
        named = (*visit.labels.values(), *visit.texts)
        return next((one for one in named if not self._is_ours(one, visit)), None)

    def _is_made(self, text: str) -> bool:
        """Whether a text names what this run made, or is an ARN that ends with such a name."""
        state = self._journal.state
        return any(
            state.is_ours(self._service, one) or self._names.made_by_us(one)
            for one in (text, text.rpartition("/")[2])
        )

    def _is_ours(self, label: str, visit: ClassifiedRequest) -> bool:
        if any(one.value == label for one in self._routes.contract.given.members):
            return True  # whether it may be changed was asked before
        # An ARN ends with the identifier, or with that of a part.
        state = self._journal.state
        parts = re.split("[/:]", label) if label.startswith("arn:") else [label.rpartition("/")[2]]
        for text in (label, *parts):
            if state.is_ours(self._service, text) or self._names.made_by_us(text):
                return True
        return self._absent is not None and self._absent(label.rpartition("/")[2], visit)


def withheld(request: Request, why: str) -> Exchange:
    """A request that is not sent, and why not."""
    failure = TransportFailure(FailureKind.WITHHELD, f"not sent: {why}")
    return Exchange(request, None, failure, 0.0, attempts=0)
