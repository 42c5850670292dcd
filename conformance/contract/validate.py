"""Which limits a value breaks: the check before a target is blamed for refusing or accepting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.contract.model import Member, Shape
from conformance.contract.places import Place
from conformance.contract.walk import ValueWalker, holds, is_of_kind

__all__ = ["Violation", "holds", "is_of_kind", "shape_violations", "violations"]

_WALKER = ValueWalker(null_is_absent=True)


class Violation(NamedTuple):
    """A broken limit: where, and the keyword ('type', 'required', 'union', 'maxLength', ...)."""

    place: Place
    keyword: str


def violations(members: dict[str, Member], values: dict[str, Any]) -> Iterator[Violation]:
    """What is wrong with a request's (or an answer's) members.

    A null member counts as absent, as the protocol has it.
    """
    for one in _WALKER.members(members, values):
        if not one.held:
            yield Violation(one.place, one.keyword)


def shape_violations(shape: Shape, value: Any, place: Place = ()) -> Iterator[Violation]:
    """What is wrong with one value."""
    for one in _WALKER.shape(shape, value, place):
        if not one.held:
            yield Violation(one.place, one.keyword)
