"""Requests with all that may be given in them, in as many variants as there are choices.

A union holds one of its members, a list may hold many kinds of items: each variant makes another
choice, so that all of them together hold every member of every structure at least once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from conformance.contract.aws_values import EXAMPLES, example
from conformance.contract.model import Contract, Kind, Location, Member, Operation, Shape
from conformance.contract.places import find, with_texts
from conformance.contract.validate import shape_violations
from conformance.contract.walk import innermost
from conformance.plan.generation import values
from conformance.plan.valid_requests.optional_members import NEW, Refer, is_free, to_nothing
from conformance.plan.valid_requests.refusal_values import named_by
from conformance.plan.valid_requests.resources import nameable

DEEPEST, SHALLOWEST = 10, 2
LARGEST = 1500
"""Values that one request holds at most: what would hold more is made less deep."""
MOST = 40
"""Variants of one member."""
IN_BODY = frozenset({Location.BODY, Location.HEADER})


@dataclass(frozen=True, slots=True)
class Variants:
    """The members that a request may have besides, each with its variants."""

    operation: Operation
    start: Mapping[str, Any]
    """A request that is accepted."""
    count: Mapping[str, int] = field(default_factory=dict)
    """Of each member that may be given, in how many variants."""
    depth: int = DEEPEST
    refer: Refer = to_nothing
    lean: set[str] = field(default_factory=set)
    """Those of which nothing is given but what has to be: more of them is refused."""
    inner: Mapping[str, str] = field(default_factory=dict)
    """The texts inside the structures of the accepted request, by name."""

    @classmethod
    def of(cls, contract: Contract, operation: Operation, start: Mapping[str, Any]) -> Variants:
        """The variants of what an operation takes, beginning with an accepted request."""
        stateful = contract.overlay.words_of(operation.name).stateful
        members = {
            name: one
            for name, one in operation.input.items()
            if one.location in IN_BODY and is_free(operation, name) and name not in stateful
            if name not in start or _is_open(one.shape)
        }
        depth = next(
            (depth for depth in range(DEEPEST, SHALLOWEST, -1) if _size(members, depth) <= LARGEST),
            SHALLOWEST,
        )
        count = {name: min(MOST, _count(one.shape, depth)) for name, one in members.items()}
        refer = named_by(nameable(contract, operation.name))
        return cls(operation, start, count, depth, refer, inner=dict(_inner_texts(start)))

    @property
    def most(self) -> int:
        """How many variants there are."""
        return max(self.count.values(), default=0)

    def value(self, name: str, index: int) -> Any:
        """One variant of a member, with what the accepted request has of it kept."""
        shape = self.operation.input[name].shape
        if name in self.lean:
            made = least(shape)
        else:
            made = variant(shape, index % max(1, self.count[name]), self.depth, (), self.refer)
        made = named_alike(made, self.inner)
        return merged(shape, made, self.start[name]) if name in self.start else made

    def request(self, names: Iterable[str], index: int) -> dict[str, Any]:
        """The accepted request with one variant of each of these members."""
        found = {name: self.value(name, index) for name in names}
        right = {
            name: value
            for name, value in found.items()
            if _keeps(self.operation.input[name].shape, value)
        }
        return {**self.start, **right}


def variant(
    shape: Shape,
    index: int,
    depth: int,
    within: tuple[str, ...] = (),
    refer: Refer = to_nothing,
) -> Any:
    """A value with every member that it may hold, of a union the one that is its turn."""
    named = refer(shape)
    if named is not None:
        return named
    if shape.examples or depth == 0 or not _is_open(shape):
        return values.sample(shape, index if shape.limit("enum") else 0)
    if shape.kind is Kind.MAP and shape.key is not None and shape.element is not None:
        keys = shape.key.limit("enum") or values.entries(shape, 1)
        most = shape.limit("maxProperties") or len(keys)
        return {
            key: variant(shape.element, index, depth - 1, within, refer)
            for key in list(keys)[:most]
        }
    if shape.element is not None:
        least = max(1, shape.limit("minItems") or 1)
        return [variant(shape.element, index + at, depth - 1, within, refer) for at in range(least)]
    inside = (*within, shape.name) if shape.name else within
    if shape.union:
        name, turn = _turn(shape, index, depth, inside)
        return {name: variant(shape.members[name].shape, turn, depth - 1, inside, refer)}
    made = {
        name: variant(one.shape, index, depth - 1, inside, refer)
        for name, one in shape.members.items()
        if one.required or _may_hold(one.shape, depth - 1, inside)
    }
    return {
        name: value
        for name, value in made.items()
        if shape.members[name].required or _keeps(shape.members[name].shape, value)
    }


def least(shape: Shape) -> Any:
    """A value with what has to be in it alone; of a structure that requires nothing, one member."""
    if shape.examples or not _is_open(shape):
        return values.sample(shape)
    if shape.kind is Kind.LIST and shape.element is not None:
        return [least(shape.element)]
    if shape.union or not shape.members:
        return values.sample(shape)
    plain = [one for one in shape.members.values() if not _is_open(one.shape)]
    needed = [one for one in shape.members.values() if one.required]
    wanted = needed or plain[:1] or [*shape.members.values()][:1]
    return {one.name: least(one.shape) for one in wanted if one.shape.kind is not Kind.ANY}


def named_alike(value: Any, known: Mapping[str, str]) -> Any:
    """A value with the names that an accepted request has inside for members called alike.

    The key of an index is one of the attributes that are defined beside it.
    """
    if isinstance(value, list):
        return [named_alike(one, known) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: known[key] if key in known and NEW.fullmatch(str(inner)) else named_alike(inner, known)
        for key, inner in value.items()
    }


def _inner_texts(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The texts inside structures by name, the first of each last."""
    for one in reversed(value) if isinstance(value, list) else ():
        yield from _inner_texts(one, depth)
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        if depth and isinstance(inner, str):
            yield key, inner
        yield from _inner_texts(inner, depth + 1)


def merged(shape: Shape, made: Any, given: Any) -> Any:
    """A made-up value with what was accepted of it, but for the choices that a union leaves."""
    if isinstance(made, dict) and isinstance(given, dict):
        if shape.union:
            same = [name for name in made if name in given]
            return {name: merged(shape.members[name].shape, made[name], given[name])
                    for name in same} or made  # fmt: skip
        inner = {name: one.shape for name, one in shape.members.items()}
        both = {
            name: merged(inner[name], made[name], value)
            if name in made and name in inner
            else value
            for name, value in given.items()
        }
        return {**made, **both}
    if isinstance(made, list) and isinstance(given, list) and shape.element is not None:
        if not _is_open(shape.element) or not given or not made:
            return given
        first = merged(shape.element, made[0], given[0])
        return [first, *given[1:]]
    return given


def _keeps(shape: Shape, template: Any) -> bool:
    """Whether a value keeps the limits, as far as that is known before a run fills it."""
    filled = with_texts(template, partial(example, named=EXAMPLES["name"]))
    return not any(
        "${" not in str(next(find(filled, one.place), ""))
        for one in shape_violations(shape, filled)
    )


def _is_open(shape: Shape) -> bool:
    """Whether a value has members of its own, or a choice."""
    keyed = shape.key is not None and bool(shape.key.limit("enum"))
    return bool(innermost(shape).members) or keyed


def _may_hold(shape: Shape, depth: int, within: tuple[str, ...]) -> bool:
    inner = innermost(shape)
    if inner.kind is Kind.ANY or (inner.name and inner.name in within):
        return False
    return depth > 0 or not _is_open(shape)


def _turn(shape: Shape, index: int, depth: int, within: tuple[str, ...]) -> tuple[str, int]:
    """The member of a union whose turn it is, and which of its own variants."""
    arms = [
        name for name, one in shape.members.items() if _may_hold(one.shape, depth - 1, within)
    ] or list(shape.members)
    turns = [max(1, _count(shape.members[name].shape, depth - 1, within)) for name in arms]
    index %= sum(turns)
    for name, many in zip(arms, turns, strict=True):
        if index < many:
            return name, index
        index -= many
    return arms[0], 0


def _count(shape: Shape, depth: int, within: tuple[str, ...] = ()) -> int:
    """In how many variants all choices of a value are made."""
    if shape.examples or depth <= 0:
        return 1
    if not _is_open(shape):
        return 1
    if shape.element is not None:
        return _count(shape.element, depth - 1, within)
    inside = (*within, shape.name) if shape.name else within
    counts = [
        _count(one.shape, depth - 1, inside)
        for one in shape.members.values()
        if _may_hold(one.shape, depth - 1, inside)
    ]
    return (sum(counts) if shape.union else max(counts, default=1)) or 1


def _size(members: Mapping[str, Member], depth: int, within: tuple[str, ...] = ()) -> int:
    """How many values a request with all of these members holds, up to a little over the bound."""
    found = 0
    for one in members.values():
        if found > LARGEST:
            break
        inner = innermost(one.shape)
        found += 1
        if depth > 0 and _may_hold(one.shape, depth, within):
            inside = (*within, inner.name) if inner.name else within
            found += _size(inner.members, depth - 1, inside)
    return found
