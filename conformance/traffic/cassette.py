"""Cassettes: of vcrpy, Betamax, VCR and its like for Ruby, PHP, R and Elixir, and of go-vcr.

All are pairs of a request and a response, in YAML or JSON. They differ in names: ``uri`` or
``url``; a body as a text, or as an object that holds one; a status as a number, a text (``201
Created``) or an object with a ``code``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance.traffic.bodies import as_bytes, from_base64, unpacked
from conformance.traffic.entries import (
    BODILESS,
    Headers,
    MalformedEntry,
    TrafficEntry,
    exchange,
    mapping,
    pairs,
    status_of,
    text_of,
)
from conformance.traffic.errors import MalformedTraffic
from conformance.transport.exchange import Response

LISTS = ("interactions", "http_interactions")
BODIES = ("string", "body", "content", "text")
"""Members in which a body that is an object holds its text."""


def is_cassette(value: Any) -> bool:
    """True for what has a cassette's list of interactions, or is such a list itself."""
    if isinstance(value, list):
        return bool(value) and all(_is_interaction(one) for one in value)
    return _interactions(value) is not None


def _interactions(value: Any) -> list[Any] | None:
    """The list; Go's encoder of JSON writes its name with a capital."""
    named = _lowered(value) if isinstance(value, dict) else {}
    found = next((named[name] for name in LISTS if isinstance(named.get(name), list)), None)
    if found and not any(isinstance(one, dict) and "request" in _lowered(one) for one in found):
        return None
    return found


def _is_interaction(value: Any) -> bool:
    """True for a pair that no other format has: by how it writes an address or a status."""
    match value:
        case {"request": dict() as request, "response": dict() as response}:
            telling = isinstance(response.get("status"), dict) or "status_code" in response
            return "uri" in request or "protocol" in request or telling
    return False


def lines(node: Any) -> list[int]:
    """The line of each interaction of a YAML document."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if str(getattr(key, "value", "")).lower() in LISTS and isinstance(value, yaml.SequenceNode):
            node = value
            break
    listed = node.value if isinstance(node, yaml.SequenceNode) else ()
    return [one.start_mark.line + 1 for one in listed]


def entries(path: Path, cassette: Any, at: list[int]) -> Iterator[TrafficEntry]:
    """The interactions of a cassette. Raises MalformedTraffic with the line of the interaction."""
    found = cassette if isinstance(cassette, list) else _interactions(cassette) or []
    for index, one in enumerate(found):
        line = at[index] if index < len(at) else 1
        place = f"{path.name}:{line}" if at else f"{path.name}, interaction {index + 1}"
        try:
            yield _entry(place, one)
        except MalformedEntry as wrong:
            raise MalformedTraffic(path, line, f"interaction {index + 1}: {wrong}") from None


def _lowered(value: dict[Any, Any]) -> dict[str, Any]:
    return {
        text_of(name).lower(): item for name, item in value.items() if isinstance(name, str | bytes)
    }


def _entry(place: str, value: Any) -> TrafficEntry:
    interaction = _lowered(mapping(value, "the interaction"))
    request = _lowered(mapping(interaction.get("request"), "the request"))
    headers = pairs(request.get("headers"))
    body, known = _held(request, headers, absent=True)
    answer, answer_known = _answer(interaction.get("response"))
    method = request.get("method")
    if isinstance(method, str):
        method = method.removeprefix(":")  # one of Ruby's symbols
    made = exchange(method, _address(request), headers, body, answer)
    return TrafficEntry(place, made, known, answer_known)


def _address(request: dict[str, Any]) -> Any:
    """The request's address; the first versions of vcrpy wrote its parts."""
    found = request.get("uri") or request.get("url")
    if found or "path" not in request:
        return found
    host, port = text_of(request.get("host")), text_of(request.get("port"))
    authority = f"{host}:{port}" if port else host
    scheme = text_of(request.get("protocol") or request.get("scheme") or "http")
    return f"{scheme}://{authority}{text_of(request['path'])}"


def _held(message: dict[str, Any], headers: Headers, *, absent: bool) -> tuple[bytes | None, bool]:
    """The body of a message; ``absent``: whether a missing one is known to be none."""
    for name in ("body", "request_body", "content"):
        if message.get(name) not in (None, "", b""):
            return _body(message[name], headers)
    # What a body was parsed into is not what came: YAML does not even keep its types.
    absent = absent and "parsed_body" not in message
    return None, absent or "body" in message or "content" in message


def _body(value: Any, headers: Headers) -> tuple[bytes | None, bool]:
    if value is None or value in ("", b""):
        return None, True
    if isinstance(value, dict):
        if str(value.get("file")).lower() == "true":
            return None, False  # its text is the path of a file
        state = value.get("state")
        if isinstance(state, list) and state and isinstance(state[0], str | bytes):
            return unpacked(as_bytes(state[0]), headers)  # an object of Python that is read from
        if value.get("base64_string") is not None:
            return unpacked(from_base64(text_of(value["base64_string"])), headers)
        held = [value[name] for name in BODIES if name in value]
        if not held:
            return None, not value
        encoding = value.get("encoding")
        if isinstance(encoding, str) and encoding.lower() == "base64":
            return unpacked(from_base64(text_of(held[0])), headers)
        return _body(held[0] if not isinstance(held[0], dict) else 0, headers)
    return unpacked(as_bytes(value), headers)


def _answer(value: Any) -> tuple[Response | None, bool]:
    if value is None:
        return None, False
    response = _lowered(mapping(value, "the response"))
    code = response.get("code", response.get("status_code", response.get("status")))
    if isinstance(code, dict):
        code = _lowered(code).get("code", _lowered(code).get("status_code"))
    status = status_of(code)
    if status == 0:
        return None, False
    headers = pairs(response.get("headers"))
    body, known = _held(response, headers, absent=status in BODILESS)
    return Response(status, headers, body or b""), known
