"""Where the contracts are: ``specs/`` of a checkout, or the copy inside an installed package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def specs_folder() -> Path:
    """The folder with one folder a service.

    A wheel carries it as ``conformance/specs``; in a checkout it stands beside the package.
    """
    installed = _PACKAGE / "specs"
    return installed if installed.is_dir() else _PACKAGE.parent / "specs"


def services() -> tuple[str, ...]:
    """The services that have a contract, in alphabetical order."""
    return tuple(sorted(spec.parent.name for spec in specs_folder().glob("*/openapi.yaml")))


def spec_file(service: str, name: str) -> Path:
    """The path of a service's file, for example ``openapi.yaml``; it need not exist."""
    return specs_folder() / service / name
