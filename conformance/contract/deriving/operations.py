"""Operations as OpenAPI path items."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from conformance.contract.deriving.schemas import (
    Schema,
    SchemaBuilder,
    pointer,
    reference,
    tidy,
    xml_object,
)
from conformance.contract.model import BINARY
from conformance.documents.model import BaseType, DocumentedMember
from conformance.documents.page_model import (
    Content,
    ErrorEntry,
    OperationPage,
    Parameter,
    ParameterLocation,
    PatchRow,
)

JSON = "application/json"
JSON_BODIES = {BaseType.STRUCTURE, BaseType.LIST, BaseType.MAP, BaseType.JSON}


def distinguishing_parameters(pages: Mapping[str, OperationPage]) -> dict[str, list[str]]:
    """For operations with one method and path: the parameters and headers that tell them apart."""
    groups: dict[tuple[str, str], list[OperationPage]] = {}
    for page in pages.values():
        groups.setdefault((page.method, path_key(page)), []).append(page)
    found: dict[str, list[str]] = {}
    for group in groups.values():
        needed = [_needed(page) for page in group]
        more = [tuple(sorted(one - set[str].intersection(*needed))) for one in needed]
        if len(set(more)) == len(group) > 1:
            named = zip(group, more, strict=True)
            found |= {page.name: list(names) for page, names in named if names}
    return found


def _needed(page: OperationPage) -> set[str]:
    return {
        one.wire
        for one in page.parameters
        if one.where is not ParameterLocation.PATH and one.member.required
    }


def path_key(page: OperationPage, present: Sequence[str] = ()) -> str:
    """The key below ``paths``; the query or a fragment tells operations of one path apart."""
    query = urlencode(page.literal_query)
    selected = next(iter((page.selectors or {}).items()), None)
    behind = f"#{selected[0]}={selected[1]}" if selected else ""
    if present:
        behind = f"#{'&'.join(present)}"
    return f"{page.path}?{query}{behind}" if query else f"{page.path}{behind}"


def operation(
    page: OperationPage, builder: SchemaBuilder, names: dict[str, str], rows: Sequence[PatchRow]
) -> Schema:
    """The operation object. ``names`` maps ``request``, ``response``, ``error`` to components."""
    found: Schema = {
        "operationId": page.name,
        "summary": f"{page.name} operation",
        "x-source": pointer(page.place),
    }
    optional = {
        "x-query": dict(page.literal_query),
        "x-selectors": dict(page.selectors or {}),
        "x-checksum-required": bool(page.checksum),
        "x-query-compatible": bool(page.spoke_query),
        "x-host-prefix": page.host_prefix,
        "x-recovered": list(page.recovered),
        "parameters": [_parameter(page, one, builder) for one in page.parameters],
        "requestBody": _request_body(page, builder, names["request"]),
        "responses": _responses(page, builder, names),
        "x-patch-operations": {
            row.path: {
                **row.ops,
                "x-source": pointer(row.place),
                **({"x-conditions": list(row.conditional)} if row.conditional else {}),
            }
            for row in rows
        },
    }
    return found | {key: value for key, value in optional.items() if value}


def object_schema(owner: str, content: Content, builder: SchemaBuilder) -> Schema:
    entries = content.syntax.entries if content.syntax is not None else {}
    properties = {
        member.name: builder.member(owner, member, entries.get(member.name), None)
        for member in content.members
    }
    found: Schema = {"type": "object", "x-type": "structure"}
    if content.place is not None:
        found["x-source"] = pointer(content.place)
    xml = xml_object(content.names)
    if xml:
        found["xml"] = xml
    return tidy({**found, "properties": properties, **required_list(content.members)})


def required_list(members: Sequence[DocumentedMember]) -> Schema:
    """The ``required`` keyword of a structure, or nothing."""
    names = [member.name for member in members if member.required]
    return {"required": names} if names else {}


def _parameter(page: OperationPage, parameter: Parameter, builder: SchemaBuilder) -> Schema:
    member = parameter.member
    is_path = parameter.where is ParameterLocation.PATH
    return {
        "name": parameter.wire,
        "in": parameter.where.value,
        **({"x-documented-name": member.name} if member.name != parameter.wire else {}),
        **({"x-prefix": True} if parameter.prefix else {}),
        **({"x-greedy": True} if parameter.greedy else {}),
        "required": is_path or bool(member.required),
        "x-source": pointer(member.place),
        "schema": builder.member(page.name, member, None, None),
    }


def _request_body(page: OperationPage, builder: SchemaBuilder, component: str) -> Schema | None:
    content = page.request
    if content.payload is not None:
        payload = content.payload
        media = content.media_type or _usual_media(payload)
        return {
            "required": bool(payload.required),
            "content": {media: {"schema": _payload(page, payload, builder)}},
        }
    if content.syntax is None:
        return None
    return {
        "required": any(member.required for member in content.members),
        "content": {content.media_type or JSON: {"schema": {"$ref": reference(component)}}},
    }


def _usual_media(payload: DocumentedMember) -> str:
    """The default media type: JSON for structures, octets for bytes and texts."""
    return JSON if payload.type is not None and payload.type.base in JSON_BODIES else BINARY


def _payload(page: OperationPage, payload: DocumentedMember, builder: SchemaBuilder) -> Schema:
    """The whole body as one member: bytes, unless the page states another type."""
    schema = builder.member(page.name, payload, None, None)
    if payload.type is None or payload.type.base is BaseType.BLOB:
        schema.pop("contentEncoding", None)
        schema.pop("x-type", None)
        schema.update({"type": "string", "format": "binary"})
    return tidy({**schema, "x-member": payload.name})


def _responses(page: OperationPage, builder: SchemaBuilder, names: dict[str, str]) -> Schema:
    success: Schema = {"description": "Success", "x-source": pointer(page.status_place)}
    if page.response_headers:
        success["headers"] = {
            one.wire: {
                "x-documented-name": one.member.name,
                **({"x-prefix": True} if one.prefix else {}),
                "schema": builder.member(page.name, one.member, None, None),
            }
            for one in page.response_headers
        }
    content = page.response
    media = content.media_type
    if content.payload is not None:
        schema: Schema = _payload(page, content.payload, builder)
        success["content"] = {media or _usual_media(content.payload): {"schema": schema}}
    elif content.syntax is not None:
        success["content"] = {media or JSON: {"schema": {"$ref": reference(names["response"])}}}
    if content.media_place is not None:
        success["x-content-type-source"] = pointer(content.media_place)
    # A status line with a word for a number: the member of that name tells the status.
    found: Schema = {str(page.status or 200): success}
    for error in page.errors:
        _add_error(found, error, names["error"])
    return dict(sorted(found.items()))


def _add_error(responses: Schema, error: ErrorEntry, component: str) -> None:
    status = str(error.status or "default")
    response = responses.setdefault(status, {})
    response.setdefault("description", f"Error {error.status}" if error.status else "Error")
    response.setdefault("content", {JSON: {"schema": {"$ref": reference(component)}}})
    about: dict[str, Any] = {"x-source": pointer(error.place)}
    if error.members:
        about["members"] = {name: {"x-source": pointer(place)} for name, place in error.members}
    if error.name is None:
        response.setdefault("x-unnamed-errors", []).append(about)
    else:
        response.setdefault("x-errors", {})[error.name] = about
