"""Probes of the patch-operations table: every path with every operation."""

from typing import Any

from conformance.contract.levels import Level
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract, Kind, Operation
from conformance.contract.texts import BOOLEANS
from conformance.plan.probes import ExpectedMember, Fault, Plan, Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request


def list_member(operation: Operation) -> str:
    """The request member that carries the patch operations: a list of structures with an op."""
    return next(
        name
        for name, member in operation.input.items()
        if member.shape.element is not None and "op" in member.shape.element.members
    )


def plan_cell(contract: Contract, operation: Operation, requirement: Requirement) -> Plan:
    """One cell: supported is accepted and shown by the answer, anything else is refused.

    A supported cell of informational level is one of which nothing is known but that it exists
    (aws-behaviour, section U): it is sent, and whatever the answer, only a server error counts.
    """
    cell = requirement.patch
    if cell is None:
        raise ValueError(f"{requirement.id} is about no cell of the patch table")
    path, op = cell.path, cell.op
    if not cell.supported:
        probes = tuple(
            _probe(contract, operation, requirement, Side.REJECT, {"op": op, "path": path, **extra})
            for extra in _extras(op, path, patch_values(contract, operation, path))
        )
        return Plan(requirement.id, probes, sides=(Side.REJECT,))
    side = Side.OBSERVE if requirement.level is Level.INFORMATIONAL else Side.ACCEPT
    probes = tuple(
        _probe(
            contract, operation, requirement, side, {"op": op, "path": path, "value": value},
            expected_members(operation, path, value) if side is Side.ACCEPT else (),
        )
        for value in patch_values(contract, operation, path)
    )  # fmt: skip
    return Plan(requirement.id, probes, sides=(side,))


def _extras(op: str, path: str, values: list[str]) -> list[dict[str, str]]:
    """What else an operation carries: a value, or for copy and move where from."""
    if op == "remove":
        return [{}]
    if op in {"copy", "move"}:
        return [{"from": "/description" if path != "/description" else "/name"}]
    return [{"value": values[0]}]


def patch_values(contract: Contract, operation: Operation, path: str) -> list[str]:
    """Texts to put at a path: the overlay's, else by the answer's member of that name."""
    stated = contract.overlay.words_of(operation.name).patch_values.get(path)
    if stated is not None:
        return list(stated)
    member = operation.output.get(path.strip("/"))
    if member is not None and member.shape.kind is Kind.BOOLEAN:
        return ["true", "false"]
    return ["conformance", "conformance again"]


def expected_members(operation: Operation, path: str, value: str) -> tuple[ExpectedMember, ...]:
    """The answer's member of the same name shows the value."""
    member = operation.output.get(path.strip("/"))
    if member is None:
        return ()
    wanted: Any = BOOLEANS.get(value) if member.shape.kind is Kind.BOOLEAN else value
    return (ExpectedMember((path.strip("/"),), wanted),)


def _probe(
    contract: Contract,
    operation: Operation,
    requirement: Requirement,
    side: Side,
    entry: dict[str, Any],
    shown: tuple[ExpectedMember, ...] = (),
) -> Probe:
    member = list_member(operation)
    return Probe(
        requirement.id, operation, side, {**valid_request(contract, operation), member: [entry]},
        f"{entry['op']} {entry['path']}", Fault.PATCH if side is Side.REJECT else Fault.NONE,
        (member,), shown=shown, variant=entry["op"],
    )  # fmt: skip
