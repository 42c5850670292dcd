"""Reads a request back from its bytes and validates it again, before a target is blamed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.contract.model import Kind, Location, Operation, Shape
from conformance.contract.places import Place
from conformance.contract.validate import violations
from conformance.plan.probes import Fault, Probe, Side
from conformance.target.exchange import Request

INTEGER, NUMBER = re.compile(r"-?\d{1,400}"), re.compile(r"-?\d{1,400}(\.\d{1,400})?")
CHECKED = {Fault.LIMIT, Fault.ENUM, Fault.TYPE, Fault.REQUIRED}


def is_as_planned(probe: Probe, request: Request) -> bool:
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
    values.update(_query(operation, query))
    headers = (m for m in operation.input.values() if m.location is Location.HEADER)
    values.update(
        (m.name, _meant(m.shape, seen))
        for m in headers
        if (seen := request.header(m.name)) is not None
    )
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = {}
    if isinstance(body, dict):
        values.update(body)
    payload = (m.name for m in operation.input.values() if m.location is Location.PAYLOAD)
    return {**values, **dict.fromkeys(payload, "")}


def _query(operation: Operation, sent: list[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    """The members in the query; of a list every item has a parameter of its own."""
    for name in dict.fromkeys(name for name, _ in sent if name in operation.input):
        items = [value for other, value in sent if other == name]
        shape = operation.input[name].shape
        if shape.kind is Kind.LIST and shape.element is not None:
            yield name, [_meant(shape.element, item) for item in items]
        else:
            yield name, _meant(shape, items[-1])


def _meant(shape: Shape, text: str) -> Any:
    """What a text outside of a body stands for, where it is a number or a boolean."""
    kind = shape.wire or shape.kind
    if kind is Kind.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if kind is Kind.INTEGER and INTEGER.fullmatch(text):
        return int(text)
    if kind is Kind.NUMBER and NUMBER.fullmatch(text):
        return float(text)
    return text


def _labels(operation: Operation, path: str) -> dict[str, Any]:
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(operation.path))
    match = re.search(f"{pattern}$", path)
    found = match.groupdict() if match else {}
    shapes = {name: operation.input[name].shape for name in found if name in operation.input}
    return {name: _meant(shape, unquote(found[name])) for name, shape in shapes.items()}
