"""What a request would do to a target, read from its bytes: look, create, or touch what is there.

Read from the request that is about to be sent and not from what somebody meant to send, so that
nothing that goes to a target is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.contract.model import Contract, Location, Operation, ProtocolName
from conformance.contract.protocols import is_reading
from conformance.contract.routes import RouteMatcher, query_of
from conformance.engine.run_tag import is_tagged
from conformance.plan.resources import all_creators, identifiers, kinds
from conformance.protocols.json_text import members
from conformance.protocols.registry import members_of, read
from conformance.protocols.selecting import selectors_of
from conformance.transport.exchange import Exchange, Request

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


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
    """A request as its operation; ``labels`` are the decoded parts of its path by name.

    ``texts`` are those of a request without labels: the ARN of what is tagged is among them, and
    the names that stand deeper in batches.
    """

    kind: RequestEffect
    operation: Operation | None
    labels: Mapping[str, str]
    texts: tuple[str, ...] = ()


class RouteTable:
    """The routes of one service below one URL, and where its answers have identifiers."""

    def __init__(self, contract: Contract, url: str) -> None:
        self.contract = contract
        self._main = contract.overlay.main
        self._base = urlsplit(url).path.rstrip("/")
        self._created = {name: place for name, (_, place) in all_creators(contract).items()}
        every = kinds(contract).values()
        self._looks = {name for one in every for name in (one.list, one.read)}
        self._deletes = {one.delete for one in every}
        self._is_named = contract.protocol not in {ProtocolName.REST_JSON_1, ProtocolName.REST_XML}
        self._labels = {one.label for one in every if one.label is not None}
        # A server may take an empty label for one: what it would touch must be known here.
        self._matcher = RouteMatcher(contract.operations.values(), empty=True)

    def visit(self, request: Request) -> ClassifiedRequest:
        """What the request would do."""
        operation, labels = self.match(request)
        if request.method in _SAFE:
            return ClassifiedRequest(RequestEffect.LOOK, operation, labels)
        if operation is None:
            # Where a name alone says what is meant, one that no operation has means nothing.
            kind = RequestEffect.LOOK if self._is_named else RequestEffect.UNKNOWN
            return ClassifiedRequest(kind, None, {})
        if self._is_named:
            given = members_of(operation, request)
            named = {name: given[name] for name in self._labels & given.keys()}
            # A server may take a number for the text that it is written as.
            labels = {name: str(one) for name, one in named.items() if one is not None}
            if not labels:
                found = tuple(_texts(given))
                return ClassifiedRequest(self._kind(operation), operation, {}, found)
        return ClassifiedRequest(self._kind(operation), operation, labels)

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
        if operation.name in self._looks or (self._is_named and is_reading(operation)):
            return RequestEffect.LOOK
        return RequestEffect.DELETE if operation.name in self._deletes else RequestEffect.TOUCH

    def named(self, request: Request) -> str | None:
        """The name that a creation asks for; None where it has none."""
        value = self._body(request).get(self._main.mark_name or "")
        return value if isinstance(value, str) else None

    def tagged(self, request: Request, nonce: str) -> bool:
        """True when a creation carries the run's tag."""
        return is_tagged(self._body(request).get(self._main.tag_property or ""), nonce)

    def names_itself(self, operation: Operation, request: Request, nonce: str) -> bool:
        """True when what a creation makes has the run's nonce in its name."""
        if any(one.location is Location.PAYLOAD for one in operation.input.values()):
            return nonce.encode() in (request.body or b"")
        return nonce in (self.named(request) or "")

    def made(self, operation: Operation, exchange: Exchange) -> list[str]:
        """The identifiers that the answer to a creation gives."""
        _, labels = self.match(exchange.request)
        asked = {**self._body(exchange.request), **labels}
        return list(
            identifiers(self._created[operation.name], asked, read(exchange, operation).body)
        )

    def _body(self, request: Request) -> dict[str, Any]:
        """The members in a request's body."""
        operation, _ = self.match(request)
        if operation is None or operation.protocol is ProtocolName.REST_JSON_1:
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
