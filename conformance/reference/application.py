"""The reference: requests in, responses out; both services behind one port.

    route -> authenticate -> read the members -> model -> render

No state is shared between two applications, and nothing here knows of sockets.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from conformance.contract.model import Contract
from conformance.contract.routes import MatchedRoute, RouteMatcher
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.apigateway.service import ApiGateway
from conformance.reference.apigateway.state import ApiKeyLimits
from conformance.reference.apigateway.wording import GatewayDialect
from conformance.reference.clock import Clock, Identifiers, system_clock
from conformance.reference.coercion import Coercion
from conformance.reference.constraints import Constraints
from conformance.reference.faults import Composed, InjectedFault, ServiceState
from conformance.reference.http.message import HttpRequest, HttpResponse
from conformance.reference.location.service import LocationKeys, Policy
from conformance.reference.location.state import scope_of
from conformance.reference.location.wording import UNKNOWN_ROUTE, LocationDialect
from conformance.reference.outcome import (
    ERROR_TYPE,
    JSON_TYPE,
    UNROUTABLE,
    OperationOutcome,
    ReferenceAnswer,
    Refusal,
    Refused,
)
from conformance.reference.reading_input import Dialect, InputReader, Query
from conformance.reference.rendering import gateway_renderer, location_renderer, preflight

Handler = Callable[[Mapping[str, Any]], OperationOutcome]
Authenticator = Callable[[HttpRequest, str], Refusal | None]
"""Takes a request and the service it is for; None lets it pass."""

GREEDY = frozenset({"resource_arn"})
"""Labels whose value may contain slashes that were not percent-encoded."""
MAY_BE_EMPTY = frozenset({"AllowReferers", "AllowResources"})
"""Members whose minimum length of 0 contradicts their pattern."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an application is made of besides the contracts.

    ``authenticate`` is the one place where signatures may be checked; None lets everyone in.
    """

    readings: Ambiguities = field(default_factory=Ambiguities)
    faults: tuple[InjectedFault, ...] = ()
    clock: Clock = system_clock
    identifiers: Identifiers = field(default_factory=Identifiers)
    authenticate: Authenticator | None = None


class Application:
    """Answers requests for ``apigateway`` and ``location``: one for each set of resources."""

    def __init__(self, contracts: Iterable[Contract], setting: Setting | None = None) -> None:
        setting = setting or Setting()
        readings, identifiers = setting.readings, setting.identifiers
        fault = Composed(setting.faults)
        operations = [
            operation
            for contract in contracts
            for operation in fault.changed("contract", contract).operations.values()
        ]
        rules = [rule for one in operations if one.name == "UpdateApiKey" for rule in one.patch]
        limits, policy = fault.changed("limits", ApiKeyLimits()), fault.changed("policy", Policy())
        self.world = ServiceState(
            ApiGateway(rules, readings, limits, setting.clock, identifiers),
            LocationKeys(readings, policy, setting.clock, identifiers),
        )
        handlers = {**self.world.gateway.handlers, **self.world.location.handlers}
        self._handlers: dict[str, Handler] = {
            name: fault.around(self.world, name, handler) for name, handler in handlers.items()
        }
        self._routes = RouteMatcher(operations, greedy=GREEDY)
        self._identifiers, self._readings = identifiers, readings
        self._authenticate = setting.authenticate
        self._rewrite = fault.answer
        self._answer = fault.changed("edge", self._answered)
        self.incoming = fault.incoming
        # C3 speaks of API Gateway's pages alone.
        no_text_booleans = replace(readings, text_booleans_accepted=False)
        self._readers = {
            "apigateway": _reader(GatewayDialect(readings), readings, fault.excused),
            "location": _reader(LocationDialect(readings), no_text_booleans, fault.excused),
        }
        self._renderers = {
            "apigateway": gateway_renderer(identifiers, readings),
            "location": location_renderer(identifiers),
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response to a request; never raises for anything a client sends."""
        return self._answer(request)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        query = parse_qs(request.query, keep_blank_values=True)
        route = self._routes.find(request.method, request.path, query)
        if route is None:
            return self._unrouted(request).response()
        answer = self._served(route, query, request)
        if self._rewrite is not None:
            answer = self._rewrite(self.world, route.operation.name, answer)
        return answer.response()

    def _served(self, route: MatchedRoute, query: Query, request: HttpRequest) -> ReferenceAnswer:
        service = route.operation.service
        renderer = self._renderers[service]
        arrived = request.arrived or request
        refusal = self._authenticate(arrived, service) if self._authenticate else None
        if refusal is not None:
            return renderer.refusal(refusal)
        try:
            members = self._readers[service].read(route, query, request)
            self.world.location.scope = scope_of(request)
            outcome = self._handlers[route.operation.name](members)
        except Refused as refused:
            return renderer.refusal(refused.refusal)
        return renderer.outcome(request, outcome)

    def _unrouted(self, request: HttpRequest) -> ReferenceAnswer:
        if request.method == "OPTIONS" and self._routes.knows(request.path):
            return preflight(request, self._identifiers)
        refusal = UNROUTABLE
        if request.path.startswith("/metadata/") and self._readings.unknown_route_is_404:
            refusal = UNKNOWN_ROUTE
        headers = {
            "content-type": JSON_TYPE,
            "x-amzn-requestid": self._identifiers.request_id(),
            ERROR_TYPE: refusal.code,
        }
        return ReferenceAnswer(refusal.status, headers, {refusal.message_key: refusal.message})


def _reader(dialect: Dialect, readings: Ambiguities, excused: frozenset[str]) -> InputReader:
    empty = MAY_BE_EMPTY if readings.empty_items_accepted else frozenset[str]()
    return InputReader(dialect, Coercion(readings, excused), Constraints(readings, empty))
