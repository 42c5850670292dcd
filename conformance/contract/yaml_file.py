"""Reads the YAML files that contracts are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from conformance.contract.shapes import SpecProblem


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping, read by the C loader where there is one.

    Raises SpecProblem when the file is not readable YAML or not a mapping.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open("rb") as stream:
            content = yaml.load(stream, Loader=loader)  # noqa: S506 - a safe loader, C or Python
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecProblem(path.name, "file", " ".join(str(error).split())) from error
    if not isinstance(content, dict):
        raise SpecProblem(path.name, "file", "is not a mapping")
    return content
