"""A request's members as bytes: restJson1's path labels, query parameters and JSON body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from conformance.contract.model import Location, Operation
from conformance.contract.places import ABSENT
from conformance.plan.wire_variant import Overrides, WireVariant

USUAL = WireVariant()


@dataclass(frozen=True, slots=True)
class WireRequest:
    """What goes out: ``target`` is the path with its query; ``body`` None where there is none."""

    method: str
    target: str
    body: bytes | None
    content_type: str | None
    headers: Overrides = ()
    names: str = ""
    """The case of all header names, ``lower`` or ``upper``; as they are usually written without."""
    within: float | None = None
    """Seconds after which no answer is waited for, where that is less than the usual timeout."""


def wire(
    operation: Operation,
    values: dict[str, Any],
    raw: bytes | None = None,
    form: WireVariant = USUAL,
) -> WireRequest:
    """The request of an operation with these members; ``raw`` replaces the body."""
    path = form.path or operation.path
    query: list[tuple[str, str]] = list(operation.query.items())
    headers: list[tuple[str, str]] = []
    body: dict[str, Any] = {}
    payload: bytes | None = None
    for name, value in values.items():
        location = operation.input[name].location if name in operation.input else Location.BODY
        if value is ABSENT:
            continue
        if location is Location.PATH:
            path = path.replace(f"{{{name}}}", _label(operation, name, text(value), form))
        elif location is Location.QUERY:
            query += [(name, text(item)) for item in _many(value)]
        elif location is Location.HEADER:
            headers += _headers(name, value)
        elif location is Location.PAYLOAD:
            payload = text(value).encode()
        else:
            body[name] = value
    parts = [urlencode(query, quote_via=quote), form.query]
    behind = "&".join(part for part in parts if part)
    return WireRequest(
        form.method or operation.method,
        f"{path}?{behind}" if behind else path,
        *_typed(operation, _body(operation, body, payload, raw)),
        (*headers, *form.overrides),
        form.names,
    )


def _label(operation: Operation, name: str, value: str, form: WireVariant) -> str:
    """A label percent-encoded; the slashes of a greedy one stay what they are."""
    parts = value.split("/") if name in operation.greedy else [value]
    return "/".join(form.labels.encoded(part) for part in parts)


def _headers(name: str, value: Any) -> list[tuple[str, str]]:
    """A header, or of a map one for each entry; what no header can hold is left out."""
    if value is None:
        return []
    if isinstance(value, dict):
        pairs = [(f"{name}{key}", text(item)) for key, item in value.items()]
    elif isinstance(value, list):
        pairs = [(name, ",".join(text(item) for item in value))]
    else:
        pairs = [(name, text(value))]
    return [(key, item) for key, item in pairs if item.isascii() and item.isprintable()]


def _body(
    operation: Operation, body: dict[str, Any], payload: bytes | None, raw: bytes | None
) -> tuple[bytes | None, str | None]:
    if raw is not None:
        return raw, "application/json"
    if payload is not None:
        return payload, "application/octet-stream"
    has_body = any(member.location is Location.BODY for member in operation.input.values())
    if not has_body and not body:
        return None, None
    return encode(body), "application/json"


def _typed(
    operation: Operation, written: tuple[bytes | None, str | None]
) -> tuple[bytes | None, str | None]:
    """A body without the usual label where a header says it: left out, that is what is left out."""
    stated = any(
        one.location is Location.HEADER and one.name.lower() == "content-type"
        for one in operation.input.values()
    )
    return (written[0], None) if stated else written


def encode(body: Any) -> bytes:
    """Compact JSON in UTF-8; text that UTF-8 cannot hold is escaped."""
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()


def text(value: Any) -> str:
    """A value as a label or query parameter carries it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
