"""Reads the files that contracts are made of."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from conformance.cache_folder import cache_folder, cached_json
from conformance.contract.shapes import SpecProblem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGE = 4096
"""Bytes from which it is faster to find a file in the user's cache than to parse it as YAML."""


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping, by the C loader if there is one. Raises SpecProblem.

    JSON is YAML, too, and is read ten times as fast: what is derived on demand is written as JSON,
    and of other large files the user's cache keeps the content as JSON, by their hash.
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
    if len(text) <= _LARGE:
        return _from_yaml(text)
    kept = cache_folder("yaml", f"{sha256(text).hexdigest()}.json")
    return cached_json(kept, lambda: _from_yaml(text))


def _from_yaml(text: bytes) -> Any:
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
