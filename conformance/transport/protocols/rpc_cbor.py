"""rpcv2Cbor: the path names service and operation, a CBOR map has every member."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import cbor2

from conformance import error_identity
from conformance.contract.model import Kind, Member, Operation, Shape
from conformance.contract.places import ABSENT
from conformance.transport.body_forms import form_of
from conformance.transport.exchange import Request, Response
from conformance.transport.parsed_response import NOT_JSON
from conformance.transport.protocols.http_bindings import (
    asking_for_former_names,
    request_without_bindings,
)
from conformance.transport.protocols.json_text import message, without_depths
from conformance.transport.protocols.seam import ReadBody, WireProtocol, WireRequest, WireVariant

CBOR = "application/cbor"
HEADERS = (("smithy-protocol", "rpc-v2-cbor"), ("Accept", CBOR))
EPOCH = 1
"""The tag of seconds since 1970 (RFC 8949, 3.4.2)."""


class RpcV2Cbor(WireProtocol):
    """The protocol."""

    body_format = "CBOR"
    names_errors = "__type"
    media = (CBOR,)
    by_name = True

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        given = {name: value for name, value in values.items() if value is not ABSENT}
        body = raw
        if raw is None and (operation.input or given):
            body = cbor2.dumps(
                {
                    name: _encoded(_shape_of(operation.input, name), value)
                    for name, value in given.items()
                }
            )
        headers = [*HEADERS, *asking_for_former_names(operation)]
        typed = (body, None if body is None else CBOR)
        return request_without_bindings(operation, typed, headers, form)

    def read(self, operation: Operation | None, response: Response) -> ReadBody:
        found = decoded(response.body)
        if not isinstance(found, dict):
            form = f"not CBOR: {form_of(response)}" if response.body else ""
            return ReadBody(NOT_JSON, form=form)
        is_error = response.status >= 300
        known = {} if is_error or operation is None else operation.output
        values = _read(known, found)
        codes = error_identity.names(response.header(error_identity.HEADER), values)
        return ReadBody(values, codes, message(values))

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        found = decoded(request.body or b"")
        return _read(operation.input, found) if isinstance(found, dict) else {}

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        target = f"/service/NoSuchService{nonce}/operation/NoSuchOperation{nonce}"
        return WireRequest(request.method, target, request.body, request.content_type, HEADERS)


def _encoded(shape: Shape | None, value: Any) -> Any:
    """A value as the encoder takes it: bytes and instants have native types."""
    if isinstance(value, dict):
        return {
            _encoded(None, name): _encoded(_below(shape, name), item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_encoded(shape.element if shape else None, item) for item in value]
    if isinstance(value, str):
        blob = _blob(value) if shape is not None and shape.kind is Kind.BLOB else None
        # Half a surrogate pair is no text in CBOR either.
        return blob if blob is not None else value.encode("utf-8", "replace").decode()
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and shape is not None and shape.kind is Kind.TIMESTAMP:
        return cbor2.CBORTag(EPOCH, value)
    return value


def _below(shape: Shape | None, name: Any) -> Shape | None:
    """The shape of a member, or of the entry of a map."""
    return None if shape is None else _shape_of(shape.members, name) or shape.element


def _blob(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def decoded(body: bytes) -> Any:
    """The value of a body; None where it is none."""
    try:
        return without_depths(cbor2.loads(body)) if body else None
    except (cbor2.CBORDecodeError, ValueError, RecursionError, OverflowError, TypeError):
        return None


def _read(members: Mapping[str, Member], found: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _value(_shape_of(members, name), value) for name, value in found.items()}


def _shape_of(members: Mapping[str, Member], name: Any) -> Shape | None:
    return members[name].shape if name in members else None


def _value(shape: Shape | None, value: Any) -> Any:
    """A value as JSON has it; what is not of its type on the wire is of no type here either."""
    is_instant = shape is not None and shape.kind is Kind.TIMESTAMP
    match value:
        case Mapping():
            return {str(name): _value(_below(shape, name), item) for name, item in value.items()}
        case list() | tuple():
            return [_value(shape.element if shape else None, item) for item in value]
        case datetime():
            seconds = value.timestamp()
            return seconds if is_instant or shape is None else {"instant": seconds}
        case bytes():
            encoded = base64.b64encode(value).decode()
            return encoded if shape is None or shape.kind is Kind.BLOB else {"bytes": encoded}
        case None | str() | bool():
            return value
        case int() | float():
            return f"{value} without the tag of an instant" if is_instant else value
    return str(value)
