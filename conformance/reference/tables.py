"""The contracts' request side as a small table, so that a server starts without reading the specs.

``requests.json`` beside this module is made from the contracts by

    python -m conformance.reference.tables

and a test keeps the two the same. It holds what the reference validates by: operations, members,
types, the constraints of the pages' constraint lines, and the table of patch operations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from conformance.contract.levels import Source
from conformance.contract.model import Contract, Member, Operation, Shape
from conformance.contract.vocabulary.overlay_model import Overlay
from conformance.reference.constraints import is_modelled

SERVICES = ("apigateway", "location")

_TABLE = Path(__file__).with_name("requests.json")
_STATED = Source(text="stated")


def load() -> tuple[Contract, ...]:
    """The contracts of both services, as far as the reference needs them."""
    table = msgspec.json.decode(_TABLE.read_bytes(), type=dict[str, dict[str, Operation]])
    return tuple(
        Contract(service, service, operations, {}, Overlay(), {}, {})
        for service, operations in table.items()
    )


def table(contracts: Iterable[Contract]) -> str:
    content = {
        one.service: {name: _cut(operation) for name, operation in one.operations.items()}
        for one in contracts
    }
    return msgspec.json.encode(_without_defaults(content)).decode() + "\n"


def _cut(operation: Operation) -> Operation:
    """An operation with only what its requests are validated by."""
    return Operation(
        operation.service, operation.name, operation.method, operation.path, operation.query,
        _members(operation.input), {}, operation.status, _STATED, {}, _STATED,
        patch=tuple(replace(rule, source=_STATED) for rule in operation.patch),
    )  # fmt: skip


def _members(members: Mapping[str, Member]) -> dict[str, Member]:
    return {
        name: Member(name, _shape(one.shape), one.required, location=one.location)
        for name, one in members.items()
    }


def _shape(shape: Shape) -> Shape:
    return Shape(
        shape.kind,
        {n: replace(c, source=_STATED) for n, c in shape.constraints.items() if is_modelled(c)},
        _members(shape.members),
        None if shape.element is None else _shape(shape.element),
        None if shape.key is None else _shape(shape.key),
        wire=shape.wire,
    )


def _without_defaults(value: Any) -> Any:
    """Plain data without the fields that have their default value."""
    if isinstance(value, Mapping):
        return {name: _without_defaults(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_without_defaults(one) for one in value]
    if not is_dataclass(value):
        return value
    found = {one: getattr(value, one.name) for one in fields(value)}
    return {
        one.name: _without_defaults(part)
        for one, part in found.items()
        if part != (one.default_factory() if one.default_factory is not MISSING else one.default)
    }


def main() -> None:
    from conformance.contract import load_contract

    text = table(load_contract(service) for service in SERVICES)
    _TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
