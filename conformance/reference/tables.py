"""The contracts' request side as a small table, so that a server starts without reading the specs.

``requests.json`` beside this module is made from the contracts by

    python -m conformance.reference.tables

and a test keeps the two the same. It holds what the reference validates by: operations, members,
types, the constraints of the pages' constraint lines, and the table of patch operations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance.contract.levels import Level, Source
from conformance.contract.model import (
    Constraint,
    Contract,
    Kind,
    Location,
    Member,
    Operation,
    PatchRule,
    Shape,
)
from conformance.contract.vocabulary.overlay_model import Overlay
from conformance.reference.constraints import is_modelled

SERVICES = ("apigateway", "location")

_TABLE = Path(__file__).with_name("requests.json")
_STATED = Source(document="specs", text="a constraint line of the page")


def load() -> tuple[Contract, ...]:
    """The contracts of both services, as far as the reference needs them."""
    table = json.loads(_TABLE.read_bytes())
    return tuple(_contract(service, operations) for service, operations in table.items())


def matcher() -> Callable[[str, str], bool]:
    """Whether a whole text matches a Java pattern."""
    from conformance.contract.regex.patterns import matches

    return matches


def table(contracts: Iterable[Contract]) -> str:
    """The text of the table of these contracts."""
    content = {
        contract.service: {
            name: _operation_as_json(operation) for name, operation in contract.operations.items()
        }
        for contract in contracts
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _operation_as_json(operation: Operation) -> dict[str, Any]:
    rules = [[rule.path, rule.op] for rule in operation.patch if rule.supported]
    unsupported = [[rule.path, rule.op] for rule in operation.patch if not rule.supported]
    return {
        "request": f"{operation.method} {operation.path}",
        "query": dict(operation.query),
        "status": operation.status,
        "members": _members_as_json(operation.input),
        **({"patch": {"supported": rules, "unsupported": unsupported}} if rules else {}),
    }


def _members_as_json(members: Mapping[str, Member]) -> dict[str, Any]:
    return {
        name: {
            **({} if member.location is Location.BODY else {"in": member.location.value}),
            **({"required": True} if member.required else {}),
            **_shape_as_json(member.shape),
        }
        for name, member in members.items()
    }


def _shape_as_json(shape: Shape) -> dict[str, Any]:
    limits = {one.name: one.value for one in shape.constraints.values() if is_modelled(one)}
    return {
        "kind": shape.kind.value,
        **({"wire": shape.wire.value} if shape.wire is not None else {}),
        **({"limits": limits} if limits else {}),
        **({"members": _members_as_json(shape.members)} if shape.members else {}),
        **({"element": _shape_as_json(shape.element)} if shape.element is not None else {}),
        **({"key": _shape_as_json(shape.key)} if shape.key is not None else {}),
    }


def _contract(service: str, operations: Mapping[str, Any]) -> Contract:
    return Contract(
        service=service,
        title=service,
        operations={name: _operation(service, name, about) for name, about in operations.items()},
        common_errors={},
        overlay=Overlay(),
        documents={},
        hashes={},
    )


def _operation(service: str, name: str, about: Mapping[str, Any]) -> Operation:
    method, path = about["request"].split(" ")
    return Operation(
        service=service,
        name=name,
        method=method,
        path=path,
        query=about["query"],
        input=_members(about["members"]),
        output={},
        status=about["status"],
        status_source=_STATED,
        errors={},
        source=_STATED,
        patch=tuple(
            PatchRule(path, op, how == "supported", _STATED, Level.EXPECTED)
            for how, cells in about.get("patch", {}).items()
            for path, op in cells
        ),
    )


def _members(members: Mapping[str, Any]) -> dict[str, Member]:
    return {
        name: Member(
            name=name,
            shape=_shape(about),
            required=about.get("required", False),
            location=Location(about.get("in", "body")),
        )
        for name, about in members.items()
    }


def _shape(about: Mapping[str, Any]) -> Shape:
    return Shape(
        kind=Kind(about["kind"]),
        constraints={
            name: Constraint(name, limit, _STATED, Level.REQUIRED)
            for name, limit in about.get("limits", {}).items()
        },
        members=_members(about.get("members", {})),
        element=_shape(about["element"]) if "element" in about else None,
        key=_shape(about["key"]) if "key" in about else None,
        wire=Kind(about["wire"]) if "wire" in about else None,
    )


def main() -> None:
    """Write the table anew from the specs."""
    from conformance.contract import load_contract

    text = table(load_contract(service) for service in SERVICES)
    _TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
