"""restXml: labels, query parameters and headers as restJson1 has them, and XML for what is left."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from conformance.contract.model import BINARY, Location, Operation
from conformance.contract.protocols import protocol_facts
from conformance.transport.exchange import Request, Response
from conformance.transport.protocols.http_bindings import (
    TypedBody,
    bind,
    bound_members,
    payload_placeholders,
)
from conformance.transport.protocols.seam import ReadBody, WireProtocol, WireRequest, WireVariant
from conformance.transport.protocols.xml_reading import (
    local,
    parse,
    read_members,
    read_root,
    read_value,
    scalar,
    without_empty,
)
from conformance.transport.protocols.xml_writing import document, element

XML = "application/xml"
ERRORS = (("Error",), ("ErrorResponse", "Error"))
"""Most services have their errors in an element around them; S3 has none."""


class RestXml(WireProtocol):
    """The protocol."""

    body_format = "XML"
    names_errors = "Error/Code"
    media = (XML, "text/xml", BINARY)
    fillable = True
    paths_name = True

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        bound = bind(operation, values, form)
        body = bound.whole_body(raw, XML) or _body(operation, bound.body)
        more: tuple[tuple[str, str], ...] = (("Accept", "*/*"),)
        if operation.checksum and body[0] is not None:
            digest = hashlib.md5(body[0], usedforsecurity=False).digest()
            more = (*more, ("Content-MD5", base64.b64encode(digest).decode()))
        return bound.request(operation, body, form, more)

    def read(self, operation: Operation | None, response: Response) -> ReadBody:
        bare = (
            operation is not None
            and operation.service in protocol_facts(operation.protocol).bare_errors
        )
        root = read_root(response, ERRORS[:1] if bare else ERRORS, {"Error", "ErrorResponse"})
        if isinstance(root, ReadBody):
            return root
        if operation is None:
            return ReadBody(read_members({}, root))
        alone = operation.output.get(local(root.tag))
        if alone is not None and not len(root):
            # One member that is the whole document, as S3 has of a bucket's place: that of the
            # first region is empty, which SDKs read as none.
            return ReadBody({alone.name: scalar(alone.shape, root.text)} if root.text else {})
        return ReadBody(read_members(operation.output, root))

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The members that a request carries; what is bytes is not looked at.

        How an empty list differs from one that is not given is not published.
        """
        found = bound_members(operation, request)
        root = parse(request.body or b"")
        if root is not None and operation.whole is not None:
            value = read_value(operation.input[operation.whole].shape, root)
            found[operation.whole] = without_empty(value)
        elif root is not None:
            members = operation.input.items()
            body = {name: one for name, one in members if one.location is Location.BODY}
            found |= without_empty(read_members(body, root))
        return found | payload_placeholders(operation)

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        target = f"/no-such-route-{nonce}/v0/nothing?no-such-route-{nonce}"
        return WireRequest(request.method, target, request.body, request.content_type)


def _body(operation: Operation, members: dict[str, Any]) -> TypedBody:
    if not members:
        return None, None
    name = operation.root.name or f"{operation.name}Request"
    if operation.whole is None:
        return document(name, operation.root, operation.input, members), XML
    body = dict(members)
    value = body.pop(operation.whole, {})
    if not isinstance(value, dict):
        return element(name, operation.root, value), XML
    known = operation.input[operation.whole].shape.members
    return document(name, operation.root, known, {**value, **body}), XML
