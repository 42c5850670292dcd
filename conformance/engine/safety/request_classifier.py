"""What a request would do to a target, read from its bytes: look, create, or touch what is there.

Read from the request that is about to be sent and not from what somebody meant to send, so that
nothing that goes to a target is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.contract.given import SAFE
from conformance.contract.inference.naming import DELETE, identifies, looks_only, split
from conformance.contract.model import Contract, Location, Operation
from conformance.contract.places import find, parse, texts
from conformance.contract.routes import RouteMatcher, query_of
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.names import ANSWERED, mentions
from conformance.engine.resources.run_tag import is_tagged
from conformance.plan.valid_requests.resources import (
    MADE,
    all_creators,
    identifiers,
    kind_of,
    referenced_kinds,
)
from conformance.transport.exchange import Exchange, Request
from conformance.transport.protocols.json_text import members
from conformance.transport.protocols.registry import members_of, of, read, selectors_of


class RequestEffect(StrEnum):
    """What a request does where it is accepted."""

    LOOK = "look"
    CREATE = "create"
    TOUCH = "touch"
    DELETE = "delete"
    UNKNOWN = "unknown"
    """No operation of the contract has this route, and its method is not one that only looks."""


@dataclass(frozen=True, slots=True)
class ClassifiedRequest:
    """A request as its operation; ``labels`` are the identifiers that it names, by member.

    Those are what the contract binds to resources, wherever it stands; where it binds nothing, the
    decoded parts of the path. ``must_name``: a valid request of the operation names something.
    ``texts`` are the other identifiers of members that name several things, and all texts of a
    request that names nothing: names may stand deeper, in batches. ``body`` are the members in the
    body of a request that does not only look.
    """

    kind: RequestEffect
    operation: Operation | None
    labels: Mapping[str, str]
    must_name: bool = False
    texts: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)


class RouteTable:
    """The routes of one service below one URL, and where its answers have identifiers."""

    def __init__(self, contract: Contract, url: str) -> None:
        self.contract = contract
        self._main = contract.overlay.main
        self._base = urlsplit(url).path.rstrip("/")
        self._created = {name: place for name, (_, place) in all_creators(contract).items()}
        every = contract.overlay.kinds().values()
        self._looks = {name for one in every for name in (one.list, one.read)}
        self._deletes = {one.delete for one in every}
        self._is_named = of(contract.protocol).by_name
        self._labels = {one.label for one in every if one.label is not None}
        parts = [one for one in every if _is_named_by_parent(contract, one)]
        self._parts = {name for one in parts for name in (one.create, one.delete)}
        # A server may take an empty label for one: what it would touch must be known here.
        self._matcher = RouteMatcher(contract.operations.values(), empty=True)
        self._known: dict[str, tuple[RequestEffect, list[str]]] = {}

    def visit(self, request: Request) -> ClassifiedRequest:
        operation, labels = self.match(request)
        if request.method in SAFE and (operation is None or not split(operation.name, DELETE)):
            return ClassifiedRequest(RequestEffect.LOOK, operation, labels)
        if operation is None:
            # Where a name alone says what is meant, one that no operation has means nothing.
            kind = RequestEffect.LOOK if self._is_named else RequestEffect.UNKNOWN
            return ClassifiedRequest(kind, None, {})
        if operation.name not in self._known:
            self._known[operation.name] = (self._kind(operation), self._identifiers(operation))
        kind, names = self._known[operation.name]
        body = _body(operation, request)
        named = list(_named(request, labels, names, body))
        labels = dict(named) if names else labels
        more = (text for name, text in named if labels[name] != text)
        deeper = more if labels or not self._is_named else _texts(body)
        return ClassifiedRequest(kind, operation, labels, bool(names), tuple(deeper), body)

    def _identifiers(self, operation: Operation) -> list[str]:
        """The members that name what an operation is about, but for those of the path alone."""
        found = self._bound(operation)
        if self._is_named:
            stated = [name for name in operation.input if name in self._labels]
            found = list(dict.fromkeys([*found, *stated]))
        if found or any(one.location is Location.PATH for one in operation.input.values()):
            return found
        needed = [name for name, one in operation.input.items() if one.required]
        return [name for name in needed if identifies(name)]

    def _bound(self, operation: Operation) -> list[str]:
        binds = self.contract.overlay.words_of(operation.name).binds
        own = any("${id}" in texts(value) for value in binds.values())
        return [
            name
            for name, template in binds.items()
            # Not a version, nor another name of what is named already, nor what an answer gave.
            if not (own and any(MADE.fullmatch(text) for text in texts(template)))
            and not mentions(template, f"${{{ANSWERED}.")
        ]

    def is_part(self, operation: Operation) -> bool:
        """Whether what an operation makes or deletes is named by what it is part of."""
        return operation.name in self._parts

    def deleted(self, visit: ClassifiedRequest) -> list[str]:
        """The identifiers that a deletion removes; a part that its whole names has none."""
        if visit.operation is None or self.is_part(visit.operation):
            return []
        kind = kind_of(self.contract, visit.operation.name)
        about = self.contract.overlay.kinds().get(kind or "")
        own = None if about is None else about.label
        label = visit.labels.get(own or "")
        return list(visit.labels.values()) if label is None else [label]

    def match(self, request: Request) -> tuple[Operation | None, Mapping[str, str]]:
        """The operation that a request is of, and its labels."""
        parts = urlsplit(request.url)
        path = parts.path.removeprefix(self._base)
        query = query_of(parse_qsl(parts.query, keep_blank_values=True)) | selectors_of(request)
        found = self._matcher.find(request.method, path, query)
        return (None, {}) if found is None else (found.operation, found.labels)

    def _kind(self, operation: Operation) -> RequestEffect:
        if operation.name in self._created:
            return RequestEffect.CREATE
        if operation.name in self._looks or looks_only(operation.name):
            return RequestEffect.LOOK
        return RequestEffect.DELETE if operation.name in self._deletes else RequestEffect.TOUCH

    def named(self, visit: ClassifiedRequest) -> str | None:
        """The name that a creation asks for; None where it has none."""
        value = visit.body.get(self._main.mark_name or "")
        return value if isinstance(value, str) else None

    def tagged(self, visit: ClassifiedRequest, nonce: str) -> bool:
        """True when a creation carries the run's tag."""
        return is_tagged(visit.body.get(self._main.tag_property or ""), nonce)

    def names_itself(self, visit: ClassifiedRequest, request: Request, nonce: str) -> bool:
        """True when what a creation makes has the run's nonce in its name."""
        members = {} if visit.operation is None else visit.operation.input
        if any(one.location is Location.PAYLOAD for one in members.values()):
            return nonce.encode() in (request.body or b"")
        return nonce in (self.named(visit) or "")

    def made(self, visit: ClassifiedRequest, exchange: Exchange) -> list[str]:
        """The identifiers that the answer to a creation gives."""
        if visit.operation is None or self.is_part(visit.operation):
            return []
        _, labels = self.match(exchange.request)
        asked, place = {**visit.body, **labels}, self._created[visit.operation.name]
        answer, inferred = read(exchange, visit.operation).members, self.contract.overlay.inferred
        return list(identifiers(place, asked, answer, inferred=inferred))


def _body(operation: Operation, request: Request) -> dict[str, Any]:
    if of(operation.protocol).plain_json:
        return members(request.body)
    return members_of(operation, request)


def _texts(value: Any, depth: int = 8) -> Iterator[str]:
    """The texts of a value and the names in its maps, as deep as a contract names anything."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner, depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth - 1)


def _named(
    request: Request, labels: Mapping[str, str], names: Sequence[str], body: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The identifiers that a request has, from its path, query, headers and body."""
    query = query_of(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    for name in names:
        inner = next(find(body, parse(name)), None)
        found = query.get(name, request.header(name)) if inner is None else inner
        value = labels.get(name, found)
        # A server may take a number for the text that it is written as.
        written = [str(value)] if isinstance(value, int | float) else texts(value)
        for text in written:
            yield name, text


def _is_named_by_parent(contract: Contract, kind: Resource) -> bool:
    """Whether a kind's identifier is that of what it is part of."""
    given = None if kind.identifier is None else kind.identifier.given
    binds = contract.overlay.words_of(kind.create or "").binds
    return given is not None and any(True for _ in referenced_kinds(binds.get(given)))
