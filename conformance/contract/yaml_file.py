"""Reads the files that contracts are made of."""

import json
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.shapes import SpecProblem

COPY = "openapi.json"
"""Beside a spec that was derived on demand, the same in JSON: it is read ten times as fast."""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises SpecProblem when the file is not one."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SpecProblem(path.name, "file", " ".join(str(error).split())) from error
    if not isinstance(content, dict):
        raise SpecProblem(path.name, "file", "is not an object")
    return content


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
