"""From a routed request to the operation's members: media type, JSON, types, constraints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

from conformance.contract.model import Kind, Location, Member, Operation
from conformance.contract.routes import RouteMatcher
from conformance.reference.coercion import Coercion, UnknownMember, WrongType
from conformance.reference.constraints import BrokenConstraint, Constraints, checked
from conformance.reference.http.message import HttpRequest
from conformance.reference.jsonbody import InvalidJson, decoded
from conformance.reference.outcome import Refusal, Refused

Query = Mapping[str, list[str]]

GREEDY = frozenset({"resource_arn"})
"""Labels whose value may contain slashes that were not percent-encoded."""


@dataclass(frozen=True, slots=True)
class ReferenceRoute:
    """An operation and the labels of the path it was found by."""

    operation: Operation
    labels: Mapping[str, str]


class Router:
    """Finds operations and decodes their labels as this server does."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._matcher = RouteMatcher(operations, greedy=GREEDY)

    def find(self, method: str, path: str, query: Query) -> ReferenceRoute | None:
        """The operation of a raw (percent-encoded) path, or None."""
        found = self._matcher.find(method, path, query)
        if found is None:
            return None
        labels = {name: unquote(value) for name, value in found.raw.items()}
        return ReferenceRoute(found.operation, labels)

    def knows(self, path: str) -> bool:
        """Whether any method has an operation at this path."""
        return self._matcher.knows(path)


Members = Mapping[str, Any]
"""An operation's input by wire name, whatever place each member came in."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_FLAGS = {"true": True, "false": False}
_QUERY_KINDS = {
    "failonwarnings": Kind.BOOLEAN,
    "forceDelete": Kind.BOOLEAN,
    "includeValue": Kind.BOOLEAN,
    "includeValues": Kind.BOOLEAN,
    "limit": Kind.INTEGER,
    "tagKeys": Kind.LIST,
}
"""The pages state no types for query parameters; their prose says this much."""
_JSON_TYPES = frozenset({"application/json", "application/x-amz-json-1.1"})


class Dialect(Protocol):
    """How one service words the errors that precede its own rules."""

    def malformed(self) -> Refusal:
        """The body is not JSON."""

    def wrong_type(self, problem: WrongType) -> Refusal:
        """A value has the wrong JSON type."""

    def unknown_member(self, problem: UnknownMember) -> Refusal:
        """A member is not modelled (only where that is refused)."""

    def violations(
        self, operation: str, body: list[BrokenConstraint], labels: list[BrokenConstraint]
    ) -> Refusal:
        """Constraints are broken, at least one of them."""


UNSUPPORTED_MEDIA = Refusal(
    "UnsupportedMediaTypeException", 415, "The content type of the request is not supported."
)
"""The restJson1 protocol's answer to a wrong Content-Type."""


class InputReader:
    """Reads the members of requests of one service."""

    def __init__(self, dialect: Dialect, coercion: Coercion, constraints: Constraints) -> None:
        self._dialect = dialect
        self._coercion = coercion
        self._constraints = constraints
        self._ignores_media_type = coercion.readings.content_type_ignored
        self._plans: dict[str, _Plan] = {}

    def read(self, route: ReferenceRoute, query: Query, request: HttpRequest) -> dict[str, Any]:
        """The operation's members.

        Raises:
            Refused: wrong media type, malformed JSON, a wrong type, broken constraints; in this
                order, as recorded (types before constraints, the body's before the labels').
        """
        operation = route.operation
        plan = self._plans.get(operation.name)
        if plan is None:
            plan = self._plans[operation.name] = _plan(operation)
        try:
            body = self._body(plan, request)
            uri = dict(_uri(plan, route.labels, query))
        except InvalidJson:
            raise Refused(self._dialect.malformed()) from None
        except WrongType as problem:
            raise Refused(self._dialect.wrong_type(problem)) from None
        except UnknownMember as problem:
            raise Refused(self._dialect.unknown_member(problem)) from None
        in_body = list(self._constraints.members(plan.checked, body))
        in_uri = list(self._constraints.members(plan.checked_uri, uri))
        if in_body or in_uri:
            raise Refused(self._dialect.violations(operation.name, in_body, in_uri))
        return {**body, **uri}

    def _body(self, plan: _Plan, request: HttpRequest) -> dict[str, Any]:
        if plan.payload is not None:
            return {plan.payload: request.body} if request.body else {}
        if not plan.body:
            return {}
        self._check_media_type(request)
        if not request.body:
            return {}
        return self._coercion.structure(plan.body, decoded(request.body))

    def _check_media_type(self, request: HttpRequest) -> None:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media and media not in _JSON_TYPES and not self._ignores_media_type:
            raise Refused(UNSUPPORTED_MEDIA)


@dataclass(frozen=True, slots=True)
class _Plan:
    """An operation's members by the place they come in, sorted out once."""

    payload: str | None
    body: Mapping[str, Member]
    checked: Mapping[str, Member]
    """Whose constraints are checked as the body's: its members, or the payload."""
    uri: Mapping[str, Member]
    checked_uri: Mapping[str, Member]


def _plan(operation: Operation) -> _Plan:
    places: dict[Location, dict[str, Member]] = {place: {} for place in Location}
    for name, member in operation.input.items():
        places[member.location][name] = member
    uri = {**places[Location.PATH], **places[Location.QUERY]}
    payload, body = places[Location.PAYLOAD], places[Location.BODY]
    return _Plan(
        payload=next(iter(payload), None),
        body=body,
        checked=checked(payload or body),
        uri=uri,
        checked_uri=checked(uri),
    )


def _uri(plan: _Plan, labels: Mapping[str, str], query: Query) -> Iterator[tuple[str, Any]]:
    for name, member in plan.uri.items():
        if member.location is Location.PATH:
            yield name, labels[name]
        elif name in query:
            yield name, _query_value(name, member, query[name])


def _query_value(name: str, member: Member, values: list[str]) -> Any:
    kind = _QUERY_KINDS.get(name, member.shape.kind)
    if kind is Kind.LIST:
        return values
    text = values[0]
    if kind is Kind.BOOLEAN:
        return _FLAGS.get(text.lower(), text)
    if kind is Kind.INTEGER:
        if _INTEGER.fullmatch(text) is None:
            raise WrongType((name,), kind, text)
        return int(text)
    return text
