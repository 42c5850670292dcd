"""What the package imports of others is declared, and nothing is declared for the tests alone."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections import defaultdict
from functools import cache

from tests.frame.trees import ROOT, trees

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BROUGHT_ALONG = {"suite": "dev", "moto_server": "moto", "campaign": "campaign"}
"""Modules that somebody else loads, by the extra that has what they import besides."""


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(lines):
    return {normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in lines}


@cache
def imported():
    """The files that import each top-level module of others."""
    found = defaultdict(set)
    for file, tree in trees().items():
        for node in ast.walk(tree):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names = [node.module]
            for name in names:
                head = name.partition(".")[0]
                if head not in sys.stdlib_module_names and head != "conformance":
                    found[head].add(file)
    return found


def allowed(file):
    """The distributions that a file may import from."""
    extras = PROJECT["optional-dependencies"]
    parts = {file.stem, file.parent.name}
    more = [
        line for name, extra in BROUGHT_ALONG.items() if name in parts for line in extras[extra]
    ]
    return declared([*PROJECT["dependencies"], *more])


def test_every_import_is_of_a_declared_dependency():
    distributions = importlib.metadata.packages_distributions()
    found = imported()
    assert {"botocore", "hypothesis", "jsonschema_rs", "yaml"} <= set(found)
    undeclared = {
        f"{file.relative_to(ROOT)} imports {name}"
        for name, files in found.items()
        for file in files
        if not {normal(one) for one in distributions.get(name, ())} & allowed(file)
    }
    assert undeclared == set()


def test_every_dependency_is_imported():
    distributions = importlib.metadata.packages_distributions()
    used = {normal(one) for name in imported() for one in distributions.get(name, ())}
    assert declared(PROJECT["dependencies"]) - used == set()


def test_dependencies_of_whose_private_parts_use_is_made_have_an_upper_bound():
    for name in ("botocore", "hypothesis", "urllib3", "jsonschema_rs", "schemathesis"):
        line = next(one for one in PROJECT["dependencies"] if one.startswith(name))
        assert re.search(r",<\d", line), line
