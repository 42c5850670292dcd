"""Puts what a model's prose says into the spec that is derived of it on demand."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.documents.sdk.member_prose import (
    conditional,
    filter_names,
    fixed,
    tokens,
    unkept,
)
from conformance.documents.sdk.models import SdkModel
from conformance.documents.sdk.prose import said_of
from conformance.documents.sdk.published_examples import usual_requests, usual_values

KEYWORD = "x-usual"
SAID, FILTERS, TOKEN = "x-said", "x-filter-names", "x-idempotency-token"
UNKEPT, CONDITIONAL = "x-unkept", "x-conditional"


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
    for owner, schema in schemas.items():
        _mark_doubtful(schema.get("properties", {}), model, owner)
    add_requests(document, model)
    for path in document["paths"].values():
        for node in path.values():
            if isinstance(node, dict) and node.get("operationId") in model.data["operations"]:
                _mark_operation(node, model, schemas, by_owner)


def _mark_operation(
    node: dict[str, Any],
    model: SdkModel,
    schemas: Mapping[str, Any],
    by_owner: Mapping[str, dict[str, tuple[Any, ...]]],
) -> None:
    """Write beside an operation, and the members of its request and answer, what prose says."""
    name = node["operationId"]
    about = model.data["operations"][name]
    owner = about.get("input", {}).get("shape", "")
    node[SAID] = said_of(model, name)
    for shown in _shown(node, schemas):
        _mark_doubtful(shown, model, about.get("output", {}).get("shape", ""))
    members = _members(node, schemas)
    _mark(members, by_owner.get(owner, {}))
    _mark_doubtful(members, model, owner)
    for one in fixed(model, name):
        members.get(one, {})[UNKEPT] = True
    for one, names in filter_names(model, owner) if owner else ():
        members.get(one, {})[FILTERS] = names
    for one in tokens(model, owner) if owner else ():
        members.get(one, {})[TOKEN] = True


def add_requests(document: dict[str, Any], model: SdkModel) -> None:
    """Write the published example requests of the model beside its operations."""
    requests = usual_requests(model)
    for path in document["paths"].values():
        for node in path.values():
            if isinstance(node, dict) and node.get("operationId") in requests:
                node[KEYWORD] = list(requests[node["operationId"]])


def _members(node: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas of the members of a request, by wire name."""
    found = {one["name"]: one["schema"] for one in node.get("parameters", ())}
    for content in node.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        if "$ref" in schema:
            schema = schemas.get(schema["$ref"].rpartition("/")[2], {})
        found.update(schema.get("properties", {}))
    return found


def _shown(node: dict[str, Any], schemas: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of the members of answers, by wire name: specs call these in their own way."""
    for status, response in node["responses"].items():
        for content in response.get("content", {}).values() if status.startswith("2") else ():
            schema = content.get("schema", {})
            found = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
            yield found.get("properties", {})


def _mark_doubtful(members: Mapping[str, Any], model: SdkModel, owner: str) -> None:
    for name in unkept(model, owner):
        members.get(name, {})[UNKEPT] = True
    for name in conditional(model, owner):
        members.get(name, {})[CONDITIONAL] = True


def _mark(schemas: Mapping[str, Any], values: Mapping[str, tuple[Any, ...]]) -> None:
    for name, usual in values.items():
        schema = schemas.get(name)
        while isinstance(schema, dict) and schema.get("type") == "array":
            schema = schema.get("items")
        if isinstance(schema, dict) and "$ref" not in schema:
            schema[KEYWORD] = list(usual)
