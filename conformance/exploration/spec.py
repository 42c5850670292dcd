"""The merged spec as Schemathesis gets it: what it draws as valid is what is known to be valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.model import Contract

PART = "/part-of"
"""Under this path stand the parts of request bodies, each as a body of its own."""
METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def prepared(contract: Contract, document: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI document to generate from.

    Operations that a literal query selects or that carry anything but JSON are left out; the
    resource's identifier and what must be unique become placeholders that a session fills; where
    values are known to be valid, nothing else is drawn; and what only Java's patterns can say is
    not said.
    """
    facts = contract.facts.get("resource", {})
    special = {
        facts.get("identifier", {}).get("label", ""): "${id}",
        facts.get("unique", {}).get(
            "member", ""
        ): f"${{{facts.get('unique', {}).get('template')}}}",
    }
    paths = {path: _operations(item) for path, item in document["paths"].items() if "?" not in path}
    schemas = _plain(document.get("components", {}).get("schemas", {}), special)
    return {
        "openapi": document["openapi"],
        "info": dict(document["info"]),
        "paths": {
            **{path: _plain(item, special) for path, item in paths.items() if item},
            **_parts(paths, schemas),
        },
        "components": {"schemas": schemas},
    }


def part(operation: str, member: str) -> str:
    """The path under which a member of an operation's body stands alone."""
    return f"{PART}/{operation}/{member}"


def _parts(paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """A body that is drawn as a whole is wrong in its top most of the time: draw its parts too."""
    found: dict[str, Any] = {}
    for item in paths.values():
        for name, operation in item.items():
            reference = _body(operation).get("$ref", "") if name in METHODS else ""
            about = schemas.get(reference.rsplit("/", 1)[-1], {})
            for member, schema in about.get("properties", {}).items():
                body = {"required": True, "content": {"application/json": {"schema": schema}}}
                alone = {"requestBody": body, "responses": {"200": {"description": "any"}}}
                found[part(operation["operationId"], member)] = {"post": alone}
    return found


def _body(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    return schema


def _operations(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: about for name, about in item.items() if name not in METHODS or _speaks_json(about)
    }


def _speaks_json(operation: Mapping[str, Any]) -> bool:
    content = operation.get("requestBody", {}).get("content", {})
    return not content or "application/json" in content


def _plain(node: Any, special: Mapping[str, str]) -> Any:
    """A copy without extensions; schemas as the docstring of ``prepared`` says."""
    if isinstance(node, list):
        return [_plain(item, special) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-examples"):
        return {"enum": list(node["x-examples"])}
    if node.get("x-type") == "timestamp" and node.get("type") == "string":
        return {"enum": ["${future}"]}
    kept = {
        name: _plain(item, special)
        for name, item in node.items()
        if not name.startswith("x-") and not (name == "pattern" and "\\p" in str(item))
    }
    return _named(kept, special)


def _named(node: dict[str, Any], special: Mapping[str, str]) -> dict[str, Any]:
    """Placeholders for the identifier (a parameter) and for what is unique (a property)."""
    if node.get("in") == "path" and node.get("name") in special:
        return {**node, "schema": {"enum": [special[node["name"]]]}}
    properties = node.get("properties")
    if not isinstance(properties, dict):
        return node
    return {
        **node,
        "properties": {
            name: {"enum": [special[name]]} if name in special else shape
            for name, shape in properties.items()
        },
    }
