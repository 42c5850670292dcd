"""The packages stand in layers, no two import each other, and each name is one thing."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from importlinter.cli import lint_imports

from conformance.contract.model import ProtocolName
from conformance.transport.protocols.registry import MODULES
from tests.frame.trees import PACKAGE, ROOT, trees

BUILD_FOLDERS = {"build", "dist", "target", "out", "bin", "obj", "node_modules"}
"""What tools make and others ignore: a folder of sources must not be taken for one."""


def test_every_import_contract_is_kept(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    told = capsys.readouterr().out
    assert "Contracts: 4 kept, 0 broken." in told, told
    assert code == 0


def test_a_broken_contract_is_told(tmp_path, monkeypatch, capsys):
    config = tmp_path / "contracts.toml"
    config.write_text(
        """
[tool.importlinter]
root_package = "conformance"

[[tool.importlinter.contracts]]
name = "upside down"
type = "layers"
containers = ["conformance"]
layers = ["contract", "cli"]
"""
    )
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(config), no_cache=True, no_logo=True) != 0
    assert "upside down BROKEN" in capsys.readouterr().out


def test_a_class_name_exists_once():
    names = Counter(
        node.name
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    )
    assert len(names) > 300
    assert {name for name, times in names.items() if times > 1} == set()


def test_no_module_is_named_like_a_build_folder():
    modules = {file.stem for file in PACKAGE.rglob("*.py")}
    folders = {file.parent.name for file in PACKAGE.rglob("*.py")}
    assert {"run", "engine"} <= modules | folders
    assert (modules | folders) & BUILD_FOLDERS == set()


ABOVE_THE_SEAM = ("engine", "plan", "record", "reports", "runs", "suite", "traffic")
PROTOCOLS = {module for module, *_ in MODULES.values()}


def test_nothing_above_the_seam_names_a_protocol():
    above = {file: tree for file, tree in trees().items()
             if file.relative_to(PACKAGE).parts[0] in ABOVE_THE_SEAM}  # fmt: skip
    assert {file.relative_to(PACKAGE).parts[0] for file in above} == {*ABOVE_THE_SEAM}
    found = [
        f"{file.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"
        for file, tree in above.items()
        for node in ast.walk(tree)
        if any(_names_a_protocol(node))
    ]
    assert found == []


def test_naming_a_protocol_is_noticed():
    for text in (
        "protocol is ProtocolName.REST_XML",
        "from conformance.transport.protocols.json_bodies import RestJson",
        "from conformance.transport.protocols import form",
        "import conformance.transport.protocols.rpc_cbor",
        "protocol == 'aws-query'",
    ):
        assert any(any(_names_a_protocol(node)) for node in ast.walk(ast.parse(text))), text


def _names_a_protocol(node: ast.AST) -> Iterator[bool]:
    """Whether a node is the name of a protocol, or an import of its module."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield node.value.id == "ProtocolName"
    elif isinstance(node, ast.Constant):
        yield node.value in {str(one) for one in ProtocolName}
    elif isinstance(node, ast.Import):
        yield any(one.name.rpartition(".")[2] in PROTOCOLS for one in node.names)
    elif isinstance(node, ast.ImportFrom):
        package, _, module = (node.module or "").rpartition(".")
        if package == "conformance.transport.protocols":
            yield module in PROTOCOLS
        elif node.module == "conformance.transport.protocols":
            yield any(one.name in PROTOCOLS for one in node.names)
