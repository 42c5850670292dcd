"""Requests that give parts of a structure: those that stand for themselves together, and choices.

A text or a number stands for itself. Of what is listed, of flags, and of what says of which sort
the whole is, each other value may mean that the rest does not count: such parts are given apart
from the others, and so is what counts beside some of them only. What names something that has to
be there, and what asks for less, is left as the accepted request has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.certain import is_conditional, is_sort
from conformance.contract.listing.readback import FREE_TEXT, is_hidden
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import ITEM, Place, parse, put
from conformance.contract.validate import is_valid
from conformance.plan.generation import values
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.other_values import Request, tagged, values_of

_NAMES = re.compile(
    r"(arn|id|identifier|role|key|uri|url|endpoint|alias|version|region|account|principal"
    r"|name)s?$",
    re.IGNORECASE,
)
_KNOWN_BY = re.compile(r"(^n|N)ame$|(^k|K)ey$")
"""What one entry of a list is known by among the others."""
_LESS = re.compile(r"disable|skip|suppress|exclude|omit|no[A-Z]|dry.?run|force|delet|valid|reset",
                   re.IGNORECASE)  # fmt: skip
"""Words of members that ask that something is not done, or that is done once."""
_DEEPEST = 3
_TOGETHER, _ALONE, _CHOICES = 8, 3, 4
_PLAIN = {Kind.STRING, Kind.INTEGER, Kind.NUMBER}


@dataclass(frozen=True, slots=True)
class PartRequest:
    """A request, whether it gives nothing that others may depend on, and what it stands in for.

    It is not worth sending where ``instead`` (the number of another one) was accepted.
    """

    request: Request
    plain: bool
    instead: int | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    place: Place
    values: tuple[Any, ...]
    is_choice: bool
    rank: int


def part_requests(
    contract: Contract, operation: Operation, name: str, *, apart: bool = False
) -> list[PartRequest]:
    """Requests that give parts of a member; with ``apart`` each choice is a request of its own."""
    start = valid_request(contract, operation, (name,))
    shape = operation.input[name].shape
    whole = start[name] if start.get(name) else _least(shape)
    stateful = {parse(one) for one in contract.overlay.words_of(operation.name).stateful}
    parts = [one for one in _parts(shape, whole, (), 0) if (name, *one.place) not in stateful]
    parts.sort(key=lambda one: one.rank)
    plain = [one for one in parts if not one.is_choice]
    choices = [one for one in parts if one.is_choice][:_CHOICES]
    free = not any(True for _ in _choices_in(shape, whole))

    def made(given: list[_Part], which: int) -> Request:
        value = whole
        for one in given:
            value = put(value, one.place, one.values[min(which, len(one.values) - 1)])
        return {**start, name: value}

    found = [PartRequest(made(plain[:_TOGETHER], 0), free)]
    found += [PartRequest(made([one], 0), free, 0) for one in plain[:_ALONE] if len(plain) > 1]
    if apart:
        for which in (0, 1):
            found += [PartRequest(made([one], which), False) for one in choices]
    elif choices:
        together = len(found)
        found += [PartRequest(made(choices, which), False) for which in (0, 1)]
        found += [
            PartRequest(made([one], which), False, together + which)
            for one in choices[:2] for which in (0, 1)
        ]  # fmt: skip
    return [PartRequest(tagged(one.request), one.plain, one.instead) for one in found]


def _parts(shape: Shape, whole: Any, place: Place, depth: int) -> Iterator[_Part]:
    """The parts that may be given another value, or given besides."""
    if depth > _DEEPEST:
        return
    if shape.kind is Kind.LIST and shape.element is not None and shape.element.members:
        items = whole if isinstance(whole, list) and whole else [None]
        if _has_its_name(shape.element, items[0]):
            yield from _parts(shape.element, items[0], (*place, ITEM), depth + 1)
    given: Mapping[str, Any] = whole if isinstance(whole, Mapping) else {}
    for name, member in shape.members.items():
        inner = member.shape
        if is_hidden(name, inner) or (shape.union and name not in given):
            continue
        if inner.members or (inner.element is not None and inner.element.members):
            if name in given or not _is_whole(inner):
                yield from _parts(inner, given.get(name), (*place, name), depth + 1)
        elif not (_NAMES.search(name) or _LESS.search(name)):
            found = _values(inner, (*place, name), given.get(name))
            if found:
                rank = _rank(name, inner, depth)
                yield _Part((*place, name), found, _is_apart(member), rank)


def _has_its_name(entry: Shape, given: Any) -> bool:
    """Whether an entry of a list has what it is known by: without that its rest is of nothing.

    The parameters of a stack, for one, are known by keys that its template has.
    """
    names = [name for name in entry.members if _KNOWN_BY.search(name)]
    return not names or (isinstance(given, Mapping) and any(name in given for name in names))


def _is_apart(member: Member) -> bool:
    """Whether the rest may count or not by a part, or the part by the rest."""
    return is_choice(member.shape) or is_sort(member) or is_conditional(member, member.shape)


def _is_whole(shape: Shape) -> bool:
    """Whether a value cannot be given with one part alone."""
    needed = any(one.required for one in shape.members.values())
    return shape.kind is not Kind.STRUCTURE or shape.union or needed


def _least(shape: Shape) -> Any:
    """The least value of a shape: a structure that needs nothing is empty."""
    if not _is_whole(shape):
        return {}
    if shape.kind is Kind.LIST and shape.element is not None and not _is_whole(shape.element):
        return [{}]
    return values.sample(shape)


def is_choice(shape: Shape) -> bool:
    """Whether a value is one of few: a flag, or what is listed."""
    return shape.kind is Kind.BOOLEAN or bool(shape.limit("enum"))


def _rank(name: str, shape: Shape, depth: int) -> int:
    return depth + (0 if FREE_TEXT.fullmatch(name) else 2 if shape.kind is Kind.STRING else 1)


def _values(shape: Shape, place: Place, now: Any) -> tuple[Any, ...]:
    """Values that the part has not got: two at most."""
    if not (is_choice(shape) or shape.kind in _PLAIN):
        return ()
    made = [one for one in values_of(shape, place) if one != now]
    return tuple([one for one in made if "${" in str(one) or is_valid(shape, one)][:2])


def _choices_in(shape: Shape, value: Any) -> Iterator[Place]:
    """The places of a value that are flags or have what is listed."""
    if is_choice(shape):
        yield ()
    elif shape.kind is Kind.LIST and shape.element is not None and isinstance(value, list):
        for one in value:
            yield from _choices_in(shape.element, one)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            inner = shape.members.get(name)
            if inner is not None and _is_apart(inner):
                yield (name,)
            elif inner is not None:
                yield from _choices_in(inner.shape, one)
