"""First stage of validation: are the JSON values of the modelled types?

The first wrong type ends it, as a deserializer's does. What passes is the request as the model
sees it: nulls of optional members gone, unknown members dropped.
"""

from collections.abc import Iterable, Iterator, Mapping
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
    """Checks values against shapes under the readings of one service."""

    readings: Ambiguities
    excused: frozenset[str] = frozenset()
    """Members whose wrong types are taken for absent: only a deliberate fault has any."""

    def structure(
        self, members: Mapping[str, Member], value: Any, path: Path = ()
    ) -> dict[str, Any]:
        """A JSON object's modelled members that are not null. Raises WrongType, UnknownMember."""
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
            return self._converted(member.shape, value, path)
        except WrongType as problem:
            if problem.path == path and member.name in self.excused:
                return None
            raise

    def _converted(self, shape: Shape, value: Any, path: Path) -> Any:
        """A value that is not null, as the model takes it."""
        match shape.kind:
            case Kind.STRUCTURE:
                return self.structure(shape.members, value, path)
            case Kind.LIST if isinstance(value, list):
                return [item for _, item in self._items(shape, enumerate(value), path)]
            case Kind.MAP if isinstance(value, dict):
                return dict(self._items(shape, value.items(), path))
            case Kind.BOOLEAN if isinstance(value, str) and self.readings.text_booleans_accepted:
                return value.lower() == "true"
            case Kind.INTEGER if _is_number(value) and value == value // 1:
                return int(value)
            case _ if self._takes(shape, value):
                return value
        raise WrongType(path, shape.kind, value)

    def _items(
        self, shape: Shape, items: Iterable[tuple[str | int, Any]], path: Path
    ) -> Iterator[tuple[Any, Any]]:
        """Items or entries; nulls stay (to be refused as such) unless the reading drops them."""
        for place, item in items:
            if item is not None and shape.element is not None:
                yield place, self._converted(shape.element, item, (*path, place))
            elif item is not None or not self.readings.null_items_dropped:
                yield place, item

    def _takes(self, shape: Shape, value: Any) -> bool:
        """Whether a value is taken as it stands."""
        match shape.kind:
            case Kind.STRING | Kind.BLOB:
                return isinstance(value, str)
            case Kind.BOOLEAN:
                return isinstance(value, bool)
            case Kind.NUMBER:
                return _is_number(value)
            case Kind.TIMESTAMP:  # what it says is a later question
                if shape.wire is Kind.NUMBER:
                    return _is_number(value)
                accepts_numbers = self.readings.epoch_expire_time_accepted
                return isinstance(value, str) or (accepts_numbers and _is_number(value))
        return shape.kind is Kind.ANY


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
