"""The committed specs against the documents they come from, and against botocore's models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
import yaml
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from click.testing import CliRunner
from openapi_spec_validator import validate

from conformance.cli.derive import command

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = ROOT.parent / "shared" / "documents"
SERVICES = ("apigateway", "location")
METHODS = ("get", "put", "post", "delete", "patch")

needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the documents are not beside the project (../shared/documents)"
)


def spec(service: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (ROOT / "specs" / service / "openapi.yaml").read_bytes()
    )
    return loaded


@needs_documents
def test_deriving_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(DOCUMENTS), "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    for service in SERVICES:
        derived = (tmp_path / service / "openapi.yaml").read_bytes()
        assert derived == (ROOT / "specs" / service / "openapi.yaml").read_bytes()


@needs_documents
@pytest.mark.parametrize("service", SERVICES)
def test_every_pointer_leads_to_its_line(service: str) -> None:
    lines = {
        path.name: path.read_text(encoding="utf-8").split("\n")
        for path in (DOCUMENTS / service).iterdir()
    }
    count = 0
    for pointer in pointers(spec(service)):
        line = lines[pointer["document"]][pointer["line"] - 1]
        assert line.strip()
        if "text" in pointer:
            assert line.strip() == pointer["text"]
        count += 1
    assert count > 100


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_spec_is_openapi(service: str) -> None:
    validate(spec(service))


def pointers(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if {"document", "section", "line"} <= node.keys():
            yield node
        for value in node.values():
            yield from pointers(value)
    elif isinstance(node, list):
        for value in node:
            yield from pointers(value)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


class Comparison:
    """Schemas of a spec beside shapes of botocore; what differs, by address."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas = document["components"]["schemas"]
        self.differences: list[str] = []
        self.compared = 0

    def same(self, where: str, ours: object, theirs: object) -> None:
        self.compared += 1
        if ours != theirs:
            self.differences.append(f"{where}: {ours!r} here, {theirs!r} in botocore")

    def shape(self, where: str, schema: dict[str, Any], shape: Shape) -> None:
        target = self.schemas[schema["$ref"].rsplit("/")[-1]] if "$ref" in schema else schema
        if isinstance(shape, StructureShape):
            self.structure(where, target, shape, set(target["properties"]))
        elif isinstance(shape, ListShape):
            self.limits(where, schema, shape, "minItems", "maxItems")
            self.shape(f"{where}[]", schema["items"], shape.member)
        elif isinstance(shape, MapShape):
            self.limits(where, schema, shape, "minProperties", "maxProperties")
            self.shape(f"{where}{{}}", schema["additionalProperties"], shape.value)
        elif shape.type_name == "string":
            self.limits(where, schema, shape, "minLength", "maxLength")
            pattern = schema.get("x-pattern")
            self.same(f"{where} pattern", pattern, shape.metadata.get("pattern"))
            self.same(f"{where} enum", schema.get("enum", []), list(shape.enum))
        else:
            self.limits(where, schema, shape, "minimum", "maximum")

    def limits(self, where: str, schema: dict[str, Any], shape: Shape, low: str, high: str) -> None:
        self.same(f"{where} {low}", schema.get(low), shape.metadata.get("min"))
        self.same(f"{where} {high}", schema.get(high), shape.metadata.get("max"))

    def structure(
        self, where: str, schema: dict[str, Any], shape: StructureShape, expected: set[str]
    ) -> None:
        members = {m.serialization.get("name", n): (n, m) for n, m in shape.members.items()}
        body = {
            wire: pair
            for wire, pair in members.items()
            if pair[1].serialization.get("location") is None
        }
        self.same(f"{where} members", sorted(expected), sorted(body))
        if "x-from" in schema:
            # Its page is not among the documents; a syntax block states names and types only.
            return
        required = {w for w, (name, _) in body.items() if name in shape.required_members}
        if not where.startswith("response") or "." in where:
            self.same(f"{where} required", set(schema.get("required", [])), required)
        for wire in expected & body.keys():
            self.shape(f"{where}.{wire}", schema["properties"][wire], body[wire][1])


def compare(
    document: dict[str, Any], model: OperationModel, operation: dict[str, Any]
) -> Comparison:
    comparison = Comparison(document)
    components = document["components"]["schemas"]
    for side, part, shape in (
        ("request", "Request", model.input_shape),
        ("response", "Response", model.output_shape),
    ):
        schema = components.get(f"{model.name}{part}")
        if schema is not None:
            comparison.structure(side, schema, shape, set(schema["properties"]))
    located = {
        (m.serialization["location"], m.serialization["name"]): (name, m)
        for name, m in (model.input_shape.members.items() if model.input_shape else ())
        if m.serialization.get("location") in {"uri", "querystring", "header"}
    }
    places = {"path": "uri", "query": "querystring", "header": "header"}
    ours = {(places[p["in"]], p["name"]): p for p in operation.get("parameters", [])}
    comparison.same("parameters", sorted(ours), sorted(located))
    for key in ours.keys() & located.keys():
        name, shape = located[key]
        required = name in model.input_shape.required_members
        comparison.same(f"{name} required", ours[key]["required"], required)
        if shape.type_name == "string" and not shape.enum:
            comparison.shape(name, ours[key]["schema"], shape)
    return comparison


# What botocore's model lists and the page of the operation does not.
ERRORS_WITHOUT_A_LINE = {"CreateApiKey": {"NotFoundException"}}


@pytest.mark.parametrize("service", SERVICES)
def test_members_and_limits_agree_with_botocore(service: str) -> None:
    document = spec(service)
    model = botocore.session.get_session().get_service_model(service)
    compared = 0
    for path, method, operation in operations(document):
        name = operation["operationId"]
        theirs = model.operation_model(name)
        assert theirs.http["method"].lower() == method
        assert theirs.http["requestUri"].partition("?")[0] == path.partition("?")[0]
        assert str(theirs.http.get("responseCode", 200)) in operation["responses"]
        comparison = compare(document, theirs, operation)
        assert not comparison.differences, f"{name}: {comparison.differences}"
        compared += comparison.compared
        declared = {e for r in operation["responses"].values() for e in r.get("x-errors", {})}
        extra = {error.name for error in theirs.error_shapes} - declared
        assert declared <= {error.name for error in theirs.error_shapes}
        assert extra == ERRORS_WITHOUT_A_LINE.get(name, set()), name
    assert compared > 100
