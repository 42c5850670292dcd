"""The merged spec as Schemathesis gets it: what it draws as valid is what is known to be valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.model import Contract
from conformance.plan.valid_requests.base_requests import base

METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def prepared(contract: Contract, document: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI document to generate from.

    Operations that a literal query selects or that carry anything but JSON are left out. The
    resource's identifier becomes a placeholder that a session fills; a resource is made with the
    base request, so that walks get on; where values are known to be valid, nothing else is drawn;
    what only Java's patterns can say is not said.
    """
    main = contract.overlay.main
    label = main.label or ""
    paths = {path: _operations(item) for path, item in document["paths"].items() if "?" not in path}
    schemas = _plain(document.get("components", {}).get("schemas", {}))
    create = contract.operations.get(main.create or "")
    plain = {path: _labelled(_plain(item), label) for path, item in paths.items() if item}
    if create is not None:
        _with_base(plain, create.name, base(contract, create))
    return {
        "openapi": document["openapi"],
        "info": dict(document["info"]),
        "paths": plain,
        "components": {"schemas": schemas},
    }


def _with_base(paths: Mapping[str, Any], create: str, values: dict[str, Any]) -> None:
    """Every body is sent, and a new resource's is the base request."""
    for _, operation in _each(paths):
        if _body(operation):
            operation["requestBody"]["required"] = True
        if _body(operation) and operation["operationId"] == create:
            operation["requestBody"]["content"]["application/json"]["schema"] = {"enum": [values]}


def _each(paths: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in paths.items():
        yield from ((path, about) for name, about in item.items() if name in METHODS)


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


def _plain(node: Any) -> Any:
    """A copy without extensions; schemas as the docstring of ``prepared`` says."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-examples"):
        return {"enum": list(node["x-examples"])}
    if node.get("x-type") == "timestamp" and node.get("type") == "string":
        return {"enum": ["${future}"]}
    kept = {
        name: _plain(item)
        for name, item in node.items()
        if not name.startswith("x-") and not (name == "pattern" and "\\p" in str(item))
    }
    if node.get("x-union") and node.get("properties"):
        kept.update(minProperties=1, maxProperties=1)
    if isinstance(node.get("properties"), dict):
        kept.setdefault("additionalProperties", False)
    return kept


def _labelled(item: dict[str, Any], label: str) -> dict[str, Any]:
    """The operations of a path; the identifier among their parameters is a placeholder."""
    for _, operation in _each({"": item}):
        for parameter in operation.get("parameters", ()):
            if (parameter.get("in"), parameter.get("name")) == ("path", label):
                parameter["schema"] = {"enum": ["${id}"]}
    return item
