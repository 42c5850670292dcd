"""Reads a request back from its bytes and validates it again, before a target is blamed."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.contract.model import Kind, Location, Member, Operation
from conformance.contract.places import Place
from conformance.contract.routes import PathTemplate, query_of
from conformance.contract.texts import from_text, from_texts
from conformance.contract.validate import violations
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Request

OF_TARGET = re.compile(r"\$\{(?:id|ID|taken|made)[.}]")
"""Placeholders for what an answer of the target gave."""
CHECKED = {Fault.LIMIT, Fault.ENUM, Fault.TYPE, Fault.REQUIRED}


def bytes_match_probe(probe: Probe, request: Request) -> bool:
    """True when the bytes that were sent have the intended fault, and no other.

    Rules of the overlay may forbid what no limit of the contract does: they, and raw bodies, are
    not decided here.
    """
    written = probe.raw is not None or probe.form is not None
    if written or probe.side is Side.OBSERVE or probe.beyond_limits:
        return True
    # What the target named itself, it has to take, whatever its limits say of names.
    named = {name for name, one in probe.values.items() if OF_TARGET.search(str(one))}
    members = {name: one for name, one in probe.operation.input.items() if name not in named}
    found = {violation.place for violation in violations(members, sent_values(probe, request))}
    if probe.side is Side.ACCEPT:
        return not found
    if probe.fault not in CHECKED or probe.place is None:
        return True
    return all(_within(place, probe.place) or _within(probe.place, place) for place in found)


def _within(inner: Place, outer: Place) -> bool:
    return inner[: len(outer)] == outer


def sent_values(probe: Probe, request: Request) -> dict[str, Any]:
    """The members that a request carries, read from its bytes."""
    operation = probe.operation
    parts = urlsplit(request.url)
    values: dict[str, Any] = _labels(operation, parts.path)
    query = query_of(parse_qsl(parts.query, keep_blank_values=True))
    for member in operation.input.values():
        if member.location is Location.QUERY and member.name in query:
            values[member.name] = from_texts(member.shape, query[member.name])
        elif member.location is Location.HEADER and (seen := _header(member, request)) is not None:
            values[member.name] = seen
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = {}
    if isinstance(body, dict):
        values.update(body)
    payload = (m.name for m in operation.input.values() if m.location is Location.PAYLOAD)
    return {**values, **dict.fromkeys(payload, "")}


def _labels(operation: Operation, path: str) -> dict[str, str]:
    raw = PathTemplate(operation.path, operation.greedy, empty=True).match_end(path) or {}
    return {
        name: from_text(operation.input[name].shape, unquote(value))
        for name, value in raw.items()
        if name in operation.input
    }


def _header(member: Member, request: Request) -> Any:
    """A header's value; of a map, the headers whose names begin with the member's."""
    if member.shape.kind is Kind.MAP:
        begin = member.name.lower()
        shape = member.shape.element or member.shape
        found = {
            name[len(begin) :]: from_text(shape, value)
            for name, value in request.headers
            if name.lower().startswith(begin)
        }
        return found or None
    text = request.header(member.name)
    if text is None:
        return None
    return from_texts(member.shape, text.split(",") if member.shape.kind is Kind.LIST else [text])
