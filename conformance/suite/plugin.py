"""The pytest plugin: options, markers, and the suites that conftest files declare.

It is loaded wherever conformance is installed, so that everything else is imported where a suite
is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.suite import OPTIONS, Suite

if TYPE_CHECKING:
    from conformance.suite.running import Runs

NAME = "conformance"
"""What a conftest calls its suite."""
LEVELS = {
    "required": "the documents state it",
    "expected": "AWS was observed to do it, or the protocol states it",
    "strict": "an exact message, a header detail, the order of validation",
    "informational": "worth knowing, but no document or recording settles it",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance to AWS API references")
    for name, about in OPTIONS.items():
        group.addoption(f"--conformance-{name}", **about)


def pytest_configure(config: pytest.Config) -> None:
    for level, meaning in LEVELS.items():
        config.addinivalue_line("markers", f"{level}: a conformance requirement; {meaning}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The tests of a conftest that declares a suite."""
    if file_path.name != "conftest.py":
        return None
    module = parent.config.pluginmanager.get_plugin(str(file_path))
    suite = getattr(module, NAME, None)
    if not isinstance(suite, Suite):
        return None
    from conformance.suite.collecting import SuiteFile

    collector: pytest.Collector = SuiteFile.from_parent(parent, path=file_path, suite=suite)
    return collector


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the requirements of one operation together, as they share requests."""
    if config.getoption("dist", None) not in {"load", "worksteal"}:
        return None
    from conformance.suite.scheduling import scheduler

    return scheduler(config, log)


@pytest.fixture(scope="session")
def conformance_runs() -> Iterator[dict[Any, Runs]]:
    """The runs of this process; the end of the session ends them and deletes what they made."""
    runs: dict[Any, Runs] = {}
    yield runs
    for one in runs.values():
        one.close()
