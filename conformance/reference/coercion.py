"""First stage of validation: are the JSON values of the modelled types?

The first wrong type ends it, as a deserializer's does. What passes is the request as the model
sees it: nulls of optional members gone, unknown members dropped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.model import Kind, Member, Shape
from conformance.reference.ambiguities import Ambiguities

Path = tuple[str | int, ...]
"""Where a value is: member names, and list positions counted from 0."""


class WrongType(Exception):
    """A value whose JSON type is not the modelled one."""

    def __init__(self, path: Path, wanted: Kind, value: Any) -> None:
        super().__init__(f"{path}: {type(value).__name__} instead of {wanted}")
        self.path, self.wanted, self.value = path, wanted, value


class UnknownMember(Exception):
    """A member that the shape does not have; only where unknown members are refused."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class Coercion:
    """Checks values against shapes under the readings of one service.

    ``convert`` raises WrongType or UnknownMember.
    """

    readings: Ambiguities
    excused: frozenset[str] = frozenset()
    """Members whose wrong types are taken for absent: only a deliberate fault has any."""

    def structure(
        self, members: Mapping[str, Member], value: Any, path: Path = ()
    ) -> dict[str, Any]:
        """A JSON object's modelled members that are not null."""
        if not isinstance(value, dict):
            raise WrongType(path, Kind.STRUCTURE, value)
        if self.readings.unknown_members_refused:
            for name in value:
                if name not in members:
                    raise UnknownMember((*path, name))
        found = {
            name: self._member(member, value[name], (*path, name))
            for name, member in members.items()
            if value.get(name) is not None
        }
        return {name: item for name, item in found.items() if item is not None}

    def _member(self, member: Member, value: Any, path: Path) -> Any:
        try:
            return self.convert(member.shape, value, path)
        except WrongType as problem:
            if problem.path == path and member.name in self.excused:
                return None
            raise

    def convert(self, shape: Shape, value: Any, path: Path) -> Any:
        """A value that is not null, as the model takes it."""
        return _CONVERTERS[shape.kind](self, shape, value, path)

    def items(self, shape: Shape, value: Any, path: Path) -> Any:
        """A list; its nulls stay (to be refused as such) unless the reading drops them."""
        if not isinstance(value, list):
            raise WrongType(path, Kind.LIST, value)
        element = shape.element
        if element is None:
            return value
        dropped = self.readings.null_items_dropped
        return [
            None if item is None else self.convert(element, item, (*path, index))
            for index, item in enumerate(value)
            if not (item is None and dropped)
        ]

    def entries(self, shape: Shape, value: Any, path: Path) -> Any:
        """A map from strings; nulls as in lists."""
        if not isinstance(value, dict):
            raise WrongType(path, Kind.MAP, value)
        element = shape.element
        if element is None:
            return value
        dropped = self.readings.null_items_dropped
        return {
            name: None if item is None else self.convert(element, item, (*path, name))
            for name, item in value.items()
            if not (item is None and dropped)
        }

    def boolean(self, _shape: Shape, value: Any, path: Path) -> Any:
        """A boolean, or its text where the reading takes it."""
        if isinstance(value, bool):
            return value
        if self.readings.text_booleans_accepted and isinstance(value, str):
            return value.lower() == "true"
        raise WrongType(path, Kind.BOOLEAN, value)

    def timestamp(self, shape: Shape, value: Any, path: Path) -> Any:
        """A string or number as it came: what it says is a later question."""
        wants_text = shape.wire is not Kind.NUMBER
        if isinstance(value, str) and wants_text:
            return value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and (not wants_text or self.readings.epoch_expire_time_accepted):
            return value
        raise WrongType(path, Kind.TIMESTAMP, value)


def _string(_rules: Coercion, _shape: Shape, value: Any, path: Path) -> Any:
    if isinstance(value, str):
        return value
    raise WrongType(path, Kind.STRING, value)


def _integer(_rules: Coercion, _shape: Shape, value: Any, path: Path) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise WrongType(path, Kind.INTEGER, value)


def _number(_rules: Coercion, _shape: Shape, value: Any, path: Path) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise WrongType(path, Kind.NUMBER, value)


def _structure(rules: Coercion, shape: Shape, value: Any, path: Path) -> Any:
    return rules.structure(shape.members, value, path)


def _as_it_is(_rules: Coercion, _shape: Shape, value: Any, _path: Path) -> Any:
    return value


_CONVERTERS: dict[Kind, Callable[[Coercion, Shape, Any, Path], Any]] = {
    Kind.STRING: _string,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: Coercion.boolean,
    Kind.TIMESTAMP: Coercion.timestamp,
    Kind.BLOB: _string,
    Kind.LIST: Coercion.items,
    Kind.MAP: Coercion.entries,
    Kind.STRUCTURE: _structure,
    Kind.ANY: _as_it_is,
}
