"""The keys that a merged spec may have, so that a mistyped one is not passed over in silence."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.contract.overlays.overlay_faults import OverlayFault, Way, suggestion

SCHEMA = frozenset({
    "$ref", "type", "format", "title", "description", "enum", "const", "default", "pattern",
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    "required", "properties", "additionalProperties", "propertyNames", "items", "oneOf", "anyOf",
    "allOf", "not", "readOnly", "writeOnly", "deprecated", "example", "examples", "nullable",
    "contentEncoding", "contentMediaType", "xml", "discriminator", "externalDocs",
    "x-type", "x-pattern", "x-sources", "x-levels", "x-examples", "x-closed", "x-lenient",
    "x-whole", "x-secret", "x-documented-name", "x-member", "x-prefix", "x-union",
    "x-from", "x-default", "x-note",
})  # fmt: skip
OPERATION = frozenset({
    "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses",
    "security", "servers", "deprecated", "externalDocs", "callbacks", "x-query", "x-host-prefix",
    "x-patch-operations", "x-source", "x-sources", "x-levels", "x-notes",
})  # fmt: skip
PARAMETER = frozenset({
    "name", "in", "required", "schema", "description", "style", "explode", "allowReserved",
    "deprecated", "example", "examples", "content", "allowEmptyValue", "x-source", "x-sources",
    "x-levels", "x-documented-name", "x-prefix", "x-examples", "x-secret", "x-member",
    "x-greedy",
})  # fmt: skip
RESPONSE = frozenset({
    "description", "content", "headers", "links", "x-errors", "x-source", "x-sources",
    "x-content-type-source",
})  # fmt: skip
ROOT = frozenset({
    "openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs",
    "webhooks", "jsonSchemaDialect", "x-common-errors", "x-conformance", "x-documents",
    "x-default", "x-notes", "x-signing", "x-service",
    "x-model",
})  # fmt: skip
POINTER = frozenset({
    "document", "section", "line", "url", "sha256", "text", "observation", "protocol", "model",
    "path",
})  # fmt: skip
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
JSON_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
LEVELS = ("required", "expected", "strict", "informational")


def keyword_faults(spec: Mapping[str, Any]) -> Iterator[OverlayFault]:
    """Every key of a merged spec that no reader of it knows."""
    yield from _unknown(spec, ROOT, ())
    for name, schema in spec.get("components", {}).get("schemas", {}).items():
        yield from _of_schema(schema, ("components", "schemas", name))
    for path, item in spec.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                yield from _of_operation(operation, ("paths", path, method))


def _of_operation(operation: Mapping[str, Any], at: Way) -> Iterator[OverlayFault]:
    yield from _unknown(operation, OPERATION, at)
    for number, parameter in enumerate(operation.get("parameters", ())):
        here = (*at, "parameters", number)
        yield from _unknown(parameter, PARAMETER, here)
        yield from _of_schema(parameter.get("schema", {}), (*here, "schema"))
    yield from _of_content(operation.get("requestBody", {}), (*at, "requestBody"))
    for status, response in operation.get("responses", {}).items():
        here = (*at, "responses", status)
        yield from _unknown(response, RESPONSE, here)
        yield from _of_content(response, here)


def _of_content(node: Mapping[str, Any], at: Way) -> Iterator[OverlayFault]:
    for media, about in node.get("content", {}).items():
        yield from _of_schema(about.get("schema", {}), (*at, "content", media, "schema"))


def _of_schema(schema: Any, at: Way) -> Iterator[OverlayFault]:
    if not isinstance(schema, Mapping):
        return
    yield from _unknown(schema, SCHEMA, at)
    yield from _of_notes(schema, at)
    for key in ("items", "additionalProperties", "propertyNames", "not"):
        yield from _of_schema(schema.get(key), (*at, key))
    for name, member in schema.get("properties", {}).items():
        yield from _of_schema(member, (*at, "properties", name))
    for key in ("oneOf", "anyOf", "allOf"):
        for number, part in enumerate(schema.get(key, ())):
            yield from _of_schema(part, (*at, key, number))


def _of_notes(schema: Mapping[str, Any], at: Way) -> Iterator[OverlayFault]:
    """Check the extensions whose keys or values are a vocabulary."""
    keywords = SCHEMA | {"content-type", "status"}
    for note in ("x-sources", "x-levels"):
        for keyword in schema.get(note, {}):
            if keyword not in keywords:
                yield _no(f"`{keyword}` is not a schema keyword", keyword, keywords, (*at, note))
    for keyword, pointer in schema.get("x-sources", {}).items():
        yield from _unknown(pointer, POINTER, (*at, "x-sources", keyword))
    yield from _of_values(schema, at)


def _of_values(schema: Mapping[str, Any], at: Way) -> Iterator[OverlayFault]:
    for keyword, level in schema.get("x-levels", {}).items():
        if level not in LEVELS:
            yield _no(f"{level!r} is not a level", str(level), LEVELS, (*at, "x-levels", keyword))
    for name in schema.get("x-lenient", ()):
        if name not in JSON_TYPES:
            yield _no(f"{name!r} is not a JSON type", str(name), JSON_TYPES, (*at, "x-lenient"))
    for flag in ("x-closed", "x-whole", "x-secret"):
        if not isinstance(schema.get(flag, False), bool):
            yield OverlayFault(
                (*at, flag), f"`{flag}` must be true or false", "write true or false"
            )
    if not isinstance(schema.get("x-examples", []), list):
        yield OverlayFault(
            (*at, "x-examples"), "`x-examples` must be a list", "put the values into [...]"
        )


def _unknown(node: Any, known: frozenset[str], at: Way) -> Iterator[OverlayFault]:
    if not isinstance(node, Mapping):
        return
    for key in node:
        if key not in known:
            yield _no(f"unknown key `{key}`", str(key), known, (*at, str(key)))


def _no(why: str, word: str, known: frozenset[str] | tuple[str, ...], at: Way) -> OverlayFault:
    return OverlayFault(at, why, _meant(word, known))


@lru_cache(maxsize=256)
def _meant(word: str, known: frozenset[str] | tuple[str, ...]) -> str:
    """Cached: the schemas of a derived spec repeat the same keys."""
    return suggestion(word, known)
