"""Puts the usual values of a model's members into the spec that is derived of it on demand."""

from collections.abc import Mapping
from typing import Any

from conformance.documents.sdk.models import SdkModel
from conformance.documents.sdk.published_examples import usual_requests, usual_values

KEYWORD = "x-usual"


def add_usual(document: dict[str, Any], model: SdkModel) -> None:
    """Write the usual values beside the types of the members that have any."""
    shapes, usual = model.data["shapes"], usual_values(model)
    by_owner: dict[str, dict[str, tuple[Any, ...]]] = {}
    for (owner, key), values in usual.items():
        wire = shapes[owner]["members"][key].get("locationName", key)
        by_owner.setdefault(owner, {})[wire] = values
    schemas = document.get("components", {}).get("schemas", {})
    for owner, of_owner in by_owner.items():
        _mark(schemas.get(owner, {}).get("properties", {}), of_owner)
    add_requests(document, model)
    for path in document["paths"].values():
        for node in path.values():
            if isinstance(node, dict) and "operationId" in node:
                about = model.data["operations"].get(node["operationId"], {}).get("input", {})
                _mark_operation(node, schemas, by_owner.get(about.get("shape", ""), {}))


def add_requests(document: dict[str, Any], model: SdkModel) -> None:
    """Write the published example requests of the model beside its operations."""
    requests = usual_requests(model)
    for path in document["paths"].values():
        for node in path.values():
            if isinstance(node, dict) and node.get("operationId") in requests:
                node[KEYWORD] = list(requests[node["operationId"]])


def _mark_operation(
    node: dict[str, Any], schemas: Mapping[str, Any], values: Mapping[str, tuple[Any, ...]]
) -> None:
    parameters = {one["name"]: one["schema"] for one in node.get("parameters", ())}
    _mark(parameters, values)
    for content in node.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        if "$ref" in schema:
            schema = schemas.get(schema["$ref"].rpartition("/")[2], {})
        _mark(schema.get("properties", {}), values)


def _mark(schemas: Mapping[str, Any], values: Mapping[str, tuple[Any, ...]]) -> None:
    for name, usual in values.items():
        schema = schemas.get(name)
        while isinstance(schema, dict) and schema.get("type") == "array":
            schema = schema.get("items")
        if isinstance(schema, dict) and "$ref" not in schema:
            schema[KEYWORD] = list(usual)
