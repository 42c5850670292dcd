"""``python -m benchmarks.snapshots SERVICE FOLDER``: a contract beside answers that AWS gave.

FOLDER has tests that recorded them: ``test_x.py`` beside ``test_x.snapshot.json``, with answers as
an SDK parsed them. Which operation answered is read from the test: from the call whose result it
compares. Names, times and numbers that the recorder replaced say nothing and are passed over.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore import xform_name

from conformance.contract.load import load_contract
from conformance.contract.model import Contract, Kind, Operation, Shape
from conformance.contract.places import find, show
from conformance.contract.validate import violations

_REPLACED = re.compile(r"<[^<>]+>|^(date|datetime|timestamp)$")
_JSON_TEXTS = frozenset({"Pattern", "Policy", "Statement"})
_TYPE_PARAMETERS = re.compile(r"(def \w+)\[[^\]]*\]\(")
"""Newer syntax than ours, which says nothing about calls."""
_METADATA = frozenset({"ResponseMetadata", "StatusCode", "Error", "Message", "message", "Type"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer: the test and the key that it stands under, and the operation that gave it."""

    test: str
    key: str
    operation: Operation
    answer: Mapping[str, Any]

    @property
    def status(self) -> int | None:
        """The status of the answer, where it was recorded."""
        status = self.answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status if isinstance(status, int) else None


def main() -> None:
    """Print what of the recorded answers the contract does not have, by kind."""
    given = _arguments()
    contract = load_contract(given.service)
    found: Counter[str] = Counter()
    answers = 0
    for recorded in recordings(contract, given.folder):
        answers += 1
        found.update(f"{recorded.operation.name}: {one}" for one in breaks(contract, recorded))
    print(f"{given.service}: {answers} recorded answers of its operations")
    for broken, count in sorted(found.items()):
        print(f"{count:5} {broken}")


def recordings(contract: Contract, folder: Path) -> Iterator[Recorded]:
    """The recorded answers whose operations the contract has."""
    by_name = {xform_name(name): one for name, one in contract.operations.items()}
    for file in sorted(folder.rglob("*.snapshot.json")):
        source = file.with_name(file.name.replace(".snapshot.json", ".py"))
        if not source.exists():
            continue
        text = _TYPE_PARAMETERS.sub(r"\1(", source.read_text())
        called = dict(_calls(ast.parse(text), set(by_name)))
        for test, kept in json.loads(file.read_text()).items():
            name = test.rpartition("::")[2].partition("[")[0]
            for key, answer in kept["recorded-content"].items():
                operation = by_name.get(called.get((name, key), ""))
                if operation is not None and isinstance(answer, dict):
                    yield Recorded(name, key, operation, answer)


def breaks(contract: Contract, recorded: Recorded) -> Iterator[str]:
    """What of one answer the contract does not have."""
    error = recorded.answer.get("Error")
    if isinstance(error, dict):
        yield from _of_error(contract, recorded, str(error.get("Code")))
        return
    if recorded.status not in {None, recorded.operation.status}:
        yield f"status {recorded.status}, not {recorded.operation.status}"
    output = recorded.operation.output
    shown = {name: one for name, one in recorded.answer.items() if name not in _METADATA}
    for name in shown:
        if name not in output:
            yield f"no member {name}"
    known = {name: _without_replaced(one, output[name].shape) for name, one in shown.items()
             if name in output}  # fmt: skip
    for one in violations(dict(output), known):
        seen = list(find(known, one.place))
        if not any(_is_replaced(value, one.place[-1]) for value in seen):
            yield f"{show(one.place)} breaks {one.keyword}: {json.dumps(seen)[:80]}"


def _of_error(contract: Contract, recorded: Recorded, code: str) -> Iterator[str]:
    refusals = contract.overlay.refusals.values()
    right = {(int(status), name) for pairs in refusals for status, name in pairs
             if str(status).isdigit()}  # fmt: skip
    declared = recorded.operation.errors.get(code)
    if (recorded.status, code) in right or (declared and declared.status == recorded.status):
        return
    yield f"error {recorded.status} {code} (declared: {declared.status if declared else 'no'})"


def _without_replaced(value: Any, shape: Shape) -> Any:
    """A value without the entries that the recorder put texts for."""
    if isinstance(value, dict) and shape.kind is Kind.STRUCTURE:
        return {name: _without_replaced(one, shape.members[name].shape)
                for name, one in value.items() if name in shape.members}  # fmt: skip
    if isinstance(value, list) and shape.element is not None:
        return [_without_replaced(one, shape.element) for one in value]
    return value


def _is_replaced(value: Any, member: str) -> bool:
    """Whether a recorder put this there; it also reads the JSON that stands in texts."""
    if isinstance(value, dict):
        return member in _JSON_TEXTS
    own = xform_name(member).replace("_", "-")
    return isinstance(value, str) and (value == own or _REPLACED.search(value) is not None)


def _calls(tree: ast.Module, operations: set[str]) -> Iterator[tuple[tuple[str, str], str]]:
    """By test and key, the operation whose answer the test compares."""
    for test in ast.walk(tree):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test"):
            named: dict[str, str] = {}
            for node in _in_order(test):
                _remember(node, operations, named)
                matched = _matched(node)
                if matched is not None:
                    operation = _operation(matched[1], operations) or named.get(_root(matched[1]))
                    if operation is not None:
                        yield (test.name, matched[0]), operation


def _in_order(test: ast.FunctionDef) -> list[ast.stmt | ast.Call]:
    placed = [node for node in ast.walk(test) if isinstance(node, ast.stmt | ast.Call)]
    return sorted(placed, key=lambda node: (node.lineno, node.col_offset))


def _remember(node: ast.AST, operations: set[str], named: dict[str, str]) -> None:
    """What a name stands for: the last result that was given to it, or the error that came."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        operation = _operation(node.value, operations)
        named.pop(node.targets[0].id, None)
        if operation is not None:
            named[node.targets[0].id] = operation
    if isinstance(node, ast.With) and isinstance(node.items[0].optional_vars, ast.Name):
        inside = [_operation(one, operations) for line in node.body for one in ast.walk(line)]
        asked = [one for one in inside if one is not None]
        if asked:
            named[node.items[0].optional_vars.id] = asked[-1]


def _matched(node: ast.AST) -> tuple[str, ast.expr] | None:
    """The key and the value of ``snapshot.match("key", value)``."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    if node.func.attr != "match" or len(node.args) != 2:
        return None
    key = node.args[0]
    if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
        return None
    return key.value, node.args[1]


def _operation(node: ast.AST, operations: set[str]) -> str | None:
    """The operation that a call is of."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr if node.func.attr in operations else None
    return None


def _root(node: ast.expr) -> str:
    """The name that an expression begins with: ``e`` of ``e.value.response``."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.snapshots", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("service")
    parser.add_argument("folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
