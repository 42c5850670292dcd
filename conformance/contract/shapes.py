"""Read the schemas of a merged spec into Shapes and Members.

The spec's own conventions: ``x-type`` where JSON Schema types do not tell, ``x-pattern`` the Java
pattern as documented, ``x-sources`` the source of each keyword, ``x-levels`` a level that differs
from the source's own, ``x-examples`` values known to be valid, ``x-lenient`` JSON types that AWS
may convert, ``x-secret`` for values that must not be written down, ``x-union`` for a structure of
which exactly one member is given, ``x-unkept`` for what may count for nothing, ``x-conditional``
for what counts beside some other settings only, ``x-usual`` values that the model's prose and
examples show; on an operation, whole requests.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.levels import Level, Source
from conformance.contract.model import NO_NAMES, Called, Constraint, Kind, Location, Member, Shape
from conformance.documents.model import WireNames
from conformance.errors import BadInput

KEYWORDS = (
    "minLength", "maxLength", "pattern", "enum", "minimum", "maximum", "minItems", "maxItems",
    "minProperties", "maxProperties",
)  # fmt: skip
SCALARS = {kind.value: kind for kind in (Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN)}

Json = Mapping[str, Any]
NOTHING: Mapping[Kind, tuple[str, ...]] = {}


class SpecProblem(BadInput):
    """A spec that does not keep to the conventions it is read by."""

    hint = "derive the spec again, or check the overlay next to it"

    def __init__(self, spec: str, where: str, reason: str) -> None:
        super().__init__(f"{spec}: {where}: {reason}")


def wire_names(schema: Json) -> WireNames:
    """The names of a value in XML and in form parameters."""
    xml = schema.get("xml", {})
    return WireNames(
        name=xml.get("name"),
        attribute=bool(xml.get("attribute")),
        wrapped=bool(xml.get("wrapped")),
        namespace=xml.get("namespace"),
        prefix=xml.get("prefix"),
        query=schema.get("x-query-name"),
    )


class ShapeReader:
    """Turns schemas into shapes; one for each spec, as ``$ref`` and sources resolve in it."""

    def __init__(
        self,
        name: str,
        schemas: Json,
        documents: Json,
        named_for: str | None = None,
        converts: Mapping[Kind, tuple[str, ...]] = NOTHING,
    ) -> None:
        """``named_for`` is the signing name if values are made up; ``converts`` goes by kind."""
        self._name, self._schemas, self._documents = name, schemas, documents
        self._named_for, self._converts = named_for, converts
        self._open: list[str] = []
        self._reach: dict[str, frozenset[str]] = {}
        self._direct: dict[str, frozenset[str]] = {}
        self._made: dict[tuple[str, frozenset[str]], dict[str, Member]] = {}

    def source(self, pointer: Json | None) -> Source:
        if not pointer:
            return Source()
        if "observation" in pointer or "protocol" in pointer:
            # An overlay merges what was seen over the page's own pointer: what was seen counts.
            return Source(observation=pointer.get("observation"), protocol=pointer.get("protocol"))
        return Source.of(pointer).in_documents(self._documents)

    def level(self, schema: Json, keyword: str, source: Source) -> Level:
        """The overlay's level for a keyword, else the usual one of its source."""
        stated = schema.get("x-levels", {}).get(keyword)
        if stated:
            return Level(stated)
        return Level.EXPECTED if source.observation or source.protocol else Level.REQUIRED

    def members(self, schema: Json, location: Location = Location.BODY) -> dict[str, Member]:
        """The members of an object schema (or a reference to one), by wire name."""
        target = self._resolve(schema)
        required = target.get("required", ())
        return {
            name: self.member(name, member, location, required=name in required)
            for name, member in target.get("properties", {}).items()
        }

    def names(self, schema: Json) -> WireNames:
        target = self._resolve(schema)
        return wire_names({**target, **schema})

    def member(self, name: str, schema: Json, location: Location, *, required: bool) -> Member:
        sources = schema.get("x-sources", {})
        source = self.source(sources.get("required"))
        return Member(
            name=name,
            shape=self.shape(schema, name),
            required=required,
            required_source=source,
            required_level=self.level(schema, "required", source),
            location=location,
            documented=schema.get("x-documented-name"),
            source=self.source(sources.get("type") or sources.get("required")),
        )

    def shape(self, schema: Json, where: str) -> Shape:
        """The shape of a schema; a structure that contains itself ends as ANY."""
        name = schema["$ref"].rsplit("/", 1)[-1] if "$ref" in schema else None
        if name and name in self._open:
            return Shape(kind=Kind.ANY, name=name)
        target = self._resolve(schema)
        if name:
            self._open.append(name)
        try:
            return self._build(target, {**target, **schema}, name, where)
        finally:
            if name:
                self._open.pop()

    def _build(self, target: Json, schema: Json, name: str | None, where: str) -> Shape:
        kind = self._kind(target, where)
        source = self.source(schema.get("x-sources", {}).get("type"))
        return Shape(
            kind=kind,
            constraints=self._constraints(schema),
            members=self._of_structure(target, name) if kind is Kind.STRUCTURE else {},
            element=self._element(target, kind, where),
            key=self.shape({"type": "string", **target.get("propertyNames", {})}, where)
            if kind is Kind.MAP
            else None,
            name=name,
            wire=SCALARS.get(str(target.get("type"))) if kind is Kind.TIMESTAMP else None,
            source=source,
            level=self.level(schema, "type", source),
            examples=tuple(schema.get("x-examples", ())),
            closed=bool(schema.get("x-closed", False)),
            lenient=tuple(schema.get("x-lenient", self._converts.get(kind, ()))),
            union=bool(target.get("x-union", False)) and bool(target.get("properties")),
            secret=bool(schema.get("x-secret", False)),
            unkept=bool(schema.get("x-unkept", False)),
            conditional=bool(schema.get("x-conditional", False)),
            whole=bool(schema.get("x-whole", False)),
            names=wire_names(schema) if "xml" in schema or "x-query-name" in schema else NO_NAMES,
            called=self._called(where),
            usual=tuple(schema.get("x-usual", ())) if self._named_for is not None else (),
            filters=tuple(schema.get("x-filter-names", ())),
            idempotency_token=bool(schema.get("x-idempotency-token", False)),
        )

    def _called(self, where: str) -> Called | None:
        if self._named_for is None:
            return None
        inside = self._open[-1] if self._open else ""
        return Called(where.rstrip("[]"), inside, self._named_for)

    def _of_structure(self, target: Json, name: str | None) -> dict[str, Member]:
        """The members of a structure, cached: they depend only on the enclosing structures."""
        if name is None:
            return self.members(target)
        key = (name, self._leads_to(name).intersection(self._open))
        if key not in self._made:
            self._made[key] = self.members(target)
        return self._made[key]

    def _leads_to(self, name: str) -> frozenset[str]:
        """All structures within a structure, at any depth."""
        if name not in self._reach:
            found: set[str] = set()
            queue = [name]
            while queue:
                inner = self._refers_to(queue.pop()) - found
                found |= inner
                queue += inner
            self._reach[name] = frozenset(found)
        return self._reach[name]

    def _refers_to(self, name: str) -> frozenset[str]:
        """The structures that a structure itself names."""
        if name not in self._direct:
            self._direct[name] = frozenset(_references(self._schemas.get(name)))
        return self._direct[name]

    def _element(self, schema: Json, kind: Kind, where: str) -> Shape | None:
        if kind is Kind.LIST:
            return self.shape(schema.get("items", {}), f"{where}[]")
        if kind is Kind.MAP:
            values = schema.get("additionalProperties", {})
            return self.shape(values if isinstance(values, dict) else {}, where)
        return None

    def _kind(self, schema: Json, where: str) -> Kind:
        if schema.get("x-from") == "name only":
            return Kind.ANY  # its members are not known, so no value of it is known to be right
        if "x-type" in schema:
            return Kind(schema["x-type"])
        stated = schema.get("type")
        if stated == "array":
            return Kind.LIST
        if stated == "object":
            return Kind.STRUCTURE if "properties" in schema else Kind.MAP
        if stated == "string" and schema.get("format") == "binary":
            return Kind.BLOB
        if stated is None:
            return Kind.ANY
        if stated not in SCALARS:
            raise SpecProblem(self._name, where, f"unknown type {stated!r}")
        return SCALARS[stated]

    def _constraints(self, schema: Json) -> dict[str, Constraint]:
        sources = schema.get("x-sources", {})
        found = {}
        for keyword in KEYWORDS:
            value = schema.get("x-pattern") if keyword == "pattern" else schema.get(keyword)
            if value is None:
                continue
            source = self.source(sources.get(keyword))
            found[keyword] = Constraint(keyword, value, source, self.level(schema, keyword, source))
        return found

    def _resolve(self, schema: Json) -> Json:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        name = reference.rsplit("/", 1)[-1]
        if name not in self._schemas:
            raise SpecProblem(self._name, reference, "refers to a schema that does not exist")
        resolved: Json = self._schemas[name]
        return resolved


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rsplit("/", 1)[-1]
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)
