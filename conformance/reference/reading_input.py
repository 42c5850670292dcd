"""From a routed request to the operation's members: media type, JSON, types, constraints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.contract.model import Kind, Location, Member, Operation
from conformance.contract.routes import MatchedRoute
from conformance.reference.coercion import Coercion, UnknownMember, WrongType
from conformance.reference.constraints import BrokenConstraint, Constraints, checked
from conformance.reference.http.message import HttpRequest
from conformance.reference.jsonbody import InvalidJson, decoded
from conformance.reference.outcome import Refusal, Refused

Query = Mapping[str, list[str]]

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
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
        self._dialect, self._coercion, self._constraints = dialect, coercion, constraints
        self._ignores_media_type = coercion.readings.content_type_ignored
        self._plans: dict[str, _Plan] = {}

    def read(self, route: MatchedRoute, query: Query, request: HttpRequest) -> dict[str, Any]:
        """The operation's members.

        Raises Refused for a wrong media type, malformed JSON, a wrong type, broken constraints; in
        this order, as recorded (types before constraints, the body's before the labels').
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
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media and media not in _JSON_TYPES and not self._ignores_media_type:
            raise Refused(UNSUPPORTED_MEDIA)
        return self._coercion.structure(plan.body, decoded(request.body)) if request.body else {}


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
    return _Plan(next(iter(payload), None), body, checked(payload or body), uri, checked(uri))


def _uri(plan: _Plan, labels: Mapping[str, str], query: Query) -> Iterator[tuple[str, Any]]:
    for name, member in plan.uri.items():
        if member.location is Location.PATH:
            yield name, labels[name]
        elif name in query:
            yield name, _query_value(name, member, query[name])


def _query_value(name: str, member: Member, values: list[str]) -> Any:
    text = values[0]
    match _QUERY_KINDS.get(name, member.shape.kind):
        case Kind.LIST:
            return values
        case Kind.BOOLEAN:
            return {"true": True, "false": False}.get(text.lower(), text)
        case Kind.INTEGER:
            if _INTEGER.fullmatch(text) is None:
                raise WrongType((name,), Kind.INTEGER, text)
            return int(text)
    return text
