"""Reads the files that contracts are made of."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

import yaml

from conformance.contract.shapes import SpecProblem

COPY = "openapi.json"
"""Beside a spec that was derived on demand, the same in JSON: it is read ten times as fast."""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises SpecProblem."""
    return _read(path, json.load, "an object")


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping, by the C loader if there is one. Raises SpecProblem."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _read(path, partial(yaml.load, Loader=loader), "a mapping")


def _read(path: Path, parse: Callable[[IO[bytes]], Any], wanted: str) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            content = parse(stream)
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise SpecProblem(path.name, "file", " ".join(str(error).split())) from error
    if not isinstance(content, dict):
        raise SpecProblem(path.name, "file", f"is not {wanted}")
    return content
