"""``python -m benchmarks.placebo FOLDER [--only SERVICE]``: recorded answers before the judge.

FOLDER has what placebo recorded, ``SERVICE.Operation_N.json``: answers as an SDK parsed them.
Each is judged as a run judges an answer, by the contract that a service has without an overlay too,
and what fails at a level of the gate is printed: a false alarm, or a recording that was made by
hand (``hand``: without the headers of an answer).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import listed
from conformance.contract.listing.sharing import sharing_of
from conformance.contract.load import load_contract
from conformance.contract.model import Kind, Operation, Shape
from conformance.engine.judge.response import observe
from conformance.transport.parsed_response import ParsedResponse

GATE = {Level.REQUIRED, Level.EXPECTED}
_FILE = re.compile(r"(.+)\.(\w+?)_\d+\.json$")
_CLASS = "__class__"
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_DAY = 86_400
_OF_CBOR = {"smithy-protocol", "x-amzn-query-error"}
"""What an answer in JSON, of a service that speaks CBOR as well, cannot have."""


def main() -> None:
    """Print what of the recorded answers would fail, by kind, with the first file of each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only")
    given = parser.parse_args()
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    answers = 0
    for service, operation, file in recordings(given.folder):
        if given.only in {None, service}:
            answers += 1
            for told in failures(service, operation, json.loads(file.read_text())):
                found[told] += 1
                first.setdefault(told, f"{file.parent.name}/{file.name}")
    print(f"{answers} recorded answers")
    for told, count in sorted(found.items()):
        print(f"{count:5} {told}  ({first[told]})")


def recordings(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """The service, the operation and the file of each answer whose operation a contract has."""
    by_prefix = _services()
    for file in sorted(folder.rglob("*.json")):
        named = _FILE.match(file.name)
        if named is None:
            continue
        known = [one for one in by_prefix[named[1]] if named[2] in _model(one)["operations"]]
        service = named[1] if named[1] in known else next(iter(known), None)
        if service is not None and named[2] in _loaded(service)[0].operations:
            yield service, named[2], file


def failures(service: str, name: str, recorded: Mapping[str, Any]) -> Iterator[str]:
    """What of one recorded answer fails at a level of the gate."""
    contract, sharing, levels = _loaded(service)
    operation, data = contract.operations[name], recorded.get("data")
    if not isinstance(data, dict):
        return
    metadata = data.get("ResponseMetadata") or {}
    headers = {key.lower(): value for key, value in (metadata.get("HTTPHeaders") or {}).items()}
    for finding in observe(contract, operation, _answer(operation, recorded, headers)):
        where = finding.requirement
        level = levels.get(where if where in levels else sharing.covering(where) or where)
        if not finding.held and level in GATE:
            yield f"{'AWS ' if headers else 'hand'} {where}: {finding.seen[:90]}"


def _answer(
    operation: Operation, recorded: Mapping[str, Any], headers: Mapping[str, str]
) -> ParsedResponse:
    data = recorded["data"]
    error = data.get("Error") if isinstance(data.get("Error"), dict) else {}
    body = {key: value for key, value in data.items() if key not in {"ResponseMetadata", "Error"}}
    shape = _model(operation.service)["operations"][operation.name].get("output", {}).get("shape")
    named = body if shape is None else _on_the_wire(_model(operation.service), shape, body)
    shown = {
        key: _plain(operation.output[key].shape, value)
        for key, value in named.items()
        if key in operation.output
    }
    own = headers.get("content-type", "")
    other = operation.protocol == "rpc-v2-cbor" or ("json" in operation.protocol and "xml" in own)
    code = error.get("Code")
    length = headers.get("content-length", "1")
    return ParsedResponse(
        status=recorded.get("status_code", 200), body=shown, code=code,
        message=str(error.get("Message") or ""),
        content_type=(operation.content_type or "") if other or not own else own,
        size=int(length) if operation.content_type else 0, codes=(code,) if code else (),
        headers=frozenset(headers) | (_OF_CBOR if other else set()),
    )  # fmt: skip


def _on_the_wire(model: Mapping[str, Any], shape: str, value: Any) -> Any:
    """A value with the names that its members have in JSON."""
    stated = model["shapes"][shape]
    if isinstance(value, dict) and stated["type"] == "structure" and _CLASS not in value:
        members = stated["members"]
        found = {}
        for name, inner in value.items():
            about = members.get(name)
            wire = about.get("locationName", name) if about and "json" in _spoken(model) else name
            found[wire] = _on_the_wire(model, about["shape"], inner) if about else inner
        return found
    if isinstance(value, list) and stated["type"] == "list":
        return [_on_the_wire(model, stated["member"]["shape"], item) for item in value]
    if isinstance(value, dict) and stated["type"] == "map":
        inner = stated["value"]["shape"]
        return {key: _on_the_wire(model, inner, item) for key, item in value.items()}
    return value


def _spoken(model: Mapping[str, Any]) -> str:
    return str(model["metadata"]["protocol"])


def _plain(shape: Shape | None, value: Any) -> Any:
    """A value as it stood in the answer: moments are written as their shape has it."""
    if isinstance(value, dict) and value.get(_CLASS) == "datetime":
        year, month, day, hour, minute, second = (int(value[key]) for key in _PARTS)
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if abs(moment.timestamp()) < _DAY:
            moment = datetime.fromtimestamp(0, UTC)  # it was recorded in the zone of the machine
        if shape is not None and shape.wire is Kind.NUMBER:
            return int(moment.timestamp())
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, dict) and _CLASS in value:
        return str(value)
    if isinstance(value, dict):
        members = {} if shape is None else shape.members
        element = None if shape is None else shape.element
        return {
            key: _plain(members[key].shape if key in members else element, item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_plain(None if shape is None else shape.element, item) for item in value]
    return value


@cache
def _loaded(service: str) -> tuple[Any, Any, dict[str, Level]]:
    contract = load_contract(service)
    sharing = sharing_of(contract)
    return contract, sharing, {one.id: one.level for one in listed(contract, sharing)}


@cache
def _model(service: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = Loader().load_service_model(service, "service-2")
    return found


@cache
def _services() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for service in Loader().list_available_services("service-2"):
        found[_model(service)["metadata"]["endpointPrefix"]].append(service)
    return found


if __name__ == "__main__":
    main()
