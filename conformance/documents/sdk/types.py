"""Shapes of a model as documented types and limits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.documents.model import (
    BaseType,
    DocumentedMember,
    Limit,
    LimitTarget,
    ModelPlace,
    TypeName,
)
from conformance.documents.sdk.bindings import Bindings

SCALARS = {
    "string": BaseType.STRING,
    "character": BaseType.STRING,
    "byte": BaseType.INTEGER,
    "short": BaseType.INTEGER,
    "integer": BaseType.INTEGER,
    "long": BaseType.LONG,
    "bigInteger": BaseType.LONG,
    "float": BaseType.FLOAT,
    "double": BaseType.DOUBLE,
    "bigDecimal": BaseType.DOUBLE,
    "boolean": BaseType.BOOLEAN,
    "timestamp": BaseType.TIMESTAMP,
    "blob": BaseType.BLOB,
}
TIMESTAMPS = {"unixTimestamp": "number", "iso8601": "string", "rfc822": "http-date"}
USUAL_TIMESTAMP = {"header": "rfc822", "querystring": "iso8601", "uri": "iso8601"}
"""By location; in a body the protocol decides."""
LIMITS = {
    LimitTarget.LEAF: ("minLength", "maxLength"),
    LimitTarget.LIST: ("minItems", "maxItems"),
    LimitTarget.MAP: ("minProperties", "maxProperties"),
    LimitTarget.KEY: ("minLength", "maxLength"),
}
NUMBERS = {"byte", "short", "integer", "long", "float", "double", "bigInteger", "bigDecimal"}
MAX_NESTING = 12


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a model, by name."""

    model: str
    shapes: Mapping[str, Mapping[str, Any]]
    bindings: Bindings

    def place(self, *parts: str) -> ModelPlace:
        escaped = (part.replace("~", "~0").replace("/", "~1") for part in parts)
        return ModelPlace(self.model, path="/".join(("/shapes", *escaped)))

    def type_of(
        self, name: str, member: Mapping[str, Any], location: str = "", depth: int = 0
    ) -> TypeName:
        shape = self.shapes[name]
        kind = shape["type"]
        if depth > MAX_NESTING or shape.get("document"):
            return TypeName(BaseType.JSON)
        if kind == "structure":
            return TypeName(BaseType.STRUCTURE, name=name)
        if kind in {"list", "map"}:
            return self._grouped(shape, location, depth)
        if kind == "timestamp":
            stated = member.get("timestampFormat") or shape.get("timestampFormat")
            usual = USUAL_TIMESTAMP.get(location, self.bindings.timestamp)
            # CBOR has a native form for instants, whatever the model says.
            wire = TIMESTAMPS[usual if self.bindings.is_binary else stated or usual]
            return TypeName(BaseType.TIMESTAMP, wire=wire)
        return TypeName(SCALARS[kind])

    def _grouped(self, shape: Mapping[str, Any], location: str, depth: int) -> TypeName:
        """The type of a list or a map, with the names of what is in it."""
        is_list = shape["type"] == "list"
        inner = shape["member" if is_list else "value"]
        usual = "member" if is_list else "value"
        element = self.type_of(inner["shape"], inner, location, depth + 1)
        names = self.bindings.names(usual, inner, self.shapes[inner["shape"]])
        element = replace(element, names=names)
        if is_list:
            return TypeName(BaseType.LIST, element=element)
        keys = self.bindings.names("key", shape["key"], self.shapes[shape["key"]["shape"]])
        return TypeName(BaseType.MAP, element=element, key_names=keys)

    def limits(self, name: str, lists: int = 0, depth: int = 0, maps: int = 0) -> Iterator[Limit]:
        """Every limit of a shape and of what it is made of, up to the next structure."""
        shape = self.shapes[name]
        kind = shape["type"]
        if kind == "structure" or depth > MAX_NESTING:
            return
        if kind == "list":
            yield from self._bounds(name, LimitTarget.LIST, lists)
            yield from self.limits(shape["member"]["shape"], lists + 1, depth + 1, maps)
        elif kind == "map":
            yield from self._bounds(name, LimitTarget.MAP, maps)
            yield from self._leaf(shape["key"]["shape"], LimitTarget.KEY, maps)
            yield from self.limits(shape["value"]["shape"], lists, depth + 1, maps + 1)
        else:
            yield from self._leaf(name, LimitTarget.LEAF)

    def member(self, owner: str, key: str, name: str, location: str = "") -> DocumentedMember:
        """A member of a structure, under the ``name`` that it shall have."""
        about = self.shapes[owner]["members"][key]
        shape, place = self.shapes[about["shape"]], self.place(owner, "members", key)
        required = key in self.shapes[owner].get("required", ())
        item = shape.get("member", {}).get("locationName")
        return DocumentedMember(
            name=name,
            place=place,
            type=self.type_of(about["shape"], about, location),
            type_place=place,
            limits=tuple(self.limits(about["shape"])),
            required=required,
            required_place=self.place(owner, "required") if required else place,
            names=None if location else self.bindings.names(key, about, shape, item),
        )

    def _leaf(self, name: str, on: LimitTarget, depth: int = 0) -> Iterator[Limit]:
        shape = self.shapes[name]
        yield from self._bounds(name, on, depth)
        if "pattern" in shape:
            yield Limit("pattern", shape["pattern"], on, self.place(name, "pattern"), depth)
        if "enum" in shape:
            yield Limit("enum", tuple(shape["enum"]), on, self.place(name, "enum"), depth)

    def _bounds(self, name: str, on: LimitTarget, depth: int) -> Iterator[Limit]:
        shape = self.shapes[name]
        is_number = shape["type"] in NUMBERS
        keywords = ("minimum", "maximum") if is_number else LIMITS[on]
        for key, keyword in zip(("min", "max"), keywords, strict=True):
            if key in shape:
                value = shape[key] if is_number else int(shape[key])
                yield Limit(keyword, value, on, self.place(name, key), depth)
