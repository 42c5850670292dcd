"""Faults made from the contracts: every constraint off or off by one, every type, every op."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from conformance.contract.model import (
    Constraint,
    Contract,
    Kind,
    Location,
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
Shapes = Sequence[tuple[Steps, Shape]]


def faults(contracts: tuple[Contract, ...]) -> Iterator[InjectedFault]:
    excused: dict[str, InjectedFault] = {}
    for contract in contracts:
        for operation in contract.operations.values():
            shapes = list(_inside(_input(operation)))
            yield from _constraints(operation, shapes)
            yield from _required(operation, shapes)
            yield from _patch(operation)
            excused.update((fault.id, fault) for fault in _types(operation, shapes))
    yield from excused.values()


def _input(operation: Operation) -> Shape:
    """The members of a request as one structure."""
    return Shape(Kind.STRUCTURE, members=operation.input)


def _inside(shape: Shape, steps: Steps = ()) -> Iterator[tuple[Steps, Shape]]:
    yield steps, shape
    for name, member in shape.members.items():
        yield from _inside(member.shape, (*steps, name))
    if shape.element is not None:
        yield from _inside(shape.element, (*steps, _ELEMENT))
    if shape.key is not None:
        yield from _inside(shape.key, (*steps, _KEY))


def _place(steps: Steps) -> str:
    return ".".join(steps).replace(f".{_ELEMENT}", _ELEMENT).replace(f".{_KEY}", _KEY)


def _constraints(operation: Operation, shapes: Shapes) -> Iterator[InjectedFault]:
    for steps, shape in shapes:
        for constraint in filter(is_modelled, shape.constraints.values()):
            for how, changed in _variants(operation, steps, shape, constraint):
                yield _fault(operation, steps, constraint.name, how, changed)


def _variants(
    operation: Operation, steps: Steps, shape: Shape, constraint: Constraint
) -> Iterator[tuple[str, Constraint | None]]:
    """What may go wrong with a constraint, except what no request can show."""
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
        pattern = shape.limit("pattern")
        # With 0 characters, the pattern may refuse what the minimum lets in.
        if not is_closed and not (limit == 0 and pattern and not matches(pattern, "")):
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


def _fault(
    operation: Operation, steps: Steps, keyword: str, how: str, changed: Constraint | None
) -> InjectedFault:
    def change(shape: Shape) -> Shape:
        rest = {name: one for name, one in shape.constraints.items() if name != keyword}
        return replace(shape, constraints=rest if changed is None else {**rest, keyword: changed})

    place = _place(steps)
    limit = "is not enforced" if changed is None else f"is {changed.value}"
    return InjectedFault(
        f"constraint:{operation.name}:{place}:{keyword}:{how}", "constraint",
        f"{keyword} of {place} {limit} in {operation.name}.",
        contract=_reshaped(operation, steps, change),
    )  # fmt: skip


def _required(operation: Operation, shapes: Shapes) -> Iterator[InjectedFault]:
    for steps, shape in shapes:
        for name, member in shape.members.items():
            is_seen = (operation.name, name) not in _UNSEEN
            if member.required and is_seen and member.location is not Location.PATH:
                yield _optional(operation, steps, name)


def _optional(operation: Operation, steps: Steps, name: str) -> InjectedFault:
    def change(shape: Shape) -> Shape:
        member = replace(shape.members[name], required=False)
        return replace(shape, members={**shape.members, name: member})

    place = _place((*steps, name))
    return InjectedFault(
        f"constraint:{operation.name}:{place}:required:off", "constraint",
        f"{place} is not required in {operation.name}.",
        contract=_reshaped(operation, steps, change),
    )  # fmt: skip


_NEEDED = ("KeyName", "AllowActions", "AllowResources", "op", "path")
"""Members without which a request is refused all the same, whatever was in their place."""


def _types(operation: Operation, shapes: Shapes) -> Iterator[InjectedFault]:
    for steps, shape in shapes:
        if not steps or operation.input[steps[0]].location is not Location.BODY:
            continue
        name = steps[-1]
        if name not in (_ELEMENT, _KEY, *_NEEDED) and shape.kind is not Kind.ANY:
            yield InjectedFault(
                f"type:{operation.service}:{name}:ignored", "type",
                f"{name} of a wrong type is taken for absent.", excused=frozenset({name}),
            )  # fmt: skip


_OPEN_PATHS = ("/labels", "/stages")
"""Documented, but what an answer to them shows, and what must be there for them, is unknown."""
_REFUSED_ANYWAY = ("/stages", "copy")
"""What it copies is no stage."""


def _patch(operation: Operation) -> Iterator[InjectedFault]:
    for rule in operation.patch:
        if (rule.supported and rule.path in _OPEN_PATHS) or (rule.path, rule.op) == _REFUSED_ANYWAY:
            continue
        outcome = "refused" if rule.supported else "accepted"
        yield InjectedFault(
            f"patch:{rule.path}:{rule.op}:{outcome}", "patch operations",
            f"{rule.op} of {rule.path} is {outcome}.",
            contract=_in_operation(operation, _turned(rule)),
        )  # fmt: skip


def _turned(rule: PatchRule) -> Callable[[Operation], Operation]:
    def change(operation: Operation) -> Operation:
        others = [one for one in operation.patch if (one.path, one.op) != (rule.path, rule.op)]
        return replace(operation, patch=(*others, replace(rule, supported=not rule.supported)))

    return change


def _in_operation(
    operation: Operation, change: Callable[[Operation], Operation]
) -> Callable[[Contract], Contract]:
    def changed(contract: Contract) -> Contract:
        honest = contract.operations.get(operation.name)
        if honest is None:
            return contract
        return replace(contract, operations={**contract.operations, honest.name: change(honest)})

    return changed


def _reshaped(
    operation: Operation, steps: Steps, change: Callable[[Shape], Shape]
) -> Callable[[Contract], Contract]:
    return _in_operation(
        operation, lambda one: replace(one, input=_at(_input(one), steps, change).members)
    )


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
