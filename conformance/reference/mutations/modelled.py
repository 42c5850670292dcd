"""Faults made from the contracts: every constraint off or off by one, every type, every op."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
from conformance.reference.constraints import is_modelled
from conformance.reference.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MINIMA = ("minLength", "minItems", "minProperties", "minimum")
_MAXIMA = ("maxLength", "maxItems", "maxProperties", "maximum")
_ELEMENT, _KEY = "[]", "{key}"

Steps = tuple[str, ...]
"""From an operation to a shape: member names, ``[]`` for elements, ``{key}`` for map keys."""


def faults(contracts: tuple[Contract, ...]) -> Iterator[Fault]:
    """The faults of every operation of the contracts."""
    excused: dict[str, Fault] = {}
    for contract in contracts:
        for operation in contract.operations.values():
            yield from _constraints(operation)
            yield from _required(operation)
            yield from _patch(operation)
            excused.update((fault.id, fault) for fault in _types(operation))
    yield from excused.values()


def _shapes(members: Mapping[str, Member]) -> Iterator[tuple[Steps, Shape]]:
    for name, member in members.items():
        yield from _inside((name,), member.shape)


def _inside(steps: Steps, shape: Shape) -> Iterator[tuple[Steps, Shape]]:
    yield steps, shape
    for name, member in shape.members.items():
        yield from _inside((*steps, name), member.shape)
    if shape.element is not None:
        yield from _inside((*steps, _ELEMENT), shape.element)
    if shape.key is not None:
        yield from _inside((*steps, _KEY), shape.key)


def _place(steps: Steps) -> str:
    return ".".join(steps).replace(f".{_ELEMENT}", _ELEMENT).replace(f".{_KEY}", _KEY)


def _constraints(operation: Operation) -> Iterator[Fault]:
    for steps, shape in _shapes(operation.input):
        for constraint in shape.constraints.values():
            if not is_modelled(constraint):
                continue
            for how, changed in _variants(operation, steps, shape, constraint):
                yield _fault(operation, steps, constraint.name, how, changed)


def _variants(
    operation: Operation, steps: Steps, shape: Shape, constraint: Constraint
) -> Iterator[tuple[str, Constraint | None]]:
    """What may go wrong with a constraint, without what no request could ever tell."""
    name, limit = constraint.name, constraint.value
    if name in _MAXIMA:
        yield "off", None
        yield "plus1", replace(constraint, value=limit + 1)
        yield "minus1", replace(constraint, value=limit - 1)
    elif name in _MINIMA:
        is_label = operation.input[steps[0]].location is Location.PATH
        if limit > 0 and not is_label and not ("pattern" in shape.constraints and limit == 1):
            yield "off", None
        if limit > 1:
            yield "minus1", replace(constraint, value=limit - 1)
        yield "plus1", replace(constraint, value=limit + 1)
    elif shape.kind is not Kind.BOOLEAN:
        yield "off", None


def _fault(
    operation: Operation, steps: Steps, keyword: str, how: str, changed: Constraint | None
) -> Fault:
    def change(shape: Shape) -> Shape:
        rest = {name: one for name, one in shape.constraints.items() if name != keyword}
        return replace(shape, constraints=rest if changed is None else {**rest, keyword: changed})

    place = _place(steps)
    told = "is not enforced" if changed is None else f"is {changed.value}"
    return Fault(
        id=f"constraint:{operation.name}:{place}:{keyword}:{how}",
        kind="constraint",
        summary=f"{keyword} of {place} {told} in {operation.name}.",
        contract=_reshaped(operation.name, steps, change),
    )


def _required(operation: Operation) -> Iterator[Fault]:
    for name, member in operation.input.items():
        if member.required and member.location is not Location.PATH:
            yield _optional(operation, (name,))
        for steps, shape in _inside((name,), member.shape):
            for inner, one in shape.members.items():
                if one.required:
                    yield _optional(operation, (*steps, inner))


def _optional(operation: Operation, steps: Steps) -> Fault:
    place = _place(steps)

    def change(members: Mapping[str, Member]) -> dict[str, Member]:
        return {**members, steps[-1]: replace(members[steps[-1]], required=False)}

    return Fault(
        id=f"constraint:{operation.name}:{place}:required:off",
        kind="constraint",
        summary=f"{place} is not required in {operation.name}.",
        contract=_remembered(operation.name, steps[:-1], change),
    )


def _types(operation: Operation) -> Iterator[Fault]:
    members = {n: m for n, m in operation.input.items() if m.location is Location.BODY}
    for steps, shape in _shapes(members):
        name = steps[-1]
        if name not in (_ELEMENT, _KEY) and shape.kind is not Kind.ANY:
            yield Fault(
                id=f"type:{operation.service}:{name}:ignored",
                kind="type",
                summary=f"{name} of a wrong type is taken for absent.",
                excused=frozenset({name}),
            )


def _patch(operation: Operation) -> Iterator[Fault]:
    for rule in operation.patch:
        told = "refused" if rule.supported else "accepted"
        yield Fault(
            id=f"patch:{rule.path}:{rule.op}:{told}",
            kind="patch operations",
            summary=f"{rule.op} of {rule.path} is {told}.",
            contract=_with_rule(operation.name, replace(rule, supported=not rule.supported)),
        )


def _with_rule(name: str, changed: PatchRule) -> Callable[[Contract], Contract]:
    def change(operation: Operation) -> Operation:
        others = (
            rule for rule in operation.patch if (rule.path, rule.op) != (changed.path, changed.op)
        )
        return replace(operation, patch=(*others, changed))

    return _in_operation(name, change)


def _in_operation(
    name: str, change: Callable[[Operation], Operation]
) -> Callable[[Contract], Contract]:
    def changed(contract: Contract) -> Contract:
        operation = contract.operations.get(name)
        if operation is None:
            return contract
        operations = {**contract.operations, name: change(operation)}
        return replace(contract, operations=operations)

    return changed


def _reshaped(
    name: str, steps: Steps, change: Callable[[Shape], Shape]
) -> Callable[[Contract], Contract]:
    def in_members(members: Mapping[str, Member]) -> dict[str, Member]:
        member = members[steps[0]]
        return {**members, steps[0]: replace(member, shape=_at(member.shape, steps[1:], change))}

    return _in_operation(name, lambda one: replace(one, input=in_members(one.input)))


def _remembered(
    name: str,
    steps: Steps,
    change: Callable[[Mapping[str, Member]], dict[str, Member]],
) -> Callable[[Contract], Contract]:
    """Change the members of the structure that the steps lead to, or of the operation itself."""
    if not steps:
        return _in_operation(name, lambda one: replace(one, input=change(one.input)))
    return _reshaped(name, steps, lambda shape: replace(shape, members=change(shape.members)))


def _at(shape: Shape, steps: Steps, change: Callable[[Shape], Shape]) -> Shape:
    """The shape with the one that the steps lead to changed."""
    if not steps:
        return change(shape)
    step, rest = steps[0], steps[1:]
    if step == _ELEMENT and shape.element is not None:
        return replace(shape, element=_at(shape.element, rest, change))
    if step == _KEY and shape.key is not None:
        return replace(shape, key=_at(shape.key, rest, change))
    member = shape.members[step]
    inner = replace(member, shape=_at(member.shape, rest, change))
    return replace(shape, members={**shape.members, step: inner})
