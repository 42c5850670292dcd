"""The JSON Schemas of the data that reports on records are written as."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema of ``diff``, ``matrix`` or ``badge``."""
    file = resources.files("conformance.reports.compare").joinpath(f"{name}.schema.json")
    loaded: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return loaded
