"""Faults made from the contracts: every constraint off or off by one, every type, every op."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

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
from conformance.contract.regex.patterns import matches
from conformance.reference.constraints import is_modelled
from conformance.reference.faults import InjectedFault

_MINIMA = ("minLength", "minItems", "minProperties", "minimum")
_MAXIMA = ("maxLength", "maxItems", "maxProperties", "maximum")
_ELEMENT, _KEY = "[]", "{key}"

Steps = tuple[str, ...]
"""From an operation to a shape: member names, ``[]`` for elements, ``{key}`` for map keys."""


def faults(contracts: tuple[Contract, ...]) -> Iterator[InjectedFault]:
    """The faults of every operation of the contracts."""
    excused: dict[str, InjectedFault] = {}
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


def _constraints(operation: Operation) -> Iterator[InjectedFault]:
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
    if (operation.name, _place(steps)) in _UNSEEN or shape.kind is Kind.BOOLEAN:
        return
    # No resource has a label that breaks a limit: whether it is enforced is only seen in which
    # of two errors comes first, which is not promised.
    is_label = operation.input[steps[0]].location is Location.PATH
    is_closed = steps[-2:] == ("AllowActions", _ELEMENT)
    if name in _MAXIMA:
        if not is_label:
            yield "off", None
            yield "plus1", replace(constraint, value=limit + 1)
        if not is_closed:
            yield "minus1", replace(constraint, value=limit - 1)
    elif name in _MINIMA:
        if limit > 0 and not is_label and not ("pattern" in shape.constraints and limit == 1):
            yield "off", None
        if limit > 1 and not is_label:
            yield "minus1", replace(constraint, value=limit - 1)
        if not is_closed and not (limit == 0 and _refuses_empty(shape)):
            yield "plus1", replace(constraint, value=limit + 1)
    elif not is_label:
        yield "off", None


_UNSEEN = {
    # An unknown op goes with no path: documented as BadRequestException, seen as
    # ValidationException, and both are right.
    ("UpdateApiKey", "patchOperations[].op"),
    # A token that breaks a limit is refused all the same, because no answer gave it.
    ("ListKeys", "NextToken"),
    # A file without rows is refused all the same.
    ("ImportApiKeys", "body"),
}
"""Members whose constraints show in no answer."""


def _refuses_empty(shape: Shape) -> bool:
    """Whether the pattern refuses the empty text that the minimum length of 0 lets in."""
    pattern = shape.limit("pattern")
    return pattern is not None and not matches(pattern, "")


def _fault(
    operation: Operation, steps: Steps, keyword: str, how: str, changed: Constraint | None
) -> InjectedFault:
    def change(shape: Shape) -> Shape:
        rest = {name: one for name, one in shape.constraints.items() if name != keyword}
        return replace(shape, constraints=rest if changed is None else {**rest, keyword: changed})

    place = _place(steps)
    told = "is not enforced" if changed is None else f"is {changed.value}"
    return InjectedFault(
        id=f"constraint:{operation.name}:{place}:{keyword}:{how}",
        kind="constraint",
        summary=f"{keyword} of {place} {told} in {operation.name}.",
        contract=_reshaped(operation.name, steps, change),
    )


def _required(operation: Operation) -> Iterator[InjectedFault]:
    for name, member in operation.input.items():
        is_seen = (operation.name, name) not in _UNSEEN
        if member.required and is_seen and member.location is not Location.PATH:
            yield _optional(operation, (name,))
        for steps, shape in _inside((name,), member.shape):
            for inner, one in shape.members.items():
                if one.required:
                    yield _optional(operation, (*steps, inner))


def _optional(operation: Operation, steps: Steps) -> InjectedFault:
    place = _place(steps)

    def change(members: Mapping[str, Member]) -> dict[str, Member]:
        return {**members, steps[-1]: replace(members[steps[-1]], required=False)}

    return InjectedFault(
        id=f"constraint:{operation.name}:{place}:required:off",
        kind="constraint",
        summary=f"{place} is not required in {operation.name}.",
        contract=_remembered(operation.name, steps[:-1], change),
    )


_NEEDED = ("KeyName", "AllowActions", "AllowResources", "op", "path")
"""Members without which a request is refused all the same, whatever was in their place."""


def _types(operation: Operation) -> Iterator[InjectedFault]:
    members = {n: m for n, m in operation.input.items() if m.location is Location.BODY}
    for steps, shape in _shapes(members):
        name = steps[-1]
        if name in (_ELEMENT, _KEY, *_NEEDED):
            continue
        if shape.kind is not Kind.ANY:
            yield InjectedFault(
                id=f"type:{operation.service}:{name}:ignored",
                kind="type",
                summary=f"{name} of a wrong type is taken for absent.",
                excused=frozenset({name}),
            )


_OPEN_PATHS = ("/labels", "/stages")
"""Documented, but what an answer to them shows, and what must be there for them, is unknown."""
_REFUSED_ANYWAY = ("/stages", "copy")
"""What it copies is no stage."""


def _patch(operation: Operation) -> Iterator[InjectedFault]:
    for rule in operation.patch:
        if (rule.supported and rule.path in _OPEN_PATHS) or (rule.path, rule.op) == _REFUSED_ANYWAY:
            continue
        told = "refused" if rule.supported else "accepted"
        yield InjectedFault(
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
    name: str, steps: Steps, change: Callable[[Mapping[str, Member]], dict[str, Member]]
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
