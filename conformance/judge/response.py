"""What any answer shows, whatever the probe wanted: statuses, labels, members, error statuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from conformance.contract import statements
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import ITEM, KEY, VALUE, Place, show
from conformance.contract.validate import holds, is_of_kind
from conformance.judge.errors import observe_rules
from conformance.judge.findings import Finding
from conformance.judge.redacted import Redacted
from conformance.transport.exchange import FailureKind
from conformance.transport.parsed_response import NOT_JSON, ParsedResponse

ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
EARLIEST, LATEST = 946_684_800, 4_102_444_800
"""2000 and 2100 in seconds: outside them a number is not seconds since 1970."""


def observe(contract: Contract, operation: Operation, answer: ParsedResponse) -> Iterator[Finding]:
    """Everything an answer to an operation holds or breaks."""
    prefix = f"{operation.service}/{operation.name}"
    if answer.throttled or answer.failure in {FailureKind.REFUSED, FailureKind.WITHHELD}:
        return  # nothing of this operation answered: throttling, nobody there, or never asked
    answered = answer.status is not None and not answer.server_error
    yield Finding(
        f"{prefix}/status/no-5xx", answered, "an answer that is not a server error", answer.told()
    )
    yield from observe_rules(contract, operation, answer)
    if answer.ok:
        yield from _success(contract, operation, answer, prefix)
    else:
        yield from _refusal(operation, answer, prefix)


def _refusal(operation: Operation, answer: ParsedResponse, prefix: str) -> Iterator[Finding]:
    if answer.code in operation.errors:
        declared = operation.errors[answer.code or ""].status
        yield Finding(
            f"{prefix}/error/{answer.code}", answer.status == declared,
            f"status {declared}", f"status {answer.status}",
        )  # fmt: skip


def _success(
    contract: Contract, operation: Operation, answer: ParsedResponse, prefix: str
) -> Iterator[Finding]:
    yield Finding(
        f"{prefix}/status/{operation.status}", answer.status == operation.status,
        f"status {operation.status}", f"status {answer.status}",
    )  # fmt: skip
    if operation.content_type is None:
        yield from _empty(contract, operation, answer, prefix)
        return
    media = answer.content_type.split(";", 1)[0].strip().lower()
    yield Finding(
        f"{prefix}/response/content-type", media == operation.content_type,
        operation.content_type, answer.content_type or "no content type",
    )  # fmt: skip
    if isinstance(answer.body, dict):
        yield from _members(operation.output, answer.body, (), f"{prefix}/response")
    else:
        seen = "a body that is not JSON" if answer.body is NOT_JSON else "JSON, but no object"
        for name, member in operation.output.items():
            if member.required:
                yield Finding(f"{prefix}/response/{name}/required", False, f"{name} in it", seen)


def _empty(
    contract: Contract, operation: Operation, answer: ParsedResponse, prefix: str
) -> Iterator[Finding]:
    facts = contract.facts.get("operations", {}).get(operation.name, {})
    held = answer.size == 0 or (facts.get("empty-object-allowed", False) and answer.body == {})
    yield Finding(f"{prefix}/response/body/empty", held, "no body", f"{answer.size} bytes")


def _members(members: Any, value: dict[str, Any], place: Place, prefix: str) -> Iterator[Finding]:
    for name, member in members.items():
        yield from _member(member, value, (*place, name), prefix)


def _member(member: Member, value: dict[str, Any], place: Place, prefix: str) -> Iterator[Finding]:
    present = member.name in value
    if member.required:
        yield Finding(
            f"{prefix}/{show(place)}/required", present, f"{show(place)} in the answer", "absent"
        )
    if present:
        yield from _value(member.shape, value[member.name], place, prefix)


def _value(shape: Shape, value: Any, place: Place, prefix: str) -> Iterator[Finding]:
    """One value against its shape; below a value of the wrong type nothing more is said.

    Of a value that a recording hides nothing is known.
    """
    if isinstance(value, Redacted):
        return
    where = f"{prefix}/{show(place)}"
    right = is_of_kind(shape, value)
    kind = shape.wire or shape.kind
    yield Finding(f"{where}/type", right, f"{show(place)} is of type {kind}", _shown(value))
    if not right:
        return
    if shape.kind is Kind.TIMESTAMP:
        yield Finding(
            f"{where}/format", _well_formed(shape, value), statements.instant(shape),
            _shown(value),
        )  # fmt: skip
    for name, constraint in shape.constraints.items():
        yield Finding(
            f"{where}/{name}", holds(name, constraint.value, value),
            f"{show(place)} keeps {name} {constraint.value}", _shown(value),
        )  # fmt: skip
    yield from _inside(shape, value, place, prefix)


def _inside(shape: Shape, value: Any, place: Place, prefix: str) -> Iterator[Finding]:
    if shape.kind is Kind.LIST and shape.element is not None:
        for item in value:
            yield from _value(shape.element, item, (*place, ITEM), prefix)
    elif shape.kind is Kind.MAP:
        for key, item in value.items():
            if shape.key is not None:
                yield from _value(shape.key, key, (*place, KEY), prefix)
            if shape.element is not None:
                yield from _value(shape.element, item, (*place, VALUE), prefix)
    elif shape.kind is Kind.STRUCTURE:
        yield from _members(shape.members, value, place, prefix)


def _well_formed(shape: Shape, value: Any) -> bool:
    if isinstance(value, str):
        return ISO_8601.fullmatch(value) is not None
    return EARLIEST <= value <= LATEST and (float(value).is_integer() or not shape.whole)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:160]}... ({len(text)} characters)"
