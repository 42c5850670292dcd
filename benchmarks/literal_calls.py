"""The calls of an SDK in the source of tests, with the members that are written out there.

A value that only a run of the test would show is ``UNKNOWN``. A test that is parametrized by
literal values is read once for each of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.loaders import Loader

MOST = 40
"""So many values of a parameter are looked at, and of a list that is gone through."""
_TYPE_PARAMETERS = re.compile(r"(def \w+)\[[^\]]*\]\(")
"""Newer syntax than ours, which says nothing about calls."""
_OTHERWISE_CALLED = {"awslambda": "lambda", "lambda_": "lambda"}
_CHANGING = frozenset({"append", "update", "pop", "extend"})
_CLIENT = "client of "


class Unknown:
    """Stands for what is not written out."""


UNKNOWN = Unknown()
Known = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a test sends. ``whole``: every member is known to be there or not.

    ``refused`` is where the test expects an error: None where the call is accepted for sure, and a
    block of ``with`` or anything else that makes it doubtful.
    """

    service: str
    operation: str
    members: Mapping[str, Any]
    whole: bool
    file: Path
    test: ast.FunctionDef
    line: int
    refused: ast.stmt | None = field(default=None, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the call is part of what the test does in any case."""
        return self.refused is None


def calls(folder: Path, wanted: Callable[[str], bool]) -> Iterator[Call]:
    """The calls of every test whose decorators, as text, are wanted."""
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(_TYPE_PARAMETERS.sub(r"\1(", file.read_text()))
        known: Known = {}
        for line in tree.body:
            _assign(line, known)
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test"):
                continue
            if wanted(" ".join(map(ast.unparse, node.decorator_list))):
                for given in _parameters(node):
                    arguments = {one.arg: UNKNOWN for one in node.args.args}
                    clients = {f"{_CLIENT}{name}": _client(name) for name in arguments}
                    yield from _Reader(file, node).block(
                        node.body, {**known, **arguments, **clients, **given}, None
                    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Goes through one test."""

    file: Path
    test: ast.FunctionDef

    def block(
        self, lines: list[ast.stmt], known: Known, refused: ast.stmt | None
    ) -> Iterator[Call]:
        for line in lines:
            if isinstance(line, ast.With):
                raises = any("raises" in ast.unparse(one.context_expr) for one in line.items)
                yield from self.block(line.body, known, line if raises else refused)
            elif isinstance(line, ast.Try):
                yield from self.block(line.body, known, refused or line)
                yield from self.block(line.orelse + line.finalbody, known, refused)
            elif isinstance(line, ast.For):
                yield from self._loop(line, known, refused)
            elif isinstance(line, ast.If | ast.While):
                yield from self.block(line.body, {**known}, refused or line)
                yield from self.block(line.orelse, {**known}, refused or line)
            elif not isinstance(line, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                yield from self._calls(line, known, refused)
                _assign(line, known)

    def _loop(self, line: ast.For, known: Known, refused: ast.stmt | None) -> Iterator[Call]:
        values = value_of(line.iter, known)
        named = line.target.id if isinstance(line.target, ast.Name) else ""
        if not isinstance(values, list) or not named:
            yield from self.block(line.body, known, refused or line)
            return
        for value in values[:MOST]:
            yield from self.block(line.body, {**known, named: value}, refused)

    def _calls(self, line: ast.stmt, known: Known, refused: ast.stmt | None) -> Iterator[Call]:
        for node in _called(line):
            service = _service(node.func, known)
            operation = _operations(service).get(getattr(node.func, "attr", ""))
            if operation is None:
                continue
            members: Known = {}
            whole = True
            for one in node.keywords:
                value = value_of(one.value, known)
                if one.arg is not None:
                    members[one.arg] = value
                elif isinstance(value, dict):
                    members.update(value)
                else:
                    whole = False
            yield Call(
                service, operation, members, whole, self.file, self.test, node.lineno, refused
            )


def value_of(node: ast.expr, known: Known) -> Any:
    """The value of an expression, UNKNOWN in the places that only a run would show."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id, UNKNOWN)
    if isinstance(node, ast.Dict):
        keys = [UNKNOWN if key is None else value_of(key, known) for key in node.keys]
        if not all(isinstance(key, str) for key in keys):
            return UNKNOWN
        return dict(zip(keys, (value_of(one, known) for one in node.values), strict=True))
    if isinstance(node, ast.List | ast.Tuple):
        return [value_of(one, known) for one in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = value_of(node.operand, known)
        return -value if isinstance(value, int | float) else UNKNOWN
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        text, times = value_of(node.left, known), value_of(node.right, known)
        return text * times if isinstance(text, str) and isinstance(times, int) else UNKNOWN
    return UNKNOWN


def is_unknown(value: Any) -> bool:
    """Whether a value has anything in it that is not written out."""
    if isinstance(value, dict):
        return any(map(is_unknown, value.values()))
    return any(map(is_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def _assign(line: ast.stmt, known: Known) -> None:
    """Learn what a name stands for; of what is changed in place nothing is known any more."""
    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
        name = line.targets[0].id
        known[name] = value_of(line.value, known)
        known[f"{_CLIENT}{name}"] = _made(line.value)
        return
    changed = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
        function = line.value.func
        if isinstance(function, ast.Attribute) and function.attr in _CHANGING:
            changed = [function.value]
    for one in changed:
        for node in ast.walk(one) if one is not None else ():
            if isinstance(node, ast.Name):
                known[node.id] = UNKNOWN


def _made(value: ast.expr) -> str:
    """The service whose client is made, as boto3 or a fixture makes one."""
    if isinstance(value, ast.Call) and ast.unparse(value.func).endswith(".client"):
        first = value.args[0] if value.args else None
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return _client(value.attr) if isinstance(value, ast.Attribute) else ""


def _client(name: str) -> str:
    plain = name.removesuffix("_client")
    return _OTHERWISE_CALLED.get(plain, plain.replace("_", "-"))


def _service(function: ast.expr, known: Known) -> str:
    held = function.value if isinstance(function, ast.Attribute) else None
    if isinstance(held, ast.Attribute):
        return _client(held.attr)
    return str(known.get(f"{_CLIENT}{held.id}", "")) if isinstance(held, ast.Name) else ""


def _called(line: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement itself, without those of functions that are only defined in it."""
    waiting: list[ast.AST] = [line]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node
        waiting += list(ast.iter_child_nodes(node))


def _parameters(test: ast.FunctionDef) -> list[Known]:
    found: list[Known] = [{}]
    for one in test.decorator_list:
        if not isinstance(one, ast.Call) or len(one.args) < 2:
            continue
        if not ast.unparse(one.func).endswith("parametrize"):
            continue
        names, values = (value_of(argument, {}) for argument in one.args[:2])
        if not isinstance(names, str) or not isinstance(values, list):
            continue
        each = [name.strip() for name in names.split(",")]
        rows = [value if len(each) > 1 else [value] for value in values[:MOST]]
        whole = [row for row in rows if isinstance(row, list) and len(row) == len(each)]
        found = [
            {**before, **dict(zip(each, row, strict=True))} for before in found for row in whole
        ] or found
    return found


@cache
def _operations(service: str) -> Mapping[str, str]:
    if service not in _services():
        return {}
    model = Loader().load_service_model(service, "service-2")
    return {xform_name(name): name for name in model["operations"]}


@cache
def _services() -> frozenset[str]:
    return frozenset(Loader().list_available_services("service-2"))
