"""The typed contract of a merged spec."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from conformance.contract.levels import Level
from conformance.contract.model import (
    MEMBER_MEDIA,
    NO_NAMES,
    Contract,
    DeclaredError,
    Location,
    Member,
    Operation,
    PatchRule,
    ProtocolName,
)
from conformance.contract.overlays.overlay_reading import read_overlay
from conformance.contract.protocols import protocol_facts
from conformance.contract.shapes import ShapeReader, SpecProblem
from conformance.documents.model import WireNames

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")

Json = Mapping[str, Any]


def build_contract(service: str, spec: Json, hashes: Mapping[str, str]) -> Contract:
    try:
        reader = ShapeReader(
            service, spec.get("components", {}).get("schemas", {}), spec.get("x-documents", {}),
            _named_for(service, spec), protocol_facts(_protocol(spec)).converts,
        )  # fmt: skip
        operations = {operation.name: operation for operation in _operations(service, spec, reader)}
        return Contract(
            service=service,
            title=spec["info"]["title"],
            operations=operations,
            common_errors={
                name: DeclaredError(name, about["status"], reader.source(about.get("x-source")))
                for name, about in spec.get("x-common-errors", {}).items()
            },
            overlay=read_overlay({**spec.get("x-conformance", {}), **_signing(spec)}),
            documents=spec.get("x-documents", {}),
            hashes=dict(hashes),
            protocol=_protocol(spec),
        )
    except (
        KeyError, TypeError, AttributeError, ValueError, msgspec.ValidationError
    ) as error:  # fmt: skip
        raise SpecProblem(service, "merged spec", f"{type(error).__name__}: {error}") from error


def _named_for(service: str, spec: Json) -> str | None:
    """The signing name, where requests are made up; None where an overlay states valid ones."""
    if not spec.get("x-conformance", {}).get("inferred", "x-conformance" not in spec):
        return None
    stated = {**spec.get("x-signing", {}), **spec.get("x-conformance", {}).get("signing", {})}
    return str(stated.get("service", service))


def _signing(spec: Json) -> dict[str, Any]:
    """The signing name and host prefix from a model, where the overlay states none."""
    about, stated = spec.get("x-signing", {}), spec.get("x-conformance", {})
    found: dict[str, Any] = {}
    if "service" in about:
        told = {key: about[key] for key in ("service", "version") if key in about}
        found["signing"] = {**told, **stated.get("signing", {})}
    if "host-prefix" in about:
        found["endpoint"] = {"prefix": about["host-prefix"], **stated.get("endpoint", {})}
    return found


def _protocol(spec: Json) -> ProtocolName:
    return ProtocolName(spec.get("x-protocol", ProtocolName.REST_JSON_1))


def _operations(service: str, spec: Json, reader: ShapeReader) -> Iterator[Operation]:
    protocol = _protocol(spec)
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(service, path, method, item[method], reader, protocol)


def _operation(
    service: str, path: str, method: str, node: Json, reader: ShapeReader, protocol: ProtocolName
) -> Operation:
    status, success = _success(node)
    content = success.get("content", {})
    content_type = next(iter(content), None)
    schema = content.get(content_type, {}).get("schema") if content_type else None
    source = reader.source(success.get("x-source"))
    return Operation(
        service=service,
        name=node["operationId"],
        method=method.upper(),
        path=path.split("#", 1)[0].split("?", 1)[0],
        query=node.get("x-query", {}),
        input=_input(node, reader, protocol),
        output=reader.members(schema) if schema else {},
        status=status,
        status_source=source,
        errors=_errors(node, reader),
        source=reader.source(node.get("x-source")),
        content_type=content_type,
        content_type_given=any(
            name.lower() == "content-type" for name in success.get("headers", {})
        ),
        content_type_source=reader.source(success.get("x-content-type-source")),
        greedy=frozenset(p["name"] for p in node.get("parameters", ()) if p.get("x-greedy")),
        patch=tuple(_patch(node.get("x-patch-operations", {}), reader)),
        protocol=protocol,
        selectors=node.get("x-selectors", {}),
        present=frozenset(node.get("x-query-present", ())),
        root=_root(node, reader),
        whole=_whole(_request_schema(node), protocol),
        wrapper=reader.names(schema).name if schema else None,
        checksum=bool(node.get("x-checksum-required")),
        spoke_query=bool(node.get("x-query-compatible")),
        headers=dict(_headers(success)),
        payload=_payload(schema),
        usual=tuple(node.get("x-usual", ())),
        said=tuple(node["x-said"]) if "x-said" in node else None,
    )


def _headers(success: Json) -> Iterator[tuple[str, str]]:
    """The response headers by member; for a map, how its headers begin."""
    for wire, about in success.get("headers", {}).items():
        if about.get("schema", {}).get("type") in ("string", "integer", "boolean", "object"):
            yield about.get("x-documented-name", wire), wire


def _payload(schema: Json | None) -> str | None:
    """The member that is the raw bytes of the answer."""
    is_bytes = schema is not None and schema.get("format") == "binary"
    return schema.get("x-member") if schema and is_bytes else None


def _request_schema(node: Json) -> Json:
    """The schema of the request body; empty without a body."""
    contents = node.get("requestBody", {}).get("content", {}).values()
    found: Json = next((content["schema"] for content in contents), {})
    return found


def _root(node: Json, reader: ShapeReader) -> WireNames:
    """The names of the element that is the body: its own, or those of its only member."""
    schema = _request_schema(node)
    names = reader.names(schema) if schema else NO_NAMES
    return names if names.name else replace(names, name=schema.get("x-member"))


def _success(node: Json) -> tuple[int, Json]:
    for status, response in node["responses"].items():
        if str(status).startswith("2"):
            return int(status), response
    raise KeyError(f"{node['operationId']} has no success response")


def _input(node: Json, reader: ShapeReader, protocol: ProtocolName) -> dict[str, Member]:
    def notes_of(parameter: Json) -> Json:
        notes = {key: value for key, value in parameter.items() if key.startswith("x-")}
        return {key: value for key, value in notes.items() if key != "x-source"}

    members = {
        parameter["name"]: reader.member(
            parameter["name"],
            {**notes_of(parameter), **parameter["schema"]},
            Location(parameter["in"]),
            required=bool(parameter.get("required")),
        )
        for parameter in node.get("parameters", [])
    }
    for media, content in node.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        whole = _whole(schema, protocol)
        if whole:
            required = bool(node["requestBody"].get("required"))
            members[whole] = reader.member(whole, schema, Location.BODY, required=required)
        elif media in MEMBER_MEDIA:
            members.update(reader.members(schema))
        else:
            name = schema.get("x-member", "body")
            required = bool(node["requestBody"].get("required"))
            members[name] = reader.member(name, schema, Location.PAYLOAD, required=required)
    return members


def _whole(schema: Json, protocol: ProtocolName) -> str | None:
    """The member that is the element of a whole XML body; a label may share its name."""
    named = protocol is ProtocolName.REST_XML and "$ref" in schema
    return schema.get("x-member") if named else None


def _errors(node: Json, reader: ShapeReader) -> dict[str, DeclaredError]:
    return {
        name: DeclaredError(
            name, 0 if status == "default" else int(status), reader.source(about.get("x-source"))
        )
        for status, response in node["responses"].items()
        for name, about in response.get("x-errors", {}).items()
    }


def _patch(table: Json, reader: ShapeReader) -> Iterator[PatchRule]:
    for path, row in table.items():
        source = reader.source(row.get("x-source"))
        levels = row.get("x-levels", {})
        for op, supported in row.items():
            if op.startswith("x-"):
                continue
            # What the patch-operations page alone states is of level `expected`.
            level = Level(levels.get(op, Level.EXPECTED))
            yield PatchRule(path, op, bool(supported), source, level)
