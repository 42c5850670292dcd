"""Members as JSON Schema, each constraint with the place that states it."""

import re
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.deriving.facts import NUMBER_LIMITS, as_type, fits, type_text
from conformance.contract.regex.patterns import to_ecma
from conformance.contract.regex.tokens import UnsupportedPattern
from conformance.documents.model import (
    BaseType,
    DocumentedMember,
    Leaf,
    Limit,
    LimitTarget,
    ListNode,
    ModelPlace,
    Node,
    ObjectNode,
    SourceLocation,
    TypeName,
    WireNames,
)

Schema = dict[str, Any]

SCALARS: dict[BaseType, Schema] = {
    BaseType.STRING: {"type": "string"},
    BaseType.INTEGER: {"type": "integer", "format": "int32"},
    BaseType.LONG: {"type": "integer", "format": "int64"},
    BaseType.FLOAT: {"type": "number", "format": "float"},
    BaseType.DOUBLE: {"type": "number", "format": "double"},
    BaseType.NUMBER: {"type": "number"},
    BaseType.BOOLEAN: {"type": "boolean"},
    BaseType.BLOB: {"type": "string", "contentEncoding": "base64", "x-type": "blob"},
    BaseType.JSON: {},
}
TIMESTAMPS: dict[str | None, Schema] = {
    "number": {"type": "number", "x-type": "timestamp"},
    "string": {"type": "string", "format": "date-time", "x-type": "timestamp"},
    "http-date": {"type": "string", "format": "http-date", "x-type": "timestamp"},
    None: {"x-type": "timestamp"},
}
LEAVES: dict[str, Schema] = {
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "blob": SCALARS[BaseType.BLOB],
}
ORDER = (
    *("$ref", "type", "format", "contentEncoding", "x-type", "x-documented-name", "x-member"),
    *("default", "x-default", "enum", "minimum", "maximum", "minLength", "maxLength"),
    *("x-minBytes", "x-maxBytes", "pattern", "x-pattern", "minItems", "maxItems"),
    *("minProperties", "maxProperties", "items", "propertyNames", "additionalProperties"),
    *("properties", "required", "x-union", "x-from", "x-source", "x-sources"),
)
UNICODE_CLASS = re.compile(r"\\[pP]\{")


class SourcePointer(dict[str, Any]):
    """A source pointer; a separate type so that the writer keeps it on one line."""


def pointer(place: SourceLocation) -> SourcePointer:
    """The pointer to a place; the line's text only where the place quotes it."""
    if isinstance(place, ModelPlace):
        return SourcePointer(model=place.document, path=place.path)
    found = SourcePointer(document=place.document, section=place.section, line=place.line)
    if place.text is not None:
        found["text"] = place.text
    return found


def reference(name: str) -> str:
    return f"#/components/schemas/{name}"


@dataclass(slots=True)
class SchemaBuilder:
    """Builds schemas; ``usual`` is the wire form of timestamps that no syntax block shows.

    ``names`` maps a documented structure to its component. What could not be kept is reported in
    ``notes``.
    """

    usual: str | None
    names: dict[str, str]
    notes: list[str] = field(default_factory=list)

    def member(
        self, owner: str, member: DocumentedMember, node: Node | None, wire: str | None
    ) -> Schema:
        """The schema of a member; ``node`` is its place in a syntax block where there is one."""
        where = f"{owner}.{member.name}"
        stated = member.type or _suggested(member)
        schema = self._typed(stated, node, wire)
        if member.type_place is not None:
            self._sources(schema, stated, pointer(member.type_place))
        for limit in member.limits:
            self._limit(where, schema, stated, limit)
        self._default(where, schema, stated, member)
        if member.required_place is not None:
            schema.setdefault("x-sources", {})["required"] = pointer(member.required_place)
        _name(schema, member.names)
        return tidy(schema)

    def shown(self, node: Node, document: str, section: str) -> Schema:
        """The schema of what only a syntax block shows; its depth is the block's."""
        source = pointer(SourceLocation(document, section, node.line))
        if isinstance(node, ListNode):
            items = self.shown(node.item, document, section) if node.item else {}
            return {"type": "array", "items": items, "x-sources": {"type": source}}
        if isinstance(node, ObjectNode):
            return self._shown_object(node, document, section, source)
        if node.quoted and node.text in self.names:
            return {"$ref": reference(self.names[node.text]), "x-sources": {"type": source}}
        schema = {"type": "string"} if node.quoted else dict(LEAVES.get(node.text, {}))
        return {**schema, "x-sources": {"type": source}}

    def _shown_object(
        self, node: ObjectNode, document: str, section: str, source: SourcePointer
    ) -> Schema:
        if node.as_map is not None:
            values = self.shown(node.as_map, document, section)
            inside = {"x-type": "map", "additionalProperties": values}
        else:
            properties = {k: self.shown(v, document, section) for k, v in node.entries.items()}
            inside = {"x-type": "structure", "properties": properties}
        return {"type": "object", **inside, "x-sources": {"type": source}}

    def _typed(self, stated: TypeName, node: Node | None, wire: str | None) -> Schema:
        if stated.base is BaseType.TIMESTAMP:
            known = "string" if isinstance(node, Leaf) and node.quoted else None
            if isinstance(node, Leaf) and node.text == "number":
                known = "number"
            return dict(TIMESTAMPS[known or stated.wire or wire or self.usual])
        if stated.base is BaseType.STRUCTURE and stated.name:
            return {"$ref": reference(self.names[stated.name])}
        element = stated.element or TypeName(BaseType.JSON)
        if stated.base is BaseType.LIST:
            inner = node.item if isinstance(node, ListNode) else None
            items = _name(self._typed(element, inner, wire), element.names)
            return {"type": "array", "items": items}
        if stated.base is BaseType.MAP:
            inner = node.as_map if isinstance(node, ObjectNode) else None
            values = _name(self._typed(element, inner, wire), element.names)
            found: Schema = {"type": "object", "x-type": "map", "additionalProperties": values}
            if stated.key_names is not None:
                found["propertyNames"] = _name({"type": "string"}, stated.key_names)
            return found
        return dict(SCALARS[stated.base])

    def _sources(self, schema: Schema, stated: TypeName, source: SourcePointer) -> None:
        """Set the source of the type, which one ``Type:`` line states for a list and its items."""
        schema.setdefault("x-sources", {})["type"] = source
        if stated.element is not None:
            self._sources(inner_of(schema), stated.element, source)

    def _limit(self, where: str, schema: Schema, stated: TypeName, limit: Limit) -> None:
        target = self._target(schema, stated, limit)
        if target is None:
            self.notes.append(
                f"{where}: left out {limit.name}, which does not fit {type_text(stated)}"
            )
            return
        at, base = target
        state = pointer(limit.place)
        name, value = limit.name, limit.value
        if name == "pattern":
            self._pattern(where, at, str(value), state)
            return
        if base is BaseType.BLOB:
            name = {"minLength": "x-minBytes", "maxLength": "x-maxBytes"}.get(name, name)
        at[name] = value
        if isinstance(value, tuple):
            at[name] = [as_type(text, base) for text in value]
        at.setdefault("x-sources", {})[name] = state

    def _target(
        self, schema: Schema, stated: TypeName, limit: Limit
    ) -> tuple[Schema, BaseType] | None:
        """The schema a limit is about and its kind; None where the type has no such part."""
        depth = limit.depth
        about = BaseType.LIST if limit.on is LimitTarget.LIST else BaseType.MAP
        while stated.element is not None:
            if limit.on is not LimitTarget.LEAF and stated.base is about:
                if depth == 0 and limit.on is LimitTarget.KEY:
                    keys = schema.setdefault("propertyNames", {"type": "string"})
                    return keys, BaseType.STRING
                if depth == 0:
                    return schema, stated.base
                depth -= 1
            schema, stated = inner_of(schema), stated.element
        fitting = limit.on is LimitTarget.LEAF and fits(limit.name, stated.base)
        return (schema, stated.base) if fitting else None

    def _pattern(self, where: str, schema: Schema, java: str, source: SourcePointer) -> None:
        schema["x-pattern"] = java
        schema.setdefault("x-sources", {})["pattern"] = source
        try:
            portable = to_ecma(java)
        except UnsupportedPattern as problem:
            self.notes.append(f"{where}: pattern kept as x-pattern only: {problem.reason}")
            return
        if UNICODE_CLASS.search(portable):
            # Not every tool compiles these; written out as ranges they would change with the
            # version of Unicode, and the derived bytes with them.
            self.notes.append(f"{where}: pattern kept as x-pattern only: it has Unicode classes")
            return
        schema["pattern"] = portable

    def _default(
        self, where: str, schema: Schema, stated: TypeName, member: DocumentedMember
    ) -> None:
        if member.default is None or member.default_place is None:
            return
        sources = schema.setdefault("x-sources", {})
        if member.default == "null":
            # Of a value that may be left out: no value is sent, so no JSON default would be true.
            schema["x-default"] = None
        else:
            value = as_type(member.default, stated.base)
            if isinstance(value, str) and stated.base not in {BaseType.STRING, BaseType.TIMESTAMP}:
                self.notes.append(
                    f"{where}: left out the default {member.default!r}, which has the wrong type"
                )
                return
            schema["default"] = value
        sources["default"] = pointer(member.default_place)


def _name(schema: Schema, names: WireNames | None) -> Schema:
    """Add the names that the value has in XML and in form parameters."""
    if names is None:
        return schema
    xml = xml_object(names)
    if xml:
        schema["xml"] = xml
    if names.query is not None:
        schema["x-query-name"] = names.query
    return schema


def xml_object(names: WireNames | None) -> Schema:
    """The names as OpenAPI's ``xml`` object; a list is wrapped only where that says so."""
    if names is None:
        return {}
    told = {
        "name": names.name, "namespace": names.namespace, "prefix": names.prefix,
        "attribute": names.attribute, "wrapped": names.wrapped,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value}


def _suggested(member: DocumentedMember) -> TypeName:
    """The type that the limits of a member imply, where its page states none."""
    if any(limit.on is LimitTarget.LIST for limit in member.limits):
        return TypeName(BaseType.LIST, element=TypeName(BaseType.STRING))
    bounds = [limit.value for limit in member.limits if limit.name in NUMBER_LIMITS]
    if bounds:
        whole = all(isinstance(value, int) for value in bounds)
        return TypeName(BaseType.INTEGER if whole else BaseType.NUMBER)
    return TypeName(BaseType.STRING)


def inner_of(schema: Schema) -> Schema:
    inner: Schema = schema["items"] if "items" in schema else schema["additionalProperties"]
    return inner


def tidy(schema: Schema) -> Schema:
    """The schema with its keys in one fixed order, nested schemas included."""
    ordered = {key: schema[key] for key in ORDER if key in schema}
    ordered.update({key: value for key, value in schema.items() if key not in ordered})
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(ordered.get(key), dict):
            ordered[key] = tidy(ordered[key])
    return ordered
