"""The one descent into shapes, and into values by their shapes.

What is inside a shape is named by the steps of ``places``; what a value holds and breaks is
checked in one place, for requests before they are blamed and for answers when they are judged.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from conformance.contract.model import Kind, Member, Shape
from conformance.contract.places import ITEM, KEY, VALUE, Place
from conformance.contract.regex import patterns


def step_into(shape: Shape, step: str) -> Shape | None:
    """The shape that one step of a place leads to, None where it leads nowhere."""
    if step == KEY:
        return shape.key
    if step in {ITEM, VALUE}:
        return shape.element
    member = shape.members.get(step)
    return None if member is None else member.shape


def shape_at(shape: Shape | None, place: Place) -> Shape | None:
    """The shape at a place inside another, None where there is no such place."""
    for step in place:
        if shape is None:
            return None
        shape = step_into(shape, step)
    return shape


def element_step(shape: Shape) -> str:
    return ITEM if shape.kind is Kind.LIST else VALUE


def innermost(shape: Shape) -> Shape:
    """The innermost element of nested lists and maps."""
    while shape.element is not None:
        shape = shape.element
    return shape


def inner_shapes(shape: Shape, place: Place = ()) -> Iterator[tuple[Place, Shape]]:
    """The direct parts of a shape: members, items or entries."""
    for name, member in shape.members.items():
        yield (*place, name), member.shape
    if shape.element is not None:
        yield (*place, element_step(shape)), shape.element


def without_unknown(shape: Shape | None, value: Any) -> Any:
    """A value without the members that its structures do not have, as services may add some."""
    if shape is None:
        return value
    if isinstance(value, list) and shape.kind is Kind.LIST:
        return [without_unknown(shape.element, item) for item in value]
    if isinstance(value, dict) and shape.kind is Kind.MAP:
        return {key: without_unknown(shape.element, item) for key, item in value.items()}
    if isinstance(value, dict) and shape.members:
        inner = {name: member.shape for name, member in shape.members.items()}
        return {
            name: without_unknown(inner[name], item)
            for name, item in value.items()
            if name in inner
        }
    return value


class ShapeCheck(NamedTuple):
    """Whether a value keeps one keyword of its shape; a wrong type ends the descent."""

    place: Place
    keyword: str
    held: bool
    shape: Shape
    value: Any


def _nothing(_: Any) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ValueWalker:
    """Goes through a value and its shape together.

    With ``null_is_absent`` a null member counts as none, as in requests, and a null item is of no
    type at all. Of what ``is_hidden`` says is not known nothing is said.
    """

    null_is_absent: bool = False
    is_hidden: Callable[[Any], bool] = _nothing

    def members(
        self, members: Mapping[str, Member], values: Mapping[str, Any], place: Place = ()
    ) -> list[ShapeCheck]:
        found: list[ShapeCheck] = []
        self._members(members, values, place, found)
        return found

    def shape(self, shape: Shape, value: Any, place: Place = ()) -> list[ShapeCheck]:
        found: list[ShapeCheck] = []
        self._shape(shape, value, place, found)
        return found

    # Into one list: a list of a hundred entries handed up by five generators takes twice as long.

    def _members(
        self,
        members: Mapping[str, Member],
        values: Mapping[str, Any],
        place: Place,
        found: list[ShapeCheck],
    ) -> None:
        for name, member in members.items():
            value = values.get(name)
            present = value is not None if self.null_is_absent else name in values
            if member.required:
                found.append(ShapeCheck((*place, name), "required", present, member.shape, value))
            if present:
                self._shape(member.shape, value, (*place, name), found)

    def _shape(self, shape: Shape, value: Any, place: Place, found: list[ShapeCheck]) -> None:
        if self.is_hidden(value):
            return
        right = is_of_kind(shape, value)
        found.append(ShapeCheck(place, "type", right, shape, value))
        if not right:
            return
        for name, constraint in shape.constraints.items():
            held = holds(name, constraint.value, value)
            found.append(ShapeCheck(place, name, held, shape, value))
        self._inside(shape, value, place, found)

    def _inside(self, shape: Shape, value: Any, place: Place, found: list[ShapeCheck]) -> None:
        if shape.kind is Kind.LIST and shape.element is not None:
            for item in value:
                self._item(shape.element, item, (*place, ITEM), found)
        elif shape.kind is Kind.MAP:
            for key, item in value.items():
                if shape.key is not None:
                    self._shape(shape.key, key, (*place, KEY), found)
                if shape.element is not None:
                    self._item(shape.element, item, (*place, VALUE), found)
        elif shape.kind is Kind.STRUCTURE:
            if shape.union:
                given = sum(value.get(name) is not None for name in shape.members)
                found.append(ShapeCheck(place, "union", given == 1, shape, value))
            self._members(shape.members, value, place, found)

    def _item(self, shape: Shape, value: Any, place: Place, found: list[ShapeCheck]) -> None:
        if value is None and self.null_is_absent:
            found.append(ShapeCheck(place, "type", False, shape, value))
        else:
            self._shape(shape, value, place, found)


def misspelt(members: Mapping[str, Member], values: Mapping[str, Any]) -> str | None:
    """The first name that matches an absent member but for its case or separators."""
    absent = {_letters(name): name for name in members.keys() - values.keys()}
    for name in values:
        if name not in members and _letters(name) in absent:
            return f"{name} for {absent[_letters(name)]}"
    inside = (
        _misspelt_inside(one.shape, values[name]) for name, one in members.items() if name in values
    )
    return next((one for one in inside if one is not None), None)


def _misspelt_inside(shape: Shape, value: Any) -> str | None:
    if shape.element is not None and isinstance(value, list | dict):
        items = value.values() if isinstance(value, dict) else value
        found = (_misspelt_inside(shape.element, one) for one in items)
        return next((one for one in found if one is not None), None)
    if not shape.members or not isinstance(value, dict):
        return None
    return misspelt(shape.members, value)


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def is_of_kind(shape: Shape, value: Any) -> bool:
    """Whether a JSON value has the type that the shape has on the wire."""
    kind = shape.wire if shape.kind is Kind.TIMESTAMP and shape.wire else shape.kind
    # By identity: to look a member of an enumeration up in a set takes a call.
    if kind is Kind.STRING or kind is Kind.BLOB or kind is Kind.TIMESTAMP:
        return isinstance(value, str)
    if kind is Kind.STRUCTURE or kind is Kind.MAP:
        return isinstance(value, dict)
    if kind is Kind.LIST:
        return isinstance(value, list)
    if kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    if kind is Kind.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def holds(keyword: str, limit: Any, value: Any) -> bool:
    """Whether a value of the right type keeps one limit; lengths count code points."""
    if keyword == "pattern":
        # Of a pattern that cannot be translated nothing is known: see validate.unchecked.
        return not patterns.can_match(limit) or patterns.matches(limit, value)
    if keyword == "enum":
        return value in limit
    if keyword in {"minimum", "maximum"}:
        return bool(value >= limit if keyword == "minimum" else value <= limit)
    size = len(value)
    return bool(size >= limit if keyword.startswith("min") else size <= limit)
