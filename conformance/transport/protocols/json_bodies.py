"""restJson1, awsJson1_0 and awsJson1_1: the protocols whose bodies are JSON."""

from collections.abc import Mapping
from typing import Any

from conformance import error_identity
from conformance.contract.model import Location, Operation
from conformance.contract.places import ABSENT
from conformance.transport.body_forms import form_of
from conformance.transport.exchange import Request, Response
from conformance.transport.parsed_response import NOT_JSON
from conformance.transport.protocols import json_text
from conformance.transport.protocols.http_bindings import (
    asking_for_former_names,
    bind,
    bound_members,
    payload_placeholders,
    request_without_bindings,
)
from conformance.transport.protocols.json_text import spelled
from conformance.transport.protocols.seam import (
    TARGET,
    ReadBody,
    WireProtocol,
    WireRequest,
    WireVariant,
)

JSON = "application/json"


class JsonBodies(WireProtocol):
    """What the protocols whose bodies are JSON have in common."""

    body_format = "JSON"
    fillable = True

    def read(self, operation: Operation | None, response: Response) -> ReadBody:  # noqa: ARG002
        """The JSON of an answer, and the error that its header or its body names."""
        body = json_text.decode(response.body)
        return ReadBody(
            members=body,
            codes=error_identity.names(response.header(error_identity.HEADER), body),
            message=json_text.message(body),
            form=form_of(response) if body is NOT_JSON and response.body else "",
        )

    def spelled(self, word: str, body: Mapping[str, Any], written: bytes) -> bytes:  # noqa: ARG002
        return spelled(word, body)


class RestJson(JsonBodies):
    """Labels, query parameters and headers, and a JSON object with what is left."""

    media = (JSON,)
    plain_json = True
    names_errors = "x-amzn-errortype, __type or code"

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        bound = bind(operation, values, form)
        body = bound.whole_body(raw, JSON)
        if body is None:
            has_body = bound.body or any(
                member.location is Location.BODY for member in operation.input.values()
            )
            body = (json_text.encode(bound.body), JSON) if has_body else (None, None)
        return bound.request(operation, body, form)

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The members that a request carries; what is bytes is not looked at."""
        values = bound_members(operation, request) | json_text.members(request.body)
        return values | payload_placeholders(operation)

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        target = f"/no-such-route-{nonce}/v0/nothing"
        return WireRequest(request.method, target, request.body, request.content_type)


class AwsJson(JsonBodies):
    """A header names the operation, a JSON object has every member.

    Of either version; ``media`` is the content type, in which alone they differ.
    """

    by_name = True
    names_errors = "__type, code or x-amzn-errortype"

    def __init__(self, media: str) -> None:
        self.media = (media,)

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        given = {name: value for name, value in values.items() if value is not ABSENT}
        body = json_text.encode(given) if raw is None else raw
        headers = [*operation.selectors.items(), *asking_for_former_names(operation)]
        return request_without_bindings(operation, (body, self.media[0]), headers, form)

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:  # noqa: ARG002
        return json_text.members(request.body)

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        target = f"NoSuchService{nonce}.NoSuchOperation{nonce}"
        usual = (request.method, request.target, request.body, request.content_type)
        return WireRequest(*usual, ((TARGET, target),))
