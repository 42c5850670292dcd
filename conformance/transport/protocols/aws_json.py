"""awsJson1_0 and awsJson1_1: a header names the operation, a JSON object has every member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.model import Operation
from conformance.contract.places import ABSENT
from conformance.transport.exchange import Request
from conformance.transport.protocols import json_text
from conformance.transport.protocols.http_bindings import (
    asking_for_former_names,
    request_without_bindings,
)
from conformance.transport.protocols.rest_json import JsonBodies
from conformance.transport.protocols.variant import WireRequest, WireVariant

TARGET = "X-Amz-Target"


class AwsJson(JsonBodies):
    """Either version; ``media`` is the content type, in which alone they differ."""

    by_name = True
    names_errors = "__type, code or x-amzn-errortype"

    def __init__(self, media: str) -> None:
        self.media = (media,)

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        """The request of an operation with these members; ``raw`` replaces the body."""
        given = {name: value for name, value in values.items() if value is not ABSENT}
        body = json_text.encode(given) if raw is None else raw
        headers = [*operation.selectors.items(), *asking_for_former_names(operation)]
        return request_without_bindings(operation, (body, self.media[0]), headers, form)

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:  # noqa: ARG002
        """The members that a request carries."""
        return json_text.members(request.body)

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        """The same request for an operation that no service has."""
        target = f"NoSuchService{nonce}.NoSuchOperation{nonce}"
        usual = (request.method, request.target, request.body, request.content_type)
        return WireRequest(*usual, ((TARGET, target),))
