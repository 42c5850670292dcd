"""Reads a request back from its bytes and validates it again, before a target is blamed."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.contract.model import Location, Operation
from conformance.contract.places import Place
from conformance.contract.validate import violations
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Request

CHECKED = {Fault.LIMIT, Fault.ENUM, Fault.TYPE, Fault.REQUIRED}


def bytes_match_probe(probe: Probe, request: Request) -> bool:
    """True when the bytes that were sent have the fault that was meant, and no other.

    Rules of the overlay may forbid what no limit of the contract does: they, and raw bodies, are
    not decided here.
    """
    written = probe.raw is not None or probe.form is not None
    if written or probe.side is Side.OBSERVE or probe.beyond_limits:
        return True
    members = dict(probe.operation.input)
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
    query = parse_qsl(parts.query, keep_blank_values=True)
    values.update((name, value) for name, value in query if name in operation.input)
    headers = (m.name for m in operation.input.values() if m.location is Location.HEADER)
    values.update((name, seen) for name in headers if (seen := request.header(name)) is not None)
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = {}
    if isinstance(body, dict):
        values.update(body)
    payload = (m.name for m in operation.input.values() if m.location is Location.PAYLOAD)
    return {**values, **dict.fromkeys(payload, "")}


def _labels(operation: Operation, path: str) -> dict[str, str]:
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(operation.path))
    match = re.search(f"{pattern}$", path)
    return {name: unquote(value) for name, value in match.groupdict().items()} if match else {}
