"""What a recorded request and its answer say, as members by wire name."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.contract.model import Kind, Location, Member
from conformance.contract.texts import from_text
from conformance.engine.judge.redacted import Redacted, is_redacted, marked
from conformance.traffic.entries import TrafficEntry
from conformance.traffic.routes import TrafficRoute
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.json_text import no_constant
from conformance.transport.protocols.registry import members_of, of, read

NAME = 12
"""Characters from which on a text may be a name that no other request has."""
NOTHING = frozenset({b"", b"{}", bytes.fromhex("a0"), bytes.fromhex("bfff")})
"""Bodies that have no members: none at all, and empty ones in JSON and in CBOR."""
LABEL = re.compile(r"\{[\w:.-]+\}")


@dataclass(frozen=True, slots=True)
class RequestMembers:
    """The members of a request; ``known`` False where the body could not be read as members.

    ``raw`` is the body as it stands, None where there was none or its bytes are not those sent.
    """

    values: dict[str, Any]
    known: bool
    raw: bytes | None


def request_members(route: TrafficRoute, entry: TrafficEntry) -> RequestMembers:
    values: dict[str, Any] = {
        name: Redacted(text) if LABEL.fullmatch(text) else str(marked(text))
        for name, text in route.labels.items()
    }
    for name, text in route.query:
        member = route.operation.input.get(name)
        if member is not None and member.location is Location.QUERY:
            _add(values, member, text)
    body, known = entry.exchange.request.body, entry.request_known
    raw = None if entry.parsed else body
    if not of(route.operation.protocol).plain_json and not entry.parsed:
        return _otherwise(route, entry, values)
    payload = [m.name for m in route.operation.input.values() if m.location is Location.PAYLOAD]
    if payload:
        text = (body or b"").decode(errors="replace")
        return RequestMembers(values | dict.fromkeys(payload, text), known, raw)
    if not body or not known:
        # What no body at all means, where an operation has members in it, is not published.
        needs = any(m.location is Location.BODY for m in route.operation.input.values())
        return RequestMembers(values, known and not needs, raw)
    try:
        given = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=no_constant)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return RequestMembers(values, known=False, raw=raw)
    return RequestMembers(values | marked(given), known=True, raw=raw)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that names a member twice may be read in either way."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is named twice")
    return found


def _otherwise(route: TrafficRoute, entry: TrafficEntry, values: dict[str, Any]) -> RequestMembers:
    """The members of a request in another protocol, as that reads its own bytes."""
    request, body = entry.exchange.request, entry.exchange.request.body or b""
    read_back = members_of(route.operation, request)
    # Without members a body may be empty, or one that could not be read.
    selected = any(f"{name}=".encode() in body for name in route.operation.selectors)
    known = entry.request_known and bool(read_back or selected or body.strip() in NOTHING)
    return RequestMembers(values | marked(read_back), known, request.body)


def is_usual(route: TrafficRoute, entry: TrafficEntry) -> bool:
    """True for a request that is written and labelled as clients do, as far as was recorded."""
    request = entry.exchange.request
    try:
        unquote(urlsplit(request.url).path, errors="strict")
    except UnicodeDecodeError:
        return False
    if entry.parsed or not request.headers:
        return True
    protocol = of(route.operation.protocol)
    accept, media = request.header("accept"), request.header("content-type")
    if protocol.plain_json and accept is not None:
        accepts_json = {"application/json", "*/*"} & set(_media(accept))
        if not accepts_json:
            return is_redacted(accept)
    has_payload = any(
        member.location is Location.PAYLOAD for member in route.operation.input.values()
    )
    if not request.body or (protocol.plain_json and has_payload):
        return True
    return media is not None and (is_redacted(media) or set(_media(media)) <= set(protocol.media))


def _media(text: str) -> list[str]:
    return [part.split(";", 1)[0].strip().lower() for part in text.split(",")]


def _add(values: dict[str, Any], member: Member, text: str) -> None:
    """A query parameter as its shape has it; a repeated one is a list."""
    value = from_text(member.shape, text)
    value = marked(value) if isinstance(value, str) else value
    before = values.get(member.name)
    if before is not None:
        value = [*before, value] if isinstance(before, list) else [before, value]
    elif member.shape.kind is Kind.LIST:
        value = [value]
    values[member.name] = value


def parsed_answer(route: TrafficRoute, entry: TrafficEntry) -> ParsedResponse:
    """The recorded answer, hidden values marked; of bodies that a client parsed ``{}`` is none."""
    answer = read(entry.exchange, route.operation)
    body = marked(answer.body)
    nothing = entry.parsed and body == {} and route.operation.content_type is None
    return replace(answer, body=body, size=0 if nothing else answer.size)


def outline(body: bytes | None) -> str:
    """What requests share that differ only in their longer texts, such as names."""
    try:
        return json.dumps(_outlined(json.loads(body or b"null")), sort_keys=True)
    except (ValueError, RecursionError):
        return (body or b"").decode("latin-1")


def _outlined(value: Any) -> Any:
    if isinstance(value, list):
        return [_outlined(item) for item in value]
    if isinstance(value, dict):
        return {name: _outlined(item) for name, item in value.items()}
    return "..." if isinstance(value, str) and len(value) >= NAME else value
