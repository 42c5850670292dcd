"""The JSON Schema of the result file, packaged as ``schema.json``."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def schema() -> dict[str, Any]:
    """The schema of what ``conformance mutants --json`` writes."""
    text = resources.files("conformance.mutants").joinpath("schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
