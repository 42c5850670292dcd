"""``conformance derive`` in the process of a test, and what it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from click.testing import CliRunner

from conformance.cli.derive import command
from conformance.contract.vocabulary.overlay_access import KnownDifference

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

SILENCE = (
    KnownDifference(at="*/request/*/type", only="model", reason="parameters have no types"),
    KnownDifference(at="*/response/*/type", only="model", reason="headers have no types"),
    KnownDifference(
        at="*/response/*/required", only="model", reason="answers have no Required lines"
    ),
)
"""What no page says: types of parameters and of headers, and which members an answer always has."""


def derive(*arguments: str | Path) -> Result:
    """Derive; raises the error that it ends with, if any."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def derived(*arguments: str | Path) -> str:
    """Derive everything; gives what it said."""
    result = derive(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def loaded(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_bytes())
    return content
