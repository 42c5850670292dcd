"""Load a service's contract: derived spec plus overlay, merged, as typed values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from conformance.contract.levels import Level
from conformance.contract.locate import add_derived, known_services, services, spec_file
from conformance.contract.model import (
    Contract,
    DeclaredError,
    Location,
    Member,
    Operation,
    PatchRule,
)
from conformance.contract.overlay_check import (
    document_mistakes,
    reference_mistakes,
    refuse,
    spec_mistakes,
)
from conformance.contract.overlay_faults import Mistake
from conformance.contract.overlay_model import Overlay
from conformance.contract.overlay_reading import read_overlay
from conformance.contract.protocols import with_protocol
from conformance.contract.shapes import ShapeReader, SpecProblem
from conformance.contract.yaml_file import read_yaml
from conformance.errors import BadInput

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
JSON_TYPE = "application/json"

Json = Mapping[str, Any]


class UnknownService(BadInput):
    """A service without a spec; ``near`` are the names that look like it."""

    def __init__(self, service: str, known: tuple[str, ...], near: Sequence[str] = ()) -> None:
        self.service, self.known, self.near = service, known, tuple(near)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        hint = (
            f"{meant}known services: {', '.join(known) or 'none'}, "
            "and those of botocore that speak restJson1"
        )
        super().__init__(f"there is no spec for the service {service!r}", hint)


@dataclass(frozen=True, slots=True)
class SpecFiles:
    """What the files of a service say: the derived spec, the overlay, and the one over the other.

    ``overlay`` is the file of the overlay and what stands in it, None where there is none.
    """

    derived: dict[str, Any]
    overlay: tuple[Path, dict[str, Any]] | None
    merged: dict[str, Any]


def load_contract(service: str, region: str | None = None, partition: str = "aws") -> Contract:
    """The typed contract of a service; without an overlay its resources are inferred.

    With a ``region`` the ARNs in it are there, not in the region that it was written for, and
    with a ``partition`` likewise.

    Raises UnknownService when there is no spec, SpecProblem when it cannot be read, and
    WrongOverlay when something is wrong with what its overlay says.
    """
    files = read_spec_files(service)
    spec, hashes = files.merged, spec_hashes(service)
    refuse(_spec_mistakes(files))
    contract = build_contract(service, spec, hashes)
    refuse(_reference_mistakes(files, contract))
    written = spec.get("x-conformance", {}).get("signing", {}).get("region")
    if region and written:
        spec = _moved(spec, f":{written}:", f":{region}:")
    if partition != "aws":
        spec = _moved(spec, "arn:aws:", f"arn:{partition}:")
    if spec is not files.merged:
        contract = build_contract(service, spec, hashes)
    if "x-conformance" not in spec:
        from conformance.contract.inferring import inferred_overlay

        stated = contract.overlay
        inferred = msgspec.structs.replace(
            inferred_overlay(contract), signing=stated.signing, endpoint=stated.endpoint
        )
        return with_protocol(_with_identities(replace(contract, overlay=inferred)))
    if contract.overlay.inferred:
        contract = _with_identities(contract)
    return with_protocol(contract, spec["x-conformance"].get("rules", {}))


def _with_identities(contract: Contract) -> Contract:
    """The contract with what its model says of identifiers."""
    from conformance.contract.identities import identity_rules

    rules = {**identity_rules(contract), **contract.overlay.rules}
    return replace(contract, overlay=msgspec.structs.replace(contract.overlay, rules=rules))


def read_spec_files(service: str) -> SpecFiles:
    """The spec files of a service. Raises UnknownService, SpecProblem and WrongOverlay."""
    derived = derived_spec(service)
    path = spec_file(service, "overlay.yaml")
    if not path.exists():
        return SpecFiles(derived, None, derived)
    from conformance.contract.overlay import apply_overlay

    document = read_yaml(path)
    refuse(document_mistakes(path, document))
    merged = apply_overlay(derived, document, f"{service}/overlay.yaml")
    return SpecFiles(derived, (path, document), merged)


def overlay_mistakes(service: str, files: SpecFiles) -> list[Mistake]:
    """Every mistake in a service's overlay, in the order of its lines."""
    return _spec_mistakes(files) or _reference_mistakes(
        files, build_contract(service, files.merged, {})
    )


def _spec_mistakes(files: SpecFiles) -> list[Mistake]:
    return spec_mistakes(files.overlay[0], files.derived, files.merged) if files.overlay else []


def _reference_mistakes(files: SpecFiles, contract: Contract) -> list[Mistake]:
    return reference_mistakes(files.overlay[0], contract) if files.overlay else []


def _moved(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, list):
        return [_moved(item, old, new) for item in value]
    if isinstance(value, dict):
        return {name: _moved(item, old, new) for name, item in value.items()}
    return value


def merged_spec(service: str) -> dict[str, Any]:
    """The derived OpenAPI document with its overlay applied."""
    return read_spec_files(service).merged


def derived_spec(service: str) -> dict[str, Any]:
    """The derived OpenAPI document alone; of a service without one from its SDK model.

    Raises UnknownService, and NotRestJson where the model is of another protocol.
    """
    if service not in known_services():
        _derive_from_model(service)
    return read_yaml(spec_file(service, "openapi.yaml"))


def _derive_from_model(service: str) -> None:
    from conformance.contract.on_demand import folder_of, is_offered, nearest, told
    from conformance.documents.sdk.models import UnknownModel

    # A name is one of botocore's own, or nothing that a path is made of.
    try:
        if is_offered(service):
            add_derived(service, folder_of(service), told(service))
            return
    except UnknownModel:
        pass
    raise UnknownService(service, services(), nearest(service, services()))


def stated_overlay(service: str) -> Overlay:
    """What the service's overlay file states, without the protocol's rules."""
    return read_overlay(merged_spec(service).get("x-conformance", {}))


def spec_hashes(service: str) -> dict[str, str]:
    """sha256 of the spec files of a service, by file name."""
    files = [spec_file(service, name) for name in ("openapi.yaml", "overlay.yaml")]
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.exists()
    }


def build_contract(service: str, spec: Json, hashes: Mapping[str, str]) -> Contract:
    """The typed contract of a merged spec given as plain data."""
    try:
        reader = ShapeReader(
            service, spec.get("components", {}).get("schemas", {}), spec.get("x-documents", {})
        )
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
        )
    except (
        KeyError, TypeError, AttributeError, ValueError, msgspec.ValidationError
    ) as error:  # fmt: skip
        raise SpecProblem(service, "merged spec", f"{type(error).__name__}: {error}") from error


def _signing(spec: Json) -> dict[str, Any]:
    """The signing name and the host prefix that the derived spec has from a model.

    What an overlay says of them is beside it, not over it: a part that it does not name stays.
    """
    about, stated = spec.get("x-signing", {}), spec.get("x-conformance", {})
    found: dict[str, Any] = {}
    if "service" in about:
        found["signing"] = {"service": about["service"], **stated.get("signing", {})}
    if "host-prefix" in about:
        found["endpoint"] = {"prefix": about["host-prefix"], **stated.get("endpoint", {})}
    return found


def _operations(service: str, spec: Json, reader: ShapeReader) -> Iterator[Operation]:
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(service, path, method, item[method], reader)


def _operation(service: str, path: str, method: str, node: Json, reader: ShapeReader) -> Operation:
    status, success = _success(node)
    content = success.get("content", {})
    content_type = next(iter(content), None)
    schema = content.get(content_type, {}).get("schema") if content_type else None
    source = reader.source(success.get("x-source"))
    return Operation(
        service=service,
        name=node["operationId"],
        method=method.upper(),
        path=path.split("?", 1)[0],
        query=node.get("x-query", {}),
        input=_input(node, reader),
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
    )


def _success(node: Json) -> tuple[int, Json]:
    for status, response in node["responses"].items():
        if str(status).startswith("2"):
            return int(status), response
    raise KeyError(f"{node['operationId']} has no success response")


def _input(node: Json, reader: ShapeReader) -> dict[str, Member]:
    members = {
        parameter["name"]: reader.member(
            parameter["name"],
            {**_parameter_notes(parameter), **parameter["schema"]},
            Location(parameter["in"]),
            required=bool(parameter.get("required")),
        )
        for parameter in node.get("parameters", [])
    }
    for media, content in node.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        if media == JSON_TYPE:
            members.update(reader.members(schema))
        else:
            name = schema.get("x-member", "body")
            required = bool(node["requestBody"].get("required"))
            members[name] = reader.member(name, schema, Location.PAYLOAD, required=required)
    return members


def _parameter_notes(parameter: Json) -> dict[str, Any]:
    return {
        key: value for key, value in parameter.items() if key.startswith("x-") and key != "x-source"
    }


def _errors(node: Json, reader: ShapeReader) -> dict[str, DeclaredError]:
    return {
        name: DeclaredError(name, int(status), reader.source(about.get("x-source")))
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
