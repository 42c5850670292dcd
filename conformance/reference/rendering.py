"""How each service puts outcomes and refusals on the wire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.reference.ambiguities import Ambiguities
from conformance.reference.clock import Identifiers, iso_seconds
from conformance.reference.http.message import HttpRequest
from conformance.reference.outcome import (
    ERROR_TYPE,
    JSON_TYPE,
    OperationOutcome,
    ReferenceAnswer,
    Refusal,
)

_TIMES = ("createdDate", "lastUpdatedDate")


def wants_hal(request: HttpRequest) -> bool:
    """Whether the request's Accept leaves out application/json."""
    return "application/json" not in request.headers.get("accept", "").lower()


def hal(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The HAL form of a plain answer to a request for ``path``."""
    items = body.get("item")
    if items is None:
        return _resource(path, body)
    rest = {name: value for name, value in body.items() if name != "item"}
    links = {"self": {"href": path}, "item": [{"href": _href(item)} for item in items]}
    embedded = {"item": [_resource(_href(item), item) for item in items]}
    return {"_links": links, "_embedded": embedded, **rest}


def _href(key: Mapping[str, Any]) -> str:
    return f"/apikeys/{key['id']}"


def _resource(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if "createdDate" not in body:
        return {"_links": {"self": {"href": path}}, **body}
    href = _href(body)
    links = {name: {"href": href} for name in ("self", "apikey:delete", "apikey:update")}
    times = {name: iso_seconds(body[name]) for name in _TIMES if name in body}
    return {"_links": links, **body, **times}


_EXPOSED_BEFORE = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"
_EXPOSED = (
    "x-amzn-errortype,x-amzn-requestid,x-amzn-errormessage,x-amzn-trace-id,x-amz-apigw-id,date"
)


@dataclass(frozen=True, slots=True)
class Renderer:
    """What a service's answers look like: the headers of each, and what follows its JSON.

    With ``speaks_hal`` a request that does not accept JSON is answered in HAL.
    """

    headers: Callable[[], dict[str, str]]
    tail: str = ""
    speaks_hal: bool = False

    def outcome(self, request: HttpRequest, outcome: OperationOutcome) -> ReferenceAnswer:
        """The answer of a success: JSON, or nothing."""
        headers = self.headers()
        if outcome.body is None:
            return ReferenceAnswer(outcome.status, headers)
        body = dict(outcome.body)
        if self.speaks_hal and wants_hal(request):
            body = hal(request.path, body)
            headers["content-type"] = "application/hal+json"
        return ReferenceAnswer(outcome.status, headers, body, self.tail)

    def refusal(self, refusal: Refusal) -> ReferenceAnswer:
        """The answer of an error, its code in a header."""
        headers = {**self.headers(), ERROR_TYPE: refusal.code}
        return ReferenceAnswer(refusal.status, headers, error_body(refusal), self.tail)


def gateway_renderer(identifiers: Identifiers, readings: Ambiguities) -> Renderer:
    """API Gateway: bodies end with a line feed (recorded lengths), errors are ``{message}``."""

    def headers() -> dict[str, str]:
        return {
            "content-type": JSON_TYPE,
            "x-amzn-requestid": identifiers.request_id(),
            "x-amz-apigw-id": identifiers.gateway_id(),
        }

    return Renderer(headers, "" if readings.no_final_newline else "\n", speaks_hal=True)


def location_renderer(identifiers: Identifiers) -> Renderer:
    """Location: members of an error are lower-camel; CORS exposes the request's headers."""

    def headers() -> dict[str, str]:
        return {
            "content-type": JSON_TYPE,
            "x-amzn-requestid": identifiers.request_id(),
            "access-control-expose-headers": _EXPOSED,
        }

    return Renderer(headers)


def error_body(refusal: Refusal) -> dict[str, Any]:
    """The error's JSON, in the recorded order of members."""
    details = dict(refusal.details)
    reason = {"reason": details.pop("reason")} if "reason" in details else {}
    return {**reason, refusal.message_key: refusal.message, **details}


def preflight(request: HttpRequest, identifiers: Identifiers) -> ReferenceAnswer:
    """The recorded answer to an unauthenticated CORS preflight."""
    headers = {
        "x-amzn-requestid": identifiers.request_id(),
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET,HEAD,PUT,POST,DELETE,PATCH,OPTIONS",
        "access-control-max-age": "172800",
        "access-control-expose-headers": _EXPOSED_BEFORE,
    }
    wanted = request.headers.get("access-control-request-headers")
    if wanted:
        headers["access-control-allow-headers"] = wanted
    return ReferenceAnswer(200, headers)
