"""``python -m benchmarks.verified FOLDER [MARK]``: what AWS took and refused, beside our demands.

FOLDER has the sources of tests that were run on AWS, marked with a decorator that has MARK in it
(``aws.validated`` of LocalStack, ``aws_verified`` of moto). A call that such a test makes in any
case was accepted: printed is each requirement of the gate that forbids it. Of calls that the test
expects to be refused, those are printed with ``--refused`` that break nothing else.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.literal_calls import Call, calls, is_unknown
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import listed
from conformance.contract.listing.sharing import sharing_of
from conformance.contract.load import load_contract
from conformance.contract.model import Kind, Shape
from conformance.contract.places import find, show
from conformance.contract.validate import violations
from conformance.contract.walk import shape_at

GATE = {Level.REQUIRED, Level.EXPECTED}
_OBJECTS = {Kind.BLOB, Kind.TIMESTAMP}
"""What the SDK takes as an object of its language."""


def main() -> None:
    """Print what a contract forbids of the calls that AWS took, or was seen to refuse."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("mark", nargs="?", default="aws.validated")
    parser.add_argument("--refused", action="store_true")
    given = parser.parse_args()
    found: Counter[str] = Counter()
    read = 0
    for call in calls(given.folder, lambda decorators: given.mark in decorators):
        read += 1
        if call.accepted is not given.refused:
            where = f"{call.file.name}:{call.line} {call.test.name}"
            found.update(f"{one}  ({where})" for one in forbidden(call))
    print(f"{read} calls")
    for told, count in sorted(found.items()):
        print(f"{count:5} {told}")


def forbidden(call: Call) -> Iterator[str]:
    """The requirements of the gate that a call does not keep, as far as it is written out."""
    contract, sharing, levels = _loaded(call.service)
    operation = contract.operations.get(call.operation)
    if operation is None:
        return
    wire = {one.documented or name: name for name, one in operation.input.items()}
    members = {
        wire.get(name, name): _on_the_wire(
            operation.input[wire[name]].shape if name in wire else None, value
        )
        for name, value in call.members.items()
    }
    for place, keyword in violations(dict(operation.input), members):
        seen = list(find(members, place))
        of_top = keyword == "required" and len(place) == 1
        above = list(find(members, place[:-1])) if keyword == "required" and not of_top else []
        shape = shape_at(operation.input[place[0]].shape, place[1:])
        if any(map(is_unknown, [*seen, *above])) or (of_top and not call.whole):
            continue
        if shape is not None and shape.kind in _OBJECTS and keyword == "type":
            continue
        name = f"{call.service}/{call.operation}/request/{show(place)}/{keyword}"
        if levels.get(name if name in levels else sharing.covering(name) or name) in GATE:
            yield f"{name}: {seen!r:.70}"


def _on_the_wire(shape: Shape | None, value: Any) -> Any:
    if shape is not None and isinstance(value, dict) and shape.kind is Kind.STRUCTURE:
        wire = {one.documented or name: name for name, one in shape.members.items()}
        inner = {key: shape.members[wire[key]].shape if key in wire else None for key in value}
        return {wire.get(key, key): _on_the_wire(inner[key], one) for key, one in value.items()}
    element = None if shape is None else shape.element
    if isinstance(value, dict):
        return {key: _on_the_wire(element, one) for key, one in value.items()}
    return [_on_the_wire(element, one) for one in value] if isinstance(value, list) else value


@cache
def _loaded(service: str) -> tuple[Any, Any, dict[str, Level]]:
    contract = load_contract(service)
    sharing = sharing_of(contract)
    return contract, sharing, {one.id: one.level for one in listed(contract, sharing)}


if __name__ == "__main__":
    main()
