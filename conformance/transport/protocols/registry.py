"""The protocols by name, and the two things that everybody does with them: write and read."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.contract.model import Operation, ProtocolName
from conformance.contract.routes import query_of
from conformance.identity_cache import identity_cache
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import NOT_JSON, ParsedResponse
from conformance.transport.protocols.seam import (
    ACTION,
    TARGET,
    WireProtocol,
    WireRequest,
    WireVariant,
)

USUAL = WireVariant()
MODULES: Mapping[ProtocolName, tuple[str, ...]] = {
    ProtocolName.REST_JSON_1: ("json_bodies", "RestJson"),
    ProtocolName.AWS_JSON_1_0: ("json_bodies", "AwsJson", "application/x-amz-json-1.0"),
    ProtocolName.AWS_JSON_1_1: ("json_bodies", "AwsJson", "application/x-amz-json-1.1"),
    ProtocolName.AWS_QUERY: ("form", "AwsQuery"),
    ProtocolName.EC2_QUERY: ("form", "Ec2Query"),
    ProtocolName.REST_XML: ("rest_xml", "RestXml"),
    ProtocolName.RPC_V2_CBOR: ("rpc_cbor", "RpcV2Cbor"),
}
"""Where each is: loaded when something first speaks it."""


@cache
def of(name: ProtocolName) -> WireProtocol:
    module, made, *given = MODULES[name]
    loaded = import_module(f"conformance.transport.protocols.{module}")
    protocol: WireProtocol = getattr(loaded, made)(*given)
    return protocol


def wire(
    operation: Operation,
    values: Mapping[str, Any],
    raw: bytes | None = None,
    form: WireVariant = USUAL,
) -> WireRequest:
    """The request of an operation with these members; ``raw`` replaces the body."""
    return of(operation.protocol).write(operation, values, raw, form)


def members_of(operation: Operation, request: Request) -> dict[str, Any]:
    """The members that a request carries, read from its bytes."""
    return of(operation.protocol).members(operation, request)


@identity_cache(1)
def read(exchange: Exchange, operation: Operation | None = None) -> ParsedResponse:
    """The answer of an exchange, as the protocol of its operation has it; nobody changes it.

    What was read last is kept: a guard and whoever sent the request read the same answer.
    """
    if exchange.response is None:
        failure = exchange.failure
        kind = failure.kind if failure else None
        return ParsedResponse(None, NOT_JSON, None, "", "", 0, kind, str(failure or "no answer"))
    response = exchange.response
    name = _guessed(response) if operation is None else operation.protocol
    found = of(name).read(operation, response)
    codes = found.codes if response.status >= 300 or found.is_error else ()
    return ParsedResponse(
        status=response.status,
        body=found.members,
        code=codes[0] if codes else None,
        message=found.message if response.status >= 300 else "",
        content_type=response.header("content-type") or "",
        size=len(response.body),
        headers=frozenset(name.lower() for name, _ in response.headers),
        codes=codes,
        redirects_to=_leads_to(response),
        form=found.form,
        unasked=_unasked_coding(exchange.request, response),
        in_headers=() if operation is None else tuple(_in_headers(operation, response)),
    )


def _in_headers(operation: Operation, response: Response) -> Iterator[tuple[str, Any]]:
    """The members of a success that are not in what its body says, but in headers or its bytes."""
    if response.status >= 300:
        return
    if operation.payload is not None:
        yield operation.payload, response.body.decode("utf-8", "replace")
    for name, header in operation.headers.items():
        value: Any = response.header(header)
        if header.endswith("-"):  # a map, of which each entry has a header
            start = header.lower()
            given = ((key.lower(), text) for key, text in response.headers)
            entries = {key[len(start) :]: text for key, text in given if key.startswith(start)}
            value = entries or None
        if value is not None:
            yield name, value


def _guessed(response: Response) -> ProtocolName:
    """What an answer is read as where nobody knows what it answers."""
    if "cbor" in (response.header("content-type") or ""):
        return ProtocolName.RPC_V2_CBOR
    is_xml = response.body.lstrip()[:1] == b"<" and b"<Code>" in response.body
    return ProtocolName.REST_XML if is_xml else ProtocolName.REST_JSON_1


def _leads_to(response: Response) -> str:
    location = response.header("location") if 300 <= response.status < 400 else None
    if not location:
        return ""
    try:
        parts = urlsplit(location)
    except ValueError:  # an address that nobody can take apart
        return location[:100]
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else location[:100]


def _unasked_coding(request: Request, response: Response) -> str:
    coding = (response.header("content-encoding") or "").strip().lower()
    accepts = request.header("accept-encoding") is not None
    return "" if accepts or coding == "identity" else coding


LONGEST_FORM = 1_000_000
"""Bytes of a body that may be a form's: a longer one is not looked at."""
_ACTION = f"{ACTION}=".encode()


def selectors_of(request: Request) -> dict[str, list[str]]:
    """The header of awsJson, the parameters of a form, and the headers that only some must have.

    They have names that no query parameter has beside them, so that they may go with a query.
    """
    found = {
        name.lower(): [value] for name, value in request.headers if name[:6].lower() == "x-amz-"
    }
    target = request.header(TARGET)
    if target is not None:
        found[TARGET] = [target]
    body = request.body or b""
    if body and _ACTION in body[:LONGEST_FORM]:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        found |= query_of(pairs)
    return found
