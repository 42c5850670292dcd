"""What any answer shows, whatever the probe wanted: statuses, labels, members, error statuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract import statements
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import ITEM, KEY, VALUE
from conformance.contract.validate import holds, is_of_kind
from conformance.judge.answer import NOT_JSON, ParsedResponse
from conformance.judge.errors import observe_rules
from conformance.judge.findings import Finding
from conformance.judge.redacted import Redacted
from conformance.transport.exchange import FailureKind

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
        yield from _Walk(f"{prefix}/response/").members(operation.output, answer.body, "")
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


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through a body; ``where`` is a place as it stands in ids, below ``prefix``.

    Every value of every answer passes here, so the sentences are made for what is broken alone.
    """

    prefix: str

    def members(
        self, members: Mapping[str, Member], value: dict[str, Any], above: str
    ) -> Iterator[Finding]:
        """The members of an object."""
        for name, member in members.items():
            where = f"{above}.{name}" if above else name
            present = name in value
            if member.required:
                told = ("", "") if present else (f"{where} in the answer", "absent")
                yield Finding(f"{self.prefix}{where}/required", present, *told)
            if present:
                yield from self._value(member.shape, value[name], where)

    def _value(self, shape: Shape, value: Any, where: str) -> Iterator[Finding]:
        """One value against its shape; below a value of the wrong type nothing more is said.

        Of a value that a recording hides nothing is known.
        """
        if isinstance(value, Redacted):
            return
        address = f"{self.prefix}{where}"
        if not is_of_kind(shape, value):
            kind = shape.wire or shape.kind
            yield Finding(f"{address}/type", False, f"{where} is of type {kind}", _shown(value))
            return
        yield Finding(f"{address}/type", True)
        if shape.kind is Kind.TIMESTAMP:
            if _well_formed(shape, value):
                yield Finding(f"{address}/format", True)
            else:
                yield Finding(f"{address}/format", False, statements.instant(shape), _shown(value))
        for name, constraint in shape.constraints.items():
            if holds(name, constraint.value, value):
                yield Finding(f"{address}/{name}", True)
            else:
                limit = f"{where} keeps {name} {constraint.value}"
                yield Finding(f"{address}/{name}", False, limit, _shown(value))
        yield from self._inside(shape, value, where)

    def _inside(self, shape: Shape, value: Any, where: str) -> Iterator[Finding]:
        if shape.kind is Kind.LIST and shape.element is not None:
            for item in value:
                yield from self._value(shape.element, item, f"{where}{ITEM}")
        elif shape.kind is Kind.MAP:
            for key, item in value.items():
                if shape.key is not None:
                    yield from self._value(shape.key, key, f"{where}.{KEY}")
                if shape.element is not None:
                    yield from self._value(shape.element, item, f"{where}.{VALUE}")
        elif shape.kind is Kind.STRUCTURE:
            yield from self.members(shape.members, value, where)


def _well_formed(shape: Shape, value: Any) -> bool:
    if isinstance(value, str):
        return ISO_8601.fullmatch(value) is not None
    return EARLIEST <= value <= LATEST and (float(value).is_integer() or not shape.whole)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:160]}... ({len(text)} characters)"
