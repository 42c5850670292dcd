"""What is promised about installing holds in the files that decide it."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

import conformance
from conformance.contract.locate import services, spec_file, specs_folder

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def names(lines):
    found = (re.match(r"[\w.-]+", line) for line in lines if not line.startswith("#"))
    return {match[0].lower().replace("_", "-") for match in found if match}


def test_every_direct_dependency_is_pinned():
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *chain.from_iterable(project["optional-dependencies"].values()),
    ]
    pinned = (ROOT / "constraints.txt").read_text().splitlines()
    assert names(wanted) <= names(pinned)
    assert all("==" in line for line in pinned if not line.startswith("#"))


def test_the_version_has_one_place():
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", conformance.__version__)


def test_the_contracts_are_found():
    assert specs_folder().is_dir()
    for service in services():
        assert spec_file(service, "openapi.yaml").is_file()


def test_the_contracts_are_part_of_the_wheel():
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["only-include"] == ["conformance", "specs"]
    assert wheel["sources"] == {"specs": "conformance/specs"}


@pytest.mark.parametrize("rule", PROJECT["tool"]["ruff"]["lint"]["ignore"])
def test_every_ignored_rule_has_a_reason_beside_it(rule):
    text = (ROOT / "pyproject.toml").read_text()
    assert re.search(rf'^ *"{rule}", *# \w', text, re.MULTILINE)
