"""Keeps secrets out of everything that is written: each is replaced by a numbered mark.

The same secret always gets the same mark, so that a reader still sees whether two are equal.
"""

from __future__ import annotations

from typing import Any

from conformance.contract.model import Member, Shape
from conformance.contract.places import ITEM, VALUE, Place, find
from conformance.record.marks import mark

LEAST = 12
"""Shorter texts are no secrets: masking them would blank out innocent words."""


class Masker:
    """Learns the secrets of a run and masks them in texts."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def learn(self, text: Any) -> None:
        """Remember a secret."""
        if isinstance(text, str) and len(text) >= LEAST and text not in self._marks:
            self._marks[text] = mark(len(self._marks) + 1, len(text))

    def learn_from(self, body: Any, places: tuple[Place, ...]) -> None:
        """Remember every value at the secret places of a body."""
        for place in places:
            for value in find(body, place):
                self.learn(value)

    def mask(self, text: str) -> str:
        """The text with every known secret replaced by its mark."""
        for secret, hidden in self._marks.items():
            if secret in text:
                text = text.replace(secret, hidden)
        return text


def secret_places(members: Any, above: Place = ()) -> tuple[Place, ...]:
    """Where a request or response carries secrets."""
    found: list[Place] = []
    for member in members.values():
        found += _of_shape(member, member.shape, (*above, member.name))
    return tuple(found)


def _of_shape(member: Member, shape: Shape, place: Place) -> list[Place]:
    found = [place] if shape.secret else []
    found += secret_places(shape.members, place)
    if shape.element is not None:
        step = ITEM if shape.kind == "list" else VALUE
        found += _of_shape(member, shape.element, (*place, step))
    return found
