"""restXml: labels, query parameters and headers as restJson1 has them, and XML for what is left."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from conformance.contract.model import Location, Operation
from conformance.contract.protocols import facts
from conformance.transport.exchange import Request, Response
from conformance.transport.protocols import json_text
from conformance.transport.protocols.http_bindings import (
    BoundRequest,
    bind,
    bound_members,
    payload_placeholders,
)
from conformance.transport.protocols.seam import ReadBody, WireProtocol, WireRequest, WireVariant
from conformance.transport.protocols.xml_reading import (
    local,
    not_xml,
    parse,
    read_error,
    read_members,
    read_value,
    scalar,
    without_empty,
)
from conformance.transport.protocols.xml_writing import document, element

XML, BINARY = "application/xml", "application/octet-stream"
ERRORS = (("Error",), ("ErrorResponse", "Error"))
"""Most services have their errors in an element around them; S3 has none."""


class RestXml(WireProtocol):
    """The protocol."""

    told = "XML"
    names_errors = "Error/Code"
    media = ("application/xml", "text/xml", BINARY)
    fillable = True
    paths_name = True

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        """The request of an operation with these members; ``raw`` replaces the body."""
        bound = bind(operation, values, form)
        body = _body(operation, bound, raw)
        more: tuple[tuple[str, str], ...] = (("Accept", "*/*"),)
        if operation.checksum and body[0] is not None:
            digest = hashlib.md5(body[0], usedforsecurity=False).digest()
            more = (*more, ("Content-MD5", base64.b64encode(digest).decode()))
        return bound.request(operation, body, form, more)

    def read(self, operation: Operation | None, response: Response) -> ReadBody:
        """What an answer says."""
        root = parse(response.body)
        if root is None:
            return not_xml(response)
        bare = operation is not None and operation.service in facts(operation.protocol).bare_errors
        error = read_error(root, ERRORS[:1] if bare else ERRORS)
        if response.status >= 300:
            return error or ReadBody({}, form=f"XML without an error: {local(root.tag)}")
        if error is not None and local(root.tag) in {"Error", "ErrorResponse"}:
            return error
        if operation is None:
            return ReadBody(read_members({}, root))
        alone = operation.output.get(local(root.tag))
        if alone is not None and not len(root):
            # One member that is the whole document, as S3 has of a bucket's place: that of the
            # first region is empty, which SDKs read as none.
            return ReadBody({alone.name: scalar(alone.shape, root.text)} if root.text else {})
        return ReadBody(read_members(operation.output, root))

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The members that a request carries; what is bytes is not looked at."""
        values = bound_members(operation, request)
        root = parse(request.body or b"")
        if root is not None:
            values |= _body_members(operation, root)
        return values | payload_placeholders(operation)

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        """The same request on a route that no service has."""
        target = f"/no-such-route-{nonce}/v0/nothing?no-such-route-{nonce}"
        return WireRequest(request.method, target, request.body, request.content_type)


def _body_members(operation: Operation, root: Element) -> dict[str, Any]:
    """The members in the body; how an empty list differs from none is not published."""
    if operation.whole is not None:
        value = read_value(operation.input[operation.whole].shape, root)
        return {operation.whole: without_empty(value)}
    body = {name: one for name, one in operation.input.items() if one.location is Location.BODY}
    found: dict[str, Any] = without_empty(read_members(body, root))
    return found


def _body(
    operation: Operation, bound: BoundRequest, raw: bytes | None
) -> tuple[bytes | None, str | None]:
    if raw is not None:
        return raw, XML
    if bound.payload is not None:
        return json_text.text(bound.payload[1]).encode(errors="surrogatepass"), BINARY
    if not bound.body:
        return None, None
    name = operation.root.name or f"{operation.name}Request"
    if operation.whole is None:
        return document(name, operation.root, operation.input, bound.body), XML
    body = dict(bound.body)
    value = body.pop(operation.whole, {})
    if not isinstance(value, dict):
        return element(name, operation.root, value), XML
    known = operation.input[operation.whole].shape.members
    return document(name, operation.root, known, {**value, **body}), XML
