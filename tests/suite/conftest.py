"""Pytest inside pytest, on the reference of this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Target

ROOT = Path(__file__).parents[2]


@pytest.fixture
def reference(monkeypatch):
    """A maker of targets: the reference with these faults, behind a port."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    made = []

    def make(*faults):
        made.append(Target(faults))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def tests(pytester, monkeypatch):
    """Runs pytest with the plugin loaded; gives its result.

    In this process, if nothing needs one of its own: the tool is loaded here.
    """
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(*arguments, apart=False):
        named = [] if _is_installed() else ["-p", "conformance.suite.plugin"]
        how = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return how(*named, "-p", "no:schemathesis", *map(str, arguments))

    return run


def _is_installed():
    """The plugin is loaded by itself where the project is installed with its entry point."""
    from importlib.metadata import entry_points

    found = entry_points(group="pytest11")
    return any(one.value == "conformance.suite.plugin" for one in found)
