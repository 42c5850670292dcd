"""Reads the files that contracts are made of."""

import json
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.shapes import SpecProblem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping, by the C loader if there is one. Raises SpecProblem.

    JSON is YAML, too, and read as JSON ten times as fast: what is derived on demand is written so.
    """
    try:
        content = _parsed(path.read_bytes())
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise SpecProblem(path.name, "file", " ".join(str(error).split())) from error
    if not isinstance(content, dict):
        raise SpecProblem(path.name, "file", "is not a mapping")
    return content


def _parsed(text: bytes) -> Any:
    if text.startswith(b"{"):
        try:
            return json.loads(text)
        except ValueError:
            pass  # a mapping as YAML writes one in a line
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
