"""A derived spec as flat facts, each with its kind, its value and its source.

Bodies are addressed as requirement ids are (``UpdateKey/request/Description/maxLength``);
structures stand once, under their own name (``types/Restrictions/AllowActions[]/pattern``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.building import METHODS
from conformance.contract.shapes import KEYWORDS

BLOB_LIMITS = {"x-minBytes": "minLength", "x-maxBytes": "maxLength"}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement: ``value`` is plain data, ``source`` a pointer, ``above`` what it is part of."""

    address: str
    kind: str
    value: Any
    source: Json
    above: str = ""


def facts_of(spec: Json) -> dict[str, Fact]:
    """Every fact of a derived spec, by address; operations in the order of the spec."""
    return {fact.address: fact for fact in _FactWalk(spec).all()}


def reference_name(schema: Json) -> str | None:
    return str(schema["$ref"]).rsplit("/", 1)[-1] if "$ref" in schema else None


class _FactWalk:
    """One walk over a spec."""

    def __init__(self, spec: Json) -> None:
        self.spec = spec
        self.schemas: Json = spec.get("components", {}).get("schemas", {})
        self.met: dict[str, None] = {}

    def all(self) -> Iterator[Fact]:
        for path, item in self.spec["paths"].items():
            for method in METHODS:
                if method in item:
                    yield from self.operation(path, method, item[method])
        done: set[str] = set()
        while waiting := [name for name in self.met if name not in done]:
            for name in waiting:
                done.add(name)
                yield from self.structure(f"types/{name}", self.schemas.get(name, {}), {}, "")

    def operation(self, path: str, method: str, node: Json) -> Iterator[Fact]:
        name, source = node["operationId"], node.get("x-source", {})
        yield Fact(name, "operation", "described", source)
        line = f"{method.upper()} {path}"
        yield Fact(f"{name}/request-line", "request line", line, source, name)
        for parameter in node.get("parameters", ()):
            yield from self.parameter(name, parameter)
        body = next(iter(node.get("requestBody", {}).get("content", {}).values()), None)
        if body:
            yield from self.body(f"{name}/request", body["schema"], name)
        for status, response in node["responses"].items():
            if str(status).startswith("2"):
                place = response.get("x-source", source)
                yield Fact(f"{name}/status", "status", int(status), place, name)
                yield from self.answer(name, response)
            for error, about in response.get("x-errors", {}).items():
                place = about.get("x-source", source)
                yield Fact(f"{name}/error/{error}", "error", "declared", place, name)
                address = f"{name}/error/{error}/status"
                stated = None if status == "default" else int(status)
                yield Fact(address, "error status", stated, place, f"{name}/error/{error}")

    def parameter(self, operation: str, parameter: Json) -> Iterator[Fact]:
        address = f"{operation}/request/{parameter['name']}"
        source = parameter.get("x-source", {})
        yield Fact(address, "member", parameter["in"], source, operation)
        schema = parameter["schema"]
        if parameter.get("required"):
            stated = schema.get("x-sources", {}).get("required", source)
            yield Fact(f"{address}/required", "required", True, stated, address)
        yield from self.value(address, schema)

    def answer(self, operation: str, response: Json) -> Iterator[Fact]:
        for name, header in response.get("headers", {}).items():
            address = f"{operation}/response/{name}"
            source = header["schema"].get("x-sources", {}).get("type", {})
            yield Fact(address, "member", "header", source, operation)
            yield from self.value(address, header["schema"])
        body = next(iter(response.get("content", {}).values()), None)
        if body:
            yield from self.body(f"{operation}/response", body["schema"], operation)

    def body(self, prefix: str, schema: Json, above: str) -> Iterator[Fact]:
        name = reference_name(schema)
        if "x-member" in schema:
            address = f"{prefix}/{schema['x-member']}"
            source = schema.get("x-sources", {}).get("type", {})
            yield Fact(address, "member", "the whole body", source, above)
            yield from self.value(address, schema)
        elif name is not None:
            target = self.schemas[name]
            yield from self.structure(prefix, target, target.get("x-source", {}), above)

    def structure(self, prefix: str, schema: Json, source: Json, above: str) -> Iterator[Fact]:
        source = schema.get("x-source", source)
        if prefix.startswith("types/"):
            yield Fact(prefix, "data type", "union" if "x-union" in schema else "structure", source)
            above = prefix
        for name, member in schema.get("properties", {}).items():
            address = f"{prefix}/{name}"
            sources = member.get("x-sources", {})
            place = sources.get("type") or sources.get("required") or source
            yield Fact(address, "member", "body", place, above)
            if name in schema.get("required", ()):
                stated = sources.get("required", place)
                yield Fact(f"{address}/required", "required", True, stated, address)
            yield from self.value(address, member)

    def value(self, address: str, schema: Json) -> Iterator[Fact]:
        """The type and the limits of a value and of what it is made of."""
        sources = schema.get("x-sources", {})
        name = reference_name(schema)
        if name is not None:
            self.met.setdefault(name)
        if "type" in sources:
            yield Fact(f"{address}/type", "type", _type(schema), sources["type"], address)
        for keyword in (*KEYWORDS, *BLOB_LIMITS):
            value = schema.get("x-pattern") if keyword == "pattern" else schema.get(keyword)
            if value is not None and keyword in sources:
                kind = BLOB_LIMITS.get(keyword, keyword)
                value = sorted(map(str, value)) if keyword == "enum" else value
                yield Fact(f"{address}/{kind}", kind, value, sources[keyword], address)
        if "properties" in schema:
            # A structure that only a syntax block shows, in place.
            yield from self.structure(address, schema, sources.get("type", {}), address)
        if isinstance(schema.get("items"), Mapping):
            yield from self.value(f"{address}[]", schema["items"])
        if isinstance(schema.get("propertyNames"), Mapping):
            yield from self.value(f"{address}.{{key}}", schema["propertyNames"])
        if isinstance(schema.get("additionalProperties"), Mapping):
            yield from self.value(f"{address}.{{value}}", schema["additionalProperties"])


FORMATS = {"int32": "integer", "int64": "long", "float": "float", "double": "double"}


def _type(schema: Json) -> str:
    """A type in the words of the pages."""
    name = reference_name(schema)
    if name is not None:
        return f"structure {name}"
    kind = schema.get("x-type")
    if kind == "timestamp":
        form = {"number": "seconds", "string": str(schema.get("format"))}
        return f"timestamp ({form.get(str(schema.get('type')), 'form not stated')})"
    if schema.get("format") == "binary":
        return "blob"
    if kind is not None:
        return str(kind)
    stated = str(schema.get("type", "any"))
    return FORMATS.get(str(schema.get("format")), {"array": "list"}.get(stated, stated))
