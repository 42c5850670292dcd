"""The transports that a run has towards a target with anything that is not the run's own.

One is for every target that outlives the run: it writes down what may be created before it sends
the request, and it sends nothing that would change or delete what the run did not make. The other
is for resources of others that were given: they are used and, where the user says so, changed, and
none is ever deleted. Both read what a request does from its bytes, and everything goes through
them, so that this holds whatever the rest of the tool does.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.contract.given import OPTION, deletes, looks, makes_another
from conformance.contract.given_values import GivenMember
from conformance.contract.inference.naming import changes
from conformance.contract.places import texts
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
        stranger = self._foreign_identifier(request, visit)
        if stranger is not None:
            return withheld(request, f"{stranger!r} does not belong to this run")
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
                return [withheld(request, "the tool sends creations and deletions one at a time")]
            stranger = self._foreign_identifier(request, visit)
            if stranger is not None:
                return [withheld(request, f"{stranger!r} does not belong to this run")]
        return self._inner.send_all(requests, pipelined=pipelined)

    def _create(self, request: Request, visit: ClassifiedRequest) -> Exchange:
        operation, routes, nonce = visit.operation, self._routes, self._names.nonce
        if operation is None:
            raise LookupError("a creation must belong to an operation")
        named, tagged = routes.named(visit), routes.tagged(visit, nonce)
        names_itself = routes.names_itself(visit, request, nonce)
        if named is None and names_itself:
            named = nonce  # several at once, each with the nonce in its name
        told_apart = tagged or names_itself
        if self._absent is None and not told_apart:
            return withheld(
                request, "the run could not tell its own resources from those of others"
            )
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

    def _foreign_identifier(self, request: Request, visit: ClassifiedRequest) -> str | None:
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


TIMES_DECODED = 3
"""How often a path is percent-decoded to find a name in it: servers differ in that."""


class GivenGuard:
    """Sends what looks or speaks of nothing that is given; else only what may be done to it.

    ``inner`` sends what is about something that is given; everything else goes by ``guarded``, the
    transport that keeps a run to what it made itself, which may be the same one.
    """

    def __init__(self, inner: Transport, guarded: Transport, routes: RouteTable) -> None:
        self._inner, self._guarded, self._routes = inner, guarded, routes
        self._given = routes.contract.given

    def send(self, request: Request) -> Exchange:
        """Send the request, or say why not."""
        one, why = self._judged(request)
        if why:
            return withheld(request, why)
        return (self._guarded if one is None else self._inner).send(request)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send the requests over one connection where none does what must not be done."""
        judged = [self._judged(request) for request in requests]
        for request, (_, why) in zip(requests, judged, strict=True):
            if why:
                return [withheld(request, why)]
        about_given = all(one is not None for one, _ in judged)
        way = self._inner if about_given else self._guarded
        return way.send_all(requests, pipelined=pipelined)

    def _judged(self, request: Request) -> tuple[GivenMember | None, str]:
        """What of what is given the request would change, and why it is not sent, if it is not."""
        visit = self._routes.visit(request)
        operation = visit.operation
        if operation is None:
            path = urlsplit(request.url).path
            parts = [*path.split("/"), path]
            one = next((one for one in self._given.members if _is_named(one, parts)), None)
            is_look = visit.kind is RequestEffect.LOOK
            return None, "" if one is None or is_look else f"{one} is given: not a known operation"
        contract = self._routes.contract
        if looks(contract, operation) or makes_another(contract, operation):
            return None, ""  # what is made is made in what is given, or of it
        is_deletion = deletes(contract, operation) or visit.kind is RequestEffect.DELETE
        if visit.kind is RequestEffect.CREATE:
            said = self._chosen(request, visit)
        else:
            said = [*[*visit.labels.values()][-1:], *(visit.texts if visit.labels else ())]
            if not said or is_deletion:
                said += _said(request, query=not said)
        one = next((one for one in self._given.members if _is_named(one, said)), None)
        if one is None:
            return None, ""
        if visit.kind is RequestEffect.CREATE:
            return one, f"{one} is a given resource, and nothing is created in its place"
        if is_deletion:
            return one, f"{one} is a given resource, which is never deleted"
        may = self._given.may_change
        return one, "" if may else f"{one} is given; only {OPTION} allows changes to it"

    def _chosen(self, request: Request, visit: ClassifiedRequest) -> list[str]:
        """The names that a creation gives to what it makes."""
        labels = {one.label for one in self._routes.contract.overlay.kinds().values()}
        body = _body(request)
        chosen = {**(body if isinstance(body, dict) else {}), **visit.labels}
        return [text for name in labels if isinstance(text := chosen.get(name or ""), str)]


def _is_named(one: GivenMember, said: Sequence[str]) -> bool:
    """Whether one of the texts is what is given, or an ARN of it; in any case and encoding."""
    value = one.value.casefold()
    names = {value, *_ends(value)}
    for text in said:
        decoded = text.casefold()
        for _ in range(TIMES_DECODED):
            if decoded in names or not names.isdisjoint(_ends(decoded)):
                return True
            decoded = unquote(decoded)
    return False


def _ends(text: str) -> Iterator[str]:
    """What an ARN names, with and without the kind before it."""
    if text.startswith("arn:"):
        resource = text.split(":", 5)[-1]
        yield resource
        yield resource.rpartition("/")[2]
        yield resource.rpartition(":")[2]
        yield resource.partition("/")[2]


def _said(request: Request, *, query: bool) -> Iterator[str]:
    """Every text of a request's body, and of its query where that says what it is about."""
    if query:
        for _, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
            yield value
    yield from texts(_body(request))


def _body(request: Request) -> Any:
    """The body as JSON; as a text where it is none."""
    try:
        return json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        return (request.body or b"").decode(errors="replace")
