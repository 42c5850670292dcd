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

    told = "CBOR"
    names_errors = "__type"
    media = (CBOR,)
    by_name = True

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        """The request of an operation with these members; ``raw`` replaces the body."""
        given = {name: value for name, value in values.items() if value is not ABSENT}
        body = _written(operation.input, given) if operation.input or given else None
        sent = body if raw is None else raw
        typed = (sent, None if sent is None else CBOR)
        headers = [*HEADERS, *asking_for_former_names(operation)]
        return request_without_bindings(operation, typed, headers, form)

    def read(self, operation: Operation | None, response: Response) -> ReadBody:
        """What an answer says."""
        found = _decoded(response.body)
        if not isinstance(found, dict):
            form = f"not CBOR: {form_of(response)}" if response.body else ""
            return ReadBody(NOT_JSON, form=form)
        is_error = response.status >= 300
        known = {} if is_error or operation is None else operation.output
        values = _read(known, found)
        codes = error_identity.names(response.header(error_identity.HEADER), values)
        return ReadBody(values, codes, message(values))

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The members that a request carries."""
        found = _decoded(request.body or b"")
        return _read(operation.input, found) if isinstance(found, dict) else {}

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        """The same request for an operation that no service has."""
        target = f"/service/NoSuchService{nonce}/operation/NoSuchOperation{nonce}"
        return WireRequest(request.method, target, request.body, request.content_type, HEADERS)


def _written(members: Mapping[str, Member], values: Mapping[str, Any]) -> bytes:
    found = {
        name: _encoded(members[name].shape if name in members else None, value)
        for name, value in values.items()
    }
    written: bytes = cbor2.dumps(found)
    return written


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


def _below(shape: Shape | None, name: str) -> Shape | None:
    if shape is None:
        return None
    return shape.members[name].shape if name in shape.members else shape.element


def _blob(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _decoded(body: bytes) -> Any:
    try:
        return without_depths(cbor2.loads(body)) if body else None
    except (cbor2.CBORDecodeError, ValueError, RecursionError, OverflowError, TypeError):
        return None


def _read(members: Mapping[str, Member], found: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        str(name): _value(members[name].shape if name in members else None, value)
        for name, value in found.items()
    }


def _value(shape: Shape | None, value: Any) -> Any:
    """A value as JSON has it; what is not of its type on the wire is of no type here either."""
    if isinstance(value, Mapping):
        return {str(name): _value(_below(shape, name), item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(shape.element if shape else None, item) for item in value]
    is_instant = shape is not None and shape.kind is Kind.TIMESTAMP
    if isinstance(value, datetime):
        return value.timestamp() if is_instant or shape is None else {"instant": value.timestamp()}
    if isinstance(value, bytes):
        told = base64.b64encode(value).decode()
        return told if shape is None or shape.kind is Kind.BLOB else {"bytes": told}
    if is_instant and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value} without the tag of an instant"
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)
